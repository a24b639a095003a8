"""The formulas of a network: activations, losses, optimisers, operations.

Here belongs what is computed. How a formula is built, written and lowered belongs to
`engine.formula`; which operations a network has, to `engine.program`.
"""

"""Formulas, each written once, and what is derived from them: text, arithmetic, calls, source.

Here belong the tree of a formula, its primitives, the calls on buffers that compute it and the
loop that runs them. What a network, a table or a run is does not.
"""

"""The backward phase of a pass, judged operation by operation with the script's own operands.

Here belong one pass and its operations. What becomes of the gradients belongs to `updates`.
"""

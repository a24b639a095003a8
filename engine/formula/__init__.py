"""The language of formulas: trees over tensors, and what is derived from them.

Here belong text, the arithmetic of one cell, source, calls and derivatives of any tree. The
formulas themselves belong to `engine.maths`, the running of calls to `engine.loop`.
"""

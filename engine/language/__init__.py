"""The language of expressions that a user types, e.g. ``norm(dE_dw) < 0.1``.

Reading, compiling and lowering to calls belong here; `engine.stops` tells which names there are.
"""

"""A run as a program of its own, a script or a notebook, made from the formulas."""

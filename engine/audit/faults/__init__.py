"""Faults that no operation of a pass shows: in the design, in what is kept, in how a script ends.

Here belongs what is wrong although, or before, each formula is right.
"""

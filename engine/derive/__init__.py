"""Exercises: right-hand sides of the backward phase to derive, or one mistake to find.

What a formula typed by hand means, whether it is right, what is wrong with it, and what is kept of
it belong here; how it is asked for on the screen does not.
"""

from engine.derive.exercise import Exercise
from engine.derive.find import Find
from engine.derive.verdict import Verdict

__all__ = ["Exercise", "Find", "Verdict"]

"""The usual mistakes in a formula: trees one edit away, each edit in words.

They come from the tree and from what stands around it, never from a list for each operation. What
to do with them, naming a wrong number or planting one, belongs elsewhere.
"""

from engine.mistakes.around import Around
from engine.mistakes.find import Mistake, mistakes, opened

__all__ = ["Around", "Mistake", "mistakes", "opened"]

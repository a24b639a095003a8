"""The edits that any formula can suffer, whatever it is for."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

from engine.formula.tree import Formula, Leaf, Together, rebuilt


@dataclass(frozen=True)
class Edit:
    """A part of a formula with one thing changed.

    Attributes:
        tree: The part, changed.
        kind: What sort of change it is, e.g. ``sign``.
        says: What is wrong, in words.
        repair: What to do, or "" where the right formula tells it best.
        gone: The factor that is left out, if one is.
    """

    tree: Formula
    kind: str
    says: str
    repair: str = ""
    gone: Formula | None = None


Own = Callable[[Formula], Iterator[Edit]]
"""The edits of a node itself."""


def everywhere(tree: Formula, own: Own) -> Iterator[Edit]:
    """Go through a formula with one of its nodes edited, from the top down."""
    yield from own(tree)
    if isinstance(tree, Together):
        for edit in everywhere(tree.argument, own):
            yield replace(edit, tree=Together(tree.members, edit.tree))
        return
    for place, part in enumerate(tree.parts):
        for edit in everywhere(part, own):
            parts = (*tree.parts[:place], edit.tree, *tree.parts[place + 1 :])
            yield replace(edit, tree=rebuilt(tree, parts))


def is_slope(part: Formula) -> bool:
    """Whether a factor is the slope of an activation, ∂f/∂y, and no ∂E."""
    return isinstance(part, Leaf) and part.of.symbol[:1] == "∂" and part.of.symbol[1:2] not in "ER"

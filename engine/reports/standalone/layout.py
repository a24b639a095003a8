"""The layout of source lines: aligned comments, long lines broken."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

_WIDEST = 88
"""Characters of a line, without its comment."""
_FURTHEST = 48
"""Characters of a line up to which its comment stands behind it."""
_OPENING, _CLOSING = "([{", ")]}"


class Line(NamedTuple):
    """A line and the comment on it."""

    code: str
    comment: str = ""


class Group(NamedTuple):
    """Lines under a heading, which is a comment too."""

    heading: str
    lines: Sequence[Line]


def column_of(lines: Sequence[Line]) -> int:
    """Return where the comments on some lines are to begin."""
    sizes = [len(line.code) for line in lines if line.comment]
    return max((size for size in sizes if size <= _FURTHEST), default=0)


def laid_out(lines: Sequence[Line], column: int | None = None) -> Iterator[str]:
    """Write lines with their comments, which stand above where the line is long."""
    column = column_of(lines) if column is None else column
    for code, comment in lines:
        if comment and len(code) > _FURTHEST:
            yield f"# {comment}"
        if comment and len(code) <= _FURTHEST:
            yield f"{code.ljust(column)}  # {comment}"
        else:
            yield from _broken(code)


def _broken(code: str) -> Iterator[str]:
    """Break an assignment that is too long between its terms."""
    name, sign, text = code.partition(" = ")
    if len(code) <= _WIDEST or not sign:
        yield code
        return
    yield from _laid(f"{name} = ", text, "", "")


def _laid(head: str, text: str, margin: str, end: str, *, in_brackets: bool = False) -> list[str]:
    """Lay out an expression, from its loosest operators on.

    Args:
        head: The text before it.
        text: The expression.
        margin: The indentation of its lines.
        end: The text after it.
        in_brackets: Whether it is alone in brackets, so that it can be broken anywhere.
    """
    if len(margin) + len(head) + len(text) + len(end) <= _WIDEST:
        return [f"{margin}{head}{text}{end}"]
    inner = margin + "    "
    terms = _split(text, (" + ", " - "))
    if len(terms) > 1:
        if not in_brackets:
            lines = _laid("", text, inner, "", in_brackets=True)
            return [f"{margin}{head}(", *lines, f"{margin}){end}"]
        return [
            line
            for place, (sign, term) in enumerate(terms)
            for line in _laid(f"{sign} ".lstrip(), term, margin, end * (place == len(terms) - 1))
        ]
    opening = _last_opening(text)
    if opening is None:
        return [f"{margin}{head}{text}{end}"]
    arguments = [part for _, part in _split(text[opening + 1 : -1], (", ",))]
    is_single = len(arguments) == 1
    lines = [f"{margin}{head}{text[: opening + 1]}"]
    for argument in arguments:
        comma = "" if is_single else ","
        lines += _laid("", argument, inner, comma, in_brackets=is_single)
    return [*lines, f"{margin}){end}"]


def _last_opening(text: str) -> int | None:
    """Return where the brackets open that close at the end of an expression."""
    if not text.endswith(")"):
        return None
    depths = list(_depths(text))
    return max(
        place
        for place in range(len(text))
        if depths[place] == 1 and text[place] == "(" and (place == 0 or depths[place - 1] == 0)
    )


def _depths(text: str) -> Iterator[int]:
    depth = 0
    for character in text:
        depth += (character in _OPENING) - (character in _CLOSING)
        yield depth


def _split(text: str, operators: Sequence[str]) -> list[tuple[str, str]]:
    """Split an expression where it is in no brackets; each part with the sign before it."""
    parts, start, before = list[tuple[str, str]](), 0, ""
    for place, depth in enumerate(_depths(text)):
        found = next((o for o in operators if not depth and text.startswith(o, place)), None)
        if found is not None:
            parts.append((before, text[start:place]))
            start, before = place + len(found), found.strip()
    return [*parts, (before, text[start:])]

"""The names of the pictures, as tabs at the bottom of their frame."""

from __future__ import annotations

VIEWS: tuple[str, ...] = ("Boundary", "Network", "Quality", "Histograms", "Phase")
_BRIEF: tuple[str, ...] = ("bound", "net", "qual", "hist", "phase")
"""Their names in little room."""
_NEXT = " v ▸"


def tabs(shown: int, hint: str, room: int, *, is_needed: bool) -> str:
    """Write the pictures to click on, the shown one highlighted, behind what keys there are.

    Args:
        shown: Which of them is shown.
        hint: The keys.
        room: The cells there are.
        is_needed: Whether the keys go to what is out of sight.
    """
    arrows = hint.partition(" ")[0]
    initials = tuple(n if i == shown else n[0] for i, n in enumerate(_BRIEF))
    tried = [(hint, VIEWS), (hint, _BRIEF), (arrows, _BRIEF), ("", _BRIEF)]
    if is_needed:
        tried.insert(2, (hint, initials))
    before, names, after = "", _BRIEF, ""
    for told, views in tried:
        start = f"{told}  " if told else ""
        if len(start + "│".join(views) + _NEXT) <= room:
            before, names, after = start, views, _NEXT
            break
    marked = (f"[reverse]{n}[/]" if i == shown else n for i, n in enumerate(names))
    links = (f"[@click=go_to_view({i})]{tab}[/]" for i, tab in enumerate(marked))
    return before + "│".join(links) + after

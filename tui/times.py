"""Times and losses in a few words."""

from __future__ import annotations


def ago(seconds: float) -> str:
    """Say in words how long ago something was."""
    for size, name in ((86400, "day"), (3600, "hour"), (60, "minute"), (1, "second")):
        count = int(seconds // size)
        if count >= 1:
            return f"{count} {name}{'s' if count > 1 else ''} ago"
    return "just now"


def brief_loss(text: str) -> str:
    """Write a saved loss in seven figures."""
    try:
        return f"{float(text):.6e}"
    except ValueError:
        return text[:12] or "·"

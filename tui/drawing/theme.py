"""The theme that the screen starts with. It is dark; light ones, and others, are Textual's own."""

from __future__ import annotations

from textual.theme import Theme

THEME = Theme(
    name="nn-tui",
    primary="#6cb6ff",
    secondary="#9d8cff",
    accent="#e6c07b",
    warning="#f0a35e",
    error="#ff7b72",
    success="#7fd1a0",
    foreground="#d5d9e0",
    background="#12151b",
    surface="#171b22",
    panel="#20252e",
    dark=True,
    variables={
        "border": "#6cb6ff",
        "border-blurred": "#39414e",
        "footer-background": "#171b22",
        "footer-key-foreground": "#e6c07b",
        "footer-description-foreground": "#9aa3b2",
    },
)

"""Keeps what is pasted from pressing keys."""

from __future__ import annotations

from collections.abc import Iterator

_ESCAPE = "\x1b"
_START, _END = "\x1b[200~", "\x1b[201~"


class PasteGuard:
    """Takes escape characters out of what is pasted: Textual makes keys of what follows them."""

    def __init__(self) -> None:
        self._pasting = False
        self._seen = ""
        """The bytes that may become the beginning or the end of a paste."""

    def clean(self, text: str) -> Iterator[str]:
        """Go through the characters of input, those left out that end no paste."""
        for character in text:
            held = self._seen
            if not self._pasting:
                yield character
                self._pasting = self._completes(character, _START)
            elif self._completes(character, _END):
                yield from _END
                self._pasting = False
            elif self._seen in ("", _ESCAPE):
                # Of what was no end, all but the escape character is text.
                yield from held[1:]
                yield from character if not self._seen else ""

    def _completes(self, character: str, whole: str) -> bool:
        """Add a character to what was seen, and return whether that is whole."""
        self._seen += character
        if not whole.startswith(self._seen):
            self._seen = character if character == _ESCAPE else ""
        if self._seen != whole:
            return False
        self._seen = ""
        return True

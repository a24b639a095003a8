"""Reads the fields of a JSON document, each as what it must be, or refuses it by name."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from engine.common.errors import InputError
from engine.common.numbers import grouped
from engine.common.text import LONGEST, clean

MOST_BYTES = 64 * 1024 * 1024
"""The longest document that is read."""
_LONGEST = 1_000_000_000_000
_LONGEST_NAME = 60
_LAST_MOMENT = 253_402_300_799
"""The end of the year 9999."""


class Field:
    """A value in a JSON document, with its path for messages.

    Args:
        value: The value that JSON gave.
        name: The way, e.g. ``branches[0].label``; "" for the document.
    """

    def __init__(self, value: Any, name: str = "") -> None:
        self._value = value
        self._name = name

    @classmethod
    def parse(cls, document: bytes) -> Field:
        """Read a document.

        Raises:
            InputError: It is not JSON.
        """
        if len(document) > MOST_BYTES:
            raise InputError(f"larger than {MOST_BYTES // 2**20} MB")
        try:
            return cls(json.loads(document, parse_constant=_refuse_constant))
        except (ValueError, RecursionError) as error:
            raise InputError(f"not JSON ({clean(str(error), 80)})") from None

    def __getitem__(self, key: str) -> Field:
        name = way_to(self._name, key)
        if not isinstance(self._value, dict):
            raise InputError(f"{self._name or 'the document'}: not an object")
        if key not in self._value:
            raise InputError(f"{name}: missing")
        return Field(self._value[key], name)

    def __iter__(self) -> Iterator[Field]:
        if not isinstance(self._value, list):
            raise self._refusal("a list")
        for i, value in enumerate(self._value):
            yield Field(value, way_to(self._name, i))

    def keys(self) -> list[str]:
        """Return the names in an object."""
        if not isinstance(self._value, dict):
            raise self._refusal("an object")
        return list(self._value)

    @property
    def name(self) -> str:
        """The way to the value, as in messages."""
        return self._name

    @property
    def is_null(self) -> bool:
        """Whether it is null."""
        return self._value is None

    @property
    def raw(self) -> Any:
        """The value, not checked."""
        return self._value

    def refuse(self, problem: str) -> InputError:
        """Make the error that names this field."""
        return InputError(f"{self._name}: {problem}")

    def _refusal(self, wanted: str) -> InputError:
        return self.refuse(f"{wanted} is needed, not {clean(repr(self._value), 40)}")

    def text(self) -> str:
        """Return a text of any length, not yet safe to show."""
        if not isinstance(self._value, str):
            raise self._refusal("a text")
        return self._value

    def shown(self, longest: int = LONGEST) -> str:
        """Return a text that is safe to show, cut where it is longer."""
        return clean(self.text(), longest)

    def flag(self) -> bool:
        """Return a truth value."""
        if not isinstance(self._value, bool):
            raise self._refusal("true or false")
        return self._value

    def whole(self, least: int = 0, most: int = _LONGEST) -> int:
        """Return a whole number within bounds."""
        value = self._value
        if isinstance(value, bool) or not isinstance(value, int) or not least <= value <= most:
            raise self._refusal(f"a whole number from {grouped(least)} to {grouped(most)}")
        return value

    def moment(self) -> float:
        """Return a time, in seconds since 1970."""
        value = self.number()
        if not 0 <= value <= _LAST_MOMENT:
            raise self._refusal("a time in seconds since 1970")
        return value

    def number(self) -> float:
        """Return a finite number."""
        value = self._value
        if isinstance(value, bool) or not isinstance(value, (int, float)) or abs(value) > 1.7e308:
            raise self._refusal("a number")
        return float(value)


def way_to(name: str, key: str | int) -> str:
    """Return the way to an entry of what lies at the end of another way."""
    if isinstance(key, int):
        return f"{name}[{key}]"
    # The names in an object are as untrusted as its values.
    shown = clean(key, _LONGEST_NAME)
    return f"{name}.{shown}" if name else shown


def _refuse_constant(name: str) -> None:
    raise ValueError(f"{name} is no JSON number")

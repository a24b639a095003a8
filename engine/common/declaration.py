"""The declaration of a choice: its name, its permitted values, its help."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

from engine.common.errors import InputError
from engine.common.numbers import general_grouped, ungrouped
from engine.common.text import clean

Value = float | int | str

_KINDS = {float: "a number", int: "a whole number"}


@dataclass(frozen=True)
class Declaration:
    """The declaration of one hyperparameter: name, permitted values, help."""

    name: str
    kind: type[float] | type[int] | type[str]
    default: Value
    help: str
    symbol: str = ""
    words: str = ""
    """The name in words where it is not the identifier's."""
    minimum: float = -math.inf
    maximum: float = math.inf
    choices: tuple[str, ...] = ()
    form: Callable[[str], str] | None = None
    """For a text that is no choice: gives its normal form, or raises ValueError."""
    form_words: str = ""
    """The same in words."""
    needs: tuple[str, tuple[Value, ...]] | None = None
    """Another hyperparameter and those of its values with which this one matters."""
    applies: Literal["live", "reset", "reading"] = "reset"
    """Whether a change takes effect at once, needs the run to start again, or the table to be
    read again."""

    @property
    def label(self) -> str:
        """The name in words, as the form shows it."""
        return self.words or self.name.replace("_", " ")

    @property
    def option(self) -> str:
        """The name as an option of the command line."""
        return "--" + self.name.replace("_", "-")

    @property
    def is_switch(self) -> bool:
        """Whether the only choices are no and yes."""
        return self.choices == ("no", "yes")

    @property
    def allowed(self) -> str:
        """The allowed values in words."""
        if self.choices:
            return " | ".join(self.choices)
        if self.form:
            return self.form_words
        if math.isinf(self.maximum):
            return f"{_KINDS[self.kind]}, {general_grouped(self.minimum)} or more"
        least, most = general_grouped(self.minimum, 10), general_grouped(self.maximum, 10)
        return f"{_KINDS[self.kind]} from {least} to {most}"

    def parse(self, text: str) -> Value:
        """Turn what a user typed into a value.

        Raises:
            InputError: The text is no value of this hyperparameter.
        """
        typed = text.strip()
        value: Value = typed
        try:
            if self.kind is int:
                value = int(ungrouped(typed))
            elif self.kind is float:
                value = float(typed)
        except ValueError:
            raise self._refusal(text) from None
        return self.validate(value)

    def validate(self, value: object) -> Value:
        """Return the value in its declared type.

        Raises:
            InputError: The value has the wrong type or lies outside the range.
        """
        if self.kind is str:
            return self._text(value)
        if isinstance(value, bool) or not isinstance(value, (int, float)):
            raise self._refusal(value)
        if self.kind is int and not isinstance(value, int):
            raise self._refusal(value)
        try:
            number = self.kind(value)
        except OverflowError:
            raise self._refusal(value) from None
        assert not isinstance(number, str)
        # Neither nan nor inf lies within; an int may be too large for math.isfinite.
        if not self.minimum <= number <= self.maximum or number == math.inf:
            raise self._refusal(value)
        return number

    def _text(self, value: object) -> str:
        if self.form and isinstance(value, int) and not isinstance(value, bool):
            # A single number is written without quotation marks in scripts and saved files.
            value = str(value)
        if isinstance(value, str) and self.form:
            try:
                return self.form(value)
            except ValueError:
                raise self._refusal(value) from None
        if isinstance(value, str) and value in self.choices:
            return value
        raise self._refusal(value)

    def matters(self, values: object) -> bool:
        """Return whether the hyperparameter has an effect, given the values of the others."""
        return self.needs is None or getattr(values, self.needs[0]) in self.needs[1]

    def _refusal(self, value: object) -> InputError:
        return InputError(f"{self.label}: {self.allowed}, not {clean(str(value), 40)!r}")


def declare(default: Value, help: str, **facts: Any) -> Any:
    """Declare a dataclass field together with its `Declaration`; its kind is the default's."""
    facts.update(kind=type(default), default=default, help=help)
    return dataclasses.field(default=default, metadata=facts)

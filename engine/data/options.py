"""The options for reading a table, each declared once."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from dataclasses import dataclass

from engine.common.declaration import Declaration, declare
from engine.common.errors import InputError
from engine.common.text import clean
from engine.data.locate import absolute

AUTO = "auto"
NO_INDEX = "none"

SEPARATORS = {"comma": ",", "semicolon": ";", "tab": "\t", "pipe": "|"}
DECIMALS = {"point": ".", "comma": ","}
ENCODINGS = {
    "utf-8": "utf-8-sig",
    "utf-16": "utf-16",
    "latin-1": "latin-1",
    "cp1252": "cp1252",
}


def _named(signs: dict[str, str]) -> Callable[[str], str]:
    """Return a function that turns a sign or its name into the name."""

    def form(text: str) -> str:
        wanted = text if text in signs.values() else text.strip().lower()
        for name, sign in signs.items():
            if wanted in (name, sign):
                return name
        if wanted == AUTO:
            return AUTO
        raise ValueError(text)

    return form


@dataclass(frozen=True, kw_only=True)
class TableOptions:
    """Options for reading a table; what is not given is found out and told.

    Attributes:
        targets: The names of the target columns; by default the last column.
        index: The column that names the observations; "none" for no column.
        ignore: Columns to leave out.
        category: Columns whose numbers are the names of classes.

    Raises:
        InputError: A value is not allowed.
    """

    targets: tuple[str, ...] = ()
    index: str | None = None
    ignore: tuple[str, ...] = ()
    category: tuple[str, ...] = ()
    split: float = declare(
        0.0,
        "Which share of the observations to hold out for validation, drawn from the seed.",
        words="held-out share",
        minimum=0.0,
        maximum=0.9,
    )
    validation: str = declare(
        "",
        "A table to hold out instead of a share: a file with the same columns, read and scaled as "
        "DATA is.",
        words="validation table",
        form=absolute,
        form_words="a file, or the name of a bundled dataset",
    )
    scaling: str = declare(
        "none",
        "Scale each input: to mean 0 and deviation 1, or to 0 … 1, on the training part.",
        choices=("none", "standardise", "min-max"),
    )
    features: str = declare(
        "",
        'More inputs, made from the columns, e.g. "input1*input2, sin(input1)".',
        form=str.strip,
        form_words="expressions, separated by commas",
    )
    missing: str = declare(
        "refuse",
        "The way to treat missing cells: refuse the file, drop the line, or put the mean of "
        "the training part there.",
        words="missing cells",
        choices=("refuse", "drop", "mean"),
    )
    separator: str = declare(
        AUTO,
        "The separator between two cells: comma, semicolon, tab or pipe.",
        form=_named(SEPARATORS),
        form_words=f"{AUTO} | {' | '.join(SEPARATORS)}",
    )
    decimal: str = declare(
        AUTO,
        "The decimal sign: point or comma.",
        words="decimal sign",
        form=_named(DECIMALS),
        form_words=f"{AUTO} | {' | '.join(DECIMALS)}",
    )
    encoding: str = declare(
        AUTO,
        "The character encoding of the file.",
        choices=(AUTO, *ENCODINGS),
    )
    header: str = declare(
        AUTO,
        "Whether the first line holds the names of the columns.",
        words="header line",
        choices=(AUTO, "yes", "no"),
    )

    def __post_init__(self) -> None:
        for declaration in TABLE_DECLARATIONS.values():
            value = declaration.validate(getattr(self, declaration.name))
            object.__setattr__(self, declaration.name, value)
        if self.validation and self.split:
            raise InputError(
                "--validation does not go with --split: the one is a table to hold out, the other "
                "holds out a share of DATA"
            )
        for name in ("targets", "ignore", "category"):
            value = getattr(self, name)
            if isinstance(value, str):
                raise InputError(f"{name}: a list of names is needed, not the text {value!r}")
            object.__setattr__(self, name, tuple(dict.fromkeys(value)))

    @property
    def as_names(self) -> frozenset[str]:
        """The columns whose cells are names as they are written, be they numbers or not."""
        given = self.category if self.index is None else (*self.category, self.index)
        return frozenset(clean(name.strip()) for name in given)


TABLE_DECLARATIONS: dict[str, Declaration] = {
    field.name: Declaration(name=field.name, applies="reading", **field.metadata)
    for field in dataclasses.fields(TableOptions)
    if field.metadata
}
"""The options with a single value; the others are names of columns."""

"""The kinds of values in the manifest of a saved run, each written and read in one place."""

from __future__ import annotations

import dataclasses
import hashlib
import re
from collections.abc import Callable, Mapping
from typing import Annotated, Any, TypeVar

from engine.common.declaration import Declaration
from engine.common.errors import InputError
from engine.common.settings import HISTORY
from engine.common.text import clean
from engine.data.options import TABLE_DECLARATIONS, TableOptions
from engine.language.parsing import LONGEST
from engine.model.hyperparameters import DECLARATIONS, Hyperparameters
from engine.run.changes import Change, Edit, LearningRate
from engine.run.halt import NONFINITE, Hit
from engine.saved.json_field import Field
from engine.saved.record import (
    Count,
    Flag,
    Kind,
    Number,
    Raw,
    Real,
    Shown,
    Text,
    attributes,
    kind_of,
    whole,
)
from engine.stops.stop import Stop

T = TypeVar("T")

_LONGEST_WORDS = 10 * LONGEST
"""Characters of what has stopped a run: several conditions, each of any length."""
_NUMBERED = (NONFINITE, "growth", "goal", "vanished")
"""The names of the built-in stops that had nothing but a number, from 1 on, when first saved."""
_DIGEST = re.compile("[0-9a-f]{32}")


def digest(content: bytes) -> str:
    """Return the name that a content has: 32 hexadecimal digits of its BLAKE2b."""
    return hashlib.blake2b(content, digest_size=16).hexdigest()


def is_digest(name: str) -> bool:
    """Return whether a text is what `digest` gives, and so no path to anywhere."""
    return _DIGEST.fullmatch(name) is not None


def _read_digest(field: Field) -> str:
    name = field.text()
    if not is_digest(name):
        raise field.refuse(f"the name of a piece is needed, not {clean(name, 40)!r}")
    return name


def _as_declared(declaration: Declaration) -> Kind[Any]:
    """Return the kind of what a declaration allows."""

    def read(field: Field) -> Any:
        try:
            return declaration.validate(field.raw)
        except InputError as error:
            raise field.refuse(str(error)) from None

    return Kind(read)


def _limited(make: Callable[..., T], field: Field, kinds: Mapping[str, Kind[Any]]) -> T:
    """Make something of an object that holds nothing but what is known."""
    if unknown := sorted(set(field.keys()) - kinds.keys()):
        raise field.refuse(f"unknown: {clean(', '.join(unknown), 60)}")
    given = {name: kinds[name].read(field[name]) for name in field.keys()}  # noqa: SIM118 (a Field)
    try:
        return make(**given)
    except InputError as error:
        raise field.refuse(str(error)) from None


def _read_hyperparameters(field: Field) -> Hyperparameters:
    return _limited(Hyperparameters, field, dict.fromkeys(DECLARATIONS, kind_of(Raw)))


def _read_options(field: Field) -> TableOptions:
    columns = dict.fromkeys(("targets", "ignore", "category"), kind_of(tuple[Text, ...]))
    others = dict.fromkeys(TABLE_DECLARATIONS, kind_of(Raw))
    return _limited(TableOptions, field, columns | others | {"index": kind_of(Text | None)})


def _read_change(field: Field) -> Change:
    if len(list(field)) == 5:
        iteration, position, name, index, value = _EDIT.read(field)
        return Change(iteration, position, Edit(name, index, value))
    iteration, position, value = _RATE.read(field)
    return Change(iteration, position, LearningRate(value))


def _write_change(change: Change) -> list[object]:
    what = change.what
    if isinstance(what, LearningRate):
        return [*change.time, what.value]
    return [*change.time, what.name, list(map(int, what.index)), what.value]


def _read_stop(field: Field) -> Stop:
    if "name" not in field.keys():  # noqa: SIM118 (a Field)
        number = field["number"].whole(1)
        name = _NUMBERED[number - 1] if number <= len(_NUMBERED) else ""
        field = Field(field.raw | {"name": name}, field.name)
    return _STOP.read(field)


Digest = Annotated[str, Kind(_read_digest)]
"""The name of a piece."""
Words = Annotated[str, Kind(lambda field: field.shown(_LONGEST_WORDS))]
History = Annotated[int, _as_declared(HISTORY)]
Iterations = Annotated[int, whole(0, int(DECLARATIONS["iterations"].maximum))]
Options = Annotated[TableOptions, Kind(_read_options, dataclasses.asdict)]
Settings = Annotated[Hyperparameters, Kind(_read_hyperparameters, Hyperparameters.as_dict)]
_Rate = Annotated[float, _as_declared(DECLARATIONS["learning_rate"])]
_RATE = kind_of(tuple[Count, Count, _Rate])
_EDIT = kind_of(tuple[Count, Count, Text, tuple[Count, ...], Real])
ByHand = Annotated[Change, Kind(_read_change, _write_change)]
_STOP = attributes(
    Stop,
    number=Number,
    name=Text,
    place=Shown,
    text=Words,
    count=Number,
    enabled=Flag,
    problem=Shown,
)
StopLine = Annotated[Stop, Kind(_read_stop, _STOP.write)]
LastHit = Annotated[Hit, attributes(Hit, words=Words, iteration=Count, position=Count)]

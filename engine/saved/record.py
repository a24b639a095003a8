"""Records of a JSON document, each field declared once: how it is written, read and refused.

A field is one line of a dataclass. Its type tells its kind: one of those below, another record, or
a tuple or a dictionary of these, or ``None``. A field with a default may be missing, as it is in
files from before there was such a field.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from dataclasses import MISSING, dataclass
from functools import cache
from types import NoneType
from typing import Annotated, Any, ClassVar, Generic, Self, TypeVar, get_args, get_origin
from typing import get_type_hints as types_of

from engine.saved.json_field import Field, way_to

T = TypeVar("T")


def _same(value: Any) -> Any:
    return value


@dataclass(frozen=True)
class Kind(Generic[T]):
    """The way of one kind of values out of JSON and into it.

    Attributes:
        read: Reads a field, or refuses it by its name.
        write: Makes what JSON can hold.
    """

    read: Callable[[Field], T]
    write: Callable[[T], Any] = _same


def whole(least: int, most: int) -> Kind[int]:
    """Return the kind of whole numbers within bounds."""
    return Kind(lambda field: field.whole(least, most))


Raw = Annotated[Any, Kind(lambda field: field.raw)]
"""Anything, not checked."""
Text = Annotated[str, Kind(Field.text)]
"""A text, not yet safe to show."""
Shown = Annotated[str, Kind(Field.shown)]
"""A text, safe to show."""
Flag = Annotated[bool, Kind(Field.flag)]
Count = Annotated[int, Kind(Field.whole)]
"""A whole number from 0 on."""
Number = Annotated[int, Kind(lambda field: field.whole(1))]
"""A whole number from 1 on, by which something is called."""
Real = Annotated[float, Kind(Field.number)]
Moment = Annotated[float, Kind(Field.moment)]
"""Seconds since 1970."""


@dataclass(frozen=True, kw_only=True)
class Record:
    """An object of a JSON document."""

    _way: ClassVar[str] = ""

    @classmethod
    def read(cls, field: Field) -> Self:
        """Read a record.

        Raises:
            InputError: A field is missing, or is not what it must be.
        """
        keys, kinds = field.keys(), _kinds(cls)
        found = (e.name for e in dataclasses.fields(cls) if e.default is MISSING or e.name in keys)
        record = cls(**{name: kinds[name].read(field[name]) for name in found})
        # Messages about what only shows later name the field too.
        object.__setattr__(record, "_way", field.name)
        return record

    def written(self) -> dict[str, Any]:
        """Return what JSON can hold."""
        return {n: kind.write(getattr(self, n)) for n, kind in _kinds(type(self)).items()}

    def at(self, name: str) -> Field:
        """Return one field, to check it against something else or to refuse it."""
        value = _kinds(type(self))[name].write(getattr(self, name))
        return Field(value, way_to(self._way, name))


def _kinds(record: Any) -> dict[str, Kind[Any]]:
    # A type checker does not know that classes can be hashed.
    return _declared(record)


@cache
def _declared(record: Any) -> dict[str, Kind[Any]]:
    """Return the kind of each field of a class of records, in the order of declaration."""
    types = types_of(record, include_extras=True)
    return {each.name: kind_of(types[each.name]) for each in dataclasses.fields(record)}


def kind_of(declared: Any) -> Kind[Any]:
    """Return the kind that a type tells."""
    inside = get_args(declared)
    if get_origin(declared) is Annotated:
        kind: Kind[Any] = inside[1]
        return kind
    if get_origin(declared) is tuple:
        kinds = [kind_of(each) for each in inside if each is not ...]
        return _many(kinds[0]) if ... in inside else _each(kinds)
    if get_origin(declared) is dict:
        return _by_name(kind_of(inside[1]))
    if NoneType in inside:
        return _optional(kind_of(inside[0]))
    return Kind(declared.read, declared.written)


def attributes(make: Callable[..., T], **types: Any) -> Kind[T]:
    """Return the kind of what is made of its attributes; in JSON they are an object."""
    kinds = {name: kind_of(declared) for name, declared in types.items()}
    return Kind(
        lambda field: make(**{name: kind.read(field[name]) for name, kind in kinds.items()}),
        lambda made: {name: kind.write(getattr(made, name)) for name, kind in kinds.items()},
    )


def _each(kinds: list[Kind[Any]]) -> Kind[tuple[Any, ...]]:
    def read(field: Field) -> tuple[Any, ...]:
        entries = list(field)
        if len(entries) != len(kinds):
            raise field.refuse(f"a list of {len(kinds)} is needed")
        return tuple(kind.read(entry) for kind, entry in zip(kinds, entries, strict=True))

    return Kind(read, list)


def _many(kind: Kind[T]) -> Kind[tuple[T, ...]]:
    return Kind(
        lambda field: tuple(map(kind.read, field)), lambda values: list(map(kind.write, values))
    )


def _by_name(kind: Kind[T]) -> Kind[dict[str, T]]:
    return Kind(
        lambda field: {name: kind.read(field[name]) for name in field.keys()},  # noqa: SIM118
        lambda values: {name: kind.write(value) for name, value in values.items()},
    )


def _optional(kind: Kind[T]) -> Kind[T | None]:
    return Kind(
        lambda field: None if field.is_null else kind.read(field),
        lambda value: None if value is None else kind.write(value),
    )

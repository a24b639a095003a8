"""The passes of a recording: what each iteration of the user's training loop read and made.

A pass begins where the parameters are used and ends where they have changed. Which loop of the
script that is, is not known beforehand: `loops` offers them, the innermost first.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.audit.differences import Differences, Operand
from engine.audit.recording.recording import Recording
from engine.audit.scalars import ScalarLayer, Scalars
from engine.maths.tensor import Array

READS = ("Name", "Attribute", "Subscript")
GIVEN = ("for", "param")
"""The kinds of records that make no number: they take one that is there."""

Site = tuple[object, ...]
Records = NDArray[np.intp]
Flags = NDArray[np.bool_]
"""Where a script reads or makes an array."""

_SUBTRACTIONS = ("BinOp:Sub", "augassign:Sub")
_MOST_CELLS = 1_000_000
_MOST_GROUPS = 64
_RECURRING = 8


@dataclass(eq=False)
class Found:
    """An array of a pass, as the script holds it.

    Attributes:
        data: Its numbers.
        first: The record at which it was first seen in the pass.
        records: All records that have it; of what is assembled, those of its parts.
        site: Where the script reads or makes it: the node, and the loops and calls around it.
        is_taken: Whether the first record takes it from outside of the pass and makes nothing.
        is_assembled: Whether it was put together from the turns of inner loops.
        loose: The same without the object whose attribute or element it is: another pass may have
            another object.
    """

    data: Array
    first: int
    records: list[int]
    site: Site
    is_taken: bool
    is_assembled: bool = False
    loose: Site = ()

    @property
    def begins(self) -> int:
        """The record from which on it may be read: of scalars put together, that of the first."""
        return min(self.records) if self.site[:1] == ("scalars",) else self.first

    @cached_property
    def flat(self) -> Array:
        """The numbers in one row."""
        return np.ascontiguousarray(self.data).ravel()

    @property
    def size(self) -> int:
        """How many there are."""
        return int(self.data.size)


@dataclass(eq=False)
class Pass:
    """One iteration of the user's loop.

    Attributes:
        number: Which one it is, from 0.
        found: The arrays, in the order in which they were first seen.
        taken: Those that come from outside, by their sites.
        places: What is first read or made at each site, though another may have had it before.
        bounds: The first record, and the one after the last.
        scalars: For each layer of scalar weights its inputs, weights, bias and z, put together.
        differences: What is subtracted from what.
        values: The arrays by the numbers of their values in the recording.
    """

    number: int
    found: list[Found]
    bounds: tuple[int, int]
    taken: dict[Site, Found] = field(default_factory=dict)
    places: dict[Site, Found] = field(default_factory=dict, repr=False)
    scalars: list[dict[str, Found]] = field(default_factory=list)
    differences: Differences = field(default_factory=lambda: Differences(()))
    values: dict[int, Found] = field(default_factory=dict, repr=False)
    _rows: dict[int, Array] = field(default_factory=dict, repr=False)
    _cells: dict[int, Array] = field(default_factory=dict, repr=False)

    def twin(self, found: Found) -> Found | None:
        """Return what this pass takes from the same place as another pass."""
        return self.sites.get(found.site) or self.sites.get(found.loose)

    @cached_property
    def sites(self) -> dict[Site, Found]:
        """The arrays by the places where they are read or made."""
        sites = {known.site: known for known in reversed(self.found)}
        for known in reversed(self.found):
            if known.loose:
                sites.setdefault(known.loose, known)
        return sites | self.taken | self.places

    def at(self, sites: set[Site]) -> set[int]:
        """Return the ids of what the pass has at some sites."""
        return {id(self.sites[site]) for site in sites if site in self.sites}

    @cached_property
    def by_size(self) -> dict[int, list[Found]]:
        """The arrays by how many numbers they have."""
        sizes: dict[int, list[Found]] = {}
        for found in self.found:
            sizes.setdefault(found.size, []).append(found)
        return sizes

    def last_of(self, found: Found, recording: Recording) -> Array | None:
        """Return the last that the pass puts into the variable of an array; None where nothing."""
        if not found.is_assembled:
            return self._last_of(found.records, recording)
        if len(found.records) != found.size:
            return None
        cells = [self._last_of([record], recording) for record in found.records]
        known = [cell for cell in cells if cell is not None and cell.size == 1]
        if len(known) < found.size:
            return None
        return np.array([cell.item() for cell in known]).reshape(found.data.shape)

    def _last_of(self, records: list[int], recording: Recording) -> Array | None:
        rows, nodes = recording.records, recording.nodes
        owners = {recording.places[p].owner for p in rows["place"][records] if p >= 0}
        named: set[int] = set()
        for record in range(self.bounds[1] - 1, min(records), -1):
            place, value = int(rows["place"][record]), int(rows["value"][record])
            if value < 0:
                continue
            kind = nodes[rows["node"][record]].kind
            if "assign" in kind:
                if place >= 0 and recording.places[place].owner in owners:
                    return recording.values[value]
                named.add(value)
            elif value in named and kind in ("BinOp:Sub", "BinOp:Add"):
                # What is made of it may be kept under another name.
                first = recording.operands(record)[0]
                at = int(rows["place"][first]) if first >= 0 else -1
                if at >= 0 and recording.places[at].owner in owners:
                    return recording.values[value]
        return None

    def add(self, found: Iterable[Found]) -> None:
        """Add what the arrays are seen as, too."""
        self.found = sorted([*self.found, *found], key=lambda one: one.first)
        self._rows.clear()
        self._cells.clear()
        for name in ("by_size", "sites"):
            self.__dict__.pop(name, None)

    def rows(self, size: int) -> Array:
        """Return the arrays with so many numbers, each as one row."""
        if size not in self._rows:
            members = self.by_size.get(size, [])
            self._rows[size] = np.array([found.flat for found in members]).reshape(-1, size)
        return self._rows[size]

    def have_cells(self, size: int, numbers: Array | float, limit: float) -> Flags:
        """Say of numbers whether an array of a size has each of them, up to a limit."""
        if size not in self._cells:
            self._cells[size] = np.sort(self.rows(size), axis=None)
        cells = self._cells[size]
        at = cells.searchsorted(numbers - limit)
        there = cells[np.minimum(at, len(cells) - 1)] <= numbers + limit
        return (at < len(cells)) & there


@dataclass(frozen=True)
class Loop:
    """A loop of the script that may be the training loop: its turns."""

    node: int
    passes: Sequence[Pass]


def loops(recording: Recording, fewest: int = 2) -> Iterator[Loop]:
    """Go through the loops that may be the training loop, the innermost first, and the whole.

    The last is no loop: the whole script as one pass.

    Args:
        recording: The recording.
        fewest: How many turns a loop must have.
    """
    paths = recording.paths
    depths: dict[int, int] = {}
    for path in paths:
        for depth, (node, index) in enumerate(path):
            if index >= 0:
                depths[node] = max(depths.get(node, 0), depth)
    for node in sorted(depths, key=lambda node: -depths[node]):
        turns = _turns(recording, node)
        if len(turns) >= fewest:
            yield Loop(node, _Passes(recording, turns))
    whole = np.arange(len(recording.records))
    if len(whole):
        yield Loop(-1, _Passes(recording, [(whole, 0)]))


def passes_from(recording: Recording, record: int) -> Pass:
    """Return what a script does from a record on as one pass."""
    return _made(recording, 0, np.arange(record, len(recording.records)), 0)


def _turns(recording: Recording, node: int) -> list[tuple[Records, int]]:
    """Return the records of each turn of a loop, and how long their common path is."""
    prefix: dict[int, tuple[int, int]] = {}
    numbers: dict[Site, int] = {}
    for number, path in enumerate(recording.paths):
        for depth, (at, index) in enumerate(path):
            if at == node and index >= 0:
                turn = numbers.setdefault(path[: depth + 1], len(numbers))
                prefix[number] = (turn, depth + 1)
                break
    table = np.full(len(recording.paths), -1)
    for number, (turn, _) in prefix.items():
        table[number] = turn
    of_record = table[recording.records["path"]]
    order = np.argsort(of_record, kind="stable")
    sorted_turns = of_record[order]
    starts = np.searchsorted(sorted_turns, np.arange(len(numbers)))
    ends = np.searchsorted(sorted_turns, np.arange(len(numbers)), side="right")
    lengths = dict(prefix.values())
    turns = [
        (order[start:end], lengths[turn])
        for turn, (start, end) in enumerate(zip(starts, ends, strict=True))
        if end > start
    ]
    turns.sort(key=lambda turn: int(turn[0][0]))
    return turns


class _Passes(Sequence[Pass]):
    """The passes of a loop, made when they are asked for."""

    def __init__(self, recording: Recording, turns: list[tuple[Records, int]]) -> None:
        self._recording = recording
        self._turns = turns
        self._made: dict[int, Pass] = {}

    def __len__(self) -> int:
        return len(self._turns)

    def __getitem__(self, number: int) -> Pass:  # type: ignore[override]
        if number < 0:
            number += len(self)
        if number not in self._made:
            records, length = self._turns[number]
            self._made[number] = _made(self._recording, number, records, length)
        return self._made[number]


def changing(passes: Sequence[Pass], number: int, recording: Recording) -> set[Site] | None:
    """Return the sites of what a pass takes that may be parameters: they are ever new arrays.

    Rows of the table are other arrays in each pass too, but they come again, or stand in an array
    that was there before the loop. None where there is only one pass.
    """
    others = range(max(number - 1, 0), min(number + _RECURRING, len(passes)))
    if len(others) < 2:
        return None
    known = recording.rows_before(passes[0].bounds[0])
    cells = recording.cells_before(passes[0].bounds[0])
    sites: set[Site] = set()
    for site, found in passes[number].taken.items():
        if found.flat.tobytes() in known or _is_own_target(found, recording):
            continue
        twins = [twin for n in others if (twin := passes[n].twin(found)) is not None]
        texts = [twin.flat.tobytes() for twin in twins]
        runs = sum(1 for a, b in pairwise(texts) if a != b)
        is_new = not (all(is_picked(t, known) for t in twins) or _are_there(twins, cells))
        if runs and len(set(texts)) == runs + 1 and is_new:
            sites.add(site)
    return sites


def _is_own_target(found: Found, recording: Recording) -> bool:
    """Whether an array is what the loop itself hands out in each turn, as a counter."""
    node, inner = found.site[:2]
    return inner == () and recording.nodes[int(node)].kind == "for"  # type: ignore[call-overload]


def is_picked(found: Found, known: frozenset[bytes]) -> bool:
    """Whether an array consists of rows that were there before, in another order perhaps."""
    data = np.squeeze(found.data)
    return data.ndim == 2 and any(
        all(row.tobytes() in known for row in np.ascontiguousarray(way)) for way in (data, data.T)
    )


def _are_there(arrays: Sequence[Found], cells: Array) -> bool:
    """Whether all numbers of arrays were there before, as in a part of each row of a table.

    Whole numbers tell nothing: a step may lead to any of them.
    """
    numbers = np.concatenate([found.flat for found in arrays])
    return bool(np.any(numbers != np.floor(numbers)) and np.isin(numbers, cells).all())


def is_called(recording: Recording, found: Found, variable: str) -> bool:
    """Whether a script's variable holds an array."""
    places = (int(recording.records["place"][record]) for record in found.records)
    return any(place >= 0 and recording.places[place].text == variable for place in places)


def follows(passes: Sequence[Pass], number: int, recording: Recording) -> bool:
    """Whether the pass after this one was recorded right behind it."""
    if number + 1 >= len(passes):
        return False
    windows = recording.records["window"]
    return bool(windows[passes[number].bounds[1] - 1] == windows[passes[number + 1].bounds[0]])


def _made(recording: Recording, number: int, records: Records, length: int) -> Pass:
    rows = recording.records
    nodes, paths = recording.nodes, recording.paths
    by_value: dict[int, Found] = {}
    singles: set[float] = set()
    turns: dict[Site, list[tuple[tuple[int, ...], int]]] = {}
    where: dict[int, tuple[Site, Site]] = {}
    first_there: dict[Site, Found] = {}
    for record in records.tolist():
        value = int(rows["value"][record])
        if value < 0:
            continue
        node, path = int(rows["node"][record]), paths[rows["path"][record]][length:]
        place = int(rows["place"][record])
        if place >= 0 and recording.places[place].owner in recording.counters:
            continue
        inner = tuple(at for at, _ in path)
        kind = nodes[node].kind
        text = recording.places[place].text if place >= 0 else ""
        # An element of a list is read by its name too; a[i] is the same place whatever i is.
        loose: Site = (node, inner) if kind == "Subscript" else (node, inner, text)
        owner = recording.places[place].owner if place >= 0 else ()
        indices = tuple(index for _, index in path if index >= 0)
        site = (*loose, owner) if owner and owner[0] in ("attribute", "item") else loose
        if site is loose and kind == "for" and indices:
            # A loop over the layers hands out other weights in each turn.
            site = (*loose, ("turn", indices))
        known = by_value.get(value)
        if known is None:
            is_taken = kind in GIVEN or (
                kind in READS
                and _reads_what_is_taken(recording, record, by_value)
                and not _is_gathered(recording.values[value], singles)
            )
            is_taken |= kind == "assign" and (
                _is_row_of_taken(recording, record, by_value)
                or _is_unpacked(recording, record, int(records[0]))
            )
            is_taken |= _is_reshaped(recording, record, by_value)
            known = by_value[value] = Found(
                recording.values[value], record, [record], site, is_taken, loose=loose
            )
            if known.size == 1 and not is_taken:
                singles.add(float(known.flat[0]))
        else:
            known.records.append(record)
        where[record] = site, loose
        first_there.setdefault(site, known)
        first_there.setdefault(loose, known)
        if indices:
            turns.setdefault(loose, []).append((indices, record))
    found = list(by_value.values())
    for site, made in turns.items():
        found.extend(_assembled(recording, site, made, by_value))
    scalars = Scalars(recording, records.tolist())
    layers = [_layer_of_scalars(layer, recording, by_value) for layer in scalars.layers]
    found.extend(part for layer in layers for part in layer.values())
    found.sort(key=lambda one: one.first)
    one = Pass(
        number,
        found,
        (int(records[0]), int(records[-1]) + 1),
        places=first_there,
        scalars=layers,
        differences=Differences(_subtractions(recording, where)),
        values=by_value,
    )
    for known in found:
        if known.is_taken:
            one.taken.setdefault(known.site, known)
            if known.loose:
                one.taken.setdefault(known.loose, known)
    return one


def _subtractions(
    recording: Recording, where: dict[int, tuple[Site, Site]]
) -> Iterator[tuple[Operand, Operand]]:
    """Go through the operands of each subtraction of a pass of which both are recorded."""
    for record in where:
        node = recording.nodes[int(recording.records["node"][record])]
        if not (node.kind in _SUBTRACTIONS or node.function.endswith("subtract")):
            continue
        pair = [operand for operand in recording.operands(record)[-2:] if operand in where]
        values = [int(recording.records["value"][operand]) for operand in pair]
        if len(pair) == 2 and min(values) >= 0:
            one, other = (
                Operand(recording.values[value], value, operand, *where[operand])
                for value, operand in zip(values, pair, strict=True)
            )
            yield one, other


def _layer_of_scalars(
    layer: ScalarLayer, recording: Recording, by_value: dict[int, Found]
) -> dict[str, Found]:
    """Put the parts of a layer together as the arrays that they would be."""
    parts: dict[str, Found] = {}
    for name, data in (
        ("inputs", layer.inputs),
        ("weights", layer.weights),
        ("bias", layer.bias),
        ("z", layer.z),
    ):
        if data is None:
            continue
        records = layer.records[name]
        values = recording.records["value"][records].tolist()
        owners = layer.owners.get(name, ())
        # A single number is there as it is, but a parameter is told by its place.
        if name in ("inputs", "z") and len(records) == 1:
            parts[name] = by_value[values[0]]
            continue
        is_taken = bool(owners) or all(by_value[value].is_taken for value in values)
        site = ("scalars", name, *(owners or records))
        loose = ("scalars", name, *(owner[-1] for owner in owners)) if owners else ()
        parts[name] = Found(data, max(records), records, site, is_taken, True, loose)
    return parts


def _reads_what_is_taken(recording: Recording, record: int, known: dict[int, Found]) -> bool:
    """Whether an attribute or a part belongs to nothing that the pass has made itself."""
    for operand in recording.operands(record)[:1]:
        found = known.get(int(recording.records["value"][operand])) if operand >= 0 else None
        if found is not None and not found.is_taken:
            return False
    return True


def _is_row_of_taken(recording: Recording, record: int, known: dict[int, Found]) -> bool:
    """Whether several names share out the rows of what is taken, as ``x, y = rows[i]`` does."""
    operand = recording.operands(record)[-1:]
    found = known.get(int(recording.records["value"][operand[0]])) if operand else None
    if found is None or not found.is_taken or found.data.ndim < 1:
        return False
    value = recording.value(record)
    return any(np.array_equal(row, value) for row in found.data)  # type: ignore[arg-type]


def _is_unpacked(recording: Recording, record: int, begin: int) -> bool:
    """Whether a name is given what was there before, as ``W, b = parameters`` does."""
    sources = recording.nodes[int(recording.records["node"][record])].children
    return (
        all(recording.nodes[source].kind in READS for source in sources)
        and max(recording.operands(record), default=-1) < 0
        and recording.was_there(record, begin)
    )


def _is_reshaped(recording: Recording, record: int, known: dict[int, Found]) -> bool:
    """Whether what is taken is seen in another shape, as weights are in a vector with all."""
    if not recording.nodes[int(recording.records["node"][record])].function.endswith("reshape"):
        return False
    parts = [known.get(int(recording.records["value"][o])) for o in recording.operands(record)]
    size = recording.values[int(recording.records["value"][record])].size
    return any(part is not None and part.is_taken and part.size == size > 1 for part in parts)


def _is_gathered(data: Array, singles: set[float]) -> bool:
    """Whether all numbers of a list were made one by one in the pass, and then put into it."""
    return data.ndim == 1 and singles.issuperset(data.tolist())


def _assembled(
    recording: Recording,
    site: Site,
    made: list[tuple[tuple[int, ...], int]],
    by_value: dict[int, Found],
) -> Iterator[Found]:
    """Put together what one place of the script made in the turns of the loops around it."""
    rows, values = recording.records, recording.values
    kind = recording.nodes[int(site[0])].kind  # type: ignore[call-overload]
    depth = len(made[0][0])
    groups = 0
    for kept in _kept_axes(depth):
        parts: dict[tuple[int, ...], dict[tuple[int, ...], int]] = {}
        for indices, record in made:
            inner = tuple(indices[axis] for axis in kept)
            outer = tuple(index for axis, index in enumerate(indices) if axis not in kept)
            parts.setdefault(outer, {})[inner] = record
        if len(kept) < depth and len(parts) == 1:
            continue
        for outer, latest in parts.items():
            groups += 1
            if groups > _MOST_GROUPS:
                return
            if len(latest) < 2:
                continue
            extent = tuple(max(index[i] for index in latest) + 1 for i in range(len(kept)))
            if math.prod(extent) != len(latest):
                continue
            ordered = [latest[index] for index in sorted(latest)]
            numbers = rows["value"][ordered].tolist()
            shapes = {values[number].shape for number in numbers}
            if len(shapes) != 1:
                continue
            (shape,) = shapes
            if len(latest) * math.prod(shape) > _MOST_CELLS:
                continue
            if _is_repeated(rows["identity"][ordered].reshape(extent)):
                continue
            data = np.array([values[number] for number in numbers]).reshape(extent + shape)
            if _counts(data):
                continue
            is_taken = all(by_value[number].is_taken for number in numbers)
            where = ("turns", kept, outer, *site)
            yield Found(data, max(ordered), ordered, where, is_taken, True)
            if kind.startswith("augassign"):
                # What a loop adds up is whole after its last turn.
                for axes in range(1, len(extent)):
                    ends: tuple[Any, ...] = (..., *(-1,) * axes, *(slice(None),) * len(shape))
                    last = data[ends]
                    yield Found(last, max(ordered), ordered, ("sum", axes, *where), False, True)


def _is_repeated(identities: Array) -> bool:
    """Whether the turns of a loop read one and the same object again and again."""
    return bool(identities.all()) and any(
        length > 1 and bool((identities == identities.take([0], axis)).all())
        for axis, length in enumerate(identities.shape)
    )


def _counts(data: Array) -> bool:
    """Whether numbers are those of a counter, up or down, and no data."""
    flat = data.ravel()
    if flat.size < 2 or {flat[0], flat[-1]} != {0.0, flat.size - 1.0}:
        return False
    up = np.arange(flat.size)
    return np.array_equal(flat, up) or np.array_equal(flat, up[::-1])


def _kept_axes(depth: int) -> Iterator[tuple[int, ...]]:
    """Go through the loops whose turns are put together: all, the inner ones, the outer ones."""
    yield tuple(range(depth))
    for fixed in range(1, depth):
        yield tuple(range(fixed, depth))
        yield tuple(range(depth - fixed))

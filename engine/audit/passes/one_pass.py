"""The passes of a recording: what each iteration of the user's training loop read and made."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from engine.audit.passes.differences import Differences
from engine.audit.recording.recording import Recording
from engine.formula.tensor import Array

READS = ("Name", "Attribute", "Subscript")

Site = tuple[object, ...]
"""Where a script reads or makes an array."""


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
        """The count of the numbers."""
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
    _ordered: dict[tuple[int, int], tuple[NDArray[np.intp], list[float]]] = field(
        default_factory=dict, repr=False
    )

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
        self._ordered.clear()
        for name in ("by_size", "sites"):
            self.__dict__.pop(name, None)

    def rows(self, size: int) -> Array:
        """Return the arrays with so many numbers, each as one row."""
        if size not in self._rows:
            members = self.by_size.get(size, [])
            self._rows[size] = np.array([found.flat for found in members]).reshape(-1, size)
        return self._rows[size]

    def have_cells(self, size: int, numbers: Array | float, limit: float) -> NDArray[np.bool_]:
        """Say of numbers whether an array of a size has each of them, up to a limit."""
        if size not in self._cells:
            self._cells[size] = np.sort(self.rows(size), axis=None)
        cells = self._cells[size]
        at = cells.searchsorted(numbers - limit)
        there = cells[np.minimum(at, len(cells) - 1)] <= numbers + limit
        return (at < len(cells)) & there

    def rows_between(self, size: int, at: int, low: float, high: float) -> NDArray[np.intp]:
        """Return which of the arrays with so many numbers have the one at a place in bounds."""
        if (size, at) not in self._ordered:
            cells = self.rows(size)[:, at]
            order = np.argsort(cells)[: np.count_nonzero(~np.isnan(cells))]
            self._ordered[size, at] = order, cells[order].tolist()
        order, known = self._ordered[size, at]
        return order[bisect_left(known, low) : bisect_right(known, high)]


def is_called(recording: Recording, found: Found, variable: str) -> bool:
    """Whether a script's variable holds an array."""
    places = (int(recording.records["place"][record]) for record in found.records)
    return any(place >= 0 and recording.places[place].text == variable for place in places)

"""The list of stops: what a user can do with them."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING

from engine.common.errors import InputError
from engine.common.text import clean
from engine.language.parsing import LONGEST
from engine.run.halt import NONFINITE
from engine.stops.compile import compiled
from engine.stops.stop import BUILT_IN, Stop, split_count, split_place

if TYPE_CHECKING:
    from engine.run.run import Run


class Stops:
    """The list of stops of a debugger.

    Args:
        run: Gives the present run, whose names the expressions have.

    Attributes:
        version: Changes with every change that matters to a run.
        next_number: The number of the next stop.
    """

    def __init__(self, run: Callable[[], Run]) -> None:
        self._run = run
        self._entries: dict[int, Stop] = {}
        self.next_number = 1
        self.version = 0
        self._add_built_in()

    def __iter__(self) -> Iterator[Stop]:
        return iter(self._entries.values())

    def _add_built_in(self) -> None:
        """Sort the built-in stops to the front; add the missing ones."""
        present = {stop.name: stop for stop in self if stop.name}
        users = [stop for stop in self if not stop.name]
        self._entries = {}
        for name, title, text, count, enabled in BUILT_IN:
            known = present.get(name)
            if known is None:
                known = Stop(self.next_number, "", text, count, name, enabled=enabled)
                self.next_number += 1
            known.title = title
            self._entries[known.number] = known
        self._entries |= {stop.number: stop for stop in users}

    def _add(self, stop: Stop) -> Stop:
        self._entries[stop.number] = stop
        self.next_number = stop.number + 1
        self.version += 1
        return stop

    def add_watch(self, text: str) -> Stop:
        """Watch an expression; one that is true or false stops the run when it becomes true.

        Args:
            text: ``norm(dE_dw)``, ``E < 0.1`` or ``gradient_norm < 1e-6 for 100``.

        Raises:
            InputError: It cannot be read or evaluated, or has a count that it cannot have.
        """
        return self._add(self._made(Stop(self.next_number), text))

    def add_breakpoint(self, spec: str) -> Stop:
        """Stop before an operation.

        Args:
            spec: ``dE_dw``, ``dE_dw: norm(dE_dy) > 1`` or ``dE_dw: E < 0.1 after 3``.

        Raises:
            InputError: There is no such operation, or the condition cannot be used there.
        """
        typed, text = split_place(spec)
        operations = self._run().program.operations
        known = next((o for o in operations if typed in (o.name, o.symbol)), None)
        if known is None:
            names = ", ".join(operation.name for operation in operations)
            raise InputError(f"there is no operation {clean(typed, 40)!r}; there are {names}")
        return self._add(self._made(Stop(self.next_number, known.name), text))

    def _made(self, stop: Stop, text: str) -> Stop:
        """Set the condition and count of a stop, if it can have them."""
        text, word, count = split_count(text)
        if word == "after" and stop.is_watch:
            raise InputError("a watch is true for N iterations in a row: … for N")
        if word == "for" and not stop.is_watch:
            raise InputError("a breakpoint stops from its Nth hit on: … after N")
        # Tabs and line breaks are blanks, as in any expression.
        text = clean(" ".join(text.split()), LONGEST)
        made = dataclasses.replace(stop, text=text, count=count, problem="")
        compiled(self._run(), made)
        return made

    def require_condition(self, watch: Stop) -> None:
        """Refuse a watch that cannot stop the run, being neither true nor false.

        Raises:
            InputError: It says what the watch is.
        """
        query, _ = compiled(self._run(), watch)
        if query is not None:
            query.require_condition()

    def toggle_breakpoint(self, name: str) -> bool:
        """Set a breakpoint before an operation, or take it away; return whether it is set."""
        present = next((stop for stop in self if stop.place == name), None)
        if present is None:
            self.add_breakpoint(name)
            return True
        self.remove(present.number)
        return False

    def edit(self, number: int, text: str) -> Stop:
        """Change the condition and count of a stop, e.g. ``E < 0.2 after 2``; return it.

        Raises:
            InputError: There is no such stop, or the condition cannot be used.
        """
        stop = self[number]
        if stop.name == NONFINITE:
            raise InputError("this stop has no condition; it can be switched off")
        self._entries[number] = self._made(stop, text)
        self.version += 1
        return self._entries[number]

    def __getitem__(self, number: int) -> Stop:
        if number < 1:
            raise InputError("this stop is a hyperparameter: change that")
        try:
            return self._entries[number]
        except KeyError:
            raise InputError(f"there is no stop {number}") from None

    def remove(self, number: int) -> None:
        """Take a stop off the list.

        Raises:
            InputError: There is none, or it is built in.
        """
        if self[number].name:
            raise InputError("a built-in stop stays in the list; it can be switched off")
        del self._entries[number]
        self.version += 1

    def toggle(self, number: int) -> bool:
        """Switch a stop on or off; return whether it is on now.

        Raises:
            InputError: There is no such stop.
        """
        stop = self[number]
        stop.enabled, stop.problem = not stop.enabled, ""
        self.version += 1
        return stop.enabled

    def recall(self, stops: Iterable[Stop], next_number: int) -> None:
        """Take over the stops of another list; switch off what cannot be used, with the reason.

        Args:
            stops: The stops of the list, numbered alike; a built-in stop by its name only.
            next_number: The number of the next one.
        """
        self._entries = {stop.number: stop for stop in stops}
        self.next_number = next_number
        self._add_built_in()
        for stop in self:
            try:
                if stop.name != NONFINITE and not stop.problem:
                    compiled(self._run(), stop)
            except InputError as error:
                stop.enabled, stop.problem = False, str(error)
        self.version += 1

    def copies(self) -> list[Stop]:
        """Return copies, for the list of another debugger."""
        return [dataclasses.replace(stop) for stop in self]

    def hits(self, stop: Stop) -> int:
        """Return how often a stop was met in the present run, however often it was passed."""
        tallies = self._run().tallies
        if stop.name == NONFINITE:
            return len(tallies.nonfinite)
        return tallies.hits(stop.number, stop.spec)

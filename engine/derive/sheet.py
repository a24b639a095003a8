"""One program as an exercise knows it: its right operations, and its names."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from engine.common.errors import InputError
from engine.common.text import clean, without_subscripts
from engine.derive.trial import Parts, Values, random_values, values_at_hand
from engine.derive.typed import read_formula
from engine.derive.verdict import Verdict, judge
from engine.formula.tree import Formula, Function, Leaf, Number, Size
from engine.maths.operations.operation import Operation, Phase
from engine.mistakes import Around
from engine.mistakes.around import all_parts

_TRIALS = (1, 2)
"""The seeds of the random numbers on which a formula is tried."""
_PLAIN = {"λ₁": "l1", "λ₂": "l2", "δ": "delta"}
"""Hyperparameters as they can be typed on any keyboard."""


class Sheet(Parts):
    """One program, as far as an exercise has to know it."""

    @property
    def lines(self) -> tuple[str, ...]:
        """The operations of the backward phase, by name."""
        return tuple(o.name for o in self.operations if o.phase is Phase.BACKWARD)

    def operation(self, name: str) -> Operation:
        """Return an operation as it is right.

        Raises:
            InputError: It is none of the backward phase.
        """
        shown = without_subscripts(name.strip())
        for operation in self.operations:
            known = (operation.name, without_subscripts(operation.symbol))
            if operation.phase is Phase.BACKWARD and shown in known:
                return operation
        raise InputError(
            f"{clean(name, 40)}: no line of the backward phase; there are {', '.join(self.lines)}"
        )

    def names(self, operation: Operation) -> dict[str, Formula]:
        """Return what a formula for an operation can name: what is there before it runs."""
        found: dict[str, Formula] = {}
        tensors = [self.tensors[name] for name in ("x", "f0")]
        tensors += self.parameters.values()
        for before in self.operations:
            if before is operation:
                break
            tensors.append(before.target)
        for tensor in dict.fromkeys(tensors):
            found[tensor.name] = Leaf(tensor)
            found.setdefault(without_subscripts(tensor.symbol), Leaf(tensor))
        around = Around(self.operations)
        for symbol in "NIHO":
            axis = around.axis(symbol)
            if axis is not None:
                found.setdefault(symbol, Size(axis))
        for number in self._settings():
            found.setdefault(without_subscripts(number.symbol), number)
            found.setdefault(_PLAIN.get(number.symbol, number.symbol), number)
        return found

    def _settings(self) -> Iterator[Number]:
        for operation in self.operations:
            for part in all_parts(operation.rule.tree):
                if (
                    isinstance(part, Number)
                    and part.is_named
                    and operation.phase is not Phase.UPDATE
                ):
                    yield part

    def try_formula(self, operation: Operation, text: str) -> tuple[Verdict, Formula]:
        """Judge a formula for an operation, and return it too.

        Raises:
            QueryError: It cannot be read.
        """
        tree = read_formula(text, self.names(operation))
        here, elsewhere = self._numbers()
        around = Around(self.operations)
        return judge(operation, tree, text.strip(), around, here, elsewhere), tree

    def _numbers(self) -> tuple[Values, list[Values]]:
        return values_at_hand(self), [random_values(self, seed) for seed in _TRIALS]


def own(operation: Operation, tree: Formula, text: str) -> Operation:
    """Return an operation that runs a formula of the user's own, and is written with it."""
    form = text.replace("{", "{{").replace("}", "}}")
    written = Function(form, (), tree, opens=True)
    rule = replace(operation.rule, tree=written, shown=None, given="", note="yours")
    return replace(operation, rule=rule)

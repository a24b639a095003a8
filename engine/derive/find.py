"""The exercise with one mistake planted in the backward phase."""

from __future__ import annotations

from dataclasses import replace
from random import Random
from typing import TYPE_CHECKING
from weakref import WeakKeyDictionary

import numpy as np

from engine.common.errors import InputError
from engine.derive.answers import Answers
from engine.derive.sheet import Sheet
from engine.derive.trial import values_at_hand
from engine.formula.evaluate import evaluate
from engine.formula.tree import Seen, leaves
from engine.maths.operations.operation import Operation, Phase
from engine.mistakes import Around, Mistake, mistakes
from engine.program.program import Program

if TYPE_CHECKING:
    from engine.debugger import Debugger
    from engine.program.listing import Line

ENTRY = "mistake"
"""The name of the marked line in a file of answers."""
_LIKELIEST = 3
"""The number of mistakes of a kind among which one is chosen."""
_VISIBLE = 1e-3
"""The least relative change of the numbers at hand by a planted mistake."""


class Find:
    """Runs a wrong formula in one line of the backward phase until it is found.

    Args:
        debugger: The run; it is to stand at its start.
        seed: Which mistake it is.
        answers: Where the marked line is kept, and taken from at the start.

    Attributes:
        marks: The lines that were marked, the last one last.

    Raises:
        InputError: The line in the file of answers does not exist.
    """

    def __init__(self, debugger: Debugger, seed: int = 1, answers: Answers | None = None) -> None:
        self._debugger = debugger
        self._seed = seed
        self._answers = answers or Answers()
        self._sheets = WeakKeyDictionary[Program, Sheet]()
        self._planted = WeakKeyDictionary[Program, Mistake]()
        self.marks: list[str] = []
        debugger.amend = self._amend
        self._amend(debugger.program)
        for line, name, text in self._answers.entries():
            try:
                if name != ENTRY:
                    raise InputError(f"the line that is wrong is written as {ENTRY} = dE_dy")
                self.marks.append(self._sheet.operation(text).name)
            except InputError as error:
                raise self._answers.problem(line, str(error)) from None

    @property
    def _sheet(self) -> Sheet:
        return self._sheets[self._debugger.program]

    @property
    def planted(self) -> Mistake:
        """The mistake."""
        return self._planted[self._debugger.program]

    @property
    def lines(self) -> tuple[Line, ...]:
        """The backward phase, one line of it wrong."""
        lines = self._debugger.program.listing.lines
        return tuple(line for line in lines if line.phase is Phase.BACKWARD)

    @property
    def is_found(self) -> bool:
        """Whether the line that was marked last is the wrong one."""
        return self.marks[-1:] == [self.planted.of]

    @property
    def is_done(self) -> bool:
        """Whether it is found."""
        return self.is_found

    @property
    def score(self) -> str:
        """The progress, in words."""
        if self.is_found:
            return "found"
        return f"{len(self.marks)} marked, not found yet" if self.marks else "one line is wrong"

    def _amend(self, program: Program) -> None:
        sheet = self._sheets[program] = Sheet.of(program, self._debugger.dataset)
        mistake = self._planted[program] = _choose(sheet, Random(self._seed))
        # What stands beside the formulas would tell which is not as it was.
        backward = (o for o in sheet.operations if o.phase is Phase.BACKWARD)
        silent = [replace(o, rule=replace(o.rule, why="")) for o in backward]
        wrong = sheet.operation(mistake.of)
        rule = replace(wrong.rule, tree=mistake.formula, shown=None, why="", note="", given="")
        program.put(*silent, replace(wrong, rule=rule))

    def mark(self, name: str) -> str:
        """Mark a line as the wrong one; return what is to be said of it.

        Raises:
            InputError: There is no such line, or the file of answers cannot be written.
        """
        operation = self._sheet.operation(name)
        if self.is_found:
            return self.says
        self.marks.append(operation.name)
        self._answers.write(ENTRY, operation.name)
        return self.says

    @property
    def says(self) -> str:
        """The verdict on the line that was marked last; "" where none was."""
        if not self.marks:
            return ""
        operation = self._sheet.operation(self.marks[-1])
        if not self.is_found:
            return f"{operation.symbol} is right. Look on: d proves the gradients, x shows numbers."
        return f"Found, {operation.symbol}: {self.planted.says}. {self.planted.repair}"


def _choose(sheet: Sheet, random: Random) -> Mistake:
    """Choose a line, then a kind of mistake, then one of that kind."""
    around, values = Around(sheet.operations), values_at_hand(sheet)
    lines = [o for o in sheet.operations if o.name in sheet.lines and _can_be_wrong(o)]
    random.shuffle(lines)
    for operation in lines:
        right = evaluate(operation.rule.tree, values)
        kinds: dict[str, list[Mistake]] = {}
        for mistake in mistakes(operation, around, depth=0):
            if _can_run(mistake, operation):
                wrong = evaluate(mistake.formula, values)
                largest = np.abs(right).max()
                if np.isfinite(wrong).all() and np.abs(wrong - right).max() > _VISIBLE * largest:
                    kinds.setdefault(mistake.kind, []).append(mistake)
        if kinds:
            return random.choice(kinds[random.choice(sorted(kinds))][:_LIKELIEST])
    raise InputError("this network has no line in which a mistake could be planted")


def _can_be_wrong(operation: Operation) -> bool:
    return operation.target.stands_for is None and not operation.aside


def _can_run(mistake: Mistake, operation: Operation) -> bool:
    """Return whether a mistake can stand in the program, and be explained there."""
    if mistake.formula.axes != operation.target.axes or mistake.kind == "updated-weights":
        return False
    return not any(isinstance(leaf.of, Seen) for leaf in leaves(mistake.formula))

"""The exercise with blank lines: what was answered, hints, and the program that runs meanwhile."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING
from weakref import WeakKeyDictionary

from engine.common.errors import InputError, QueryError
from engine.common.text import clean
from engine.derive.answers import AnswersFile
from engine.derive.blank import blank
from engine.derive.sheet import Sheet, own
from engine.derive.verdict import Verdict
from engine.maths.operations.operation import Operation
from engine.program.program import Program

if TYPE_CHECKING:
    from engine.debugger import Debugger

HINTS = 3


@dataclass(frozen=True)
class _Step:
    """An answer that was given, and the one before it."""

    name: str
    before: Verdict | None
    after: Verdict | None


class Exercise:
    """Leaves lines of the backward phase blank until a right formula is typed for them.

    A blank line runs the right formula without telling it; a line with an answer runs that answer.

    Args:
        debugger: The run; it is to stand at its start.
        lines: The operations to leave blank, by name or symbol; by default the backward phase.
        answers: Where answers are kept, and taken from at the start.

    Attributes:
        verdicts: The last answer to each line, by name.
        hints: How many hints were taken for each line, by name.

    Raises:
        InputError: There is no such line, or an answer cannot be read.
    """

    def __init__(
        self,
        debugger: Debugger,
        lines: Sequence[str] = (),
        answers: AnswersFile | None = None,
    ) -> None:
        self._debugger = debugger
        self._answers = answers
        self._sheets = WeakKeyDictionary[Program, Sheet]()
        self._undone: list[_Step] = []
        self._done: list[_Step] = []
        self.verdicts: dict[str, Verdict] = {}
        self.hints: dict[str, int] = {}
        sheet = self._sheet(debugger.program)
        self._wanted = tuple(dict.fromkeys(sheet.operation(name).name for name in lines))
        if answers is not None:
            self._take(answers, sheet)
        debugger.amend = self._amend
        self._amend(debugger.program)

    def _take(self, answers: AnswersFile, sheet: Sheet) -> None:
        for line, name, text in answers.entries():
            try:
                operation = sheet.operation(name)
                if operation.name not in self._lines_of(sheet):
                    raise InputError(f"{name} is not among the lines to derive")
                self.verdicts[operation.name] = self._judged(sheet, operation, text)
            except InputError as error:
                raise answers.problem(line, str(error)) from None

    @property
    def lines(self) -> tuple[str, ...]:
        """The lines to derive, by name."""
        return self._lines_of(self._sheet(self._debugger.program))

    def _lines_of(self, sheet: Sheet) -> tuple[str, ...]:
        return tuple(name for name in sheet.lines if not self._wanted or name in self._wanted)

    @property
    def right(self) -> int:
        """How many lines have a right answer."""
        return sum(1 for name in self.lines if self.is_right(name))

    def is_right(self, name: str) -> bool:
        """Whether a line has a right answer."""
        verdict = self.verdicts.get(name)
        return verdict is not None and verdict.is_right

    def symbol(self, name: str) -> str:
        """Return the symbol of a line."""
        return self._sheet(self._debugger.program).operation(name).symbol

    @property
    def score(self) -> str:
        """How far one has come, in words."""
        return f"{self.right} of {len(self.lines)} right"

    def _sheet(self, program: Program) -> Sheet:
        if program not in self._sheets:
            self._sheets[program] = Sheet.of(program, self._debugger.dataset)
        return self._sheets[program]

    def _amend(self, program: Program) -> None:
        """Have a program run the answers, and leave blank what has none."""
        sheet = self._sheet(program)
        operations: list[Operation] = []
        for name in self._lines_of(sheet):
            operations.append(self._present(sheet, sheet.operation(name)))
        program.put(*operations)

    def _present(self, sheet: Sheet, operation: Operation) -> Operation:
        """Return a line as it runs now."""
        verdict = self.verdicts.get(operation.name)
        if verdict is None:
            return blank(operation)
        if verdict.is_right:
            try:
                again, tree = sheet.try_formula(operation, verdict.text)
            except QueryError:
                return blank(operation, verdict.text)
            if again.is_right:
                return own(operation, tree, verdict.text)
        return blank(operation, verdict.text)

    def answer(self, name: str, text: str) -> Verdict:
        """Try a formula for a line; if it is right, the run uses it from now on.

        A right answer is not lost to a wrong one.

        Args:
            name: The line, by name or symbol.
            text: The formula.

        Raises:
            QueryError: It cannot be read.
            InputError: The line is none to derive, or the file of answers cannot be written.
        """
        operation = self._operation(name)
        sheet = self._sheet(self._debugger.program)
        verdict, _ = sheet.try_formula(operation, text)
        if self.is_right(operation.name) and not verdict.is_right:
            return verdict
        self._undone.clear()
        self._done.append(_Step(operation.name, self.verdicts.get(operation.name), verdict))
        self._set(operation.name, verdict)
        return verdict

    def _operation(self, name: str) -> Operation:
        sheet = self._sheet(self._debugger.program)
        operation = sheet.operation(name)
        if operation.name not in self._lines_of(sheet):
            raise InputError(
                f"{operation.symbol} is given; to derive: {', '.join(self._lines_of(sheet))}"
            )
        return operation

    @staticmethod
    def _judged(sheet: Sheet, operation: Operation, text: str) -> Verdict:
        try:
            return sheet.try_formula(operation, text)[0]
        except QueryError as error:
            return Verdict(operation.name, clean(text), False, "unreadable", str(error))

    def _set(self, name: str, verdict: Verdict | None) -> None:
        if verdict is None:
            self.verdicts.pop(name, None)
        else:
            self.verdicts[name] = verdict
        for program, sheet in self._sheets.items():
            if name in self._lines_of(sheet):
                program.put(self._present(sheet, sheet.operation(name)))
        if self._answers is not None:
            symbol = self.symbol(name)
            self._answers.write(name, None if verdict is None else verdict.text, symbol)

    def undo(self) -> str:
        """Take the last answer back; return what was done in words, or ""."""
        return self._move(self._done, self._undone)

    def redo(self) -> str:
        """Give an answer again that was taken back; return what was done in words, or ""."""
        return self._move(self._undone, self._done)

    def _move(self, source: list[_Step], to: list[_Step]) -> str:
        if not source:
            return ""
        step = source.pop()
        to.append(step)
        is_back = source is self._done
        self._set(step.name, step.before if is_back else step.after)
        text = step.after.text if step.after is not None else ""
        return f"the answer {text} to {self._operation(step.name).symbol}"

    def hint(self, name: str) -> str:
        """Return the next of three hints for a line: what it reads, the rule, the formula.

        Raises:
            InputError: The line is none to derive.
        """
        operation = self._operation(name)
        step = min(self.hints.get(operation.name, 0) + 1, HINTS)
        self.hints[operation.name] = step
        return f"{step} of {HINTS}: {_hint(operation, step)}"


def _hint(operation: Operation, step: int) -> str:
    if step == 1:
        symbols = [tensor.symbol for tensor in operation.reads]
        if not symbols:
            return f"{operation.symbol} reads nothing: it is the same everywhere."
        return f"{operation.symbol} reads {' and '.join(symbols)}."
    return operation.why if step == 2 else operation.formula

"""The exercise with blank lines: what was answered, hints, and the program that runs meanwhile."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING
from weakref import WeakKeyDictionary

from engine.common.errors import InputError, QueryError
from engine.common.text import clean, visible
from engine.derive.answers import Answers
from engine.derive.blank import blank
from engine.derive.hints import HINTS, hint
from engine.derive.sheet import Sheet, own
from engine.derive.verdict import Verdict
from engine.maths.operations.operation import Operation
from engine.program.program import Program

if TYPE_CHECKING:
    from engine.debugger import Debugger


@dataclass(frozen=True)
class _Step:
    """An answer that was given, and the one before it."""

    name: str
    before: str | None
    after: str | None


class Exercise:
    """Leaves lines of the backward phase blank until a right formula is typed for them.

    A blank line runs the right formula without telling it; a line with a right answer runs that
    answer.

    Args:
        debugger: The run; it is to stand at its start.
        lines: The operations to leave blank, by name or symbol; by default the backward phase.
        answers: Where answers are kept, and taken from at the start.

    Attributes:
        hints: How many hints were taken for each line, by name.

    Raises:
        InputError: There is no such line, or an answer cannot be read.
    """

    def __init__(
        self, debugger: Debugger, lines: Sequence[str] = (), answers: Answers | None = None
    ) -> None:
        self._debugger = debugger
        self._answers = answers or Answers()
        self._sheets = WeakKeyDictionary[Program, Sheet]()
        self._verdicts = WeakKeyDictionary[Program, dict[str, Verdict]]()
        self._texts: dict[str, str] = {}
        self._done: list[_Step] = []
        self._undone: list[_Step] = []
        self.hints: dict[str, int] = {}
        sheet = self._sheets[debugger.program] = Sheet.of(debugger.program, debugger.dataset)
        self._wanted = tuple(dict.fromkeys(sheet.operation(name).name for name in lines))
        for line, name, text in self._answers.entries():
            try:
                self._texts[sheet.operation(name).name] = visible(text)
            except InputError as error:
                raise self._answers.problem(line, str(error)) from None
        debugger.amend = self._amend
        self._amend(debugger.program)

    def _amend(self, program: Program) -> None:
        """Make a program run the answers, and leave the other lines blank."""
        if program not in self._sheets:
            self._sheets[program] = Sheet.of(program, self._debugger.dataset)
        sheet = self._sheets[program]
        self._verdicts[program] = {}
        program.put(*(self._present(program, name) for name in self._lines_of(sheet)))

    def _present(self, program: Program, name: str) -> Operation:
        """Return a line as it is to run in a program, and remember what is to be said of it."""
        sheet, text = self._sheets[program], self._texts.get(name)
        operation, verdicts = sheet.operation(name), self._verdicts[program]
        if not text:
            verdicts.pop(name, None)
            return blank(operation)
        try:
            verdicts[name], tree = sheet.try_formula(operation, text)
        except QueryError as error:
            verdicts[name] = Verdict(clean(text), False, "unreadable", str(error))
            return blank(operation, clean(text))
        return own(operation, tree, text) if verdicts[name].is_right else blank(operation, text)

    @property
    def _sheet(self) -> Sheet:
        return self._sheets[self._debugger.program]

    @property
    def lines(self) -> tuple[str, ...]:
        """The lines to derive, by name."""
        return self._lines_of(self._sheet)

    def _lines_of(self, sheet: Sheet) -> tuple[str, ...]:
        return tuple(name for name in sheet.lines if not self._wanted or name in self._wanted)

    @property
    def verdicts(self) -> Mapping[str, Verdict]:
        """The verdict on the last answer to each line, by name."""
        return self._verdicts[self._debugger.program]

    @property
    def right(self) -> int:
        """The number of lines that have a right answer."""
        return sum(verdict.is_right for verdict in tuple(self.verdicts.values()))

    @property
    def is_done(self) -> bool:
        """Whether all lines have a right answer."""
        return self.right == len(self.lines)

    @property
    def score(self) -> str:
        """The progress, in words."""
        return f"{self.right} of {len(self.lines)} right"

    def is_right(self, name: str) -> bool:
        """Return whether a line has a right answer."""
        verdict = self.verdicts.get(name)
        return verdict is not None and verdict.is_right

    def is_blank(self, name: str) -> bool:
        """Return whether a line is still to be derived."""
        return name in self.lines and not self.is_right(name)

    @property
    def next_blank(self) -> str | None:
        """The first line that is still to be derived."""
        return next(filter(self.is_blank, self.lines), None)

    def symbol(self, name: str) -> str:
        """Return the symbol of a line; its name where the present network has no such line."""
        return self._sheet.operation(name).symbol if name in self._sheet.lines else name

    def names(self, name: str) -> str:
        """Return what a formula for a line can name, as it can be typed."""
        sheet = self._sheet
        return " ".join(n for n in sheet.names(sheet.operation(name)) if n.isascii())

    def answer(self, name: str, text: str) -> Verdict:
        """Try a formula for a line; if it is right, the run uses it from now on.

        A right answer is not lost to a wrong one.

        Raises:
            QueryError: It cannot be read.
            InputError: The line is none to derive, or the file of answers cannot be written.
        """
        operation, text = self._operation(name), visible(text.strip())
        try:
            verdict, _ = self._sheet.try_formula(operation, text)
        except QueryError:
            # What is typed is kept, whatever it is.
            if text and not self.is_right(operation.name):
                self._set(operation.name, text)
            raise
        if verdict.is_right or not self.is_right(operation.name):
            self._undone.clear()
            self._done.append(_Step(operation.name, self._texts.get(operation.name), text))
            self._set(operation.name, text)
        return verdict

    def _operation(self, name: str) -> Operation:
        operation = self._sheet.operation(name)
        if operation.name not in self.lines:
            raise InputError(f"{operation.symbol} is given; to derive: {', '.join(self.lines)}")
        return operation

    def _set(self, name: str, text: str | None) -> None:
        if text is None:
            self._texts.pop(name, None)
        else:
            self._texts[name] = text
        for program, sheet in list(self._sheets.items()):
            if name in self._lines_of(sheet):
                program.put(self._present(program, name))
        self._answers.write(name, text, self.symbol(name))

    def can(self, which: str) -> bool:
        """Return whether there is an answer to ``undo``, or to ``redo``."""
        return bool(self._done if which == "undo" else self._undone)

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
        self._set(step.name, step.before if source is self._done else step.after)
        return f"the answer {step.after} to {self.symbol(step.name)}"

    def hint(self, name: str) -> str:
        """Return the next hint for a line, and count it.

        Raises:
            InputError: The line is none to derive.
        """
        operation = self._operation(name)
        taken = self.hints.get(operation.name, 0)
        self.hints[operation.name] = min(taken + 1, len(HINTS))
        return hint(operation, taken)

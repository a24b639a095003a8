"""The report of an audit: as text, and as an object for JSON."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Literal

from engine.common.json_safe import plain
from engine.common.numbers import exact, format_number, general
from engine.common.text import counted

Verdict = Literal["right", "wrong", "unclear"]


@dataclass(frozen=True)
class Line:
    """A place of the script.

    Attributes:
        number: The line, from 1; 0 where there is none.
        where: The line in words, e.g. ``line 30``.
        text: What stands there.
        variable: The name, or the expression, that has the value.
    """

    number: int = 0
    where: str = ""
    text: str = ""
    variable: str = ""


@dataclass(frozen=True)
class Problem:
    """One thing that is wrong, as it is reported.

    Attributes:
        operation: The operation, named as in our program; "" where it is none.
        symbol: Its symbol.
        kind: What sort of mistake it is.
        says: What is wrong.
        repair: What to do.
        iteration: The first pass in which it shows.
        line: Where it stands.
        cell: The names of the cell that is worked out; "" where there is none.
        yours: The script's number in it.
        right: The right number, from the script's own operands.
        worked: The cell worked out, the right way and the script's.
    """

    operation: str
    symbol: str
    kind: str
    says: str
    repair: str
    iteration: int
    line: Line
    cell: str = ""
    yours: float | None = None
    right: float | None = None
    worked: tuple[str, ...] = ()


@dataclass(frozen=True)
class Matched:
    """An operation that was found in the script.

    Attributes:
        operation: The operation, named as in our program.
        symbol: Its symbol.
        line: Where the script makes it.
        factor: The script's, divided by ours with the script's operands.
        transposed: Whether rows and columns are the other way round.
    """

    operation: str
    symbol: str
    line: Line
    factor: float
    transposed: bool


@dataclass(frozen=True)
class Report:
    """What an audit says.

    Attributes:
        name: The script.
        verdict: ``right``, ``wrong`` or ``unclear``.
        summary: The verdict in a sentence.
        network: What was understood, a word or number a key.
        problems: What is wrong, in program order.
        matched: What was found, in program order.
        notes: What is worth knowing and no mistake.
    """

    name: str
    verdict: Verdict
    summary: str
    network: dict[str, Any] = field(default_factory=dict)
    problems: tuple[Problem, ...] = ()
    matched: tuple[Matched, ...] = ()
    notes: tuple[str, ...] = ()

    def __str__(self) -> str:
        return "\n".join(self._lines())

    def as_object(self) -> dict[str, Any]:
        """Return the report as an object for JSON."""
        described: dict[str, Any] = plain(
            {
                "verdict": self.verdict,
                "summary": self.summary,
                "network": self.network,
                "findings": [
                    {
                        "operation": problem.operation or None,
                        "iteration": problem.iteration,
                        "line": problem.line.number or None,
                        "variable": problem.line.variable or None,
                        "kind": problem.kind,
                        "says": problem.says,
                        "repair": problem.repair,
                        "cell": problem.cell or None,
                        "yours": problem.yours,
                        "right": problem.right,
                    }
                    for problem in self.problems
                ],
                "matched": [
                    {
                        "variable": match.line.variable,
                        "line": match.line.number,
                        "operation": match.operation,
                        "factor": match.factor,
                        "transposed": match.transposed,
                    }
                    for match in self.matched
                ],
                "notes": list(self.notes),
            }
        )
        return described

    def _lines(self) -> Iterator[str]:
        yield f"{self.name}: {self.verdict}"
        yield self.summary
        if self.network:
            yield ""
            width = max(map(len, self.network))
            for key, value in self.network.items():
                yield f"  {key:<{width}}  {_shown(value)}"
        for number, problem in enumerate(self.problems, 1):
            yield ""
            yield from _told(number, problem)
        if self.matched:
            yield ""
            yield f"found in the script ({counted(len(self.matched), 'operation')}):"
            width = max(len(match.symbol) for match in self.matched)
            for match in self.matched:
                yield f"  {match.symbol:<{width}}  {match.line.where}: {match.line.variable}{_apart(match)}"
        for note in self.notes:
            yield ""
            yield f"note: {note}"


def _told(number: int, problem: Problem) -> Iterator[str]:
    head = f"{number}. "
    if problem.line.where:
        head += f"{problem.line.where}: "
    if problem.line.variable:
        head += f"{problem.line.variable} "
    if problem.symbol:
        head += f"({problem.symbol})" if problem.line.variable else problem.symbol
    yield head.rstrip(" :")
    if problem.line.text:
        yield f"     {problem.line.text}"
    yield f"   {problem.says}"
    if problem.yours is not None and problem.right is not None:
        yield (
            f"   {problem.cell}: yours {format_number(problem.yours)}, "
            f"right {format_number(problem.right)}"
        )
    for line in problem.worked:
        yield f"     {line}"
    if problem.repair:
        yield f"   repair: {problem.repair}"
    if problem.iteration:
        yield f"   it shows from iteration {problem.iteration} on (counted from 0)"


def _apart(match: Matched) -> str:
    words = []
    if abs(match.factor - 1.0) > 1e-9:
        words.append(f"{general(match.factor)} times ours")
    if match.transposed:
        words.append("transposed")
    return f"  ({', '.join(words)})" if words else ""


def _shown(value: object) -> str:
    if isinstance(value, float):
        return general(value)
    if isinstance(value, (list, tuple)):
        return ", ".join(map(_shown, value))
    if isinstance(value, dict):
        return ", ".join(f"{key} = {_shown(one)}" for key, one in value.items())
    return str(value)


__all__ = ["Line", "Matched", "Problem", "Report", "Verdict", "exact"]

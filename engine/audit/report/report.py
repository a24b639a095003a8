"""The report of an audit: as text, and as an object for JSON."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal

from engine.audit.report.problem import Matched, Problem
from engine.audit.report.text import (
    in_short,
    listed,
    paragraph,
    places,
    problems_told,
    understood,
)
from engine.audit.report.working import BothWays
from engine.common.json_safe import plain

Verdict = Literal["right", "wrong", "unclear"]


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
        return self.text()

    @property
    def headline(self) -> str:
        """The verdict, and the lines that it is about."""
        return self.verdict + places(self.problems)

    def text(self, *, verbose: bool = False) -> str:
        """Write the report for people.

        Args:
            verbose: Whether each operation that was found has a line of its own.
        """
        lines = [f"{self.name}: {self.headline}"]
        if not self.problems:
            lines += paragraph(self.summary)
        for told in problems_told(self.problems):
            lines += ["", *told]
        for note in self.notes:
            lines += ["", *paragraph(f"Note: {note}")]
        if self.network:
            lines += ["", *understood(self.network)]
        if self.matched:
            lines += ["", *(listed(self.matched) if verbose else in_short(self.matched))]
        return "\n".join(lines)

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
                        "worked": _as_object(problem.worked),
                    }
                    for problem in self.problems
                ],
                "matched": [
                    {
                        "variable": match.line.variable,
                        "line": match.line.number or None,
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


def _as_object(working: BothWays | None) -> dict[str, Any] | None:
    if working is None:
        return None
    return {
        name: {"rule": way.rule, "numbers": way.numbers, "factor": way.factor, "value": way.value}
        for name, way in (("right", working.right), ("yours", working.yours))
    }

"""The result of an exercise, as a text and for JSON."""

from __future__ import annotations

from typing import Any

from engine.common.json_safe import plain
from engine.common.text import sentence
from engine.derive.exercise import Exercise
from engine.derive.find import Find
from engine.derive.verdict import Verdict


def exercise_object(exercise: Exercise) -> dict[str, Any]:
    """Describe the answers for a grader: the score, and a reason for each line."""
    return {
        "right": exercise.right,
        "of": len(exercise.lines),
        "lines": [_line_object(name, exercise) for name in exercise.lines],
    }


def _line_object(name: str, exercise: Exercise) -> dict[str, Any]:
    verdict = exercise.verdicts.get(name)
    difference = None if verdict is None else verdict.difference
    known: dict[str, object] = {
        "operation": name,
        "answer": None if verdict is None else verdict.text,
        "right": exercise.is_right(name),
        "kind": "blank" if verdict is None else verdict.kind or None,
        "says": "no answer" if verdict is None else verdict.says or None,
        "repair": (verdict.repair or None) if verdict is not None else None,
        "hints": exercise.hints.get(name, 0),
        "differs": None,
    }
    if difference is not None:
        known["differs"] = {
            "cell": list(difference.labels),
            "yours": difference.yours,
            "right": difference.right,
            "ratio": difference.ratio,
            "in": "the table" if difference.is_here else "random numbers",
        }
    described: dict[str, Any] = plain(known)
    return described


def exercise_text(exercise: Exercise) -> str:
    """Write the answers, what is to be said of each, and the score."""
    rows = []
    for name in exercise.lines:
        verdict = exercise.verdicts.get(name)
        symbol = exercise.symbol(name)
        if verdict is None:
            rows.append(f"  {symbol} = ?")
            continue
        rows.append(f"{'✓' if verdict.is_right else '✗'} {symbol} = {verdict.text}")
        rows += [f"    {line}" for line in verdict_lines(verdict, symbol)]
    return "\n".join([*rows, "", exercise.score])


def verdict_lines(verdict: Verdict, symbol: str) -> list[str]:
    """Write what is to be said of an answer, a sentence a line."""
    if verdict.is_right:
        return []
    says = [sentence(verdict.says)] if verdict.says else []
    if verdict.difference is not None:
        says.append(sentence(verdict.difference.in_words(symbol)))
    return says


def find_object(find: Find) -> dict[str, Any]:
    """Describe the marked line for a grader."""
    found = find.planted if find.is_found else None
    return {
        "found": find.is_found,
        "marked": find.marks[-1] if find.marks else None,
        "marks": len(find.marks),
        "lines": [{"operation": line.name, "formula": line.formula} for line in find.lines],
        "kind": None if found is None else found.kind,
        "says": find.says or None,
    }


def find_text(find: Find) -> str:
    """Write the lines, the marked one with a ›, and what is to be said of it."""
    marked = find.marks[-1] if find.marks else None
    rows = [f"{'›' if line.name == marked else ' '} {line.formula}" for line in find.lines]
    none = "One line of the backward phase is wrong; none is marked yet."
    return "\n".join([*rows, "", find.says or none])

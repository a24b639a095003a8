"""The verbs that ask: for a number, where it comes from, for what the panes show."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from engine.common.errors import InputError
from engine.common.numbers import format_number, grouped
from engine.inspection.typed_iterations import split_range
from engine.program.listing import parse_cell
from engine.reports.answer import scan_text
from engine.reports.training import predictions_text
from tui.plain.verb import Talk, Verb, nothing_after, required
from tui.plain.writing import (
    hyperparameters_text,
    losses_text,
    named,
    parameters_text,
    place_text,
    program_text,
)

if TYPE_CHECKING:
    from engine.debugger import Debugger
    from engine.formula.arithmetic import Explanation


def _explain(talk: Talk, text: str) -> str:
    if text:
        debugger = talk.debugger
        name, index = parse_cell(debugger.snapshot(slice(0, 0)).listing, text)
        first, *more = debugger.explain_chain(name, *index)
        of = debugger.iteration - (debugger.position == 0 and debugger.iteration > 0)
        talk.explanations = [f"in iteration {grouped(of)}\n{_explained(first)}"]
        talk.explanations += map(_explained, more)
    if not talk.explanations:
        raise InputError("a number of a tensor is missing, as in x dE_dv[1, 0]")
    told = talk.explanations.pop(0)
    return f"{told}\nx goes on from there" if talk.explanations else told


def _explained(explanation: Explanation) -> str:
    label, value = explanation.cell.label, format_number(explanation.cell.value)
    if not explanation.leads_on:
        return f"{label} = {value}\n  {explanation.rule}"
    lines = [f"{label} {explanation.sign} {explanation.rule}", f"  = {explanation.numbers}"]
    return "\n".join([*lines, f"  = {value}", f"  {explanation.why}"])


def _evaluate(talk: Talk, text: str) -> str:
    required(text, "p norm(dE_dw) or p E < 0.1 over all")
    span = split_range(text)
    if span is None:
        return named(text, talk.debugger.evaluate(text))
    scan = talk.debugger.scan(*span, talk.cancel)
    return "Given up." if scan is None else scan_text(scan)


def _check(talk: Talk, text: str) -> str:
    from engine.proof.gradient_check import check_gradients
    from engine.proof.report import check_text

    nothing_after(text)
    found = check_gradients(talk.debugger, lambda done, total: None, talk.cancel)
    return "Given up." if found is None else check_text(found)


def _shown(write: Callable[[Debugger], str]) -> Callable[[Talk, str], str]:
    def do(talk: Talk, text: str) -> str:
        nothing_after(text)
        return write(talk.debugger)

    return do


VERBS = (
    Verb(
        ("x", "explain"),
        "[CELL]",
        "where a number comes from: x dE_dv[1, 0]; x alone follows its largest term",
        _explain,
    ),
    Verb(
        ("p", "print", ":"),
        "EXPR",
        "the value of an expression, now or over iterations: p norm(dE_dw) over 1000..",
        _evaluate,
    ),
    Verb(("d", "check"), "", "prove the gradients against differences of E", _check),
    Verb(("i", "info"), "", "where the clock is, and what is watched", _shown(place_text)),
    Verb(("1", "dataset"), "", "the observations and their predictions", _shown(predictions_text)),
    Verb(("2", "hyperparameters"), "", "the hyperparameters", _shown(hyperparameters_text)),
    Verb(("3", "loss"), "", "E of some iterations", _shown(losses_text)),
    Verb(("4", "weights"), "", "the parameters and their gradients", _shown(parameters_text)),
    Verb(("5", "l", "list"), "", "the operations of an iteration", _shown(program_text)),
)

"""Reports of a gradient check, as text and as an object for JSON."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from engine.common.json_safe import plain
from engine.common.numbers import (
    dimensions,
    duration,
    format_number,
    general,
    grouped,
    relative_error,
    scientific,
    true_minus,
)
from engine.common.text import counted
from engine.proof.finite_differences import STEP, TOLERANCE, Verdict
from engine.proof.gradient_check import SAMPLING, CellCheck, GradientCheck, ParameterCheck

if TYPE_CHECKING:
    from engine.proof.torch_run import Comparison, RunDifference

_LISTED = 5
"""The number of cells of a kind written out for each parameter."""

RULE = (
    f"n = (E(θ + ε) − E(θ − ε))/2ε, ε = {general(STEP)}; a gradient a agrees where "
    f"|a − n|/(|a| + |n|) is at most {general(TOLERANCE)}"
)


def check_object(check: GradientCheck, comparison: Comparison | None = None) -> dict[str, Any]:
    """Describe a check, and the comparison with PyTorch if there is one."""
    described = {
        "iteration": check.iteration,
        "passed": check.passed and (comparison is None or comparison.passed),
        "E": check.E,
        "noise": check.noise,
        "step": STEP,
        "tolerance": TOLERANCE,
        "checked": check.checked,
        "of": check.size,
        "aside": list(check.aside),
        "parameters": [_parameter_object(parameter) for parameter in check.parameters],
        "seconds": check.seconds,
    }
    if comparison is not None:
        described["torch"] = _comparison_object(comparison)
    done: dict[str, Any] = plain(described)
    return done


def _parameter_object(parameter: ParameterCheck) -> dict[str, Any]:
    return {
        "name": parameter.name,
        "gradient": f"dE_d{parameter.name}",
        "shape": list(parameter.shape),
        "checked": len(parameter.cells),
        "agree": len(parameter.found(Verdict.AGREES)),
        "worst": _cell_object(parameter.worst) if parameter.worst else None,
        "differ": [_cell_object(cell) for cell in parameter.failing],
        "at_a_kink": [_cell_object(cell) for cell in parameter.found(Verdict.KINK)],
        "too_small_to_tell": [_cell_object(cell) for cell in parameter.found(Verdict.UNTOLD)],
    }


def _cell_object(cell: CellCheck) -> dict[str, Any]:
    finding = cell.finding
    return {
        "index": list(cell.index),
        "labels": list(cell.labels),
        "value": cell.value,
        "analytic": finding.analytic,
        "numeric": finding.numeric,
        "relative_error": finding.relative_error,
        "verdict": str(finding.verdict),
    }


def _comparison_object(comparison: Comparison) -> dict[str, Any]:
    return {
        "version": comparison.version,
        "passed": comparison.passed,
        "iterations": comparison.iterations,
        "steps": list(comparison.steps),
        "losses": [comparison.losses[step] for step in comparison.steps],
        "torch_losses": [comparison.twin_losses[step] for step in comparison.steps],
        "parameters": dict(comparison.parameters),
        "torch_parameters": dict(comparison.twin_parameters),
        "largest_difference": {
            kind: {"absolute": difference.absolute, "relative": difference.relative}
            for kind, difference in _differences(comparison)
        },
        "losses_part_at": comparison.parts_at,
        "nudged_losses_part_at": comparison.nudged_parts_at,
        "seconds": comparison.seconds,
        "torch_seconds": comparison.twin_seconds,
    }


def _differences(comparison: Comparison) -> list[tuple[str, RunDifference]]:
    return [
        ("losses", comparison.loss_difference),
        ("gradients", comparison.gradient_difference),
        ("parameters", comparison.parameter_difference),
    ]


def check_text(check: GradientCheck) -> str:
    """Write the table of the parameters, the remarkable cells, and the verdict."""
    lines = [
        f"iteration {grouped(check.iteration)}   E = {format_number(check.E)}, "
        f"computed with a noise of {relative_error(check.noise)}",
        RULE,
    ]
    if check.checked < check.size:
        lines.append(f"{grouped(check.checked)} of {grouped(check.size)}: {SAMPLING}")
    header = ["gradient", "shape", "agree", "at a kink", "too small", "differ"]
    rows = [[*header, "largest relative error"]]
    rows += [_row(parameter) for parameter in check.parameters]
    widths = [max(len(row[i]) for row in rows) for i in range(len(header))]
    lines.append("")
    for row in rows:
        cells = [row[0].ljust(widths[0])]
        cells += [text.rjust(width) for text, width in zip(row[1:], widths[1:], strict=False)]
        lines.append("  ".join([*cells, row[-1]]))
    for parameter in check.parameters:
        lines += _remarks(parameter)
    return "\n".join([*lines, "", verdict_text(check), *_aside_text(check)])


def _aside_text(check: GradientCheck) -> list[str]:
    """Write what the check does not prove."""
    if not check.aside:
        return []
    are = "are" if len(check.aside) > 1 else "is"
    return [f"{' and '.join(check.aside)} {are} outside this proof: no gradient comes from there."]


def _row(parameter: ParameterCheck) -> list[str]:
    counts = [
        len(parameter.found(*verdicts))
        for verdicts in ((Verdict.AGREES,), (Verdict.KINK,), (Verdict.UNTOLD,))
    ]
    counts.append(len(parameter.failing))
    shape = dimensions(parameter.shape)
    worst = parameter.worst
    at = "none could be judged"
    if worst is not None:
        at = f"{relative_error(worst.finding.relative_error)} at {worst.label}"
    return [parameter.symbol, shape, *(grouped(count) for count in counts), at]


def _remarks(parameter: ParameterCheck) -> list[str]:
    """Name the cells that do not simply agree."""
    lines = []
    for cells in (
        parameter.failing,
        parameter.found(Verdict.KINK),
        parameter.found(Verdict.UNTOLD),
    ):
        if cells:
            lines.append("")
        lines += [cell_text(cell) for cell in cells[:_LISTED]]
        if len(cells) > _LISTED:
            word = cells[0].finding.verdict
            lines.append(f"and {grouped(len(cells) - _LISTED)} more of {parameter.symbol}: {word}")
    return lines


def cell_text(cell: CellCheck) -> str:
    """Write the finding on one gradient in a line."""
    finding = cell.finding
    a, n = (true_minus(general(value, 9)) for value in (finding.analytic, finding.numeric))
    both = f"{cell.label} is {a}, by differences {n}"
    match finding.verdict:
        case Verdict.AGREES:
            return f"{both}: agrees, relative error {relative_error(finding.relative_error)}"
        case Verdict.DIFFERS:
            return f"{both}: differs, relative error {relative_error(finding.relative_error)}"
        case Verdict.KINK:
            return f"{both}: E or its slope has a kink within ε; a closer look agrees"
        case Verdict.UNTOLD if finding.numeric != finding.numeric:
            return f"{cell.label} is {a}: the parameter is too large to be moved by ε"
        case Verdict.UNTOLD:
            return f"{both}: too small to tell, they differ by less than the rounding of E"
        case _:
            return f"{both}: E, a or n is not a finite number"


def verdict_text(check: GradientCheck) -> str:
    """Write the verdict in a sentence."""
    failing = sum(len(parameter.failing) for parameter in check.parameters)
    if failing:
        verb = "differs" if failing == 1 else "differ"
        share = f"{grouped(failing)} of {grouped(check.checked)} gradients"
        return f"{share} {verb} from the differences of E."
    agree = check.count(Verdict.AGREES)
    if agree == check.checked:
        return f"All {grouped(agree)} gradients agree."
    told = [f"{grouped(agree)} of {grouped(check.checked)} gradients agree"]
    for verdict in (Verdict.KINK, Verdict.UNTOLD):
        count = check.count(verdict)
        if count:
            told.append(f"{grouped(count)} {'is' if count == 1 else 'are'} {verdict}")
    return ", ".join(told) + "; none differs."


def comparison_text(comparison: Comparison) -> str:
    """Write both runs side by side, as the notebook does."""
    iterations = counted(comparison.iterations, "iteration")
    lines = [
        f"the same network in PyTorch {comparison.version}, {iterations}",
        "",
        f"{'error at step':>13} {'':>9}  {'nn-tui':>20}  {'PyTorch':>20}  {'difference':>10}",
    ]
    for step in comparison.steps:
        ours, theirs = (
            float(losses[step]) for losses in (comparison.losses, comparison.twin_losses)
        )
        numbers = [scientific(ours, 12), scientific(theirs, 12)]
        apart = relative_error(abs(ours - theirs))
        lines.append(f"{grouped(step):>23}  {numbers[0]:>20}  {numbers[1]:>20}  {apart:>10}")
    lines += ["", "final weights"]
    for name, final in comparison.parameters.items():
        for label, array in (("nn-tui", final), ("PyTorch", comparison.twin_parameters[name])):
            shown = [true_minus(general(value, 8)) for value in array.reshape(-1)[:8].tolist()]
            shown += ["…"] if array.size > 8 else []
            lines.append(f"  {name:<4} {label:<8} {', '.join(shown)}")
    lines += ["", "largest difference   absolute  relative"]
    for kind, difference in _differences(comparison):
        absolute, relative = map(relative_error, (difference.absolute, difference.relative))
        lines.append(f"  {kind:<17} {absolute:>9} {relative:>9}")
    lines += [
        "",
        f"nn-tui {duration(comparison.seconds)}, "
        f"PyTorch on one thread {duration(comparison.twin_seconds)}",
        "",
        _comparison_verdict(comparison),
    ]
    return "\n".join(lines)


def _comparison_verdict(comparison: Comparison) -> str:
    if comparison.gradient_difference.relative > TOLERANCE:
        return "PyTorch finds other gradients."
    if comparison.parts_at is None:
        return "PyTorch agrees."
    apart = f"the losses part by more than {general(TOLERANCE)}"
    parted = f"from step {grouped(comparison.parts_at)} on {apart}"
    nudged = comparison.nudged_parts_at
    if nudged is None or not comparison.losses_agree:
        return f"PyTorch finds the same gradients, but {parted}: the updates differ."
    return (
        f"PyTorch agrees on the gradients; {parted}, and from step {grouped(nudged)} on nn-tui "
        "parts likewise from a run of its own that starts a rounding error away."
    )

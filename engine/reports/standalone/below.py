"""The end of a stand-alone program: losses, parameters and predictions."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from engine.maths.operations.operation import Phase
from engine.reports.standalone.body import PRINTED
from engine.reports.standalone.iteration import change_lines, of_phase, operation_lines

if TYPE_CHECKING:
    from engine.reports.standalone.plan import ExportPlan

_MOST_PREDICTIONS = 50


def ending(plan: ExportPlan) -> list[str]:
    """Return the lines that change what was changed at the end, and print the losses."""
    changes = plan.debugger.changes_by_hand
    last = [change for change in changes if change.time == (plan.iterations, 0)]
    lines = change_lines(last, plan.rate)
    if plan.stops:
        lines += [
            f"stride = max(1, -(-len(losses) // {PRINTED}))",
            "for step in range(0, len(losses), stride):",
            '    print(f"error at step {step:5d}: {losses[step]:.6e}")',
        ]
    return lines


def prediction(plan: ExportPlan) -> list[str]:
    """Return the lines that compute f with the parameters as they are in the end."""
    lines = [] if plan.is_whole else ["x, f0 = x_table, f0_table"]
    forward = of_phase(plan.program.operations, Phase.FORWARD)
    found = [line for o in forward for line in operation_lines(o, plan.vocabulary)]
    return lines + [line.code for line in found]


def table(plan: ExportPlan, other: str = "") -> list[str]:
    """Return the lines that print the parameters and the predictions.

    Args:
        plan: The plan of the program.
        other: The name of predictions that were made in another way, if there are any.
    """
    many = len(plan.dataset.observations) > _MOST_PREDICTIONS
    loop = f"for n in range({_MOST_PREDICTIONS if many else 'len(x)'}):"
    lines = [f'print("{name} =", {name})' for name in plan.program.parameters]
    if len(plan.dataset.targets) > 1:
        others = f", {other}[n].numpy()" * bool(other)
        lines.insert(0, "np.set_printoptions(precision=6, suppress=True)")
        return [*lines, loop, f"    print(n + 1, f0[n], f[n]{others})"]
    columns = [("observation", "n + 1", 11, "d"), ("target", "f0[n, 0]", 9, ".4g")]
    columns.append(("by hand" if other else "prediction", "f[n, 0]", 12, ".6f"))
    if other:
        columns.append(("PyTorch", f"{other}[n, 0]", 12, ".6f"))
    aims = plan.program.loss.aim(plan.dataset.f0)
    if np.array_equal(aims, plan.dataset.f0):
        columns.append(("error", "f0[n, 0] - f[n, 0]", 12, ".6f"))
    header = "".join(head.rjust(width) for head, _, width, _ in columns)
    row = "".join(f"{{{code}:{width}{form}}}" for _, code, width, form in columns)
    return [*lines, f'print("{header}")', loop, f'    print(f"{row}")']

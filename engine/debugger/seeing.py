"""Snapshots: copies of all that is shown."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from engine.analysis.tensor_summary import Summary, summarise
from engine.common.errors import InputError
from engine.common.numbers import format_number, megabytes
from engine.common.settings import MEGABYTE
from engine.debugger.asking import AskingDebugger
from engine.debugger.moving import MovingDebugger
from engine.debugger.stopping import StoppingDebugger
from engine.formula.tensor import Array, Axis
from engine.inspection.snapshot import BranchView, Snapshot, StopView
from engine.program.listing import Listing
from engine.program.program import Program
from engine.run import computed as reading
from engine.run.actions import Branch
from engine.run.run import Run
from engine.stops.stop import Stop

_QUICK = 0.002
"""Seconds of an iteration up to which a snapshot may go back one for the sake of `prev`."""


class SeeingDebugger(MovingDebugger, StoppingDebugger, AskingDebugger):
    """Copies all that is shown, for views."""

    def snapshot(
        self,
        observations: slice | None = None,
        buckets: int = 0,
        summary_of: str | None = None,
        predicted: Sequence[int] = (),
    ) -> Snapshot:
        """Copy the present values for a view.

        Args:
            observations: Which rows to copy of tensors with a row per observation; by
                default all. Its start is not negative and its step is 1.
            buckets: Into how many points to thin the losses; 0 for no outline.
            summary_of: Of which tensor to include a summary.
            predicted: Of which observations to include f, also where they are in no batch.
        """
        present = self.branches.current
        run, program, rows = present.run, self.program, self.program.observations
        if program.batch is not None:
            # The rows of a batch are those of no stretch of the table.
            observations = None
        values = {}
        for name, tensor in reading.computed_tensors(run).items():
            by_observation = observations and tensor.axes and tensor.axes[0] is rows
            copy = (tensor.data[observations] if by_observation else tensor.data).copy()
            copy.flags.writeable = False
            values[name] = copy
        losses = run.losses.values
        loss = float(values["E"]) if "E" in values else None
        if loss is None and run.iteration:
            loss = float(losses[run.iteration - 1])
        errors = None
        if "f" in values:
            with np.errstate(over="ignore", invalid="ignore"):
                errors = program.loss.aim(values["f0"]) - values["f"]
        return Snapshot(
            listing=_with_batch(program),
            hyperparameters=run.hyperparameters,
            iteration=run.iteration,
            position=run.position,
            values=values,
            aim=program.loss.aim,
            errors=errors,
            first_observation=(observations.start or 0) if observations else 0,
            batch=program.batch,
            epoch=program.batches.epoch(run.iteration),
            losses=losses,
            outline=run.losses.outline(buckets) if buckets else None,
            held_out=run.held_out.outline(buckets) if buckets and len(run.held_out) else None,
            loss=loss,
            stopped=self.stopped,
            best=self.best_iteration if self.stopped else None,
            stops=tuple(_stop_view(self, stop) for stop in (*self.stops, *self.planned)),
            branches=tuple(
                _branch_view(branch, branch is present, buckets) for branch in self.branches
            ),
            changes=tuple(change.time for change in run.changes.by_hand),
            log=tuple(self.log),
            starting=run.initial,
            summary=_summary(run, summary_of) if summary_of is not None else None,
            held_out_evaluation=self.evaluate_held_out(quickly=True),
            decision=self.observations.decision,
            predictions=self.observations.predict(predicted) if predicted else {},
            warning=_warning(run),
        )


def _warning(run: Run) -> str:
    if not run.history.is_short:
        return ""
    size = megabytes(run.history.bytes, unit=MEGABYTE)
    return f"there is not enough memory: going back has to make do with {size} and may take longer"


def _with_batch(program: Program) -> Listing:
    """Return the listing with the names and the size of the batch at hand."""
    if program.batch is None:
        return program.listing
    rows = Axis(program.observations.symbol, tuple(program.observations.labels))
    axes = {
        name: tuple(rows if axis is program.observations else axis for axis in of)
        for name, of in program.listing.axes.items()
    }
    lines = tuple(
        replace(line, shape=operation.shape)
        for line, operation in zip(program.listing.lines, program.operations, strict=True)
    )
    return replace(program.listing, axes=axes, lines=lines)


def _summary(run: Run, name: str) -> Summary | None:
    computed = reading.computed_tensors(run)
    if name not in computed:
        return None
    slope, steepest = None, 1.0
    for layer in run.program.network.layers:
        derivative = f"d{layer.a[0]}_d{layer.z[0]}"
        if name in (layer.a[0], derivative):
            slope, steepest = computed.get(derivative), layer.activation.steepest
    data = None if slope is None else slope.data
    return summarise(name, computed[name].data, data, steepest)


def _stop_view(debugger: SeeingDebugger, stop: Stop) -> StopView:
    value = ""
    slow = debugger.branches.current.run.seconds_per_iteration > _QUICK and "prev" in stop.text
    if stop.is_watch and stop.text and not stop.problem and not slow:
        try:
            value = _shown(debugger.evaluate(stop.text))
        except InputError:
            value = "·"
    return StopView(
        stop.number,
        stop.place,
        stop.spec,
        stop.name,
        stop.title,
        stop.enabled,
        debugger.stops.hits(stop),
        stop.problem,
        value,
    )


def _branch_view(branch: Branch, current: bool, buckets: int) -> BranchView:
    return BranchView(
        number=branch.number,
        label=branch.label,
        current=current,
        began=branch.began,
        computed=len(branch.run.losses),
        outline=branch.run.losses.outline(buckets) if buckets and not current else None,
    )


def _shown(value: Array) -> str:
    """Write the value of a watch as briefly as it can be read."""
    if value.dtype == bool and not value.shape:
        return "true" if value else "false"
    if not value.shape:
        return format_number(float(value))
    head = ", ".join(format_number(float(v)) for v in value.reshape(-1)[:4])
    more = " …" if value.size > 4 else ""
    return f"{'×'.join(map(str, value.shape))}: {head}{more}"

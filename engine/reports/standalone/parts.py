"""The parts of a program of its own that a script and a notebook have in common."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from engine.common.text import clean, counted, folded
from engine.maths.operations.batch import Pick
from engine.maths.operations.held_out import OnceAnEpoch
from engine.maths.operations.operation import Operation, Phase
from engine.maths.source import NUMPY
from engine.program.program import Program
from engine.reports.standalone.iteration import (
    change_lines,
    heading_of,
    is_plain,
    likes,
    of_phase,
    operation_line,
)
from engine.reports.standalone.layout import Group, Line, column_of, laid_out
from engine.reports.standalone.literals import Arrays, is_large
from engine.reports.standalone.start import starting_lines, zeros
from engine.reports.standalone.vocabulary import Vocabulary

if TYPE_CHECKING:
    from engine.data.dataset import Dataset
    from engine.debugger import Debugger
    from engine.maths.tensor import Array, Tensor

_PRINTED = 10
"""Losses, as in the report."""
_MOST_NAMES = 8
_MOST_PREDICTIONS = 50


class Parts:
    """The parts of a program that does what a run does.

    Args:
        debugger: The run.
        blanks: Whether to leave the right-hand sides of the backward phase out.
        keeps_losses: Whether the losses are to be kept in any case.

    Attributes:
        arrays: What it needs beside it, once all parts were asked for.
    """

    def __init__(
        self, debugger: Debugger, *, blanks: bool = False, keeps_losses: bool = False
    ) -> None:
        self.debugger, self.arrays = debugger, Arrays()
        self.dataset, self.wanted = debugger.dataset, debugger.started_with
        self.program = debugger.program
        self._blanks, self._keeps_losses = blanks, keeps_losses
        self._aside: Program | None = None
        if self.dataset.validation is not None:
            self._aside = Program.to_evaluate(self.dataset.validation, self.wanted)
        trees = [o.rule.tree for o in self.program.operations if is_plain(o)]
        trees += [o.rule.tree for o in self._held_out]
        self.vocabulary = Vocabulary(trees, NUMPY)
        self.iterations = max(len(debugger.losses), self.wanted.iterations)
        self.stops = self._stops()

    @property
    def _held_out(self) -> list[Operation]:
        if self._aside is None:
            return []
        return of_phase(self._aside.operations, Phase.FORWARD, Phase.LOSS)

    @property
    def _is_whole(self) -> bool:
        return self.program.batches.is_whole

    @property
    def _table(self) -> str:
        """What the names of the whole table end with."""
        return "" if self._is_whole else "_table"

    def _stops(self) -> dict[str, str]:
        """Return the conditions that end the run, by what they are; {} where it went on beyond."""
        wanted, losses = self.wanted, self.debugger.losses
        found: dict[str, str] = {}
        met = list[NDArray[np.bool_]]()
        if wanted.target_loss:
            found["target"] = f"E <= {wanted.target_loss!r}"
            met.append(losses <= wanted.target_loss)
        if wanted.patience:
            found["patience"] = f"worse >= {wanted.patience}"
            met.append(self._worse() >= wanted.patience)
        first = [int(np.flatnonzero(of)[0]) for of in met if of.any()]
        return found if not first or min(first) == len(losses) - 1 else {}

    def _worse(self) -> Array:
        """Return for how many epochs the held-out loss had not been better, by iteration."""
        held_out, an_epoch = self.debugger.held_out_losses, self.program.batches.an_epoch
        worse, best, counts = 0, math.inf, np.zeros(len(held_out))
        for start in range(0, len(held_out), an_epoch):
            is_better = held_out[start] < best or start == 0
            best, worse = (held_out[start], 0) if is_better else (best, worse + 1)
            counts[start : start + an_epoch] = worse
        return counts

    # What stands above the iterations

    @property
    def title(self) -> str:
        """Say which network learns what."""
        sizes = "-".join(map(str, self.program.network.sizes))
        return f"A {sizes} network learns {clean(self.dataset.name, 60)}, by hand"

    @property
    def about(self) -> list[str]:
        """Say what the table is and how the network learns."""
        dataset, wanted = self.dataset, self.wanted
        inputs, targets = (
            clean(folded(names, _MOST_NAMES)) for names in (dataset.inputs, dataset.targets)
        )
        found = [
            f"{counted(len(dataset.observations), 'observation')}; inputs: {inputs}; "
            f"targets: {targets}.",
            f"E = {self.program.listing.loss}; optimiser {wanted.optimiser}, η = "
            f"{wanted.learning_rate}, {counted(self.iterations, 'iteration')}.",
        ]
        found += [f"Taken for granted: {clean(a)}." for a in self.program.listing.assumptions]
        return found

    def imports(self, place: str) -> list[str]:
        """Return the imports, which depend on the other parts.

        Args:
            place: The source of where the arrays beside are.
        """
        lines = ["import numpy as np"]
        if any("erf(" in line for found in self.vocabulary.definitions for line in found.lines):
            lines = ["import math", "", *lines, "", "erf = np.vectorize(math.erf)"]
        if "Path(" in place and self.arrays.beside:
            at = lines.index("import numpy as np")
            lines[at:at] = ["from pathlib import Path", ""][: 2 if at == 0 else 1]
            if at:
                lines.remove("")
                lines.insert(lines.index("import numpy as np"), "")
        lines += ["", 'np.seterr(all="ignore")  # where an exp overflows, 1/inf is the right 0']
        if self.arrays.beside:
            lines.append(f"arrays = np.load({place})")
        return lines

    def functions(self) -> list[list[str]]:
        """Return the functions, each as lines."""
        found = [
            [text, f'    """{is_of}"""', *lines]
            for _, is_of, (text, *lines) in self.vocabulary.definitions
        ]
        if self._aside is not None:
            found.append(self._held_out_function())
        return found

    def _held_out_function(self) -> list[str]:
        lines = ["def held_out_loss(x, f0):"]
        lines.append('    """E of observations that no gradient comes from."""')
        body = list(self._groups(self._held_out, {}, is_held_out=True))
        written = [f"    {text}" for text in laid_out([line for of in body for line in of.lines])]
        lines += [f"    {line}" for line in self._sizes("f0", "\n".join(written))]
        return [*lines, *written, "    return E"]

    def data(self) -> list[str]:
        """Return the lines that make x and f₀."""
        lines = self._columns(self.dataset, self._table)
        if self.dataset.validation is not None:
            lines += ["", "# held out", *self._columns(self.dataset.validation, "_val")]
        sizes = self._sizes(f"f0{self._table}", "\n".join(self.body()))
        return lines + sizes

    def _columns(self, dataset: Dataset, suffix: str) -> list[str]:
        scaling, original = dataset.scaling, dataset.original_x
        large = any(map(is_large, (self.dataset.x, self.dataset.f0)))
        lines = []
        if (
            scaling is not None
            and original is not None
            and np.array_equal(scaling.apply(original), dataset.x)
        ):
            lines += self.arrays.assigned(f"original{suffix}", original, with_large=large)
            if dataset is self.dataset:
                lines += self.arrays.assigned("shift", scaling.shift)
                lines += self.arrays.assigned("spread", scaling.spread)
            lines.append(f"x{suffix} = (original{suffix} - shift) / spread")
        else:
            lines += self.arrays.assigned(f"x{suffix}", dataset.x, with_large=large)
        return lines + self.arrays.assigned(f"f0{suffix}", dataset.f0, with_large=large)

    def _sizes(self, of: str, code: str) -> list[str]:
        """Return the line that tells the sizes that some lines need."""
        needed = {name for name in "NO" if re.search(rf"\b{name}\b", code)}
        if not needed:
            return []
        return [f"N, O = {of}.shape"]

    def settings(self) -> list[str]:
        """Return the lines that set the hyperparameters."""
        wanted = self.wanted
        lines = [
            Line(
                f"{self._rate} = {wanted.learning_rate!r}",
                f"{self._rate_symbol}, the learning rate",
            )
        ]
        lines += [
            Line(f"{name} = {value!r}", symbol)
            for name, (symbol, value) in self.vocabulary.values.items()
        ]
        if not self._is_whole:
            lines.append(Line(f"batch_size = {self.program.batches.size}"))
        lines.append(Line(f"iterations = {self.iterations}"))
        return list(laid_out(lines))

    @property
    def _rate(self) -> str:
        return self.program.rate.name

    @property
    def _rate_symbol(self) -> str:
        return self.program.rate.symbol

    def start(self) -> list[str]:
        """Return the lines that make what is there before the first iteration."""
        lines = starting_lines(self.debugger, self.arrays)
        others = {
            name: tensor
            for name, tensor in self.program.state.items()
            if name not in self.program.parameters
        }
        for name, tensor in others.items():
            if name == "t":
                lines.append("t = 0  # updates so far")
            elif name == "E_val":
                lines.append("best_E_val, best_at, worse = np.inf, 0, 0")
            elif tensor.axes:
                lines.append(f"{name} = {zeros(tensor.shape)}")
            elif name not in ("worse", "best_E_val", "best_at"):
                lines.append(f"{name} = 0.0")
        if self.stops or self._keeps_losses:
            lines.append("losses = []")
        return lines

    # One iteration

    def body(self) -> Iterator[str]:
        """Write what is done in each iteration."""
        groups = list(self._groups(self.program.operations, self._changes()))
        column = column_of([line for group in groups for line in group.lines])
        for place, (heading, lines) in enumerate(groups):
            if place:
                yield ""
            yield f"# {heading}"
            yield from laid_out(lines, column)
        for name, condition in self.stops.items():
            yield ""
            yield from self._stop(name, condition)

    def _changes(self) -> dict[int, list[str]]:
        """Return the lines that change something by hand, by the place of the operation."""
        changes = self.debugger.changes_by_hand
        lines: dict[int, list[str]] = {}
        for time, same in groupby(changes, key=lambda change: change.time):
            if time.iteration < self.iterations:
                found = lines.setdefault(time.position, [])
                found.append(f"if step == {time.iteration}:")
                found += [f"    {line}" for line in change_lines(same, self._rate)]
        return lines

    def changes_at_the_end(self) -> list[str]:
        """Return the lines for what was changed by hand after the last iteration."""
        last = [
            change
            for change in self.debugger.changes_by_hand
            if change.time == (self.iterations, 0)
        ]
        return change_lines(last, self._rate)

    def _groups(
        self,
        operations: Sequence[Operation],
        changes: dict[int, list[str]],
        *,
        is_held_out: bool = False,
    ) -> Iterator[Group]:
        like = likes(operations)
        heading, lines = "", list[Line]()
        for place, operation in enumerate(operations):
            changed = changes.get(place)
            if heading_of(operation) != heading or changed:
                if lines:
                    yield Group(heading if lines else "", lines)
                lines = []
                if changed:
                    yield Group("changed by hand", [Line(line) for line in changed])
                heading = heading_of(operation)
            lines += self._lines(operation, like)
            if operation.name == "E" and not is_held_out:
                lines += self._told()
        yield Group(heading, lines)

    def _lines(self, operation: Operation, like: dict[str, Tensor]) -> list[Line]:
        if isinstance(operation, Pick):
            return self._pick(operation)
        if isinstance(operation, OnceAnEpoch):
            return self._once(operation)
        is_blank = self._blanks and operation.phase is Phase.BACKWARD
        return [
            operation_line(operation, self.vocabulary, like.get(operation.name), blank=is_blank)
        ]

    def _pick(self, operation: Pick) -> list[Line]:
        """Write how the rows of a batch are picked: of x first, of f₀ then."""
        name = operation.name
        picked = Line(f"{name} = {name}_table[batch]", operation.formula)
        if name != "x":
            return [picked, Line("N = len(x)")]
        batches, rows = self.program.batches, "slice(place * batch_size, (place + 1) * batch_size)"
        lines = [Line(f"epoch, place = divmod(step, {batches.an_epoch})")]
        if batches.is_shuffled:
            order = f"np.random.RandomState([{self.wanted.seed}, epoch]).permutation(len(x_table))"
            lines.append(Line("if place == 0:"))
            lines.append(Line(f"    order = {order}"))
            rows = "order[place * batch_size : (place + 1) * batch_size]"
        return [*lines, Line(f"batch = {rows}"), picked]

    def picking(self) -> list[Line]:
        """Return the lines that pick a batch."""
        picks = [o for o in self.program.operations if isinstance(o, Pick)]
        return [line for pick in picks for line in self._pick(pick)]

    def _once(self, operation: OnceAnEpoch) -> list[Line]:
        if operation.name != "E_val":
            return []
        an_epoch = self.program.batches.an_epoch
        lines = [
            "E_val = held_out_loss(x_val, f0_val)",
            "worse = worse + 1",
            "if E_val < best_E_val or step == 0:",
            "    best_E_val, best_at, worse = E_val, step, 0",
        ]
        if "patience" in self.stops:
            copies = ", ".join(f"np.copy({name})" for name in self.program.parameters)
            lines.append(f"    best = [{copies}]")
        if an_epoch > 1:
            lines = [f"if step % {an_epoch} == 0:", *(f"    {line}" for line in lines)]
        return [Line(line) for line in lines]

    @property
    def stride(self) -> int:
        """Return from one loss that is printed to the next."""
        return max(1, math.ceil(self.iterations / _PRINTED))

    def _told(self) -> list[Line]:
        kept = [Line("losses.append(E)")] if self.stops or self._keeps_losses else []
        if self.stops:
            return kept
        return [
            *kept,
            Line(f"if step % {self.stride} == 0:"),
            Line('    print(f"error at step {step:5d}: {E:.6e}")'),
        ]

    def _stop(self, name: str, condition: str) -> Iterator[str]:
        yield f"if {condition}:"
        if name == "patience":
            names = ", ".join(self.program.parameters)
            yield f"    [{names}] = best"
        yield "    break"

    # What stands below them

    def told_at_the_end(self) -> list[str]:
        """Return the lines that print the losses, where it is not known before how many."""
        if not self.stops:
            return []
        return [
            f"stride = max(1, -(-len(losses) // {_PRINTED}))",
            "for step in range(0, len(losses), stride):",
            '    print(f"error at step {step:5d}: {losses[step]:.6e}")',
        ]

    def prediction(self) -> list[str]:
        """Return the lines that compute f with the parameters as they are in the end."""
        lines = [] if self._is_whole else ["x, f0 = x_table, f0_table"]
        for operation in of_phase(self.program.operations, Phase.FORWARD):
            lines.append(operation_line(operation, self.vocabulary).code)
        return lines

    def table(self, other: str = "") -> list[str]:
        """Return the lines that print the parameters and the predictions.

        Args:
            other: The name of predictions that were made in another way, if there are any.
        """
        many = len(self.dataset.observations) > _MOST_PREDICTIONS
        loop = f"for n in range({_MOST_PREDICTIONS if many else 'len(x)'}):"
        lines = [f'print("{name} =", {name})' for name in self.program.parameters]
        if len(self.dataset.targets) > 1:
            others = f", {other}[n].numpy().round(6)" * bool(other)
            return [*lines, loop, f"    print(n + 1, f0[n], f[n].round(6){others})"]
        columns = [("observation", "n + 1", 11, "d"), ("target", "f0[n, 0]", 9, ".4g")]
        columns.append(("by hand" if other else "prediction", "f[n, 0]", 12, ".6f"))
        if other:
            columns.append(("PyTorch", f"{other}[n, 0]", 12, ".6f"))
        aims = self.program.loss.aim(self.dataset.f0)
        if np.array_equal(aims, self.dataset.f0):
            columns.append(("error", "f0[n, 0] - f[n, 0]", 12, ".6f"))
        header = "".join(head.rjust(width) for head, _, width, _ in columns)
        row = "".join(f"{{{code}:{width}{form}}}" for _, code, width, form in columns)
        return [*lines, f'print("{header}")', loop, f'    print(f"{row}")']

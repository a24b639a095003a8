"""The same run in PyTorch, which finds the gradients itself."""

from __future__ import annotations

from collections.abc import Iterable

from engine.formula.source import NUMPY, TORCH
from engine.formula.tree import leaves
from engine.maths.operations.operation import Operation, Phase
from engine.reports.standalone.body import picking
from engine.reports.standalone.iteration import change_lines, is_plain
from engine.reports.standalone.layout import Line, laid_out
from engine.reports.standalone.plan import ExportPlan
from engine.reports.standalone.start import starting_lines
from engine.reports.standalone.vocabulary import Vocabulary
from engine.run.changes import LearningRate

_MOST = 10_000
"""The largest number of iterations that are repeated."""
_NUMBERS = {"eta", "eta0", "t"}
"""The tensors that are plain numbers in a stand-alone program."""


class InTorch:
    """A run in PyTorch, from the same formulas of the forward phase, the loss and the update.

    Args:
        plan: The same run by hand.

    Attributes:
        steps: The number of iterations that are repeated.
    """

    def __init__(self, plan: ExportPlan) -> None:
        self._plan = plan
        self._program = plan.program
        self._own = [o for o in self._program.operations if is_plain(o)]
        self._vocabulary = Vocabulary([o.rule.tree for o in self._used], TORCH)
        within = [c.iteration for c in plan.debugger.changes_by_hand if c.position]
        self.steps = min([plan.iterations, _MOST, *within])

    @property
    def _used(self) -> list[Operation]:
        return [o for o in self._own if o.phase is not Phase.BACKWARD]

    @property
    def is_whole(self) -> bool:
        """Whether its parameters end where those by hand do."""
        return self.steps == self._plan.iterations and "patience" not in self._plan.stops

    def function(self) -> list[str]:
        """Return a function that trains the network and returns what comes of it."""
        tables = "x, f0" if self._plan.is_whole else "x_table, f0_table"
        lines = [line for _, _, found in self._vocabulary.definitions for line in (*found, "")]
        lines += [*self._start(), "losses = []", ""]
        lines += ["for step in range(steps):", *(f"    {line}" for line in self._body())]
        lines += ["", "with torch.no_grad():", *(f"    {line}" for line in self._prediction())]
        names = ", ".join(f'"{name}": {name}' for name in self._program.parameters)
        lines.append(f"return losses, {{{names}}}, f")
        return [
            f"def trained_in_torch({tables}, steps):",
            '    """Train the same network with the gradients that PyTorch finds."""',
            *(f"    {line}".rstrip() for line in lines),
        ]

    @property
    def call(self) -> list[str]:
        """The lines that call it."""
        suffix = "" if self._plan.is_whole else "_table"
        tables = ", ".join(f"torch.tensor({name}{suffix})" for name in ("x", "f0"))
        steps = f"min(len(losses), {self.steps})" if self._plan.stops else f"{self.steps}"
        return [
            f"tables = {tables}",
            f"torch_losses, torch_parameters, torch_f = trained_in_torch(*tables, {steps})",
        ]

    def _start(self) -> list[str]:
        """Return the lines that make the parameters, and what else there is at the start."""
        lines = starting_lines(self._plan.debugger, self._plan.arrays)
        for name in self._program.parameters:
            trained = ".requires_grad_()" if name in self._program.changes else ""
            lines.append(f"{name} = torch.tensor({name}, dtype=torch.float64){trained}")
        for name in self._program.state:
            of = name.partition("_")[2]
            if name == "t":
                lines.append("t = 0")
            elif of in self._program.parameters:
                lines.append(f"{name} = torch.zeros_like({of}, requires_grad=False)")
        rate = self._plan.rate
        lines.append(f"{rate} = {self._plan.wanted.learning_rate!r}")
        return lines

    def _prediction(self) -> list[str]:
        """Return the lines that compute f for the whole table."""
        lines = [] if self._plan.is_whole else ["x = x_table"]
        return lines + self._written(o for o in self._used if o.phase is Phase.FORWARD)

    def _body(self) -> list[str]:
        lines = self._changes()
        if not self._plan.is_whole:
            lines += [line.code for line in picking(self._plan)]
        forward = [o for o in self._used if o.phase in (Phase.FORWARD, Phase.LOSS)]
        lines += self._written(forward)
        trained = list(self._program.changes)
        names = ", ".join(f"dE_d{name}" for name in trained)
        single = "," * (len(trained) == 1)
        lines.append("losses.append(E.item())")
        lines.append(f"{names}{single} = torch.autograd.grad(E, [{', '.join(trained)}])")
        lines.append("with torch.no_grad():")
        update = [o for o in self._used if o.phase is Phase.UPDATE]
        lines += [f"    {line}" for line in self._written(update)]
        lines += [f"{name}.requires_grad_()" for name in trained]
        return lines

    def _written(self, operations: Iterable[Operation]) -> list[str]:
        return list(laid_out([Line(text) for o in operations for text in self._source(o)]))

    def _source(self, operation: Operation) -> list[str]:
        tree, vocabulary = operation.rule.tree, self._vocabulary
        if {leaf.name for leaf in leaves(tree)} <= _NUMBERS:
            vocabulary = Vocabulary([tree], NUMPY)
        return vocabulary.lines(f"{operation.name} = ", tree)

    def _changes(self) -> list[str]:
        """Return the lines for what was changed by hand between two iterations."""
        lines: list[str] = []
        for change in self._plan.debugger.changes_by_hand:
            if change.iteration >= self.steps or change.position:
                continue
            lines.append(f"if step == {change.iteration}:")
            written = change_lines([change], self._plan.rate, in_place=True)
            if not isinstance(change.what, LearningRate):
                lines.append("    with torch.no_grad():")
                written = [f"    {line}" for line in written]
            lines += [f"    {line}" for line in written]
        return lines

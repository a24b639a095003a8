"""Scripts of random networks, and the same with one formula changed, for the audit to judge.

``cases(count)`` gives both, each with its truth. Left out, and counted by the constants below, are

- networks that are not right, whatever their formulas are: `DIVERGED`, of which a loss is not
  finite, and `DEAD`, of which a layer with relu is 0 for all observations at the end;
- edits after which the script fails: `FAILS`, as where shapes do not fit;
- edits that no number shows: `NO_CHANGE`, with which each parameter ends where it does without, up
  to a millionth of the way it went, or only rounding decides where it ends;
- edits that are another convention: `COMMON_FACTOR`, which multiply the gradients of all
  parameters, or all their steps, by one positive number in the first iteration that has any: that
  belongs to the learning rate, whatever the optimiser makes of it later.

Another edit is drawn then, or another network. What is for display only is not edited, nor the
count of updates, the schedule and the limit of clipping, nor the update of a single parameter:
what one optimiser makes wrong of the only gradient may be what another makes of it rightly.
"""

from __future__ import annotations

import ast
import contextlib
import copy
import io
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from engine import Dataset, Debugger, Hyperparameters
from engine.formula.source import NUMPY, source
from engine.formula.tree import Leaf, Variable
from engine.maths.activations import ACTIVATIONS, HIDDEN
from engine.maths.losses import LOSSES
from engine.maths.operations.operation import Operation, Phase
from engine.maths.optimisers import OPTIMISERS
from engine.maths.schedules import SCHEDULES
from engine.model.hyperparameters import BIAS_MODES
from engine.reports.standalone.script import script_of

ITERATIONS = 12
_OUTPUTS = ("sigmoid", "tanh", "relu", "identity", "softmax")
_LEAST = 1e-6
"""What a parameter must differ by, relative to its change, for an edit to count."""
_STILL = 1e-12
_NUDGE = 1e-12
_MOST_TRIES = 60
DIVERGED, DEAD = "networks that diverge", "networks with a dead relu"
FAILS, NO_CHANGE = "edits that fail", "edits that no number shows"
COMMON_FACTOR = "edits that are one factor for all"
PARAMETERS = ("v", "v1", "v2", "w", "bv", "bv1", "bv2", "bw", "b")


@dataclass(frozen=True)
class Case:
    """A script and what is wrong with it.

    Attributes:
        text: The script.
        kind: What was done to it; "" for a right one.
        operations: The names of the operations at which it may be found, the one that was
            changed first; () for a right one.
        was: The line before, and `now` after the change.
    """

    text: str
    kind: str = ""
    operations: tuple[str, ...] = ()
    was: str = ""
    now: str = ""


def random_network(number: int, *, every_option: bool = False) -> Debugger:
    """Return a small network of a random kind, which has learnt for a few iterations.

    Args:
        number: Which one.
        every_option: Whether it has the options, too, that few networks have.
    """
    random = np.random.RandomState(number)

    def one_of(*values: Any) -> Any:
        return values[random.randint(len(values))]

    loss = one_of(*LOSSES)
    output = one_of(*(LOSSES[loss].outputs or _OUTPUTS))
    outputs = 3 if output == "softmax" else one_of(1, 1, 2)
    rows, layers = random.randint(4, 9), random.randint(3)
    x, f0 = random.randn(rows, random.randint(2, 4)), random.rand(rows, outputs)
    if output == "softmax":
        f0 = np.eye(outputs)[random.randint(outputs, size=rows)]
    elif loss in ("bce", "hinge"):
        f0 = np.round(f0)
    activations = [one_of(*HIDDEN) for _ in range(layers)]
    hyperparameters = Hyperparameters(
        hidden=",".join(str(random.randint(2, 5)) for _ in activations) or "none",
        activation=",".join(activations) or "sigmoid",
        output_activation=output,
        loss=loss,
        bias=one_of(*BIAS_MODES),
        optimiser=one_of("sgd", *OPTIMISERS),
        batch_size=one_of("full", "full", "1", "3"),
        shuffle=one_of("no", "yes"),
        init=one_of("uniform", "normal", "torch"),
        learning_rate=one_of(0.02, 0.1),
        seed=number,
        iterations=ITERATIONS,
    )
    if every_option:
        hyperparameters = replace(hyperparameters, **_options(number, hyperparameters))
    debugger = Debugger(Dataset.from_arrays(x, f0), hyperparameters)
    debugger.train()
    return debugger


def _options(number: int, network: Hyperparameters) -> dict[str, Any]:
    """Draw a penalty, frozen parameters, clipping and a schedule, each in some networks."""
    random = np.random.RandomState([number, 1])
    options: dict[str, Any] = {"schedule": list(SCHEDULES)[random.randint(len(SCHEDULES))]}
    if options["schedule"] != "constant":
        options["schedule_steps"] = random.randint(5, 20)
    for name, value in (("l1", 0.01), ("l2", 0.1), ("clip", 0.5), ("freeze", "w")):
        if random.randint(3) == 0:
            options[name] = value
    if network.hidden == "none":
        options.pop("freeze", None)
    if network.bias != "none" and random.randint(2):
        options["penalise"] = "all"
        options["initial_bias"] = 0.2
    if network.loss == "huber":
        options["huber_delta"] = 0.3
    return options


def cases(
    count: int, first: int = 0, left_out: Counter[str] | None = None
) -> Iterator[tuple[Case, Case]]:
    """Give the scripts of so many random networks, each right and with one edit.

    Args:
        count: How many.
        first: The number of the first network.
        left_out: Where what is left out is counted.
    """
    left_out = Counter() if left_out is None else left_out
    number = first
    while count:
        debugger = random_network(number)
        number += 1
        found = _right(debugger, left_out)
        edited = found and _one_edit(debugger, *found, number, left_out)
        if found and edited:
            count -= 1
            yield Case(found[0]), edited


def right_cases(count: int, first: int = 0, left_out: Counter[str] | None = None) -> Iterator[Case]:
    """Give the right scripts of so many random networks, with the options that few have, too."""
    left_out = Counter() if left_out is None else left_out
    number = first
    while count:
        found = _right(random_network(number, every_option=True), left_out)
        number += 1
        if found:
            count -= 1
            yield Case(found[0])


def _right(debugger: Debugger, left_out: Counter[str]) -> tuple[str, _History] | None:
    """Return the script of a network and what it does, if it is right and works."""
    if not np.isfinite(debugger.losses).all():
        left_out[DIVERGED] += 1
        return None
    text, _ = script_of(debugger, "beside.npz")
    history = _History(text)
    # At the end a script predicts all observations.
    for layer in debugger.program.network.layers:
        if layer.activation.dies and not np.any(history.names[layer.a[0]]):
            left_out[DEAD] += 1
            return None
    return text, history


def _one_edit(
    debugger: Debugger, text: str, right: _History, number: int, left_out: Counter[str]
) -> Case | None:
    """Return a script with one of its formulas changed, or None where that is hard to do."""
    random, trained = np.random.RandomState(number), debugger.program.changes
    table = "x_table" if "x_table = " in text else "x"
    nudge = f"\n{table} *= 1 + {_NUDGE}\n\n# hyperparameters"
    right.forget_noise(_History(text.replace("\n# hyperparameters", nudge, 1)))
    operations = [
        operation
        for operation in debugger.program.operations
        if operation.phase in (Phase.BACKWARD, Phase.UPDATE) and not operation.aside
        if operation.name not in ("t", "eta", "clip")
        # What is made of the only gradient may be what another optimiser makes of it.
        if operation.phase is Phase.BACKWARD or len(trained) > 1
    ]
    editor = _Editor(debugger, text, right.names)
    edits = editor.edits(operations)
    for _ in range(_MOST_TRIES):
        kind = list(edits)[random.randint(len(edits))]
        operation, now = edits[kind][random.randint(len(edits[kind]))]
        case = editor.case(operation, kind, now)
        try:
            wrong = _History(case.text)
        except (ValueError, TypeError, NameError, IndexError, ArithmeticError):
            # The shapes do not fit, or what stands there now is not computed yet.
            left_out[FAILS] += 1
            continue
        if not wrong.differs_from(right):
            left_out[NO_CHANGE] += 1
            continue
        factor = _common_factor(right, wrong, operation) or 0.0
        if factor > 0.0:
            left_out[COMMON_FACTOR] += 1
            continue
        # Where all steps go the wrong way, each update may be told of.
        told = (*case.operations, *(trained if factor < 0.0 else ()))
        return replace(case, operations=tuple(dict.fromkeys(told)))
    return None


class _History:
    """The parameters at the start of a script and after each iteration, and its variables."""

    def __init__(self, text: str) -> None:
        self.names: dict[str, Any] = {"_keep": self._keep}
        self.steps: list[dict[str, Any]] = []
        self.gradients: list[dict[str, Any]] = []
        text = text.replace("\nfor step in", "\n_keep()\nfor step in")
        text = text.replace("\n\n# predictions\n", "\n    _keep()\n\n# predictions\n")
        # A script sets how NumPy prints, for itself alone.
        with (
            contextlib.redirect_stdout(io.StringIO()),
            np.errstate(all="ignore"),
            np.printoptions(),
        ):
            exec(compile(text, "script", "exec"), self.names)
        if len(self.steps) != ITERATIONS + 1:
            raise AssertionError("the scripts are laid out in another way than is known here")

    def _keep(self) -> None:
        for kept, prefix in ((self.steps, ""), (self.gradients, "dE_d")):
            found = ((name, self.names.get(prefix + name)) for name in PARAMETERS)
            kept.append({n: np.array(value) for n, value in found if value is not None})

    def forget_noise(self, nudged: _History) -> None:
        """Forget parameters that rounding drives: a little beside, they go another way."""
        names = list(self.steps[-1])
        for name in names:
            if _apart(self, nudged, name):
                for step in self.steps:
                    del step[name]

    def differs_from(self, right: _History) -> bool:
        return any(_apart(right, self, name) for name in right.steps[-1])


def _apart(right: _History, other: _History, name: str) -> bool:
    """Whether a parameter ends elsewhere."""
    start, one, end = right.steps[0][name], right.steps[-1][name], other.steps[-1][name]
    if one.shape != end.shape:
        return True
    return bool(np.abs(end - one).max() > _LEAST * (np.abs(one - start).max() + _LEAST))


def _common_factor(right: _History, wrong: _History, operation: Operation) -> float | None:
    """Return by what the first gradients that are not 0, or steps, differ, if all alike."""
    if operation.phase is Phase.UPDATE and operation.name not in right.steps[0]:
        # What the optimiser remembers tells later.
        return None
    ratios: list[float] = []
    names = right.steps[0].keys()
    both = list(zip(right.gradients, wrong.gradients, strict=True))
    moving = (at for at, h in enumerate(both) if at and any(np.any(g[n]) for g in h for n in names))
    # With a dead output there is none at first.
    at = next(moving, 1)
    for name in names:
        one, other = (h.steps[at][name] - h.steps[at - 1][name] for h in (right, wrong))
        if operation.phase is Phase.BACKWARD:
            one, other = (history.gradients[at][name] for history in (right, wrong))
        if one.shape != other.shape:
            return None
        is_moved = np.abs(one) > _STILL
        if (np.abs(other[~is_moved]) > _STILL).any():
            return None
        ratios += list((other[is_moved] / one[is_moved]).ravel())
    if not ratios or not np.allclose(ratios, ratios[0], rtol=1e-6):
        return None
    return float(ratios[0])


class _Editor:
    """Makes edits of the formulas in a script."""

    def __init__(self, debugger: Debugger, text: str, names: dict[str, Any]) -> None:
        self._program = debugger.program
        self._lines, self._names = text.splitlines(), names
        loop = next(node for node in ast.parse(text).body if isinstance(node, ast.For))
        self._assigned = {
            node.targets[0].id: node
            for node in loop.body
            if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name)
        }
        self._slopes = {
            f"d{layer.a[0]}_d{layer.z[0]}": (layer.z[0], layer.a[0])
            for layer in self._program.network.layers
        }

    def edits(
        self, operations: Sequence[Operation]
    ) -> dict[str, list[tuple[Operation, str | None]]]:
        """Return by its kind each edit: an operation's new right-hand side, None for no line."""
        found: dict[str, list[tuple[Operation, str | None]]] = {}
        for operation in operations:
            for kind, new in self._of_operation(operation):
                found.setdefault(kind, []).append((operation, new))
        return found

    def _of_operation(self, operation: Operation) -> Iterator[tuple[str, str | None]]:
        value = self._assigned[operation.name].value
        whole = ast.unparse(value)
        if operation.name in self._program.parameters:
            yield "update", None
            yield "constant", whole.replace("eta *", "2 * eta *")
        else:
            yield "sign", f"-({whole})"
            yield "constant", f"2 * ({whole})"
            yield "constant", f"0.5 * ({whole})"
        if operation.name in self._slopes:
            z, a = (Leaf(Variable(name)) for name in self._slopes[operation.name])
            for other in ACTIVATIONS.values():
                text = "erf(" if other.slope is None else source(other.slope(z, a), NUMPY)
                if "erf(" not in text and text != "1":
                    yield "slope", text
        for place, node in enumerate(ast.walk(value)):
            for kind, new in self._of_node(node):
                yield kind, _replaced(value, place, new)

    def _of_node(self, node: ast.AST) -> Iterator[tuple[str, ast.expr]]:
        match node:
            case ast.BinOp(left=left, op=ast.Mult(), right=right):
                yield "factor", left
                yield "factor", right
            case ast.BinOp(left=left, op=ast.Div()):
                yield "factor", left
            case ast.BinOp(left=left, op=ast.Add(), right=right):
                yield "sign", ast.BinOp(left, ast.Sub(), right)
            case ast.BinOp(left=left, op=ast.Sub(), right=right):
                yield "sign", ast.BinOp(left, ast.Add(), right)
            case ast.Attribute(value=value, attr="T"):
                yield "transposition", value
            case ast.BinOp(left=ast.Name() as left, op=ast.MatMult() as op, right=right):
                yield "transposition", ast.BinOp(ast.Attribute(left, "T"), op, right)
            case ast.Attribute(value=ast.Name("np"), attr="sum" | "mean" as attr):
                yield "reduction", ast.Attribute(node.value, "mean" if attr == "sum" else "sum")
            case ast.Name(id=name) if isinstance(self._names.get(name), np.ndarray):
                for other in self._program.tensors:
                    known = self._names.get(other)
                    if (
                        known is not None
                        and other != name
                        and np.shape(known) == self._names[name].shape != ()
                    ):
                        yield "leaf", ast.Name(other)

    def case(self, operation: Operation, kind: str, new: str | None) -> Case:
        """Return the script with an edit."""
        node = self._assigned[operation.name]
        first, last = node.lineno - 1, node.end_lineno or node.lineno
        was = "\n".join(self._lines[first:last]).strip()
        now = "" if new is None else f"{operation.name} = {new}"
        lines = [*self._lines[:first], *[f"    {now}"] * bool(now), *self._lines[last:]]
        return Case("\n".join(lines) + "\n", kind, self._told_at(operation), was, now)

    def _told_at(self, operation: Operation) -> tuple[str, ...]:
        """Return the operations at which an edit of one may be found.

        A local derivative is a copy, and may be told of where it is used. What an optimiser makes
        of a gradient is part of the update of the parameter, and told by its name.
        """
        name, told = operation.name, [operation.name]
        if isinstance(operation.rule.tree, Leaf):
            told += [o.name for o in self._program.operations if operation.target in o.reads]
        if operation.phase is Phase.UPDATE and name not in self._program.parameters:
            told = [name.partition("_")[2]]
        if self._is_one_neuron:
            # One bias of one neuron is shared with none.
            told += [f"{one}w" for one in told if one in ("b", "dE_db")]
        return tuple(told)

    @property
    def _is_one_neuron(self) -> bool:
        return self._program.network.sizes[1:] == (1,)


def _replaced(tree: ast.expr, place: int, new: ast.expr) -> str:
    """Return the source of an expression with another node at a place of its walk."""
    copied = copy.deepcopy(tree)
    old = list(ast.walk(copied))[place]

    class Replace(ast.NodeTransformer):
        def visit(self, node: ast.AST) -> Any:
            return new if node is old else self.generic_visit(node)

    return ast.unparse(ast.fix_missing_locations(Replace().visit(copied)))

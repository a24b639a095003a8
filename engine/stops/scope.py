"""The names that an expression has at one place of the program."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches
from functools import reduce
from typing import TYPE_CHECKING

import numpy as np

from engine.analysis.metrics import decision_of
from engine.common.errors import NotComputedError, QueryError
from engine.common.text import clean, without_subscripts
from engine.formula.tensor import BatchLabels, Tensor
from engine.language.lowering import Lower, Lowering, lowered
from engine.language.term import Term
from engine.loop.calls import Apply, Copy
from engine.loop.clocked import Count
from engine.program.iterations import END

if TYPE_CHECKING:
    from engine.formula.tensor import Array
    from engine.loop.row import Call
    from engine.run.run import Run

CLOCKS = {
    "iteration": "the present iteration",
    "epoch": "the present epoch; one pass over all observations",
    "best_E": "the smallest E so far",
    "gradient_norm": "the norm of all gradients of parameters together",
    "accuracy": "the share of the present observations whose class is right",
}
"""Names beside those of the tensors."""


_NEVER = -2.0


class Memory:
    """The values of a tensor when its place was last passed, for ``prev``.

    Attributes:
        tensor: Whose values are remembered.
        place: Where in the iteration they are taken.
        value: The values.
        taken: The iteration that they are of, a scalar; −2 at the start.
    """

    def __init__(self, tensor: Tensor, place: int) -> None:
        self.tensor = tensor
        self.place = place
        self.value: Array = np.full(tensor.whole.shape, np.nan)
        self.taken = np.array(_NEVER)

    @property
    def iteration(self) -> int:
        """The iteration that the values are of; −2 at the start."""
        return int(self.taken)

    def take(self, iteration: int) -> None:
        """Remember the present values as the values of an iteration."""
        if self.value.shape == self.tensor.shape:
            self.value[...] = self.tensor.data
        else:
            self.value = self.tensor.data.copy()
        self.taken[...] = iteration

    def is_of_the_last(self, to: Lowering) -> Array:
        """Add calls that find out whether the values are of the iteration before."""
        next_ = to.apply(np.add, self.taken, np.array(1.0))
        return to.apply(np.equal, next_, _count(to), is_truth=True)

    def calls(self) -> list[Call] | None:
        """Return the calls that take them where the iterations run; None if they cannot."""
        if _is_by_batch(self.tensor):
            return None
        return [Copy(self.tensor.whole, self.value), Count(self.taken)]


class Scope:
    """Reads a run's tensors before one of its operations, or at the end of an iteration.

    Args:
        run: Whose tensors.
        place: The position of the operation before which expressions are evaluated, or
            END.

    Attributes:
        place: As given.
        best: The smallest E so far where calls of an expression ask for it; whoever runs them
            sets it at the start.
    """

    def __init__(self, run: Run, place: int) -> None:
        self._run = run
        self.place = place
        self._memories: dict[str, Memory] = {}
        self.best: Array = np.array(np.nan)
        self._asks_best = False
        operations = run.program.operations
        self._written_at = {o.name: i for i, o in enumerate(operations)}
        for name, change in run.program.changes.items():
            self._written_at[change.name] = self._written_at[name]
        self._tensors = run.program.known
        for tensor in tuple(self._tensors.values()):
            self._tensors.setdefault(without_subscripts(tensor.symbol), tensor)

    def begin(self) -> None:
        """Prepare its calls for iterations from the clock on."""
        if self._asks_best:
            self.best[...] = self._run.losses.best(self._run.iteration)

    @property
    def memories(self) -> list[Memory]:
        """The memories that `prev` needs."""
        return list(self._memories.values())

    @property
    def iteration(self) -> int:
        """The iteration whose values there are at this place."""
        return self._run.iteration - (self.place == END)

    def term(self, name: str) -> Term:
        if name in CLOCKS:
            return self._clock(name)
        tensor = self._tensor(name)
        if not self._is_computed(tensor):
            place = self._symbol(self.place)
            raise QueryError(
                f"{tensor.name} is not computed yet before {place}; prev({tensor.name}) is its "
                f"value one iteration ago{'' if self.iteration else ', from iteration 1 on'}"
            )
        return _reading(tensor)

    def yours(self, name: str) -> Term:
        beside = self._run.program.beside
        if beside is None:
            raise QueryError("there is no script here; nn-tui FILE.py opens one")
        tensor = self._tensors.get(name)
        if tensor is None or tensor.name not in beside.names:
            own = clean(tensor.name if tensor else name, 40)
            raise QueryError(f"yours has no {own}; it has {', '.join(beside.names)}")

        def value() -> object:
            found = beside.value(tensor.name, self.iteration)
            if found is None or found.shape != tensor.shape:
                raise NotComputedError(
                    f"yours.{tensor.name} was not recorded in iteration {self.iteration}"
                )
            return _read_only(found)[()]

        return Term(value, tensor.whole.shape, axes=tensor.axes, work=tensor.whole.size)

    def previous(self, name: str) -> Term:
        tensor = self._tensor(name)
        here = self._is_computed(tensor)
        place = self.place if here else END
        memory = self._memories.get(tensor.name)
        if memory is None:
            # However often it is named, one copy is kept.
            memory = self._memories[tensor.name] = Memory(tensor, place)
        scalar = not tensor.whole.shape

        def remembered() -> object:
            if memory.iteration != self.iteration - 1 or memory.iteration < 0:
                raise NotComputedError(f"prev({name}): there is no iteration before")
            if memory.value.shape != tensor.shape:
                raise NotComputedError(f"prev({name}): the batch before had another size")
            return memory.value[()] if scalar else _read_only(memory.value)

        # Which observations the batch before had is not remembered.
        axes = tuple(None if isinstance(axis.labels, BatchLabels) else axis for axis in tensor.axes)
        lower: Lower | None = None if _is_by_batch(tensor) else (lambda to: memory.value)
        return Term(remembered, tensor.whole.shape, axes=axes, work=tensor.whole.size, lower=lower)

    def _tensor(self, name: str) -> Tensor:
        tensor = self._tensors.get(name)
        if tensor is None:
            names = list(dict.fromkeys([*(t.name for t in self._tensors.values()), *CLOCKS]))
            lower = {known.lower(): known for known in reversed(names)}
            near = get_close_matches(name.lower(), lower, n=1, cutoff=0.75)
            meant = f" (did you mean {lower[near[0]]}?)" if near else ""
            known = ", ".join(names)
            raise QueryError(f"there is no {clean(name, 40)!r} here{meant}; there are {known}")
        return tensor

    def _is_computed(self, tensor: Tensor) -> bool:
        if self.place == END or tensor.name in self._run.program.state:
            return True
        return self._written_at.get(tensor.name, -1) < self.place

    def _symbol(self, place: int) -> str:
        return self._run.program.operations[place].symbol

    def _clock(self, name: str) -> Term:
        run, an_epoch = self._run, self._run.program.batches.an_epoch
        if name == "best_E":
            losses = run.losses
            lower = self._lower_best if self.place == END else None
            return Term(lambda: np.float64(losses.best(run.iteration)), lower=lower)
        if name == "gradient_norm":
            return self._gradient_norm()
        if name == "accuracy":
            return self._accuracy()
        back = np.float64(self.place == END)

        def epoch(to: Lowering) -> Array:
            return to.apply(np.floor_divide, _count(to), np.array(float(an_epoch)))

        if name == "epoch":
            return Term(lambda: (run.iteration - back) // an_epoch, lower=epoch)
        assert name == "iteration", name
        return Term(lambda: run.iteration - back, lower=_count)

    def _lower_best(self, to: Lowering) -> Array:
        E, self._asks_best = self._run.program.tensors["E"].data, True
        to.calls.append(Apply(np.fmin, [self.best, E], self.best))
        return self.best

    def _accuracy(self) -> Term:
        decision = decision_of(self._run.dataset, self._run.hyperparameters.loss)
        if decision is None:
            raise QueryError("accuracy needs classes: the targets are numbers")
        f, f0 = self._tensor("f"), self._tensor("f0")
        lowers = [self.term(tensor.name).lower for tensor in (f, f0)]

        def accuracy() -> np.float64:
            return np.float64(np.mean(decision.decide(f.data) == decision.truth(f0.data)))

        def lower(to: Lowering, f: Array, f0: Array) -> Array:
            guess = to.apply(np.greater, f, np.array(decision.threshold), is_truth=True)
            truth = to.apply(np.greater, f0, np.array(0.5), is_truth=True)
            right = to.apply(np.equal, guess, truth, is_truth=True)
            known = to.apply(np.isfinite, f, is_truth=True)
            right = to.as_number(to.apply(np.logical_and, right, known, is_truth=True))
            return to.apply(np.divide, to.reduce(np.add, right), np.array(float(f.size)))

        # Which of several outputs is the largest is found from Python.
        is_single = f.whole.shape[-1] == 1
        return Term(
            accuracy, work=f.whole.size, lower=lowered(lower, *lowers) if is_single else None
        )

    def _gradient_norm(self) -> Term:
        gradients = [self._tensor(f"dE_d{name}") for name in self._run.program.changes]
        for gradient in gradients:
            self.term(gradient.name)
        flats = [gradient.data.reshape(-1) for gradient in gradients]
        work = sum(flat.size for flat in flats)

        def lower(to: Lowering) -> Array:
            squares = [to.reduce(np.add, to.apply(np.square, flat)) for flat in flats]
            return to.apply(np.sqrt, reduce(lambda x, y: to.apply(np.add, x, y), squares))

        def norm() -> np.float64:
            return np.float64(np.sqrt(sum(np.add.reduce(np.square(flat)) for flat in flats)))

        return Term(norm, work=work, lower=lower)


def _count(to: Lowering) -> Array:
    count = np.empty(())
    to.calls.append(Count(count))
    return count


def _is_by_batch(tensor: Tensor) -> bool:
    """Return whether a tensor has rows of the present batch, whose size may change."""
    return bool(tensor.axes) and isinstance(tensor.axes[0].labels, BatchLabels)


def _reading(tensor: Tensor) -> Term:
    view = _read_only(tensor.whole)
    if not view.shape:
        return Term(lambda: view[()], lower=lambda to: view)
    if _is_by_batch(tensor):
        return Term(lambda: _read_only(tensor.data), view.shape, axes=tensor.axes)
    return Term(lambda: view, view.shape, axes=tensor.axes, lower=lambda to: view)


def _read_only(data: Array) -> Array:
    view = data.view()
    view.flags.writeable = False
    return view


def remember(memories: Iterable[Memory], iteration: int) -> None:
    """Take the present values into every memory."""
    for memory in memories:
        memory.take(iteration)

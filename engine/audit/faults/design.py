"""Faults of the design: each formula is right, and yet the network cannot learn."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from engine.audit.faults.curvature import largest_curvature
from engine.audit.faults.separable import cannot_be_parted
from engine.audit.findings import Finding
from engine.audit.judging.judged import Judged
from engine.audit.network.losses import Computed, value_of
from engine.audit.network.understand import Understood
from engine.audit.updates.outcome import Updates
from engine.common.numbers import general
from engine.common.text import counted
from engine.formula.tensor import Array
from engine.maths.activations import ACTIVATIONS

_FEWEST = 3
"""Fewer passes say nothing about what stays as it is."""
_LATE = 50
"""The number of passes over parts of the table that must agree to speak for all of it."""


@dataclass(frozen=True)
class Faults:
    """Faults of a design: findings for those that cannot work, notes for those that hinder."""

    findings: tuple[Finding, ...]
    notes: tuple[str, ...]


def design_faults(
    understood: Understood,
    judged: Sequence[Judged],
    activations: Sequence[str],
    loss: str,
    computed: Computed | None,
    updates: Updates,
) -> Faults:
    """Look for faults of the design in a script of which every formula is right.

    Args:
        understood: The network of the script.
        judged: The passes that were judged, in order.
        activations: The activation of each layer.
        loss: The name of the loss.
        computed: The loss as the script computes it, where it does.
        updates: What became of the gradients.
    """
    if len(judged) < _FEWEST:
        return Faults((), ())
    look = _Look(understood, judged, activations, loss)
    scale = abs(computed.factor) if computed else 1.0
    findings = [
        *look.equal_neurons(),
        *look.dead_layers(),
        *look.out_of_range(),
        *look.inseparable(),
        *look.rate_too_large(updates, scale),
    ]
    return Faults(tuple(findings), () if findings else tuple(look.dead_neurons()))


class _Look:
    def __init__(
        self,
        understood: Understood,
        judged: Sequence[Judged],
        activations: Sequence[str],
        loss: str,
    ) -> None:
        self.understood, self.judged = understood, judged
        self.activations, self.loss = activations, loss
        self.model = judged[0].model
        self.names = self.model.names
        x = self.model.values["x"]
        f0 = self.model.values["f0"]
        self.sees_all = all(
            np.array_equal(one.model.values["x"], x) and np.array_equal(one.model.values["f0"], f0)
            for one in judged
        )
        """Whether each pass sees the same observations."""

    def equal_neurons(self) -> Iterator[Finding]:
        """Find hidden layers of which all neurons stay equal."""
        for (weights, _, a), (following, _, _) in zip(self.names, self.names[1:], strict=False):
            if self.model.values[a].shape[1] < 2:
                continue
            if not all(
                np.any(one.model.values[a])
                and _equal_columns(one.model.values[a])
                and _equal_columns(one.model.values[following].T)
                and _equal_columns(one.right[f"dE_d{weights}"])
                for one in self.judged
            ):
                continue
            starts = [self._start(name) for name in (weights, following)]
            if all(start is not None and not np.any(start) for start in starts):
                kind, begin = "zero-start", f"{weights} and {following} start at zero"
            else:
                kind, begin = (
                    "symmetric-start",
                    f"{weights} and {following} start with equal numbers",
                )
            yield Finding(
                "",
                kind,
                f"{begin}, so that all hidden neurons of {a} stay equal for ever: the columns of "
                f"{a} and of the gradient of {weights} are equal in every pass, as if there were "
                "only one neuron; no learning rate helps",
                "start the weights with random numbers",
                variable=self._named(weights),
            )

    def dead_layers(self) -> Iterator[Finding]:
        """Find hidden layers that are 0 for every observation, and so never learn again."""
        passes = self.understood.passes
        late = range(max(len(passes) - (_FEWEST if self.sees_all else _LATE), 0), len(passes))
        if len(late) < _FEWEST:
            return
        hidden = zip(self.names[:-1], self.understood.layers, self.activations, strict=False)
        for (weights, _, a), layer, activation in hidden:
            if not ACTIVATIONS[activation].dies or layer.of_a is None:
                continue
            values = [value for number in late for value in self._at(number, layer.of_a.records[0])]
            if len(values) < len(late) or any(np.any(value) for value in values):
                continue
            yield Finding("", "dead", dead_words(a, weights), DEAD_REPAIR, found=layer.of_a)

    def _at(self, number: int, record: int) -> Iterator[Array]:
        """Go through what a pass makes at the place of the script of a record."""
        recording = self.understood.recording
        rows = recording.records
        begin, end = self.understood.passes[number].bounds
        node = rows["node"][record]
        for at in np.flatnonzero(rows["node"][begin:end] == node).tolist():
            value = recording.value(begin + at)
            if value is not None:
                yield value

    def dead_neurons(self) -> Iterator[str]:
        """Tell of single hidden neurons that are 0 for every observation."""
        if not self.sees_all:
            return
        for (_, _, a), activation in zip(self.names[:-1], self.activations, strict=False):
            if not ACTIVATIONS[activation].dies:
                continue
            silent = np.all([~one.model.values[a].any(axis=0) for one in self.judged], axis=0)
            dead = int(np.count_nonzero(silent))
            # One or two of many do no harm.
            if 2 * dead >= len(silent):
                yield (
                    f"{counted(dead, 'neuron')} of {a} ({len(silent)} in all) "
                    f"{'is' if dead == 1 else 'are'} 0 for every observation in all passes that "
                    "were looked at: dead, since the slope of relu is 0 there"
                )

    def out_of_range(self) -> Iterator[Finding]:
        """Find targets that the output cannot reach; those of a hinge loss only tell a side."""
        targets = self.understood.targets
        output = self.activations[-1]
        if targets is None or not targets.is_compared or self.loss == "hinge":
            return
        low, high = ACTIVATIONS[output].limits or (-np.inf, np.inf)
        if output == "relu" and any(
            np.any(one.model.values[self.names[-1][1]] < 0.0) for one in self.judged
        ):
            low = 0.0
        f0 = np.concatenate([one.model.values["f0"].ravel() for one in self.judged])
        beyond = [f"above {general(high)}"] if f0.max() > high + 1e-6 else []
        beyond += [f"below {general(low)}"] if f0.min() < low - 1e-6 else []
        if not beyond:
            return
        ends = (
            f"between {general(low)} and {general(high)}"
            if np.isfinite(high)
            else f"at least {general(low)}"
        )
        yield Finding(
            "",
            "range",
            f"the targets lie between {general(float(f0.min()))} and {general(float(f0.max()))}, "
            f"but the output's {output} gives numbers {ends}: targets {' and '.join(beyond)} can "
            "never be reached",
            "take the identity at the output, or scale the targets into its range",
            found=targets.found,
        )

    def inseparable(self) -> Iterator[Finding]:
        """Find classes that a network like this cannot tell apart."""
        linear = all(layer.activation == ("identity",) for layer in self.model.layers[:-1])
        has_bias = any(layer.bias is not None for layer in self.model.layers)
        if self.activations[-1] not in ("sigmoid", "tanh"):
            return
        x, f0 = self._table()
        yield from self._row_of_zeros(x, f0, has_bias)
        low = 0.0 if self.activations[-1] == "sigmoid" else -1.0
        if not linear or len(np.unique(x)) > 2 or len(x) > 300 or not np.isin(f0, (low, 1.0)).all():
            return
        for column in range(f0.shape[1]):
            is_one = f0[:, column] == 1.0
            if _contradicts(x, is_one) or not cannot_be_parted(x, is_one, with_bias=has_bias):
                continue
            if not has_bias and not cannot_be_parted(x, is_one, with_bias=True):
                if self._zero_rows(x, f0).any():
                    return
                yield Finding(
                    "",
                    "no-bias",
                    "without a bias the border between the classes goes through the origin, and no "
                    "such border parts these targets",
                    "give the layer a bias, or the table a column of ones",
                )
                return
            border = "line" if x.shape[1] == 2 else "plane"
            yield Finding(
                "",
                "inseparable",
                f"no {border} parts the two classes of the targets (they are not linearly "
                "separable, as in XOR), and a network without a hidden layer has nothing but such "
                "a border: no learning rate and no number of iterations helps",
                "add a hidden layer with an activation that is not linear",
            )
            return

    def _table(self) -> tuple[Array, Array]:
        """Return the observations that the passes see, each once: a part that fails is enough."""
        rows: dict[bytes, tuple[Array, Array]] = {}
        for one in self.judged:
            for x, f0 in zip(one.model.values["x"], one.model.values["f0"], strict=True):
                rows.setdefault(x.tobytes() + f0.tobytes(), (x, f0))
        return np.array([x for x, _ in rows.values()]), np.array([f for _, f in rows.values()])

    def _zero_rows(self, x: Array, f0: Array) -> NDArray[np.bool_]:
        output = self.activations[-1]
        fixed = 0.5 if output == "sigmoid" else 0.0
        missed = np.any(np.abs(f0 - fixed) > 0.25, axis=1)
        zeros: NDArray[np.bool_] = ~np.any(x, axis=1) & missed
        return zeros

    def _row_of_zeros(self, x: Array, f0: Array, has_bias: bool) -> Iterator[Finding]:
        """Find an observation of zeros, for which no weight matters."""
        if has_bias or not all(
            name in ("identity", "tanh", "relu", "leaky-relu") for name in self.activations[:-1]
        ):
            return
        rows = np.flatnonzero(self._zero_rows(x, f0))
        # One empty row among many is no more than a flaw of the table.
        if 8 * len(rows) < len(x):
            return
        fixed = "0.5" if self.activations[-1] == "sigmoid" else "0"
        wanted = general(float(f0[rows[0]].ravel()[0]))
        yield Finding(
            "",
            "no-bias",
            f"row {rows[0] + 1} of the table is all zeros, and there is no bias: the output for it "
            f"is {fixed} whatever the weights are, but its target is {wanted}",
            "give the layer a bias, or the table a column of ones",
        )

    def rate_too_large(self, updates: Updates, scale: float) -> Iterator[Finding]:
        """Find a learning rate above 2/λ, where the loss really rises."""
        rates = [rate for own in updates.rates.values() for rate in own]
        if not self.sees_all or updates.optimiser != "sgd" or not rates:
            return
        if min(rates) <= 0.0 or max(rates) > 1.001 * min(rates):
            return
        losses = [self._loss(one) for one in self.judged]
        grows = not np.isfinite(losses).all() or losses[-1] > losses[0]
        if not grows and self._ends_finite():
            return
        curvature = largest_curvature(self.model)
        if curvature is None or rates[0] <= 2.0 / curvature:
            return
        rose = (
            f"rises from {general(losses[0])} to {general(losses[-1])}"
            if grows
            else "is not finite at the end"
        )
        x = self.model.values["x"]
        large = float(np.max(np.abs(x)))
        scaled = ", or scale the columns of the table" if large > 3.0 else ""
        yield Finding(
            "",
            "rate",
            f"the learning rate {general(rates[0] / scale)} is too large: the loss {rose}; above "
            f"2/λ = {general(2.0 / curvature / scale)}, where λ is the largest curvature of E at "
            "the start, each step overshoots further than the last",
            f"take a rate below {general(2.0 / curvature / scale)}{scaled}",
        )

    def _loss(self, one: Judged) -> float:
        values = one.model.values
        return value_of(self.loss, values[self.names[-1][2]], values["f0"])

    def _ends_finite(self) -> bool:
        last = self.understood.passes[-1]
        return all(np.isfinite(found.data).all() for found in last.taken.values())

    def _start(self, weights: str) -> Array | None:
        """Return the weights as the first pass takes them."""
        site = self.model.parameters[weights].of_weights.site
        found = self.understood.passes[0].taken.get(site)
        return None if found is None else found.data

    def _named(self, weights: str) -> str:
        recording = self.understood.recording
        place = int(recording.records["place"][self.model.parameters[weights].of_weights.first])
        return recording.places[place].text if place >= 0 else ""


def dead_words(a: str, weights: str) -> str:
    """Say that a hidden layer is dead."""
    return (
        f"all hidden neurons of {a} are 0 for every observation: their pre-activations are all "
        f"negative, where the slope of relu is 0, so that {weights} and what comes before it never "
        "change again (dead relu)"
    )


DEAD_REPAIR = (
    "start with biases that are not so negative, or take a smaller learning rate, or leaky relu"
)


def _equal_columns(matrix: Array) -> bool:
    scale = float(np.max(np.abs(matrix), initial=0.0))
    return bool(np.all(np.abs(matrix - matrix[:, :1]) <= 1e-12 * scale))


def _contradicts(x: Array, is_one: NDArray[np.bool_]) -> bool:
    """Whether an observation comes twice, with either target: that is noise."""
    ones = {row.tobytes() for row in x[is_one]}
    return any(row.tobytes() in ones for row in x[~is_one])

"""The samples that are made by closed formulas, the noise a parameter of each.

Noise is the deviation of a normal number that is added to every coordinate of an observation
or, in a regression, to its target. Everything is drawn from `numpy.random.RandomState`, whose
streams are the same in every version of NumPy.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.random import RandomState
from numpy.typing import NDArray

Array = NDArray[np.float64]
Points = tuple[Array, list[str] | Array]
"""The inputs N × I, and of each observation the class or the number that is to be learned."""

RADIUS = 5.0
CENTRE = 2.0
ARM_NAMES = ("alpha", "beta", "gamma")


def circles(random: RandomState, rows: int, noise: float) -> Points:
    """A disc up to half the radius, class 1, in a ring from 0.7 of it on, class 0."""
    inside = np.arange(rows) % 2
    share = random.uniform(size=rows)
    r = RADIUS * np.where(inside, 0.5 * share, 0.7 + 0.3 * share)
    t = random.uniform(0.0, 2.0 * np.pi, rows)
    return _moved(random, noise, r * np.sin(t), r * np.cos(t)), _digits(inside)


def moons(random: RandomState, rows: int, noise: float) -> Points:
    """Two half circles of radius 1: the upper, class 0, reaches into the lower, class 1."""
    lower = np.arange(rows) % 2
    t = random.uniform(0.0, np.pi, rows)
    x1 = np.where(lower, 1.0 - np.cos(t), np.cos(t))
    x2 = np.where(lower, 0.5 - np.sin(t), np.sin(t))
    return _moved(random, noise, x1, x2), _digits(lower)


def gaussians(random: RandomState, rows: int, noise: float) -> Points:
    """Two normal clouds of deviation 1: class 0 around (−2, −2), class 1 around (2, 2)."""
    upper = np.arange(rows) % 2
    centre = np.where(upper, CENTRE, -CENTRE)
    x1, x2 = centre + random.normal(size=(2, rows))
    return _moved(random, noise, x1, x2), _digits(upper)


def quadrants(random: RandomState, rows: int, noise: float) -> Points:
    """Class 1 where the coordinates have the same sign, with a gap of 0.6 along the axes."""
    x = random.uniform(-RADIUS, RADIUS, (2, rows))
    x1, x2 = x + np.copysign(0.3, x)
    return _moved(random, noise, x1, x2), _digits((x1 * x2 > 0).astype(np.intp))


def spiral(random: RandomState, rows: int, noise: float) -> Points:
    """Two arms that wind around each other one and three quarter times."""
    points, arm = _arms(random, rows, noise, arms=2, turns=1.75)
    return points, _digits(arm)


def three_spirals(random: RandomState, rows: int, noise: float) -> Points:
    """Three arms that wind around each other one and a quarter times."""
    points, arm = _arms(random, rows, noise, arms=3, turns=1.25)
    return points, [ARM_NAMES[a] for a in arm]


def sine(random: RandomState, rows: int, noise: float) -> Points:
    """One period of the sine."""
    x = random.uniform(-np.pi, np.pi, rows)
    return x[:, None], np.sin(x) + noise * random.normal(size=rows)


def plane(random: RandomState, rows: int, noise: float) -> Points:
    """The plane 2·x1 − 3·x2 + 1."""
    x = random.uniform(-1.0, 1.0, (rows, 2))
    return x, 2.0 * x[:, 0] - 3.0 * x[:, 1] + 1.0 + noise * random.normal(size=rows)


def hills(random: RandomState, rows: int, noise: float) -> Points:
    """Two hills of height 1, at (2, 2) and (−2, −2), and two hollows as deep beside them."""
    x = random.uniform(-4.0, 4.0, (rows, 2))
    output = noise * random.normal(size=rows)
    for c1, c2 in itertools.product((-CENTRE, CENTRE), repeat=2):
        output += np.sign(c1 * c2) * np.exp(-((x[:, 0] - c1) ** 2 + (x[:, 1] - c2) ** 2) / 2.0)
    return x, output


def _arms(
    random: RandomState, rows: int, noise: float, arms: int, turns: float
) -> tuple[Array, NDArray[np.intp]]:
    """Return the points of spiral arms, and the number of the arm of each."""
    arm = np.arange(rows) % arms
    # Evenly spaced along the arm; at the very centre, where all meet, there is nothing.
    along = (1.0 + np.arange(rows) // arms) / -(-rows // arms)
    along = 0.1 + 0.9 * along
    t = 2.0 * np.pi * (turns * along + arm / arms)
    r = RADIUS * along
    return _moved(random, noise, r * np.sin(t), r * np.cos(t)), arm


def _moved(random: RandomState, noise: float, x1: Array, x2: Array) -> Array:
    points = np.column_stack([x1, x2])
    return points + noise * random.normal(size=points.shape)


def _digits(classes: NDArray[np.intp]) -> list[str]:
    return [str(c) for c in classes]


@dataclass(frozen=True)
class Generated:
    """A sample that is drawn, with what the bundled file was drawn with."""

    header: str
    draw: Callable[[RandomState, int, float], Points]
    rows: int
    noise: float

    def csv(self, rows: int | None = None, noise: float | None = None, seed: int = 1) -> str:
        """Write the table; by default the bundled one.

        The order of the observations is random, so that a batch is a fair part of them.
        """
        random = RandomState(seed)
        rows = self.rows if rows is None else rows
        x, target = self.draw(random, rows, self.noise if noise is None else noise)
        cells = [[*map(_number, x[n]), _cell(target[n])] for n in random.permutation(rows)]
        return _csv(self.header, cells)


@dataclass(frozen=True)
class Logic:
    """A sample that is the table of a logical function."""

    inputs: int
    function: Callable[[Sequence[int]], bool]

    def csv(self) -> str:
        """Write the table, one observation for each combination of inputs."""
        names = ",".join(f"input{i + 1}" for i in range(self.inputs))
        bits = itertools.product((0, 1), repeat=self.inputs)
        rows = [[str(n), *map(str, b), str(int(self.function(b)))] for n, b in enumerate(bits, 1)]
        return _csv(f"observation,{names},output", rows)


def _csv(header: str, rows: list[list[str]]) -> str:
    return "".join(line + "\n" for line in (header, *map(",".join, rows)))


def _cell(value: str | float) -> str:
    return value if isinstance(value, str) else _number(value)


def _number(value: float) -> str:
    # Adding 0 turns -0.0 into 0.0.
    return f"{round(float(value), 3) + 0.0:.3f}"


LOGIC = {
    "and": Logic(2, all),
    "nand": Logic(2, lambda bits: not all(bits)),
    "or": Logic(2, any),
    "parity4": Logic(4, lambda bits: sum(bits) % 2 == 1),
    "xor": Logic(2, lambda bits: sum(bits) % 2 == 1),
}

GENERATED = {
    "circles": Generated("x1,x2,class", circles, rows=200, noise=0.2),
    "gaussians": Generated("x1,x2,class", gaussians, rows=200, noise=0.0),
    "hills": Generated("x1,x2,output", hills, rows=300, noise=0.05),
    "moons": Generated("x1,x2,class", moons, rows=200, noise=0.15),
    "plane": Generated("x1,x2,output", plane, rows=100, noise=0.1),
    "quadrants": Generated("x1,x2,class", quadrants, rows=200, noise=0.2),
    "sine": Generated("x1,output", sine, rows=100, noise=0.1),
    "spiral": Generated("x1,x2,class", spiral, rows=200, noise=0.2),
    "three-spirals": Generated("x1,x2,class", three_spirals, rows=300, noise=0.15),
}

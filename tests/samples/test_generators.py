"""The geometry of the drawn samples, without noise, by formulas other than those that draw them."""

import subprocess
import sys
from math import erf
from pathlib import Path

import numpy as np
import pytest

from tests.samples.generators import GENERATED
from tests.samples.table import parse

ROWS = 600


def drawn(name: str, noise: float = 0.0, seed: int = 3) -> tuple[np.ndarray, np.ndarray]:
    table = parse(GENERATED[name].csv(rows=ROWS, noise=noise, seed=seed))
    return table.x, np.array(table.target)


def halves(classes: np.ndarray) -> list[np.ndarray]:
    ones = classes == "1"
    assert ones.sum() == ROWS / 2
    return [~ones, ones]


def test_circles_are_a_disc_and_a_ring() -> None:
    x, classes = drawn("circles")
    ring, disc = halves(classes)
    r = np.hypot(*x.T)
    assert r[disc].max() == pytest.approx(2.5, abs=0.03)
    assert r[ring].min() == pytest.approx(3.5, abs=0.03)
    assert r[ring].max() == pytest.approx(5.0, abs=0.03)
    for part in (ring, disc):
        # In each quadrant a quarter, give or take four deviations of the binomial.
        for sides in (x[part] > 0, x[part] < 0):
            assert abs(sides.all(axis=1).mean() - 0.25) < 4 * np.sqrt(0.25 * 0.75 / 300)


def test_moons_are_half_circles_that_reach_into_each_other() -> None:
    x, classes = drawn("moons")
    upper, lower = halves(classes)
    np.testing.assert_allclose((x[upper] ** 2).sum(axis=1), 1.0, atol=0.003)
    assert x[upper, 1].min() >= 0
    np.testing.assert_allclose(((x[lower] - [1.0, 0.5]) ** 2).sum(axis=1), 1.0, atol=0.003)
    assert x[lower, 1].max() <= 0.5


def test_gaussians_have_their_centres_deviation_and_overlap() -> None:
    x, classes = drawn("gaussians")
    for part, centre in zip(halves(classes), (-2.0, 2.0), strict=True):
        assert x[part].mean(axis=0) == pytest.approx([centre] * 2, abs=4 / np.sqrt(300))
        assert np.cov(x[part].T) == pytest.approx(np.eye(2), abs=0.3)
    # The straight line between the centres, 2·√2 deviations from each, is the best there is.
    best = 0.5 * (1 + erf(2.0))
    assert f"{best:.2%}" == "99.77%"
    right = (x.sum(axis=1) > 0) == (classes == "1")
    assert right.mean() == pytest.approx(best, abs=4 * np.sqrt(best * (1 - best) / ROWS))


@pytest.mark.parametrize(
    ("name", "arms", "turns"),
    [("spiral", ["0", "1"], 1.75), ("three-spirals", ["alpha", "beta", "gamma"], 1.25)],
)
def test_arms_turn_evenly_with_the_radius(name: str, arms: list[str], turns: float) -> None:
    x, classes = drawn(name)
    for number, arm in enumerate(arms):
        part = x[classes == arm]
        assert len(part) == ROWS / len(arms)
        r = np.hypot(*part.T)
        order = np.argsort(r)
        assert r[order[-1]] == pytest.approx(5.0, abs=0.001)
        assert 0.5 <= r[order[0]] < 0.55
        turned = np.unwrap(np.arctan2(*part[order].T)) / (2 * np.pi)
        expected = turns * r[order] / 5.0 + number / len(arms)
        np.testing.assert_allclose((turned - expected + 0.5) % 1 - 0.5, 0.0, atol=0.001)
        assert turned[-1] - turned[0] == pytest.approx(turns * 0.9, abs=0.02)


def test_quadrants_are_told_by_their_signs() -> None:
    x, classes = drawn("quadrants")
    assert ((np.sign(x).sum(axis=1) != 0) == (classes == "1")).all()
    assert abs(x).min() >= 0.3
    assert abs(x).max() == pytest.approx(5.3, abs=0.03)
    for signs in ((1, 1), (1, -1), (-1, 1), (-1, -1)):
        share = (np.sign(x) == signs).all(axis=1).mean()
        assert abs(share - 0.25) < 4 * np.sqrt(0.25 * 0.75 / ROWS)


def test_hills_have_their_heights() -> None:
    x, y = drawn("hills")
    height = y.astype(float)
    assert abs(x).max() == pytest.approx(4.0, abs=0.03)
    for centre, sign in {(2, 2): 1, (-2, -2): 1, (2, -2): -1, (-2, 2): -1}.items():
        near = np.hypot(*(x - centre).T)
        assert near.min() < 0.5
        # The other three add less than 0.01 at a distance below 1.
        part = near < 0.9
        expected = sign * np.exp(-(near[part] ** 2) / 2)
        np.testing.assert_allclose(height[part], expected, atol=0.03)


def test_sine_and_plane_are_exact_without_noise() -> None:
    x, y = drawn("sine")
    np.testing.assert_allclose(y.astype(float), np.sin(x[:, 0]), atol=0.0011)
    assert x.min() == pytest.approx(-np.pi, abs=0.05)
    assert x.max() == pytest.approx(np.pi, abs=0.05)
    x, y = drawn("plane")
    solution, *_ = np.linalg.lstsq(np.column_stack([x, np.ones(ROWS)]), y.astype(float), rcond=None)
    assert solution == pytest.approx([2.0, -3.0, 1.0], abs=0.001)


@pytest.mark.parametrize("name", sorted(GENERATED))
def test_noise_has_its_deviation_and_moves_nothing_else(name: str) -> None:
    (exact, exact_y), (noisy, noisy_y) = drawn(name), drawn(name, noise=0.3)
    if name in ("sine", "plane", "hills"):
        np.testing.assert_array_equal(exact, noisy)
        moved = noisy_y.astype(float) - exact_y.astype(float)
    else:
        np.testing.assert_array_equal(exact_y, noisy_y)
        moved = noisy - exact
    assert moved.mean() == pytest.approx(0.0, abs=4 * 0.3 / np.sqrt(moved.size))
    assert moved.std() == pytest.approx(0.3, rel=4 / np.sqrt(2 * moved.size))


@pytest.mark.parametrize("name", sorted(GENERATED))
def test_a_seed_is_a_table_and_the_order_is_random(name: str) -> None:
    made = GENERATED[name]
    assert made.csv(seed=5) == made.csv(seed=5) != made.csv(seed=6)
    target = parse(made.csv()).target
    assert target != sorted(target)
    assert "-0.000" not in made.csv(rows=5000)


def test_the_command_prints_another_table() -> None:
    def run(*arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "tests.samples", *arguments],
            capture_output=True,
            text=True,
            cwd=Path(__file__).parents[2],
        )

    done = run("moons", "--noise", "0.3", "--rows", "7", "--seed", "2")
    assert done.stdout == GENERATED["moons"].csv(rows=7, noise=0.3, seed=2)
    for wrong in (["iris"], ["moons", "--noise", "-1"], ["moons", "--rows", "0"], ["--seed", "2"]):
        done = run(*wrong)
        assert done.returncode == 2
        assert "Traceback" not in done.stderr

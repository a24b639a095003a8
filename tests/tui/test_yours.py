"""A user's script on the screen beside our program, and on the command line."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner
from textual.pilot import Pilot

from engine.common.errors import InputError
from tests.engine import scripts
from tests.tui.app import SIZES, at_two_sizes, said, snapshot, text, until
from tui.app import NNTui
from tui.cli import cli
from tui.opening.open_run import Opener

pytestmark = pytest.mark.usefixtures("scripts_as_forks")


@asynccontextmanager
async def beside(
    path: Path, size: tuple[int, int], *, notifications: bool = False
) -> AsyncIterator[tuple[NNTui, Pilot[None]]]:
    opener = partial(Opener, data=str(path), given={"history": 64})
    app = NNTui(path.name, opener)
    async with app.run_test(size=size, notifications=notifications) as pilot:
        await until(pilot, lambda: app.moment is not None)
        await pilot.pause()
        yield app, pilot


@pytest.mark.one_in(2)
@pytest.mark.parametrize("size", SIZES)
async def test_one_steps_beside_the_script(tmp_path: Path, size: tuple[int, int]) -> None:
    async with beside(scripts.written(tmp_path, scripts.WRONG), size) as (app, pilot):
        await pilot.press("5", "n")
        await until(pilot, lambda: snapshot(app).position == 1)
        assert "layer = sigmoid(X @ first)" in text(app)
        while snapshot(app).listing.lines[snapshot(app).position - 1].name != "dE_dyhat":
            before = snapshot(app).position
            await pilot.press("n")
            await until(pilot, lambda before=before: snapshot(app).position > before)  # type: ignore[misc]
        await pilot.pause()
        shown = text(app)
        assert "✗ 17  d_layer = d_out @ second.T" in shown
        assert "the slope ∂g/∂ŷ is missing" in shown
        assert any("✓ 15" in line and "∂E/∂y" in line for line in shown.splitlines())
        await pilot.press("x")
        await until(pilot, lambda: "yours ✗ =" in text(app))
        assert "right = ∂E/∂g[obs 1, g1] · ∂g/∂ŷ[obs 1, g1]" in text(app)


@at_two_sizes
async def test_it_opens_at_what_is_wrong(tmp_path: Path, size: tuple[int, int]) -> None:
    wrong = scripts.WRONG.replace("d_first = X.T @ d_layer", "d_first = X.T @ d_layer / 5")
    async with beside(scripts.written(tmp_path, wrong), size, notifications=True) as (app, pilot):
        await until(pilot, lambda: "✗ 17  d_layer = d_out @ second.T" in text(app))
        cursor = next(line for line in text(app).splitlines() if "›" in line)
        assert "✗ 17" in cursor
        assert snapshot(app).position == 0
        assert "f, then i, then x works the ✗ out" in said(app)
        await until(pilot, lambda: "i next ✗" in text(app))
        await pilot.press("i")
        await until(pilot, lambda: "✗ 18  d_first = X.T @ d_layer / 5" in text(app))
        await pilot.press("f")
        await until(pilot, lambda: snapshot(app).iteration == 1)
        await pilot.press("i", "x")
        await until(pilot, lambda: "yours ✗ =" in text(app))
        assert "right = ∂E/∂g[obs 1, g1] · ∂g/∂ŷ[obs 1, g1]" in text(app)


async def test_both_ways_are_shown_where_the_wrong_one_has_no_array(tmp_path: Path) -> None:
    step = "    kept = second\n    second -= 0.3 * layer.T @ d_out\n"
    wrong = scripts.RIGHT.replace("    second -= 0.3 * d_second\n", "")
    wrong = wrong.replace("    d_second = layer.T @ d_out\n", step).replace(
        "d_out @ second.T * layer * (1 - layer)",
        'np.einsum("no,ho,nh->nh", d_out, kept, layer * (1 - layer))',
    )
    async with beside(scripts.written(tmp_path, wrong), (80, 24)) as (app, pilot):
        assert app.yours is not None
        await pilot.press("f")
        await until(pilot, lambda: snapshot(app).iteration == 1)
        await pilot.press("i", "x")
        await until(pilot, lambda: "yours ✗ =" in text(app))
        assert "no array of its own, it shows in ∂E/∂ŷ[obs 1, g1]" in text(app)
        assert "right = Σₒ ∂E/∂y[obs 1, o] · ∂y/∂g[g1, o]·∂g/∂ŷ[obs 1, g1]" in text(app)


async def test_how_weights_would_be_drawn_is_not_told_beside_a_script(tmp_path: Path) -> None:
    async with beside(scripts.written(tmp_path, scripts.RIGHT), (120, 36)) as (app, pilot):
        fields = app.frame.hyperparameters.fields
        told = {" ".join(line.text.split()) for line in fields._lines}
        assert {"initial weights ·", "init scale ·", "seed ·", "L1 λ₁ 0.0"} <= told
        # What has no effect cannot be changed either.
        fields.cursor = [field.name for field in fields.shown].index("seed")
        await pilot.press("2", "enter")
        await until(pilot, lambda: "the starting parameters were given" in text(app))
        assert not fields.typing


async def test_a_changed_script_is_run_again(tmp_path: Path) -> None:
    path = scripts.written(tmp_path, scripts.WRONG)
    async with beside(path, (80, 24), notifications=True) as (app, pilot):
        assert app.yours is not None
        assert said(app).startswith("mine.py was run, and 8 iterations of it recorded: wrong, line")
        await pilot.press("f")
        await until(pilot, lambda: snapshot(app).iteration == 1)
        await pilot.press("r")
        await until(pilot, lambda: snapshot(app).iteration == 0)
        assert app.yours.report.verdict == "wrong"
        path.write_text(scripts.RIGHT, encoding="utf-8")
        await pilot.press("r")
        await until(pilot, lambda: app.yours is not None and app.yours.report.verdict == "right")
        await pilot.press("5")
        await until(pilot, lambda: "✗ " not in text(app).replace("✓ ✗ ·", ""))


def test_the_operations_are_listed_with_the_line_of_the_script(tmp_path: Path) -> None:
    path = str(scripts.written(tmp_path, scripts.WRONG))
    done = CliRunner().invoke(cli, [path, "--plain"], input="l\n", catch_exceptions=False)
    shown = done.stdout.splitlines()
    for words in ("dE_dyhat ✗ line 17 ∂E/∂ŷ", "dE_dy ✓ line 15 ∂E/∂y", "df_dy · ∂f/∂y"):
        assert any(" ".join(line.split()).startswith(words) for line in shown), words


def test_what_a_script_cannot_have_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="the run beside a script is not saved"):
        Opener(data=str(tmp_path / "mine.py"), given={}, resume=True)


def test_the_command_tells_by_its_exit_code(tmp_path: Path) -> None:
    run = partial(CliRunner().invoke, cli, catch_exceptions=False)
    wrong = run(["audit", str(scripts.written(tmp_path, scripts.WRONG)), "--json"])
    assert wrong.exit_code == 1
    assert json.loads(wrong.stdout)["findings"][0]["line"] == scripts.LINE
    right = run(["audit", str(scripts.written(tmp_path, scripts.RIGHT)), "--verbose"])
    assert right.exit_code == 0
    assert "∂E/∂ŷ  line 17  d_layer" in right.output.replace("   ", "  ")
    unclear = run(["audit", str(scripts.written(tmp_path, "x = 1\n"))])
    assert unclear.exit_code == 2


def test_a_defect_does_not_say_that_the_script_is_wrong(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(*_: object, **__: object) -> None:
        raise ZeroDivisionError("a defect")

    monkeypatch.setattr("engine.audit.script.audit", fails)
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    done = CliRunner().invoke(cli, ["audit", str(scripts.written(tmp_path, scripts.RIGHT))])
    assert done.exit_code == 2
    assert "internal error (ZeroDivisionError: a defect)" in done.stderr


def test_a_variable_that_the_script_has_not_is_refused(tmp_path: Path) -> None:
    path = scripts.written(tmp_path, scripts.RIGHT)
    with pytest.raises(InputError, match=r"--name nosuch=dE_dy: the script has no numbers in"):
        CliRunner().invoke(
            cli, ["audit", str(path), "--name", "nosuch=dE_dy"], catch_exceptions=False
        )


def test_a_script_is_run_with_its_arguments(tmp_path: Path) -> None:
    read = "import sys\nsteps = int(sys.argv[2])\n"
    path = scripts.written(tmp_path, read + scripts.RIGHT.replace("range(60)", "range(steps)"))
    run = partial(CliRunner().invoke, cli, catch_exceptions=False)
    assert "IndexError" in run(["audit", str(path)]).stdout
    done = run(["audit", str(path), "--", "--steps", "7"])
    assert done.exit_code == 0, done.output
    # Without a screen, opening it is an audit too.
    assert run([str(path), "--", "--steps", "7"]).exit_code == 0
    assert "unexpected extra argument" in CliRunner().invoke(cli, ["or", "7"]).output


def test_arrays_are_audited_with_the_network_of_the_options(tmp_path: Path) -> None:
    path = tmp_path / "mine.npz"
    x = np.array([[0.0, 0], [0, 1], [1, 0], [1, 1]])
    w = np.array([[0.4], [-0.3]])
    np.savez(path, w=w, y=x @ w, f=x @ w)
    given = ["audit", str(path), "--data", "xor", "--hidden", "none"]
    done = CliRunner().invoke(cli, given, catch_exceptions=False)
    assert done.exit_code == 1
    assert "f: f" in done.output
    linear = [*given, "--output-activation", "identity"]
    assert CliRunner().invoke(cli, linear, catch_exceptions=False).exit_code == 0


async def test_what_is_right_differs_by_nothing(tmp_path: Path) -> None:
    # The script has target − prediction, without the 2, and adds its steps.
    turned = scripts.RIGHT.replace("2 * (out - target) / len(X)", "target - out")
    turned = turned.replace("-= ", "+= ").replace("np.mean", "np.sum")
    async with beside(scripts.written(tmp_path, turned), (80, 24)) as (app, pilot):
        assert app.yours is not None
        assert app.yours.report.verdict == "right"
        written, value = app.yours.written("dE_dy", 0), app.yours.value("dE_dy", 0)
        assert written is not None
        assert value is not None
        await pilot.press("f")
        await until(pilot, lambda: snapshot(app).iteration == 1)
        ours = snapshot(app).values["dE_dy"]
        assert np.allclose(value, ours, rtol=1e-12)
        assert np.allclose(written, -0.5 * ours, rtol=1e-12)

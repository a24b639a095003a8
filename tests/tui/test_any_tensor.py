"""Every pane and picture with odd numbers in whatever there is to see."""

import math
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest

from engine import Dataset, Debugger, Hyperparameters, Snapshot, read_dataset
from engine.analysis.surface import Map
from engine.analysis.tensor_summary import summarise
from engine.formula.tensor import Array
from engine.run.loss_history import LossHistory
from tests.tui.app import opened, snapshot, state, until
from tests.tui.views import CLASSES, of_classes
from tui.drawing.palette import Palette
from tui.panes.pictures.boundary_curve import curve_rows
from tui.panes.pictures.boundary_map import _STEPS, _resized, _scale, plane_rows
from tui.panes.pictures.histograms import bins_for, histogram_rows
from tui.panes.pictures.network_diagram import diagram_rows
from tui.panes.pictures.network_layers import Carried, Choice
from tui.panes.pictures.phase import phase_rows
from tui.panes.pictures.quality_tables import quality_rows
from tui.panes.pictures.worker import Field, Order, Picture, Studio
from tui.view_state import Moment, State

LARGEST = float(np.finfo(float).max)
ODD = (0.0, 5e-324, -5e-324, 1e308, -1e308, LARGEST, -LARGEST, 1.0, 1e-310, -1e200)
NONE = (math.inf, -math.inf, math.nan)
KINDS: dict[str, tuple[float, ...]] = {
    "mixed": ODD + NONE,
    "finite": ODD,
    "none finite": NONE,
    "least": (5e-324,),
    "largest": (LARGEST, -LARGEST),
}
SIZES = [(12, 3), (38, 8), (78, 20), (118, 33)]
KEYS = (
    *("1", "j", "3", "y", "a", "z", "left", "escape", "escape"),
    *("4", "v", "v", "v", "v", "v", "j", "5", "j", "enter", "v", "escape"),
)


def odd_snapshots(monkeypatch: pytest.MonkeyPatch, values: tuple[float, ...]) -> None:
    """Have each snapshot hold odd numbers wherever it holds a number."""
    real = Debugger.snapshot

    def snapshot(
        self: Debugger,
        observations: slice | None = None,
        buckets: int = 0,
        summary_of: str | None = None,
        predicted: Sequence[int] = (),
    ) -> Snapshot:
        found = real(self, observations, buckets, summary_of, predicted)
        random = np.random.RandomState(found.iteration)
        arrays = {name: random.choice(values, a.shape) for name, a in found.values.items()}
        losses = random.choice(values, found.losses.shape)
        outline = LossHistory.of(losses).outline(buckets or 100)
        with np.errstate(all="ignore"):
            return replace(
                found,
                values=arrays,
                errors=None if found.errors is None else random.choice(values, found.errors.shape),
                losses=losses,
                outline=outline if losses.size else None,
                held_out=outline if losses.size and found.held_out is not None else None,
                loss=None if found.loss is None else float(random.choice(values)),
                starting={
                    name: random.choice(values, a.shape) for name, a in found.starting.items()
                },
                summary=found.summary
                and summarise(found.summary.name, arrays[found.summary.name], None),
            )

    monkeypatch.setattr(Debugger, "snapshot", snapshot)


async def goes_everywhere(size: tuple[int, int], dataset: Dataset | None, **wanted: object) -> None:
    """Show each pane and each view of it."""
    async with opened(size, dataset, iterations=12, bias="per-neuron", **wanted) as (app, pilot):
        await pilot.press("space")
        # It ends with the planned iterations, or before with a number that is not finite.
        await until(
            pilot,
            lambda: (
                state(app) is not State.RUNNING
                and (snapshot(app).finished or snapshot(app).stopped)
            ),
        )
        for key in KEYS:
            await pilot.press(key)
        assert app.is_running
        assert app.return_code is None


async def test_every_pane_draws_any_number(monkeypatch: pytest.MonkeyPatch) -> None:
    odd_snapshots(monkeypatch, KINDS["mixed"])
    await goes_everywhere((120, 36), None)


@pytest.mark.slow
async def test_panes_alone_draw_the_largest_numbers(monkeypatch: pytest.MonkeyPatch) -> None:
    odd_snapshots(monkeypatch, KINDS["largest"])
    await goes_everywhere((80, 24), None)


def odd_table(inputs: int) -> Dataset:
    odd = np.array(ODD)
    return Dataset.from_arrays(np.column_stack([odd, odd[::-1]])[:, :inputs], odd[:, None])


@pytest.mark.slow
async def test_panes_of_a_table_of_any_numbers() -> None:
    await goes_everywhere((80, 24), odd_table(2), output_activation="identity")


def paths(kind: str) -> dict[str, Array]:
    """Two watches with such numbers."""
    values = np.asarray(KINDS[kind], float).reshape(-1)
    return {"a": values, "b": values[::-1].copy()}


def picture(moment: Moment, view: str, inputs: tuple[int, ...], size: tuple[int, int]) -> Picture:
    """What the studio makes of a moment."""
    width, height = size
    order = Order(view, moment.dataset, moment.snapshot, inputs, width, height, bins_for(width))
    return Studio(lambda painted: None)._paint(order)


TABLES = {
    "two inputs": (odd_table(2), {"output_activation": "identity", "activation": "relu"}),
    "one input": (odd_table(1), {"output_activation": "identity"}),
    "signs": (None, {"activation": "tanh", "hidden": "4,3"}),
    "classes": (of_classes(3), CLASSES),
}


@pytest.mark.one_in(8)
@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("table", TABLES)
def test_every_picture_of_any_number(
    table: str, kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    dataset, wanted = TABLES[table]
    debugger = Debugger(dataset or read_dataset("or"), Hyperparameters(**wanted))  # type: ignore[arg-type]
    debugger.finish_iteration()
    odd_snapshots(monkeypatch, KINDS[kind])
    moment = Moment(debugger.dataset, debugger.snapshot(), State.PAUSED, selected=1)
    palette = Palette.from_theme({})
    inputs = (0, 1)[: len(debugger.dataset.inputs)]
    for size in SIZES:
        rows = phase_rows(replace(moment, curves=paths(kind)), palette, size, 0)
        for carried in Carried:
            for whole, neuron in ((False, None), (True, (1, 0)), (False, (0, 0))):
                choice = Choice(carried, whole, neuron)
                rows += diagram_rows(moment, palette, size, choice)
        layers = picture(moment, "histograms", (), size)
        assert isinstance(layers, list)
        rows += histogram_rows(layers, palette, size)
        quality = picture(moment, "quality", (), size)
        assert isinstance(quality, dict)
        rows += quality_rows(quality, palette, size[0])
        field = picture(moment, "boundary", inputs, size)
        assert isinstance(field, Field)
        for shown in field.maps:
            if len(inputs) == 1:
                rows += curve_rows(field, shown, moment, palette, size)
                continue
            for plain in (False, True):
                rows += plane_rows(field, shown, moment, palette, size, plain)
        assert rows


def test_a_plane_is_alarming_only_where_it_is_no_number() -> None:
    """Between two finite values, however far apart, there are finite ones."""
    values = np.array([[-LARGEST, LARGEST], [LARGEST, math.nan]])[:, :, None]
    found = _resized(values, 6, 6)[:, :, 0]
    assert np.isfinite(found[:2]).all()
    assert np.isfinite(found[:, :2]).all()
    assert found[0, 0] == -LARGEST
    assert math.isnan(found[-1, -1])
    low_to_high = found[0]
    assert (np.diff(low_to_high / 4) >= 0).all()
    painted = _scale(values, Map("f", "f", 0, (-LARGEST, LARGEST)), Palette.from_theme({}))
    assert painted.codes[0] == [0, 2 * _STEPS - 1]
    assert painted.codes[1] == [2 * _STEPS - 1, 2 * _STEPS]

"""Which observations an iteration sees."""

from pathlib import Path

import numpy as np
import pytest

from engine import Debugger, Hyperparameters, read_dataset
from engine.common.errors import QueryError
from engine.model.batches import Batches, Orders
from engine.model.shuffling import Shuffling
from engine.reports.trace import trace_object, trace_text
from engine.run.halt import Hit
from tests.engine.nets import make


@pytest.mark.parametrize("shuffle", ["no", "yes"])
@pytest.mark.parametrize(("size", "an_epoch"), [(1, 7), (3, 3), (7, 1), (50, 1)])
def test_an_epoch_sees_every_observation_once(shuffle: str, size: int, an_epoch: int) -> None:
    batches = Batches(7, Hyperparameters(batch_size=str(size), shuffle=shuffle))
    orders = []
    for epoch in range(4):
        chosen = [batches.of(epoch * an_epoch + place) for place in range(an_epoch)]
        assert [len(batch) for batch in chosen[:-1]] == [size] * (an_epoch - 1)
        orders.append(np.concatenate(chosen).tolist())
        assert sorted(orders[-1]) == list(range(7))
    assert (len({tuple(order) for order in orders}) > 1) is (shuffle == "yes")


def test_the_batch_of_an_iteration_is_the_same_in_any_order() -> None:
    wanted = Hyperparameters(batch_size="3", shuffle="yes", seed=9)
    forward = Batches(10, wanted)
    there = [forward.of(iteration).tolist() for iteration in range(40)]
    jumping = Batches(10, wanted)
    for iteration in np.random.RandomState(0).permutation(40):
        assert jumping.of(int(iteration)).tolist() == there[iteration]


@pytest.mark.one_in(2)
@pytest.mark.parametrize("observations", [1, 2, 5, 33, 63, 64])
def test_the_orders_of_many_epochs_are_those_of_each(observations: int) -> None:
    # Some of 600 epochs take more words than are made for all at once.
    for seed, first in ((0, 0), (2**32 - 1, 2**32 - 300)):
        orders = Shuffling(observations, seed).orders(first, first + 600)
        for epoch, order in enumerate(orders.tolist(), first):
            alone = np.random.RandomState([seed, epoch % 2**32])
            assert order == alone.permutation(observations).tolist()


def test_orders_are_there_wherever_a_run_goes_on(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("engine.model.batches._KEPT", 40 * 3)
    batches = Batches(3, Hyperparameters(batch_size="2", shuffle="yes"))
    orders, random = Orders(batches), np.random.RandomState(2)
    first = 0
    for _ in range(200):
        asked = first + 1 + int(random.randint(100))
        end = orders.draw(first, asked)
        assert end == min(asked, (first // 2 + 40) * 2)
        for epoch in range(first // 2, -(-end // 2)):
            assert orders.rows[epoch % 40].tolist() == batches.order(epoch).tolist()
        # On from there, or somewhere else, back or forward.
        first = end if random.rand() < 0.7 else int(random.randint(1000))


def test_the_last_batch_has_its_own_mean() -> None:
    debugger = Debugger(read_dataset("or"), Hyperparameters(batch_size="3"))
    debugger.run(2)
    snapshot = debugger.snapshot()
    assert snapshot.batch == (3,)
    assert (snapshot.epoch, snapshot.listing.axes["f"][0].labels) == (1, ("4",))
    f, f0 = snapshot.values["f"], snapshot.values["f0"]
    assert (f.shape, f0.tolist()) == ((1, 1), [[1.0]])
    assert snapshot.loss == pytest.approx(float((f - f0)[0, 0] ** 2), rel=1e-14)
    assert [line.shape for line in snapshot.listing.lines if line.name == "dE_dg"] == [(1, 3)]
    debugger.run(1)
    assert debugger.snapshot().batch == (0, 1, 2)


def test_a_watch_on_an_observation_that_a_batch_lacks_waits() -> None:
    debugger = make(rows=5, batch_size=2)
    debugger.stops.add_watch("f[1, 0] > -1")
    hit = debugger.proceed(3)
    assert hit is not None
    assert debugger.iteration == 1
    debugger.proceed(5)
    assert all(not stop.problem for stop in debugger.stops)


def named_batches(tmp_path: Path, **options: str) -> Debugger:
    """Observations called alice to erin, whose only input is 0 to 4."""
    table = tmp_path / "table.csv"
    names = ("alice", "bob", "carol", "dave", "erin")
    lines = [f"{name},{n},1,{n % 2}" for n, name in enumerate(names)]
    table.write_text("\n".join(["name,a,b,y", *lines]))
    return Debugger(read_dataset(table), Hyperparameters(batch_size="2", **options))


@pytest.mark.parametrize("shuffle", ["no", "yes"])
def test_a_name_means_its_observation_in_whichever_batch_it_is(
    shuffle: str, tmp_path: Path
) -> None:
    debugger = named_batches(tmp_path, shuffle=shuffle)
    batches = Batches(5, debugger.hyperparameters)
    holders = [n for n in range(12) if 3 in batches.of(n)]
    debugger.stops.add_watch("x[dave, 0] > -1 for 1")
    debugger.run(12)
    scan = debugger.scan("x[dave, 0]", 0, 11)
    assert scan is not None
    wanted = [3.0 if n in holders else np.nan for n in range(12)]
    np.testing.assert_array_equal(scan.values, wanted)
    for n in range(12):
        debugger.go_to(n + 1)
        if n in holders:
            assert debugger.evaluate("x[dave, 0]") == 3
            with pytest.raises(QueryError, match="no names here"):
                debugger.evaluate("prev(x)[dave, 0]")
        else:
            with pytest.raises(QueryError, match="dave is not in this batch"):
                debugger.evaluate("x[dave, 0]")
    debugger.go_to(0)
    hit = debugger.proceed()
    assert hit is not None
    assert hit.iteration == holders[0] + 1


def test_a_row_that_a_smaller_batch_lacks_has_no_value(tmp_path: Path) -> None:
    debugger = named_batches(tmp_path)
    debugger.run(3)
    with pytest.raises(QueryError, match="this batch has fewer observations"):
        debugger.evaluate("x[1, 0]")
    scan = debugger.scan("x[1, 0]", 0, 2)
    assert scan is not None
    np.testing.assert_array_equal(scan.values, [1, 3, np.nan])


def test_a_watch_across_batches_of_two_sizes_waits() -> None:
    debugger = make(rows=5, batch_size=2)
    watch = debugger.stops.add_watch("any(f - prev(f) > 99)")
    assert debugger.proceed(9) is None
    assert watch.enabled
    hits: list[Hit | None] = [debugger.proceed(30)]
    assert hits == [None]


def test_the_epoch_in_an_expression() -> None:
    debugger = make(rows=5, batch_size=2)
    debugger.stops.add_watch("epoch == 2")
    hit = debugger.proceed(30)
    assert hit is not None
    assert debugger.iteration == 7


def test_predictions_are_of_all_observations() -> None:
    whole, batched = make(rows=8), make(rows=8, batch_size=3, shuffle="yes")
    np.testing.assert_array_equal(whole.predict(), batched.predict())


def test_a_trace_names_the_epoch_and_the_batch() -> None:
    debugger = make(rows=60, batch_size=25, shuffle="yes", seed=4)
    debugger.run(5)
    # By hand: 3 batches an epoch, so this is the last of epoch 1.
    order = np.random.RandomState([4, 1]).permutation(60)[50:]
    names = [str(i + 1) for i in order]
    trace = trace_object(debugger)
    assert (trace["epoch"], trace["batch"]) == (1, names)
    debugger.go_to(5)
    lines = trace_text(debugger).splitlines()
    assert lines[:2] == [
        "iteration 5, epoch 1",
        f"batch of 10 of 60 observations: {', '.join(names)}",
    ]
    assert trace_text(debugger).splitlines()[1].endswith(" and 5 more")
    whole = make()
    assert not {"epoch", "batch"} & set(trace_object(whole))
    assert trace_text(whole).splitlines()[:2] == ["iteration 1", ""]

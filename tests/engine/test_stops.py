"""Where a run stops, against loops that look at everything one operation at a time."""

import dataclasses
import itertools
import random
from pathlib import Path
from unittest.mock import patch

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine import Debugger, Hyperparameters, InputError, read_dataset
from engine.run.halt import NONFINITE
from engine.saved.capture import Encoder, capture
from engine.saved.restore import open_run
from engine.saved.run_files import Folder
from engine.stops import look_back as search
from engine.stops.stop import BUILT_IN
from tests.engine.nets import make
from tests.examples import examples

Time = tuple[int, int]
HORIZON = 60
SOON = 30
"""The same where Hypothesis draws the stops."""


def now(debugger: Debugger) -> Time:
    return debugger.iteration, debugger.position


def stops_of(debugger: Debugger, end: int = HORIZON) -> list[tuple[Time, str]]:
    """Proceed again and again; tell where and why it stopped."""
    found = []
    while (hit := debugger.proceed(end)) is not None:
        assert now(debugger) == (hit.iteration, hit.position)
        assert debugger.stopped == hit.words
        found.append((now(debugger), hit.words))
    assert debugger.iteration == end
    return found


def times_of(debugger: Debugger, end: int = HORIZON) -> list[Time]:
    return [time for time, _ in stops_of(debugger, end)]


def losses(iterations: int = HORIZON) -> list[float]:
    plain = wavering()
    plain.run(iterations)
    return plain.losses.tolist()


def wavering() -> Debugger:
    """A network whose loss goes up and down, so that conditions become true again and again."""
    debugger = make("per-neuron", "mse", 2)
    debugger.change(learning_rate=100.0)
    return debugger


def test_a_watch_stops_when_it_becomes_true() -> None:
    E = losses()
    limit = float(np.median(E))
    true = [e < limit for e in E]
    expected = [(i + 1, 0) for i in range(HORIZON) if true[i] and (i == 0 or not true[i - 1])]
    debugger = wavering()
    watch = debugger.stops.add_watch(f"E < {limit!r}")
    assert times_of(debugger) == expected
    assert len(expected) > 2
    assert debugger.stops.hits(watch) == len(expected)


@pytest.mark.parametrize("count", [2, 3, 5])
def test_a_watch_for_some_iterations_in_a_row(count: int) -> None:
    E = losses()
    limit = float(np.median(E))
    rows = list(itertools.accumulate(E, lambda row, e: row + 1 if e < limit else 0, initial=0))[1:]
    debugger = wavering()
    debugger.stops.add_watch(f"E < {limit!r} for {count}")
    assert times_of(debugger) == [(i + 1, 0) for i, row in enumerate(rows) if row == count]


LONG = f"norm(dE_dw) {'+ 0 * norm(dE_dv) ' * 18}> 1e-9"


def test_a_condition_is_as_long_as_an_expression_may_be(tmp_path: Path) -> None:
    assert 300 < len(LONG) <= 400
    debugger = make()
    debugger.stops.add_watch(LONG)
    debugger.stops.add_breakpoint(f"dE_dv: {LONG}")
    debugger.stops.add_watch("E <\t1e9\n")
    assert [stop.text for stop in debugger.stops][-3:] == [LONG, LONG, "E < 1e9"]
    hits = [debugger.proceed(9), debugger.proceed(9)]
    assert [now(debugger), *(hit is not None and LONG in hit.words for hit in hits)] == [
        (1, 0),
        True,
        True,
    ]
    with pytest.raises(InputError, match="at most 400 characters"):
        debugger.stops.add_watch("E + " * 101 + "1 < 2")
    folder = Folder(tmp_path / "run")
    encoded = Encoder().encode(capture(debugger, "a-run", 1e9))
    folder.write(encoded.manifest, encoded.parts, encoded.named)
    again = open_run(folder, debugger.dataset).debugger
    assert [stop.spec for stop in again.stops] == [stop.spec for stop in debugger.stops]
    assert all(not stop.problem for stop in again.stops)
    assert again.stopped == debugger.stopped
    assert again.log == debugger.log


def test_a_condition_with_the_value_before() -> None:
    E = losses()
    higher = [False, *(b > a for a, b in itertools.pairwise(E))]
    debugger = wavering()
    debugger.stops.add_watch("E > prev(E)")
    expected = [(i + 1, 0) for i in range(1, HORIZON) if higher[i] and not higher[i - 1]]
    assert times_of(debugger) == expected
    assert len(expected) > 2


def test_a_breakpoint_stops_before_its_operation_each_time_and_counts() -> None:
    debugger = make()
    position = [o.name for o in debugger.program.operations].index("dE_dy")
    stop = debugger.stops.add_breakpoint("dE_dy")
    assert times_of(debugger, 4) == [(i, position) for i in range(4)]
    assert debugger.stops.hits(stop) == 4


def test_a_breakpoint_after_some_hits() -> None:
    E = losses()
    limit = float(np.median(E))
    debugger = wavering()
    position = [o.name for o in debugger.program.operations].index("dE_dy")
    stop = debugger.stops.add_breakpoint(f"∂E/∂y: E < {limit!r} after 4")
    met = [(i, position) for i, e in enumerate(E) if e < limit]
    assert times_of(debugger) == met[3:]
    assert debugger.stops.hits(stop) == len(met)


@pytest.mark.parametrize(("name", "later"), [("E", "dE_df"), ("w", "")])
def test_a_condition_on_its_own_result_is_looked_at_directly_after(name: str, later: str) -> None:
    """Where that is the last operation, the iteration is complete."""
    debugger = make()
    names = [o.name for o in debugger.program.operations]
    debugger.stops.add_breakpoint(f"{name}: norm(delta_w) > 0" if name == "w" else "E: E > 0")
    place = (0, names.index(later)) if later else (1, 0)
    hit = debugger.proceed(5)
    assert hit is not None
    assert now(debugger) == place
    assert hit.words.startswith("breakpoint after")


def test_going_on_from_anywhere_does_not_stop_at_once() -> None:
    debugger = make()
    debugger.stops.add_breakpoint("yhat")
    debugger.stops.add_watch("E > 0")
    # The watch is true from the first iteration on and stops once; the breakpoint there is past.
    assert times_of(debugger, 4) == [(1, 0), (2, 0), (3, 0)]
    debugger.go_to(2)
    assert times_of(debugger, 4) == [(3, 0)]


def test_what_cannot_be_a_stop() -> None:
    debugger = make()
    for add, text, message in (
        (debugger.stops.add_watch, "E < 0.1 after 3", "for N"),
        (debugger.stops.add_watch, "E for 3", "only a condition"),
        (debugger.stops.add_watch, "E < 0.1 for 0", "1 or more"),
        (debugger.stops.add_watch, "E <", "invalid syntax"),
        (debugger.stops.add_breakpoint, "dE_dy: E < 1 for 3", "after N"),
        (debugger.stops.add_breakpoint, "nosuch", "no operation 'nosuch'"),
        (debugger.stops.add_breakpoint, "E: dE_dw[0, 0] < 1", "not computed yet"),
        (debugger.stops.add_breakpoint, "dE_dy: E", "is a number, not a condition"),
    ):
        with pytest.raises(InputError, match=message):
            add(text)
    assert len(list(debugger.stops)) == 4


def test_the_text_of_a_stop_makes_it_again() -> None:
    debugger = make()
    stops = debugger.stops
    for add, text in (
        (stops.add_watch, "norm(dE_dw)"),
        (stops.add_watch, "E < 0.1 for 3"),
        (stops.add_breakpoint, "dE_dy"),
        (stops.add_breakpoint, "dE_dy after 3"),
        (stops.add_breakpoint, "dE_dy: E < 0.1"),
        (stops.add_breakpoint, "dE_dy: E < 0.1 after 3"),
    ):
        first = add(text)
        again = add(first.spec)
        assert first.spec == again.spec == text
        assert (again.place, again.text, again.count) == (first.place, first.text, first.count)


def test_a_stop_that_no_longer_fits_is_disabled_and_harms_nothing() -> None:
    debugger, plain = Debugger(read_dataset("or")), Debugger(read_dataset("or"))
    watch = debugger.stops.add_watch("dE_dw[2, 0] > 9")
    breakpoint_ = debugger.stops.add_breakpoint("dE_dv: w[2, 0] > 9")
    fitting = debugger.stops.add_watch("E < 0")
    for each in (debugger, plain):
        each.run(20)
        each.reset(Hyperparameters(hidden=2))
    assert debugger.proceed(500) is None
    plain.run(500)
    assert "no such element" in watch.problem
    assert "no such element" in breakpoint_.problem
    assert (watch.enabled, breakpoint_.enabled, fitting.enabled) == (False, False, True)
    for name, array in plain.parameters.items():
        assert debugger.parameters[name].tobytes() == array.tobytes()
    assert debugger.losses.tobytes() == plain.losses.tobytes()
    assert [view.problem for view in debugger.snapshot().stops][-3:] == [
        watch.problem,
        breakpoint_.problem,
        "",
    ]
    debugger.reset(Hyperparameters(hidden=3))
    debugger.stops.toggle(watch.number)
    assert (watch.enabled, watch.problem) == (True, "")


SPECS = st.lists(
    st.sampled_from(
        [
            "watch E > prev(E)",
            "watch E < 0.1",
            "watch E > 0.08 for 2",
            "watch sum(g > 0.5) > 5",
            "watch norm(prev(dE_dw)) < 0.02 for 2",
            "watch iteration == 17",
            "watch norm(v)",
            "break dE_dy",
            "break yhat: iteration > 40",
            "break g: norm(prev(w)) < norm(w)",
            "break E: E > prev(E)",
            "break w: norm(delta_w) > 1",
            "break dE_dw: prev(E) < E",
            "break dE_dv: best_E >= E",
        ]
    ),
    unique=True,
    min_size=1,
    max_size=4,
)


def with_stops(specs: list[str]) -> Debugger:
    debugger = wavering()
    for spec in specs:
        kind, text = spec.split(" ", 1)
        add = debugger.stops.add_watch if kind == "watch" else debugger.stops.add_breakpoint
        add(text)
    return debugger


def bits(debugger: Debugger) -> dict[str, bytes]:
    return {name: array.tobytes() for name, array in debugger.snapshot().values.items()}


@settings(max_examples=examples(30))
@given(SPECS, st.data())
def test_back_to_the_last_stop(specs: list[str], data: st.DataObject) -> None:
    debugger = with_stops(specs)
    times = times_of(debugger, SOON + 1)
    operations = len(debugger.program.operations)
    for _ in range(3):
        here = data.draw(st.tuples(st.integers(0, SOON), st.integers(0, operations - 1)))
        assert debugger.go_to(*here)
        values = bits(debugger)
        before = [time for time in times if time < here]
        # So few iterations at a time that it must go back several times.
        with patch.object(search, "_FIRST_STRETCH", 3):
            hit = debugger.back_to_stop()
        assert now(debugger) == (before[-1] if before else here)
        assert (hit is None) == (not before)
        assert debugger.go_to(*here)
        assert bits(debugger) == values


@settings(max_examples=examples(30))
@given(SPECS, st.integers(0, 2**32 - 1))
def test_interruptions_change_nothing(specs: list[str], seed: int) -> None:
    straight, interrupted = with_stops(specs), with_stops(specs)
    expected = stops_of(straight, SOON)
    dice, found = random.Random(seed), []
    # A slow iteration can be left in its midst.
    slow = dice.random() < 0.5
    while interrupted.iteration < SOON:
        if slow:
            interrupted._run.seconds_per_iteration = 1.0
        hit = interrupted.proceed(SOON, cancel=lambda: dice.random() < 0.3)
        if hit is not None:
            found.append((now(interrupted), hit.words))
        assert interrupted.evaluate("norm(v)") > 0
    assert found == expected
    assert bits(interrupted) == bits(straight)
    hits = [[each.stops.hits(stop) for stop in each.stops] for each in (interrupted, straight)]
    assert hits[0] == hits[1]


def test_the_same_run_stops_at_the_same_hits_however_often_it_is_passed() -> None:
    E = losses()
    limit = float(np.median(E))
    debugger = wavering()
    position = [o.name for o in debugger.program.operations].index("dE_dy")
    stop = debugger.stops.add_breakpoint(f"dE_dy: E < {limit!r} after 3")
    met = [(i, position) for i, e in enumerate(E) if e < limit]

    def forward() -> tuple[tuple[int, int], str]:
        hit = debugger.proceed()
        assert hit is not None
        return now(debugger), hit.words

    first = [forward() for _ in range(3)]
    assert [time for time, _ in first] == met[2:5]
    assert ["hit 3" in first[0][1], "hit 4" in first[1][1]] == [True, True]
    back = [debugger.back_to_stop(), debugger.back_to_stop()]
    assert [hit is not None and hit.words for hit in back] == [first[1][1], first[0][1]]
    assert debugger.back_to_stop() is None
    assert now(debugger) == met[2]
    debugger.go_to(0)
    assert [forward() for _ in range(3)] == first
    assert debugger.stops.hits(stop) == 5


def test_a_branch_counts_on_from_where_it_began_and_a_reset_from_none() -> None:
    debugger = make()
    position = [o.name for o in debugger.program.operations].index("dE_dy")
    stop = debugger.stops.add_breakpoint("dE_dy after 5")
    debugger.run(3)
    debugger.go_to(0)
    assert debugger.proceed() is not None
    assert now(debugger) == (4, position)
    debugger.run(2)
    debugger.go_to(2)
    debugger.edit("v", (0, 0), 1.0)
    assert debugger.stops.hits(stop) == 2
    assert debugger.proceed() is not None
    assert now(debugger) == (4, position)
    debugger.branches.switch(1)
    assert debugger.stops.hits(stop) == 5
    debugger.reset()
    assert debugger.stops.hits(stop) == 0
    # With another condition it is another stop.
    debugger.undo()
    assert debugger.stops.hits(debugger.stops.edit(stop.number, "after 2")) == 0


def test_a_resumed_run_goes_on_counting(tmp_path: Path) -> None:
    debugger = make()
    stop = debugger.stops.add_breakpoint("dE_dy after 3")
    debugger.stops.add_watch("E < 1e9")
    for _ in range(4):
        assert debugger.proceed() is not None
    folder = Folder(tmp_path / "run")
    encoded = Encoder().encode(capture(debugger, "a-run", 1e9))
    folder.write(encoded.manifest, encoded.parts, encoded.named)
    again = open_run(folder, debugger.dataset).debugger
    assert again.stops.hits(again.stops[stop.number]) == debugger.stops.hits(stop) > 0
    for each in (debugger, again):
        each.go_to(0)
    words = [[hit and hit.words for hit in (e.proceed(), e.proceed())] for e in (debugger, again)]
    assert words[0] == words[1]


NEW = ("plateau", "E hardly changes", "abs(E - prev(E)) < 1e-9", 50, False)


@pytest.mark.parametrize("place", [0, 2, len(BUILT_IN)])
@pytest.mark.parametrize("named", [True, False], ids=["named", "as first saved, by number"])
def test_a_saved_run_opens_after_another_stop_is_built_in(
    tmp_path: Path, place: int, named: bool
) -> None:
    debugger = make()
    debugger.stops.edit(3, "E < 0.2 for 2")
    debugger.stops.toggle(2)
    debugger.stops.toggle(3)
    debugger.stops.add_watch("E < 1e9")
    breakpoint_ = debugger.stops.add_breakpoint("dE_dy after 3")
    assert debugger.proceed() is not None
    taken = capture(debugger, "a-run", 1e9)
    if not named:
        for about in taken.document["stops"]:
            del about["name"]
    encoded = Encoder().encode(taken)
    folder = Folder(tmp_path / "run")
    folder.write(encoded.manifest, encoded.parts, encoded.named)
    entries = (*BUILT_IN[:place], NEW, *BUILT_IN[place:])
    with (
        patch("engine.stops.stop_list.BUILT_IN", entries),
        patch("engine.saved.restore.BUILT_IN", entries),
    ):
        again = open_run(folder, debugger.dataset).debugger
    found = [(stop.name, stop.title, stop.spec, stop.enabled) for stop in again.stops]
    before = [(stop.name, stop.title, stop.spec, stop.enabled) for stop in debugger.stops]
    assert found == [*before[:place], (*NEW[:2], f"{NEW[2]} for 50", False), *before[place:]]
    assert again.stops.hits(again.stops[breakpoint_.number]) == debugger.stops.hits(breakpoint_)
    assert len({stop.number for stop in again.stops}) == len(found)
    assert again.stops.add_watch("E > 0").number == again.stops.next_number - 1
    # And back again, where that one is not known.
    encoded = Encoder().encode(capture(again, "a-run", 1e9))
    folder.write(encoded.manifest, encoded.parts, encoded.named)
    back = open_run(folder, debugger.dataset).debugger
    assert [(s.name, s.title, s.spec, s.enabled) for s in back.stops][:-1] == before


@pytest.mark.parametrize("harm", ["backwards", "beyond", "half", "position"])
def test_a_strangers_count_is_refused_by_name(tmp_path: Path, harm: str) -> None:
    debugger = make()
    debugger.stops.add_breakpoint("dE_dy after 99")
    debugger.run(5)
    debugger.go_to(0)
    debugger.proceed(5)
    taken = capture(debugger, "a-run", 1e9)
    name = next(name for name in taken.arrays if ".met." in name)
    arrays = dict(taken.arrays)
    if harm == "position":
        taken.document["branches"][0]["met"][0]["position"] = 1000
    else:
        arrays[name] = {
            "backwards": arrays[name][::-1].copy(),
            "beyond": arrays[name] + 100,
            "half": arrays[name] + 0.5,
        }[harm]
    encoded = Encoder().encode(dataclasses.replace(taken, arrays=arrays))
    folder = Folder(tmp_path / "run")
    folder.write(encoded.manifest, encoded.parts, encoded.named)
    with pytest.raises(InputError, match="met" if harm != "position" else "position"):
        open_run(folder, debugger.dataset)


def test_what_is_met_where_a_run_is_turned_back_stays_counted() -> None:
    """A breakpoint right behind the operation that makes the first value that is not finite."""
    options = Hyperparameters(learning_rate=1e200, output_activation="identity", activation="relu")
    plain = Debugger(read_dataset("or"), options)
    hit = plain.proceed(200)
    assert hit is not None
    assert hit.names == (NONFINITE,)
    time, operations = now(plain), plain.program.operations
    assert 0 < time[1] < len(operations)
    before, here, after = (operations[time[1] + step].name for step in (-1, 0, 1))
    debugger = Debugger(read_dataset("or"), options)
    stops = [
        debugger.stops.add_breakpoint(f"{name}: iteration == {time[0]}" + count)
        for name, count in ((before, " after 2"), (here, " after 2"), (after, ""))
    ]
    hit = debugger.proceed(200)
    assert hit is not None
    assert hit.names == (NONFINITE,)
    assert now(debugger) == time
    # What lies ahead of the clock is not met yet, what is at it is.
    assert [debugger.stops.hits(stop) for stop in stops] == [1, 1, 0]

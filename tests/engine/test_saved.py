"""Runs that are saved and opened again: as if they had never stopped."""

import dataclasses
import errno
import io
import itertools
import json
import os
import random
import shutil
import struct
import tempfile
import tracemalloc
import zipfile
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from unittest.mock import patch

import numpy as np
import pytest

from engine import Debugger, Hyperparameters, InputError, read_dataset
from engine.common.npz import pack, unpack
from engine.maths.optimisers import OPTIMISERS
from engine.program.program import Program
from engine.run import history
from engine.run.motion import Motion
from engine.saved import manifest
from engine.saved.capture import Encoder, capture
from engine.saved.kinds import digest
from engine.saved.last_save import newest
from engine.saved.manifest import checksum
from engine.saved.restore import Restored, open_run
from engine.saved.run_files import Folder, SingleFile
from tests.engine.planted import Mistake, Plant


@pytest.fixture(autouse=True)
def probed_to_the_end(monkeypatch: pytest.MonkeyPatch) -> None:
    """On a busy machine the time to compare runs would be over before anything differs."""
    monkeypatch.setattr("engine.saved.recompute._PROBING", 60.0)


def save(debugger: Debugger, folder: Folder, encoder: Encoder | None = None) -> None:
    encoded = (encoder or Encoder()).encode(capture(debugger, "a-run", 1e9), folder.has)
    folder.write(encoded.manifest, encoded.parts, encoded.named)


def again(debugger: Debugger, tmp_path: Path) -> Debugger:
    folder = Folder(tmp_path / "run")
    save(debugger, folder)
    return open_run(folder).debugger


def bits(debugger: Debugger) -> dict[str, object]:
    values = {name: array.tobytes() for name, array in debugger.snapshot().values.items()}
    state = {name: tensor.data.tobytes() for name, tensor in debugger.program.state.items()}
    return {
        **values,
        "state": state,
        "losses": debugger.losses.tobytes(),
        "held out": debugger.held_out_losses.tobytes(),
        "clock": (debugger.iteration, debugger.position),
    }


@pytest.mark.parametrize("edited", [False, True])
def test_a_machine_that_computes_other_last_digits_is_told(
    edited: bool, plant: Plant, tmp_path: Path
) -> None:
    debugger = Debugger(read_dataset("or"))
    if edited:
        debugger.step_operation()
        debugger.edit("w", (1, 0), 0.5)
    debugger.run(100)
    folder = Folder(tmp_path / "run")
    save(debugger, folder)
    assert not open_run(folder).notices

    def otherwise(program: Program, right: Callable[[], None]) -> Callable[[], None]:
        y, f = (program.tensors[name].data for name in ("y", "f"))

        def run() -> None:
            f[...] = np.nextafter(1 / (1 + np.exp(-y)), 1)

        return run

    plant("f", otherwise)
    (notice,) = open_run(folder).notices
    assert "not the same to the last bit" in notice


@pytest.mark.one_in(5)
@pytest.mark.parametrize("optimiser", OPTIMISERS)
@pytest.mark.parametrize("batch", ["full", "3"])
def test_a_resumed_run_is_an_uninterrupted_one(optimiser: str, batch: str, tmp_path: Path) -> None:
    dataset = read_dataset("gaussians", split=0.25)
    values = Hyperparameters(
        optimiser=optimiser,
        batch_size=batch,
        shuffle="yes",
        schedule="cosine",
        schedule_steps=200,
        l2=0.01,
        clip=0.5,
        bias="per-neuron",
    )
    with patch.object(history, "_WIDEST_FIRST_GAP", 8):
        whole, stopped = Debugger(dataset, values), Debugger(dataset, values)
        whole.run(150)
        stopped.run(73)
        for _ in range(5):
            stopped.step_operation()
        resumed = again(stopped, tmp_path)
        assert bits(resumed) == bits(stopped)
        resumed.run_to(150)
        assert bits(resumed) == bits(whole)
        for iteration, position in ((149, 3), (70, 0), (73, 5), (3, 9)):
            for debugger in (resumed, whole):
                debugger.go_to(iteration, position)
            assert bits(resumed) == bits(whole)


def test_a_run_of_many_blocks_of_losses(tmp_path: Path) -> None:
    with patch.object(manifest, "BLOCK", 64):
        folder, encoder = Folder(tmp_path / "run"), Encoder()
        debugger = Debugger(read_dataset("or"))
        for _ in range(5):
            debugger.run(50)
            save(debugger, folder, encoder)
        pieces = list(folder.path.glob("*.npz"))
        # Three full blocks, and the states of the last two saves.
        assert len(pieces) == 3 + 2
        assert bits(open_run(folder).debugger) == bits(debugger)


def a_session() -> Debugger:
    """A debugger with everything that can be kept."""
    debugger = Debugger(read_dataset("xor"), Hyperparameters(hidden="4", optimiser="adam"))
    debugger.stops.add_breakpoint("dE_dw: E < 0.2 after 2")
    debugger.stops.add_watch("norm(dE_dw)")
    debugger.stops.add_watch("E < 1e-9")
    debugger.stops.toggle(2)
    debugger.run(30)
    debugger.edit("v", (0, 1), 0.1 + 0.2)
    debugger.change(learning_rate=0.3)
    debugger.run(30)
    debugger.go_to(20, 4)
    debugger.edit("w", (1, 0), -2.5)
    debugger.run(15)
    debugger.change(iterations=500)
    debugger.edit("w", (2, 0), 1e-300)
    debugger.undo()
    debugger.reset(debugger.hyperparameters.replace(hidden="2"))
    debugger.run(5)
    debugger.undo()
    debugger.stops.add_watch("E < 10")
    debugger.proceed()
    return debugger


def told(debugger: Debugger) -> object:
    view = debugger.snapshot()
    return (
        bits(debugger),
        view.hyperparameters,
        [(b.number, b.label, b.current, b.began, b.computed) for b in view.branches],
        view.stops,
        view.log,
        view.stopped,
        view.changes,
    )


def test_branches_stops_and_what_can_be_undone_come_back(tmp_path: Path) -> None:
    debugger = a_session()
    resumed = again(debugger, tmp_path)
    assert told(resumed) == told(debugger)
    assert debugger.stopped
    for _ in range(20):
        words = debugger.undo()
        assert resumed.undo() == words
        assert told(resumed) == told(debugger)
        if not words:
            break
    for _ in range(20):
        words = debugger.redo()
        assert resumed.redo() == words
        assert told(resumed) == told(debugger)
        if not words:
            break
    for branch in list(debugger.branches):
        for each in (debugger, resumed):
            each.branches.switch(branch.number)
            each.go_to(len(each.losses) // 2, 3)
        assert told(resumed) == told(debugger)


def test_given_parameters_come_back(tmp_path: Path) -> None:
    given = {"v": [[1, 2], [3, 4]], "w": [[5], [6]]}
    debugger = Debugger(read_dataset("or"), Hyperparameters(hidden="2"), given)
    resumed = again(debugger, tmp_path)
    resumed.reset()
    assert resumed.parameters["v"].tolist() == given["v"]


def test_a_diverged_run_comes_back(tmp_path: Path) -> None:
    values = Hyperparameters(learning_rate=1e308, output_activation="identity")
    debugger = Debugger(read_dataset("or"), values)
    debugger.run(20)
    assert not np.isfinite(debugger.losses[-1])
    assert bits(again(debugger, tmp_path)) == bits(debugger)


def test_data_that_have_changed_are_refused(tmp_path: Path) -> None:
    table = tmp_path / "table.csv"
    table.write_text("a,b\n0,0\n1,1\n")
    debugger = Debugger(read_dataset(table))
    debugger.run(3)
    folder = Folder(tmp_path / "run")
    save(debugger, folder)
    table.write_text("a,b\n0,0\n1,0.5\n")
    with pytest.raises(InputError, match="the data have changed since"):
        open_run(folder)
    table.unlink()
    with pytest.raises(InputError, match="no such file"):
        open_run(folder)


@pytest.fixture(scope="module")
def saved_twice(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, object]]:
    """A run in a folder, saved twice, and what it was at either time."""
    folder = Folder(tmp_path_factory.mktemp("saved") / "run")
    debugger = a_session()
    save(debugger, folder)
    first = bits(debugger)
    debugger.run(7)
    save(debugger, folder)
    return folder.path, {"first": first, "second": bits(debugger)}


def opened(path: Path) -> Restored:
    return open_run(Folder(path))


TIME = 10
"""Where an archive tells how old its first member is."""


def places(size: int) -> Iterator[int]:
    """The first and the last bytes of a file, and some between them."""
    between = random.Random(1).sample(range(size), min(300, size))
    return iter(sorted({*range(40), *range(size - 40, size), *between}))


def flipped(content: bytes, at: int) -> bytes:
    return content[:at] + bytes([content[at] ^ (1 << at % 8)]) + content[at + 1 :]


def cut(content: bytes, at: int) -> bytes:
    return content[:at]


@pytest.mark.slow
@pytest.mark.parametrize("harm", [flipped, cut])
def test_a_damaged_save_is_told_and_the_one_before_used(
    saved_twice: tuple[Path, dict[str, object]],
    harm: Callable[[bytes, int], bytes],
    tmp_path: Path,
) -> None:
    source, states = saved_twice
    path = tmp_path / "run"
    shutil.copytree(source, path)
    manifest = path / "run.json"
    document = json.loads(manifest.read_bytes())
    state = path / f"{document['state']}.npz"
    for file in (manifest, state):
        content = file.read_bytes()
        for at in places(len(content)):
            file.write_bytes(harm(content, at))
            restored = opened(path)
            if restored.notices:
                assert "damaged" in restored.notices[0]
                assert bits(restored.debugger) == states["first"]
            else:
                # A blank within the JSON of the manifest says nothing.
                assert file is manifest
                assert bits(restored.debugger) == states["second"]
        file.unlink()
        restored = opened(path)
        assert restored.notices
        assert bits(restored.debugger) == states["first"]
        file.write_bytes(content)
    assert not opened(path).notices


def test_a_last_save_that_is_missing_is_told(
    saved_twice: tuple[Path, dict[str, object]], tmp_path: Path
) -> None:
    source, states = saved_twice
    path = tmp_path / "run"
    shutil.copytree(source, path)
    (path / "run.json").unlink()
    restored = opened(path)
    assert restored.notices == (
        "the last save is damaged (run.json: missing): this is the one before",
    )
    assert bits(restored.debugger) == states["first"]
    os.mkfifo(path / "run.json")
    assert "run.json: not a regular file" in opened(path).notices[0]
    (path / "run.previous.json").unlink()
    with pytest.raises(InputError, match=r"run\.json: not a regular file"):
        opened(path)


@pytest.mark.parametrize("part", [0, *(pytest.param(n, marks=pytest.mark.slow) for n in (1, 2))])
@pytest.mark.parametrize("harm", [flipped, cut])
def test_a_damaged_single_file_is_refused_or_right(
    saved_twice: tuple[Path, dict[str, object]],
    harm: Callable[[bytes, int], bytes],
    part: int,
    tmp_path: Path,
) -> None:
    debugger = opened(saved_twice[0]).debugger
    file = SingleFile(tmp_path / "run.nn")
    encoded = Encoder().encode(capture(debugger, "a-run", 1e9))
    file.write(encoded.manifest, encoded.parts)
    assert bits(open_run(file).debugger) == bits(debugger)
    content = file.path.read_bytes()
    right, refusals = 0, []
    for at in {TIME, *list(places(len(content)))[part::3]}:
        file.path.write_bytes(harm(content, at))
        try:
            assert bits(open_run(file).debugger) == bits(debugger)
            right += 1
        except InputError as error:
            refusals.append(str(error))
    # Of what an archive tells beside its content, e.g. dates, nothing depends.
    assert (right > 0) == (harm is flipped)
    assert len(refusals) > 60
    assert all(refusal.startswith(f"{file.path}: ") for refusal in refusals)


METHODS = {"deflate": zipfile.ZIP_DEFLATED, "bz2": zipfile.ZIP_BZIP2, "lzma": zipfile.ZIP_LZMA}


@pytest.mark.parametrize("method", METHODS)
def test_what_a_stranger_has_compressed_is_refused_before_it_is_unpacked(
    method: str, tmp_path: Path
) -> None:
    size = 32_000_003
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", METHODS[method]) as archive:
        archive.writestr("run.json", bytes(size))
    # It claims to hold less than the archive does.
    bomb = packed.getvalue().replace(struct.pack("<I", size), struct.pack("<I", 100))
    path = tmp_path / "run.nnrun"
    path.write_bytes(bomb)
    readers = (lambda: SingleFile(path).manifests(), lambda: unpack(bomb))
    for read in readers:
        tracemalloc.start()
        try:
            with pytest.raises(InputError, match="is compressed"):
                read()
            assert tracemalloc.get_traced_memory()[1] < 4_000_000
        finally:
            tracemalloc.stop()


@pytest.mark.one_in(3)
@pytest.mark.parametrize("method", [zipfile.ZIP_STORED, *METHODS.values()])
def test_a_damaged_archive_is_refused_as_one(method: int, tmp_path: Path) -> None:
    packed, chance = io.BytesIO(), random.Random(1)
    with zipfile.ZipFile(packed, "w", method) as archive:
        archive.writestr("run.json", chance.randbytes(300) + bytes(300))
    content, path = packed.getvalue(), tmp_path / "run.nnrun"
    for _ in range(1000):
        damaged = bytearray(content)
        for _ in range(3):
            damaged[chance.randrange(len(damaged))] = chance.randrange(256)
        path.write_bytes(damaged)
        with suppress(InputError):
            SingleFile(path).manifests()
        with suppress(InputError):
            unpack(bytes(damaged))


def test_lost_losses_are_computed_again(tmp_path: Path) -> None:
    with patch.object(manifest, "BLOCK", 64):
        folder = Folder(tmp_path / "run")
        debugger = Debugger(read_dataset("or"))
        debugger.run(250)
        save(debugger, folder)
        document = json.loads((folder.path / "run.json").read_bytes())
        lost = folder.path / f"{document['blocks']['1.losses'][1]}.npz"
        lost.write_bytes(lost.read_bytes()[:-1])
        restored = open_run(folder)
        assert "iteration 64 on are lost" in restored.notices[0]
        assert restored.debugger.iteration == 64
        restored.debugger.run_to(250)
        assert bits(restored.debugger) == bits(debugger)


@pytest.mark.one_in(4)
@pytest.mark.parametrize(
    ("number", "damaged"),
    [(errno.ENOSPC, ""), (errno.EIO, ""), (errno.ENOSPC, "run.json"), (errno.EIO, "state")],
)
def test_a_save_that_fails_at_any_step_leaves_the_last_one(
    number: int, damaged: str, tmp_path: Path
) -> None:
    debugger = a_session()
    folder = Folder(tmp_path / "run")
    save(debugger, folder)
    before = bits(debugger)
    if damaged:
        debugger.run(1)
        save(debugger, folder)
        # Of two saves the last one is damaged; the next session goes on from the one before.
        name = json.loads((folder.path / "run.json").read_bytes())["state"] + ".npz"
        file = folder.path / (name if damaged == "state" else damaged)
        file.write_bytes(file.read_bytes()[:-50])
        folder = Folder(folder.path)
        restored = open_run(folder)
        assert "damaged" in restored.notices[0]
        debugger = restored.debugger
    for failing_at in itertools.count():
        debugger.run(1)
        taken = itertools.count()

        def step(real: Callable[..., object], at: int = failing_at) -> Callable[..., object]:
            def call(*args: object, **options: object) -> object:
                if next(taken) == at:  # noqa: B023
                    raise OSError(number, os.strerror(number))
                return real(*args, **options)

            return call

        with (
            patch("engine.saved.run_files.os.fsync", step(os.fsync)),
            patch("engine.saved.run_files.os.fdopen", step(os.fdopen)),
            patch("engine.saved.run_files.tempfile.mkstemp", step(tempfile.mkstemp)),
            patch.object(Path, "replace", step(Path.replace)),
        ):
            try:
                save(debugger, folder)
            except OSError:
                failed = True
            else:
                failed = False
        restored = open_run(folder)
        # What fails last may fail after the save is whole.
        found = bits(restored.debugger)
        assert found == bits(debugger) or (failed and found == before)
        before = found
        if not failed:
            break
    assert failing_at > (5 if damaged else 8)
    assert not list(folder.path.glob(".unfinished-*"))


def hostile(change: Callable[[dict[str, object]], None], source: Path, path: Path) -> Folder:
    """A save that a stranger has written with care: its checksum is right."""
    shutil.copytree(source, path)
    document = json.loads((path / "run.json").read_bytes())
    change(document)
    document["checksum"] = checksum(document)
    (path / "run.json").write_text(json.dumps(document))
    (path / "run.previous.json").unlink()
    return Folder(path)


DEEP: list[object] = []
for _ in range(900):
    DEEP = [DEEP]

ETA = [0, 0, 0.05]


def undoable(*change: object) -> list[dict[str, object]]:
    return [{"kind": "changed", "branch": 1, "place": None, "change": list(change)}]


HOSTILE = {
    "format": ("x", "format"),
    "version": (2, "later nn-tui"),
    "id": (3, "id"),
    "saved": (-1e308, "saved"),
    "started": ("now", "started"),
    "summary.computed": (1e308, "summary.computed"),
    "current": (99, "current"),
    "branches": ({}, "branches"),
    "branches.0.number": (True, "branches[0].number"),
    "branches.0.label": (["x"], "branches[0].label"),
    "branches.0.iteration": (10**11, "branches[0].iteration"),
    "branches.0.position": (999, "branches[0].position"),
    "branches.0.hyperparameters.hidden": ("0x10", "hidden neurons"),
    "branches.0.hyperparameters.iterations": (1e300, "iterations"),
    "branches.1.changes": ([[0, 0, "v", [9, 9], 1.0]], "changes"),
    "branches.0.changes.0": ([0, 0, "nan"], "learning rate"),
    # To go back to these would never end.
    "branches.0.changes.1": ([10**11, 0, "v", [0, 0], 1.0], "changes[1][0]"),
    "branches.0.changes": ([ETA, [1, 999, "v", [0, 0], 1.0]], "changes[1][1]"),
    "done": (undoable(10**11, 0, "v", [0, 0], 1.0), "done[0].change[0]"),
    "undone": (undoable(0, 999, 0.1), "undone[0].change[1]"),
    "branches.0.listed": (None, "listed"),
    "stops": ({}, "stops"),
    "stops.0.number": (7, "stops[6]"),
    "stops.0.name": ("goal", "stops[2]"),
    "stops.1.name": (["goal"], "stops[1].name"),
    "log": ("x" * 1000, "log"),
    "done.0": ({"kind": "rm -rf"}, "kind"),
    "undone.0": (DEEP, ""),
    "history": (10**30, "history"),
    "state": ("../../../../etc/passwd", "etc/passwd"),
    "blocks.1.losses": (["../x"], "1.losses[0]"),
    "data.path": (7, "data.path"),
    "data.options.split": (9.0, "held-out share"),
    "data.options": ({"x": 1}, "unknown"),
}


@pytest.mark.parametrize("place", HOSTILE)
def test_a_hostile_manifest_is_refused_by_name(
    place: str, saved_twice: tuple[Path, dict[str, object]], tmp_path: Path
) -> None:
    value, named = HOSTILE[place]

    def change(document: dict[str, object]) -> None:
        *way, last = place.split(".", 2) if place.startswith("blocks") else place.split(".")
        if place.startswith("blocks"):
            way, last = ["blocks"], place.removeprefix("blocks.")
        within: object = document
        for step in way:
            within = within[int(step) if step.isdigit() else step]  # type: ignore[index]
        within[int(last) if last.isdigit() else last] = value  # type: ignore[index]

    with pytest.raises(InputError) as refused:
        open_run(hostile(change, saved_twice[0], tmp_path / "run"))
    assert named in str(refused.value)
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize("place", ["branches", "done", "undone"])
@pytest.mark.parametrize("ahead", [0, 1])
def test_a_change_lies_not_ahead_of_all_that_is_computed(
    place: str, ahead: int, tmp_path: Path
) -> None:
    debugger = Debugger(read_dataset("or"))
    debugger.run(20)
    taken = capture(debugger, "a-run", 1e9)
    time = [20 + ahead, 0]
    if place == "branches":
        taken.document["branches"][0]["changes"].append([*time, 0.5])
    else:
        taken.document[place] = undoable(*time, 0.5)
    encoded = Encoder().encode(taken)
    folder = Folder(tmp_path / "run")
    folder.write(encoded.manifest, encoded.parts, encoded.named)
    if not ahead:
        assert open_run(folder).debugger.iteration == 20
        return
    with pytest.raises(InputError, match=r"a whole number from 0 to 20 is needed, not 21"):
        open_run(folder)


def test_losses_that_were_computed_anew_are_saved_anew(tmp_path: Path) -> None:
    """A save while a run is ahead of what it is turned back to keeps blocks that become others."""
    with (
        patch.object(manifest, "BLOCK", 8),
        patch("engine.run.motion._UNASKED", 0.0),
    ):
        folder, encoder = Folder(tmp_path / "run"), Encoder()
        options = Hyperparameters(
            learning_rate=5.0, output_activation="identity", activation="tanh"
        )
        debugger = Debugger(read_dataset("or"), options)
        saves = []

        def save_ahead() -> bool:
            if debugger.iteration == 200:
                save(debugger, folder, encoder)
                saves.append(len(debugger.losses))
            return False

        hit = debugger.proceed(cancel=save_ahead)
        assert hit is not None
        assert saves == [200]
        assert hit.iteration < 200 - 2 * 8
        for i in range(3):
            debugger.edit("w", (i, 0), 0.1)
        debugger.change(learning_rate=0.1)
        debugger.run_to(220)
        save(debugger, folder, encoder)
        found = open_run(folder).debugger
        assert found.losses.tobytes() == debugger.losses.tobytes()


def test_a_manifest_is_charged_before_anything_of_it_is_read(tmp_path: Path) -> None:
    debugger = Debugger(read_dataset("or"))
    debugger.run(50)
    block = pack({"block": np.full(manifest.BLOCK, 0.3)})
    taken = capture(debugger, "a-run", 1e9)
    asked: list[str] = []

    class Pieces(Folder):
        def part(self, name: str) -> bytes:
            asked.append(name)
            return super().part(name)

    def folder(times: int, computed: int) -> Folder:
        document = taken.document | {"summary": taken.document["summary"] | {"computed": computed}}
        made = json.loads(Encoder().encode(dataclasses.replace(taken, document=document)).manifest)
        made["blocks"]["1.losses"] = [digest(block)] * times
        made["checksum"] = checksum(made)
        path = tmp_path / f"{times} {computed}"
        path.mkdir()
        (path / "run.json").write_text(json.dumps(made))
        return Pieces(path)

    with pytest.raises(InputError, match=r"blocks\.1\.losses: 0 blocks are needed for 50 iterat"):
        open_run(folder(800, 50))
    whole = 800 * manifest.BLOCK
    with (
        patch("engine.common.machine_memory.available", lambda: 3e9),
        pytest.raises(InputError, match=r"run needs about 3\.4 GB of memory, and 3\.0 GB are free"),
    ):
        open_run(folder(800, whole))
    taken.document["branches"] *= 2_000
    with (
        patch("engine.common.machine_memory.available", lambda: 3e8),
        pytest.raises(InputError, match=r"run needs about 0\.\d GB of memory"),
    ):
        open_run(folder(0, 50))
    assert not asked


JUNK = [None, True, -1, 10**30, 1e308, 0.5, "", "x", "\ud800", [], [[]], [None], {}, {"a": 1}]


def fields(value: object, way: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    """The way to each value in a document."""
    if way:
        yield way
    if isinstance(value, dict):
        for key in value:
            yield from fields(value[key], (*way, key))
    elif isinstance(value, list):
        for i, each in enumerate(value):
            yield from fields(each, (*way, i))


@pytest.mark.parametrize("seed", [1, *(pytest.param(n, marks=pytest.mark.slow) for n in (2, 3))])
def test_whatever_a_manifest_says_is_read_or_refused_in_a_line(seed: int, tmp_path: Path) -> None:
    debugger = a_session()
    encoded = Encoder().encode(capture(debugger, "a-run", 1e9))
    folder = Folder(tmp_path / "run")
    folder.write(encoded.manifest, encoded.parts, encoded.named)
    original = encoded.manifest.decode()
    document = json.loads(original)
    document["branches"][0]["nonfinite"] = [[3, 2, "w"]]
    original, chance = json.dumps(document), random.Random(seed)
    ways = sorted(fields(document), key=str)
    always = [way for way in ways if "nonfinite" in way]
    told: list[str] = []
    for way in [*always, *chance.sample(ways, 20)]:
        for junk in JUNK if way in always else chance.sample(JUNK, 3):
            changed = json.loads(original)
            within = changed
            for step in way[:-1]:
                within = within[step]
            within[way[-1]] = junk
            changed["checksum"] = checksum(changed)
            (folder.path / "run.json").write_text(json.dumps(changed))
            try:
                open_run(folder, debugger.dataset)
            except InputError as refused:
                told.append(str(refused))
    assert len(told) > 40
    assert not any("\n" in line for line in told)


Arrays = dict[str, np.ndarray]


def forged(debugger: Debugger, change: Callable[[Arrays], object], path: Path) -> Folder:
    """A save whose arrays a stranger has changed, with checksums that are right."""
    encoded = Encoder().encode(capture(debugger, "a-run", 1e9))
    document = json.loads(encoded.manifest)
    arrays = unpack(encoded.parts[document["state"]])
    change(arrays)
    state = pack(arrays)
    document["state"] = digest(state)
    document["checksum"] = checksum(document)
    folder = Folder(path)
    folder.write(json.dumps(document).encode(), {digest(state): state}, [digest(state)])
    return folder


def added(name: str, value: float, first: int = 0, last: int | None = None) -> object:
    """What adds to some entries of an array."""

    def change(arrays: Arrays) -> None:
        arrays[name][first:last] += value

    return change


FORGED = {
    "every checkpoint NaN": (added("1.rows", np.nan), "checkpoint of iteration 0 is not what"),
    "every checkpoint infinite": (added("1.rows", np.inf), "checkpoint of iteration 0 is not what"),
    "every checkpoint": (added("1.rows", 1.0), "checkpoint of iteration 0 is not what"),
    "the start": (added("1.initial.v", 1.0), "checkpoint of iteration 0 is not what"),
    "later checkpoints": (added("1.rows", 1.0, 1), "E of iteration 56 comes out as"),
    "later checkpoints NaN": (added("1.rows", np.nan, 1, -1), "E of iteration 8 comes out as nan"),
    "infinite ones": (added("1.rows", np.inf, 1, -1), "E of iteration 8 comes out as"),
    "one checkpoint NaN": (added("1.rows", np.nan, 3, 4), "E of iteration 24 comes out as nan"),
    "the one that the end needs": (added("1.rows", 1.0, -2, -1), "E of iteration 56 comes out as"),
    "the last one NaN": (added("1.rows", np.nan, -1), "iteration 64 is not finite, but the run is"),
    "losses NaN": (added("1.losses", np.nan), "E of iteration 0 comes out as"),
    "losses": (added("1.losses", 1.0), "E of iteration 0 comes out as"),
    "the last losses": (added("1.losses", 1.0, 50), "E of iteration 56 comes out as"),
}


def a_short_run(**options: object) -> Debugger:
    """A run with a checkpoint every eight iterations, the last of them at its end."""
    measured = patch.object(Motion, "_measure", lambda motion, seconds: None)
    with patch.object(history, "_WIDEST_FIRST_GAP", 8), measured:
        debugger = Debugger(
            read_dataset("gaussians", split=0.25),
            Hyperparameters(**{"optimiser": "adam", **options}),  # type: ignore[arg-type]
        )
        debugger.run(64)
        debugger.step_operation()
        debugger.edit("v", (0, 0), 0.25)
    return debugger


@pytest.mark.one_in(4)
@pytest.mark.parametrize("what", FORGED)
def test_arrays_of_a_stranger_that_are_of_no_run_are_refused(what: str, tmp_path: Path) -> None:
    change, named = FORGED[what]
    debugger = a_short_run()
    assert not open_run(forged(debugger, lambda arrays: None, tmp_path / "right")).notices
    with pytest.raises(InputError) as refused:
        open_run(forged(debugger, change, tmp_path / "run"))  # type: ignore[arg-type]
    assert "branches: branch 1: " in str(refused.value)
    assert named in str(refused.value)
    assert str(refused.value).endswith("it is damaged, or of another program")


@pytest.mark.parametrize(("size", "words"), [(1e-11, "the last digits of the l"), (1e-3, "the l")])
def test_losses_that_part_after_a_while_are_told_and_no_reason_to_refuse_a_run(
    size: float, words: str, tmp_path: Path
) -> None:
    """From one iteration to the next rounding may grow to any size."""
    debugger = a_short_run()
    change = added("1.losses", size, 5, 9)
    (notice,) = open_run(forged(debugger, change, tmp_path / "run")).notices  # type: ignore[arg-type]
    assert notice.startswith(f"this machine computes {words}osses differently from ite")
    assert "from iteration 5 on" in notice


def rounded_otherwise(name: str) -> Mistake:
    """What has an operation give its numbers a last digit more or less, or the same."""

    def mistake(program: Program, right: Callable[[], None]) -> Callable[[], None]:
        data, chance = program.tensors[name].data, np.random.RandomState(1)

        def run() -> None:
            right()
            to = chance.choice((-np.inf, 0.0, np.inf), size=data.shape)
            data[...] = np.where(to == 0, data, np.nextafter(data, to))

        return run

    return mistake


RESTLESS: list[dict[str, object]] = [
    # From equal weights a gradient may be nothing but rounding, which a large η makes a step.
    {"init": "zeros", "activation": "tanh", "learning_rate": 1e6, "batch_size": "2"},
    {"init": "zeros", "activation": "relu", "learning_rate": 1e6},
    {"init": "zeros", "loss": "bce", "learning_rate": 1e6, "batch_size": "2"},
    {"hidden": "3,2", "loss": "bce", "learning_rate": 50.0},
]


@pytest.mark.parametrize("options", RESTLESS, ids=str)
def test_a_run_that_rounding_changes_between_two_checkpoints_is_not_refused(
    options: dict[str, object], plant: Plant, tmp_path: Path
) -> None:
    debugger = Debugger(read_dataset("or"), Hyperparameters(**options))  # type: ignore[arg-type]
    debugger.run(200)
    save(debugger, Folder(tmp_path / "run"))
    for name in ("dE_dw", "y", "f"):
        plant(name, rounded_otherwise(name))
    (notice,) = open_run(Folder(tmp_path / "run")).notices
    assert "not the same to the last bit" in notice


def test_a_state_that_is_not_finite_comes_back_though_all_losses_are(tmp_path: Path) -> None:
    debugger = Debugger(
        read_dataset("or"),
        Hyperparameters(learning_rate=1e300, optimiser="adam", loss="bce", batch_size="2"),
    )
    with patch.object(history, "_WIDEST_FIRST_GAP", 1):
        debugger.run(20)
    rows = capture(debugger, "a-run", 1e9).arrays["1.rows"]
    assert np.isfinite(debugger.losses).all()
    assert not np.isfinite(rows).all()
    assert bits(again(debugger, tmp_path)) == bits(debugger)


class GivenUpError(Exception):
    pass


def test_the_way_to_where_a_run_was_can_be_given_up(tmp_path: Path) -> None:
    debugger = Debugger(read_dataset("or"))
    debugger.run(20_000)

    def only_the_first(arrays: Arrays) -> None:
        arrays |= {f"1.{name}": arrays[f"1.{name}"][:1] for name in ("at", "rows")}

    folder = forged(debugger, only_the_first, tmp_path / "run")
    told: list[tuple[int, int]] = []
    restored = open_run(folder, debugger.dataset, lambda *far: told.append(far))
    assert bits(restored.debugger) == bits(debugger)
    assert told == sorted(told)
    assert {whole for _, whole in told} == {20_000}

    def give_up(done: int, whole: int) -> None:
        if done > 1000:
            raise GivenUpError

    with pytest.raises(GivenUpError):
        open_run(folder, debugger.dataset, give_up)


@pytest.mark.parametrize("value", ["1e999", "[" * 5000 + "]" * 5000], ids=["inf", "deep"])
def test_what_has_no_checksum_is_not_read_by_leaving_it_empty(
    value: str, saved_twice: tuple[Path, dict[str, object]], tmp_path: Path
) -> None:
    document = json.loads((saved_twice[0] / "run.json").read_bytes()) | {"checksum": ""}
    text = json.dumps(document | {"view": "HERE"})
    (tmp_path / "run.json").write_text(text.replace('"HERE"', value))
    with pytest.raises(InputError, match=r"checksum|not JSON"):
        newest(Folder(tmp_path))


@pytest.mark.parametrize(
    "content",
    [b"", b"{}", b"[]", b"null", b"[" * 100_000, b"\xff\xfe", b'{"format": NaN}', b"9" * 5000],
)
def test_what_is_no_manifest_is_refused(content: bytes, tmp_path: Path) -> None:
    (tmp_path / "run.json").write_bytes(content)
    with pytest.raises(InputError):
        newest(Folder(tmp_path))


def test_a_manifest_is_read_without_its_pieces(
    saved_twice: tuple[Path, dict[str, object]],
) -> None:
    saved = newest(Folder(saved_twice[0]))
    assert (saved.name, saved.path, saved.network) == ("xor.csv", "xor", "2-4-1")
    assert saved.is_unfinished
    assert dataclasses.asdict(saved.hyperparameters)["hidden"] == "4"

"""Runs are saved by themselves, in folders of their own, of which old ones go."""

import os
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from threading import Thread
from types import SimpleNamespace
from typing import IO
from unittest.mock import patch

import pytest

from engine import Debugger, InputError, Runner, read_dataset
from engine.saved import library as keeping
from engine.saved import lock as locking
from engine.saved import run_files as stores
from engine.saved import saver as saving
from engine.saved.capture import Encoder, capture
from engine.saved.last_save import newest
from engine.saved.library import Library
from engine.saved.lock import Lock, holder_of
from engine.saved.restore import open_run
from engine.saved.run_files import Folder, SingleFile
from engine.saved.saver import Saver


def until(condition: Callable[[], object], seconds: float = 60) -> None:
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.01)


def save(library: Library, iterations: int = 3, planned: int = 10) -> Folder:
    debugger = Debugger(read_dataset("or"))
    debugger.change(iterations=planned)
    saver = Saver(debugger, library.new(), library=library)
    debugger.run(iterations)
    assert saver.close("quit", here=True)
    return saver.folder


def test_nothing_is_kept_of_a_run_in_which_nothing_was_done(tmp_path: Path) -> None:
    library = Library(tmp_path)
    looked_at = Debugger(read_dataset("or"))
    looked_at.step_operation()
    looked_at.stops.add_watch("E < 0.1")
    for debugger in (Debugger(read_dataset("or")), looked_at):
        saver = Saver(debugger, library.new())
        assert saver.close("quit", here=True)
        assert not list(tmp_path.iterdir())


def test_what_was_done_before_there_was_a_saver_is_saved(tmp_path: Path) -> None:
    trained, edited, watched = (Debugger(read_dataset("or")) for _ in range(3))
    trained.run(5)
    edited.edit("w", (0, 0), 2.5)
    watched.stops.add_watch("E < 0.1")
    watched.run(1)
    for debugger in (trained, edited, watched):
        saver = Saver(debugger, Library(tmp_path).new())
        assert saver.close("quit", here=True)
        assert saver.has_saved
        again = open_run(saver.folder).debugger
        assert again.losses.tobytes() == debugger.losses.tobytes()
        assert again.parameters["w"].tobytes() == debugger.parameters["w"].tobytes()
        assert [stop.spec for stop in again.stops] == [stop.spec for stop in debugger.stops]


def test_what_is_kept_elsewhere_is_not_saved_before_anything_is_done(tmp_path: Path) -> None:
    debugger = Debugger(read_dataset("or"))
    debugger.run(5)
    for more, saved in ((0, False), (1, True)):
        saver = Saver(debugger, Library(tmp_path).new(), kept=True)
        debugger.run(more)
        assert saver.close("quit", here=True)
        assert saver.has_saved == saved


def test_where_nobody_lets_the_saver_look_it_says_so(tmp_path: Path) -> None:
    debugger = Debugger(read_dataset("or"))
    debugger.run(5)
    with patch.object(saving, "_ANSWER", 0.05):
        saver = Saver(debugger, Library(tmp_path).new())
        assert not saver.close("quit")
    assert saver.problem
    until(lambda: not saver._thread.is_alive())
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("is_training", [True, False])
def test_an_open_run_whose_folder_is_deleted_stays_held(tmp_path: Path, is_training: bool) -> None:
    debugger = Debugger(read_dataset("or"))
    folder = Library(tmp_path).new()
    with patch.object(saving, "_LOOK", 0.01):
        saver = Saver(debugger, folder)
        debugger.run(3)
        until(lambda: saver.poll() or (saver.has_saved and not saver._is_due))
        # At once, or the saver would be making it again meanwhile.
        folder.path.rename(tmp_path / "gone")
        if is_training:
            debugger.run(3)
        until(lambda: saver.poll() or (folder.holds_a_run and not saver._is_due))
        assert holder_of(folder.path) is not None
        assert Lock(folder.path).take() is not None
        assert open_run(folder).debugger.iteration == debugger.iteration
        assert saver.close("quit", here=True)
    assert holder_of(folder.path) is None


def test_a_run_that_another_process_took_after_its_folder_was_deleted_is_left_to_it(
    tmp_path: Path,
) -> None:
    debugger = Debugger(read_dataset("or"))
    folder = Library(tmp_path).new()
    with patch.object(saving, "_LOOK", 0.01):
        saver = Saver(debugger, folder)
        debugger.run(3)
        until(lambda: saver.poll() or (saver.has_saved and not saver._is_due))
        # At once, or the saver would be making it again meanwhile.
        folder.path.rename(tmp_path / "gone")
        other = Lock(folder.path)
        # The saver may have been quicker.
        if other.take() is None:
            debugger.run(1)
            until(lambda: saver.poll() or "it is open in process" in saver.problem)
            assert not folder.holds_a_run
            assert not saver.close("quit", here=True)
        other.release()
        saver.close("quit", here=True)


def test_a_lock_that_was_deleted_while_it_was_taken_is_taken_anew(tmp_path: Path) -> None:
    lock, real = Lock(tmp_path), locking._lock

    def deleted(file: IO[str], kind: int) -> bool:
        if not (tmp_path / "was here").exists():
            (tmp_path / "was here").touch()
            (tmp_path / "lock").unlink()
        return real(file, kind)

    with patch.object(locking, "_lock", deleted):
        assert lock.take() is None
    assert lock.is_held
    assert Lock(tmp_path).take() is not None
    lock.release()


def test_an_undo_and_another_change_at_once_are_saved(tmp_path: Path) -> None:
    debugger = Debugger(read_dataset("or"))
    runner = Runner(debugger)
    folder = Library(tmp_path).new()
    saver = Saver(debugger, folder, nudge=lambda: runner.submit(lambda d: saver.poll()))

    def written() -> float | None:
        return open_run(folder).debugger.parameters["w"][0, 0] if saver.has_saved else None

    runner.submit(lambda d: d.edit("w", (0, 0), 1.0)).result()
    until(lambda: written() == 1.0)

    def again(debugger: Debugger) -> None:
        debugger.undo()
        debugger.edit("w", (0, 0), 2.0)

    runner.submit(again).result()
    until(lambda: written() == 2.0)
    saver.close("quit")
    runner.close()


@pytest.mark.parametrize(
    "search",
    [
        lambda debugger, cancel: debugger.scan("norm(v)", 0, None, cancel),
        lambda debugger, cancel: debugger.back_to_stop(cancel),
    ],
    ids=["scan", "back to a stop"],
)
def test_a_save_during_a_search_tells_where_the_clock_will_be_again(
    tmp_path: Path,
    search: Callable[[Debugger, Callable[[], bool]], object],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("engine.run.motion._UNASKED", 0.0)
    debugger = Debugger(read_dataset("or"))
    debugger.run(2000)
    debugger.go_to(1500, 3)
    debugger.stops.add_watch("E < 0")
    file, asked = SingleFile(tmp_path / "run.nnrun"), []

    def save_and_give_up() -> bool:
        asked.append(debugger.iteration)
        if len(asked) == 10:
            assert debugger.iteration != 1500
            encoded = Encoder().encode(capture(debugger, "a", 0.0))
            file.write(encoded.manifest, encoded.parts)
        return len(asked) == 10

    search(debugger, save_and_give_up)
    for found in (debugger, open_run(file).debugger):
        assert (found.iteration, found.position, len(found.losses)) == (1500, 3, 2000)
        assert found.value("y").tobytes() == debugger.value("y").tobytes()
    saved = newest(file)
    assert (saved.iteration, saved.computed) == (1500, 2000)


def test_a_run_is_saved_while_it_trains_and_at_rest(tmp_path: Path) -> None:
    with patch.object(saving, "INTERVAL", 0.2):
        debugger = Debugger(read_dataset("or"))
        debugger.change(iterations=10**9)
        runner = Runner(debugger)
        folder = Library(tmp_path).new()
        saver = Saver(debugger, folder, nudge=lambda: runner.submit(lambda d: saver.poll()))
        runner.run()
        until(lambda: saver.has_saved)
        # The runner has never stopped for it.
        assert runner.running
        first = open_run(folder).debugger.iteration
        until(lambda: open_run(folder).debugger.iteration > first)
        runner.pause().result()
        until(lambda: open_run(folder).debugger.iteration == debugger.iteration)
        runner.submit(lambda d: d.edit("v", (0, 0), 3.0)).result()
        until(lambda: open_run(folder).debugger.parameters["v"][0, 0] == 3.0)
        assert saver.close("quit")
        runner.close()


class Clock:
    """Time that passes with each look of a saver, and stands still while it saves."""

    def __init__(self) -> None:
        self.now = 0.0

    def wait(self, seconds: float) -> None:
        time.sleep(0.02)
        self.now += seconds

    def set(self) -> None:
        pass


@pytest.mark.parametrize("what", ["a step", "a change"])
def test_what_is_at_rest_is_saved_within_half_a_second(tmp_path: Path, what: str) -> None:
    debugger, clock, asked = Debugger(read_dataset("or")), Clock(), list[float]()
    with (
        patch.object(saving, "threading", SimpleNamespace(Event=lambda: clock, Thread=Thread)),
        patch.object(saving, "monotonic", lambda: clock.now),
    ):
        folder = Library(tmp_path).new()
        debugger.run(1)
        saver = Saver(debugger, folder, kept=True, nudge=lambda: asked.append(clock.now))
        until(lambda: clock.now > 1)
        if what == "a step":
            debugger.step_operation()
        else:
            debugger.edit("w", (0, 0), 1.5)
        done = clock.now
        until(lambda: saver.poll() or saver.has_saved)
        assert asked[0] - done <= 0.5
        position, losses = debugger.position, len(debugger.losses)
        assert saver.close("quit", here=True)
    again = open_run(folder).debugger
    assert (again.position, len(again.losses)) == (position, losses)


def test_training_goes_on_where_nothing_can_be_written(tmp_path: Path) -> None:
    debugger = Debugger(read_dataset("or"))
    folder = Library(tmp_path).new()
    with patch.object(saving, "INTERVAL", 0.05):
        saver = Saver(debugger, folder)
        full = patch("engine.saved.run_files.os.fsync", side_effect=OSError(28, "No space left"))
        with full:
            debugger.run(3)
            until(lambda: saver.poll() or "No space left" in saver.problem)
            debugger.run(3)
        until(lambda: saver.poll() or (saver.has_saved and not saver.problem))
        assert saver.close("quit", here=True)
    assert open_run(folder).debugger.iteration == 6


def test_the_single_file_is_the_same_run(tmp_path: Path) -> None:
    debugger = Debugger(read_dataset("or"))
    single = SingleFile(tmp_path / "mine.nn")
    saver = Saver(debugger, Library(tmp_path / "runs").new(), single=single)
    debugger.run(5)
    assert saver.close("quit", here=True)
    assert open_run(single).debugger.iteration == 5


def test_what_a_killed_process_left_beside_the_single_file_goes(tmp_path: Path) -> None:
    program = (
        "import os; from pathlib import Path; from engine.saved import run_files;"
        "run_files.os.fsync = lambda handle: os._exit(9);"
        f"run_files.SingleFile(Path({str(tmp_path / 'mine.nn')!r})).write(b'x', {{}})"
    )
    done = subprocess.run([sys.executable, "-c", program], check=False)
    assert done.returncode == 9
    (left,) = tmp_path.iterdir()
    # Another process may be writing this one.
    other = tmp_path / f"{stores.UNFINISHED}of-another"
    other.touch()
    SingleFile(tmp_path / "other.nn").write(b"{}", {})
    assert left.exists()
    SingleFile(tmp_path / "mine.nn").write(b"{}", {})
    names = {path.name for path in tmp_path.iterdir()}
    assert names == {"mine.nn", "other.nn", other.name}


def test_a_last_save_that_takes_too_long_is_told(tmp_path: Path) -> None:
    debugger = Debugger(read_dataset("or"))
    saver = Saver(debugger, Library(tmp_path).new())
    going_on = threading.Event()
    with patch.object(Folder, "write", lambda *args: going_on.wait(60)):
        debugger.run(3)
        assert not saver.close("quit", here=True, timeout=0.1)
        assert saver.problem == "not being saved: the last save takes longer than 0.1 seconds"
        going_on.set()
        assert saver.close("quit", here=True)
    assert not saver.problem


def test_the_library_lists_the_last_run_first_and_deletes(tmp_path: Path) -> None:
    library = Library(tmp_path)
    first, second = save(library), save(library, 10)
    (tmp_path / "junk").mkdir()
    entries = library.entries()
    assert [entry.identity for entry in entries] == [second.path.name, first.path.name]
    assert [entry.saved.is_unfinished for entry in entries if entry.saved] == [False, True]
    assert all(entry.bytes > 1000 for entry in entries)
    assert library.find(first.path.name).folder.path == first.path
    with pytest.raises(InputError, match="more than one"):
        library.find(first.path.name[:4])
    with pytest.raises(InputError, match="no saved run 'x'"):
        library.find("x")
    library.delete(entries[0])
    assert [entry.identity for entry in library.entries()] == [first.path.name]


def test_a_run_that_cannot_be_read_is_listed_with_the_reason(tmp_path: Path) -> None:
    library = Library(tmp_path)
    folder = save(library)
    for manifest in folder.path.glob("run*.json"):
        manifest.write_bytes(b"{")
    (entry,) = library.entries()
    assert entry.saved is None
    assert "not JSON" in entry.problem
    assert entry.path is None
    for manifest in folder.path.glob("run*.json"):
        # Cut behind the place; before it stands a name that looks like one.
        manifest.write_text('{"name": "\\"path\\": \\"x\\"", "path": "a \\" \\u00e9", "opt')
    (entry,) = library.entries()
    assert entry.path == 'a " é'
    library.delete(entry)
    assert not library.entries()


def test_the_oldest_go_finished_ones_first(tmp_path: Path) -> None:
    library = Library(tmp_path)
    unfinished, _ = save(library, 3), save(library, 10)
    held = save(library, 10)
    last = save(library, 10)
    lock = Lock(held.path)
    assert lock.take() is None

    def left() -> set[str]:
        return {entry.identity for entry in library.entries()}

    with patch.object(keeping, "MOST_RUNS", 3):
        library.thin()
        assert left() == {folder.path.name for folder in (unfinished, held, last)}
    with patch.object(keeping, "MOST_BYTES", 1):
        library.thin()
        # What is open and what was saved last stays, whatever it takes.
        assert left() == {folder.path.name for folder in (held, last)}
    lock.release()


def test_a_second_process_is_told_who_holds_a_run(tmp_path: Path) -> None:
    program = (
        "import sys; from pathlib import Path; from engine.saved.lock import Lock;"
        f"lock = Lock(Path({str(tmp_path)!r})); assert lock.take() is None;"
        "print('taken', flush=True); sys.stdin.read()"
    )
    other = subprocess.Popen(
        [sys.executable, "-c", program], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert other.stdout is not None
    assert other.stdin is not None
    assert other.stdout.readline() == "taken\n"
    holder = Lock(tmp_path).take()
    assert holder is not None
    assert f"process {other.pid} on {socket.gethostname()}, since" in holder.words
    # Nobody has to clean up after a process that was killed.
    other.kill()
    other.wait()
    other.stdout.close()
    other.stdin.close()
    assert holder_of(tmp_path) is None
    lock = Lock(tmp_path)
    assert lock.take() is None
    lock.release()


@pytest.mark.parametrize(
    "content",
    [
        *("", "{", '{"pid": "x"}', "[]", "\x1b]52;c;x\x07"),
        *(f'{{"pid": 1, "host": "x", "since": {since}}}' for since in ("1e300", "NaN", "1e17")),
    ],
)
def test_garbage_in_a_lock_harms_nobody(content: str, tmp_path: Path) -> None:
    lock = Lock(tmp_path)
    assert lock.take() is None
    (tmp_path / "lock").write_text(content)
    holder = holder_of(tmp_path)
    assert holder is not None
    assert holder.words == "another process"
    lock.release()


def test_a_folder_that_cannot_be_made_is_told(tmp_path: Path) -> None:
    (tmp_path / "runs").write_text("a file where the folder should be")
    debugger = Debugger(read_dataset("or"))
    saver = Saver(debugger, Library(tmp_path / "runs").new())
    debugger.run(3)
    assert not saver.close("quit", here=True)
    assert "not being saved" in saver.problem
    assert str(tmp_path) in saver.problem


def test_of_a_run_that_could_never_be_saved_nothing_is_left(tmp_path: Path) -> None:
    debugger = Debugger(read_dataset("or"))
    library = Library(tmp_path)
    saver = Saver(debugger, library.new())
    with patch("engine.saved.run_files.os.fsync", side_effect=OSError(28, "No space left")):
        debugger.run(3)
        assert not saver.close("quit", here=True)
    assert not list(tmp_path.iterdir())
    # One that was saved before stays.
    folder = save(library)
    saver = Saver(open_run(folder).debugger, folder)
    with patch("engine.saved.run_files.os.fsync", side_effect=OSError(28, "No space left")):
        saver._debugger.run(3)
        assert not saver.close("quit", here=True)
    assert open_run(folder).debugger.iteration == 3


def test_what_a_process_left_that_was_killed_before_its_first_save_goes(tmp_path: Path) -> None:
    library, yesterday = Library(tmp_path), time.time() - 100_000
    killed, young, held = (library.new().path for _ in range(3))
    other, begun = library.path / "other", library.path / "a project"
    for folder in (killed, young, begun, held):
        lock = Lock(folder)
        assert lock.take() is None
        if folder is not held:
            lock.release()
            (folder / f"{stores.UNFINISHED}x").touch()
    other.mkdir()
    kept = save(library).path
    for folder in (killed, held, other, begun, kept):
        os.utime(folder, (yesterday, yesterday))
    library.thin()
    assert set(tmp_path.iterdir()) == {young, held, other, begun, kept}
    lock.release()


def test_the_threads_end(tmp_path: Path) -> None:
    # One of a test before may end meanwhile.
    before = set(threading.enumerate())
    save(Library(tmp_path))
    assert set(threading.enumerate()) <= before

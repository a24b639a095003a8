"""The files of a saved run, of whatever kind a stranger or a full disk has left them."""

import json
import os
import shutil
import socket
from collections.abc import Callable, Iterator
from pathlib import Path
from unittest.mock import patch

import pytest

from engine import Debugger, Hyperparameters, InputError, read_dataset
from engine.reports.export import export
from engine.saved import library as keeping
from engine.saved import run_files as stores
from engine.saved.capture import Encoder, capture
from engine.saved.library import Library
from engine.saved.lock import Lock, holder_of
from engine.saved.restore import open_run
from engine.saved.run_files import Folder, SingleFile
from engine.saved.saver import Saver

PRECIOUS = "precious\n"


pytestmark = pytest.mark.timeout(60, method="signal")
"""What waits for a pipe waits for ever."""


def saved(library: Library, times: int = 2) -> tuple[Folder, Debugger]:
    """A run that was saved twice, its lock beside it."""
    debugger, folder = Debugger(read_dataset("or")), library.new()
    lock, encoder = Lock(folder.path), Encoder()
    assert lock.take() is None
    for _ in range(times):
        debugger.run(5)
        encoded = encoder.encode(capture(debugger, folder.path.name, 1e9), folder.has)
        folder.write(encoded.manifest, encoded.parts, encoded.named)
    lock.release()
    return folder, debugger


def link_to_a_file(path: Path, victim: Path) -> None:
    path.symlink_to(victim)


def link_to_a_pipe(path: Path, victim: Path) -> None:
    os.mkfifo(victim.with_name("pipe"))
    path.symlink_to(victim.with_name("pipe"))


def pipe(path: Path, victim: Path) -> None:
    os.mkfifo(path)


def a_folder(path: Path, victim: Path) -> None:
    path.mkdir()


def a_socket(path: Path, victim: Path) -> None:
    # The path of a socket may not be long.
    here = Path.cwd()
    os.chdir(path.parent)
    with socket.socket(socket.AF_UNIX) as bound:
        bound.bind(path.name)
    os.chdir(here)


KINDS = (link_to_a_file, link_to_a_pipe, pipe, a_folder, a_socket)


def files(folder: Folder) -> dict[str, Path]:
    names = {"lock": "lock", "last": "run.json", "before": "run.previous.json"}
    state = json.loads((folder.path / "run.json").read_bytes())["state"]
    return {role: folder.path / name for role, name in (names | {"piece": f"{state}.npz"}).items()}


@pytest.mark.one_in(3)
@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("role", ["lock", "last", "before", "piece"])
def test_only_regular_files_are_opened(
    role: str, kind: Callable[[Path, Path], None], tmp_path: Path
) -> None:
    library = Library(tmp_path / "runs")
    folder, debugger = saved(library)
    path, victim = files(folder)[role], tmp_path / "victim"
    # What the link leads to is even what should be there.
    content = path.read_bytes() if role in ("last", "piece") else PRECIOUS.encode()
    victim.write_bytes(content)
    path.unlink()
    kind(path, victim)

    (entry,) = library.entries()
    assert entry.holder is None
    restored = open_run(folder, debugger.dataset)
    wanted = 5 if role in ("last", "piece") else 10
    assert restored.debugger.iteration == wanted
    if wanted == 5:
        assert "not a regular file" in restored.notices[0]
    lock = Lock(folder.path)
    if role == "lock":
        with pytest.raises(OSError, match="not a regular file"):
            lock.take()
        with pytest.raises(InputError, match="lock: not a regular file"):
            library.delete(entry)
    else:
        saver = Saver(restored.debugger, folder)
        restored.debugger.run(7)
        is_saved = saver.close("quit", here=True)
        # A folder cannot be written over.
        assert is_saved == (kind is not a_folder or role == "piece")
        assert open_run(folder, debugger.dataset).debugger.iteration in (wanted, wanted + 7)
        library.delete(entry) if kind is not a_folder else None
    library.thin()
    assert victim.read_bytes() == content


def test_a_lock_that_is_another_file_by_another_name_leaves_that_alone(tmp_path: Path) -> None:
    victim = tmp_path / "victim"
    victim.write_text(PRECIOUS)
    folder = tmp_path / "run"
    folder.mkdir()
    os.link(victim, folder / "lock")
    lock = Lock(folder)
    assert lock.take() is None
    assert victim.read_text() == PRECIOUS
    assert holder_of(folder) is not None
    lock.release()


def test_a_single_file_is_a_regular_one(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "endless").symlink_to("/dev/zero")
    for name in ("pipe", "endless", "."):
        with pytest.raises(InputError, match="not a regular file"):
            open_run(SingleFile(tmp_path / name))
    with pytest.raises(InputError, match="nothing: No such file"):
        open_run(SingleFile(tmp_path / "nothing"))


def test_a_piece_that_is_larger_than_the_memory_is_not_read(tmp_path: Path) -> None:
    library = Library(tmp_path)
    folder, debugger = saved(library)
    with files(folder)["piece"].open("r+b") as file:
        file.truncate(2**43)
    (notice,) = open_run(folder, debugger.dataset).notices
    assert "to read 8,796.1 GB needs about 26,388.3 GB of memory" in notice


def test_thinning_deletes_nothing_but_runs_of_ours(tmp_path: Path) -> None:
    library = Library(tmp_path / "runs")
    run, _ = saved(library)
    (run.path / "notes.txt").write_text(PRECIOUS)
    last, _ = saved(library)
    elsewhere, _ = saved(Library(tmp_path / "elsewhere"))
    link = library.path / "20200101-000000-aaaa"
    link.symlink_to(elsewhere.path)
    project = library.path / "a project"
    project.mkdir()
    for name in ("run.json", "thesis.txt", "lock"):
        (project / name).write_text(PRECIOUS)
    for path in (run.path, link, project):
        os.utime(path, (0, 0), follow_symlinks=False)
    with patch.object(keeping, "MOST_RUNS", 0), patch.object(keeping, "MOST_BYTES", 0):
        (deleted,) = library.thin()
    assert deleted.folder.path == run.path
    assert [path.name for path in run.path.iterdir()] == ["notes.txt"]
    assert {path.name for path in project.iterdir()} == {"run.json", "thesis.txt", "lock"}
    assert len(list(elsewhere.path.iterdir())) == 5
    assert {entry.identity for entry in library.entries()} == {last.path.name, project.name}


def failing(at: int, real: Callable[..., object]) -> Callable[..., object]:
    """What fails from its nth call on, as on a full disk."""
    calls = 0

    def call(*given: object, **named: object) -> object:
        nonlocal calls
        calls += 1
        if calls > at:
            raise OSError(28, "No space left on device")
        return real(*given, **named)

    return call


@pytest.mark.parametrize("target", ["os.fsync", "tempfile.mkstemp"])
@pytest.mark.parametrize("saves", [0, 2])
def test_a_save_that_fails_leaves_nothing_behind(tmp_path: Path, saves: int, target: str) -> None:
    debugger, folder, encoder = Debugger(read_dataset("or")), Folder(tmp_path / "run"), Encoder()

    def save() -> None:
        debugger.run(5)
        encoded = encoder.encode(capture(debugger, "a-run", 1e9), folder.has)
        folder.write(encoded.manifest, encoded.parts, encoded.named)

    for _ in range(saves):
        save()
    before = {path.name for path in folder.path.iterdir()} if saves else set()
    real = os.fsync if target == "os.fsync" else stores.tempfile.mkstemp
    failed = 0
    # The name of a new folder is synced at the end.
    for at in range(3 if target == "os.fsync" else 2):
        with (
            patch(f"engine.saved.run_files.{target}", failing(at, real)),
            pytest.raises(OSError, match="No space left"),
        ):
            save()
        failed += 1
        left = {path.name for path in folder.path.iterdir()} if folder.path.exists() else set()
        assert left == before
        assert folder.path.exists() == bool(saves)
    assert failed


def test_an_error_that_is_not_of_the_disk_leaves_nothing_behind(tmp_path: Path) -> None:
    single = SingleFile(tmp_path / "run.nnrun")
    with (
        patch("engine.saved.run_files.zipfile.ZipFile.writestr", side_effect=MemoryError),
        pytest.raises(MemoryError),
    ):
        single.write(b"{}", {})
    with (
        patch("engine.saved.run_files.os.fsync", side_effect=MemoryError),
        pytest.raises(MemoryError),
    ):
        stores.write_atomically(tmp_path / "file", b"x")
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("name", ["predictions.csv", "history.csv", "parameters.npz"])
def test_an_export_that_fails_leaves_nothing_behind(tmp_path: Path, name: str) -> None:
    debugger, real = Debugger(read_dataset("or"), Hyperparameters()), Path.open
    debugger.run(3)

    def full(path: Path, *given: object, **named: object) -> object:
        if path.name == name:
            raise OSError(28, "No space left on device", str(path))
        return real(path, *given, **named)  # type: ignore[call-overload]

    folder = tmp_path / "results"
    with patch.object(Path, "open", full), pytest.raises(InputError, match="No space left"):
        export(debugger, folder)
    assert not folder.exists()
    folder.mkdir()
    (folder / "mine.txt").write_text(PRECIOUS)
    with patch.object(Path, "open", full), pytest.raises(InputError, match="No space left"):
        export(debugger, folder)
    assert [path.name for path in folder.iterdir()] == ["mine.txt"]
    assert len(export(debugger, folder)) == 4
    shutil.rmtree(folder)


Event = tuple[str, str]


class Disk:
    """What is on the disk for certain: a file or a folder that was synced, a name in its folder.

    A file may be renamed before it is synced, and a folder be synced before the name is in it: then
    after a loss of power the name may be there without the content, or the content without a name.
    """

    def __init__(self) -> None:
        self.events: list[Event] = []
        self._sync, self._replace = os.fsync, Path.replace

    def fsync(self, handle: int) -> None:
        self._sync(handle)
        status = os.fstat(handle)
        self.events.append(("synced", str(status.st_ino)))

    def replace(self, source: Path, target: Path) -> Path:
        self.events.append((f"named {target.name}", str(source.stat().st_ino)))
        return self._replace(source, target)

    def at(self, name: str) -> int:
        (place,) = (i for i, event in enumerate(self.events) if event[0] == f"named {name}")
        return place

    def check_synced_before_named(self) -> None:
        for i, (what, number) in enumerate(self.events):
            if what.startswith("named"):
                assert ("synced", number) in self.events[:i], what

    def syncs(self, path: Path) -> list[int]:
        number = str(path.stat().st_ino)
        return [i for i, event in enumerate(self.events) if event == ("synced", number)]


@pytest.fixture
def disk() -> Iterator[Disk]:
    disk = Disk()
    with (
        patch("engine.saved.run_files.os.fsync", disk.fsync),
        patch.object(Path, "replace", lambda source, target: disk.replace(source, target)),
    ):
        yield disk


def test_a_save_is_on_the_disk_in_an_order_that_a_loss_of_power_cannot_break(
    tmp_path: Path, disk: Disk
) -> None:
    debugger, folder = Debugger(read_dataset("or")), Folder(tmp_path / "runs" / "run")
    for save in range(2):
        debugger.run(5)
        encoded = Encoder().encode(capture(debugger, "a-run", 1e9))
        disk.events.clear()
        folder.write(encoded.manifest, encoded.parts, encoded.named)
        disk.check_synced_before_named()
        (piece,) = encoded.parts
        # First the pieces and their names, then the manifest that names them, then its name.
        first, last = disk.at(f"{piece}.npz"), disk.at("run.json")
        assert any(first < at < last for at in disk.syncs(folder.path))
        assert disk.syncs(folder.path)[-1] > last
        assert bool(disk.syncs(folder.path.parent)) == (save == 0)


def test_a_single_file_is_on_the_disk_before_it_has_its_name(tmp_path: Path, disk: Disk) -> None:
    path = tmp_path / "run.nnrun"
    SingleFile(path).write(b"{}", {})
    disk.check_synced_before_named()
    assert disk.syncs(tmp_path)[-1] > disk.at(path.name)

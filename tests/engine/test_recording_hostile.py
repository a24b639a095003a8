"""Scripts that do their worst end in one clear error or a recording, soon, and leave nothing."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tempfile
import textwrap
import time
import unicodedata
from collections.abc import Callable
from pathlib import Path

import pytest

from engine.audit.recording import run_script
from engine.audit.recording.recording import Recording
from engine.audit.recording.run_script import record
from engine.common.errors import AuditError

LONG = 60.0


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Recording]:
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(scratch))
    monkeypatch.setattr(run_script, "_GRACE", LONG)

    def run(text: str, seconds: float = LONG) -> Recording:
        file = tmp_path / "mine.py"
        file.write_text(textwrap.dedent(text).replace("SCRATCH", repr(str(scratch))))
        try:
            return record(file, seconds=seconds)
        finally:
            assert list(scratch.iterdir()) == []

    return run


def is_gone(process: int) -> bool:
    try:
        os.kill(process, 0)
        state = Path(f"/proc/{process}/stat").read_bytes().rpartition(b")")[2].split()[0]
    except (ProcessLookupError, FileNotFoundError):
        return True
    return state == b"Z"


def wait_until(condition: Callable[[], bool]) -> None:
    end = time.monotonic() + LONG
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.01)


@pytest.mark.one_in(2)
@pytest.mark.parametrize(
    "text",
    [
        "while True:\n    x = 1",
        "import time\ntime.sleep(1e6)",
        "print('x' * 10**6)\n" * 3 + "while 1: pass",
    ],
    ids=["loops", "sleeps", "prints and loops"],
)
def test_endless_scripts_are_stopped(run: Callable[..., Recording], text: str) -> None:
    recording = run(text, seconds=0.7)
    assert recording.ending.kind == "stopped"
    assert len(recording.printed) < 10_000


def test_a_script_that_holds_the_interpreter_is_ended(
    run: Callable[..., Recording], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(run_script, "_GRACE", 0.0)
    with pytest.raises(AuditError, match=r"mine.py: does not stop after 0.5 seconds"):
        run("sum(iter(int, 1))", seconds=0.5)


def test_forks_without_end_are_ended(run: Callable[..., Recording], tmp_path: Path) -> None:
    # Bounded, in case the test fails.
    text = """
        import os, time
        for _ in range(9):
            os.fork()
        open(SCRATCH + "/../" + str(os.getpid()) + ".pid", "w").close()
        time.sleep(60)
    """
    with pytest.raises(AuditError, match="started too many processes"):
        run(text)
    assert all(is_gone(int(file.stem)) for file in tmp_path.glob("*.pid"))


def test_nothing_that_a_script_starts_outlives_it(
    run: Callable[..., Recording], tmp_path: Path
) -> None:
    text = """
        import os, time
        if os.fork() == 0:
            os.setsid()
            if os.fork() == 0:
                with open(SCRATCH + "/../left.tmp", "w") as file:
                    file.write(str(os.getpid()))
                os.rename(SCRATCH + "/../left.tmp", SCRATCH + "/../left")
                time.sleep(600)
            os._exit(0)
        while not os.path.exists(SCRATCH + "/../left"):
            time.sleep(0.01)
        x = 1 + 1
    """
    assert run(text).ending.kind == "finished"
    assert is_gone(int((tmp_path / "left").read_text()))


def test_a_script_dies_with_us(tmp_path: Path) -> None:
    script = tmp_path / "mine.py"
    script.write_text(
        "import os, time\nopen('pid.tmp', 'w').write(str(os.getpid()))\n"
        "os.rename('pid.tmp', 'pid')\ntime.sleep(600)\n"
    )
    code = "from engine.audit.recording.run_script import record; record('mine.py', seconds=600)"
    us = subprocess.Popen([sys.executable, "-c", code], cwd=tmp_path)
    try:
        wait_until((tmp_path / "pid").exists)
    finally:
        us.kill()
        us.wait()
    process = int((tmp_path / "pid").read_text())
    wait_until(lambda: is_gone(process))


def test_it_can_be_given_up(tmp_path: Path) -> None:
    (tmp_path / "mine.py").write_text("while True: pass")

    def interrupt(done: int, total: int) -> None:
        raise KeyboardInterrupt

    started = time.monotonic()
    with pytest.raises(KeyboardInterrupt):
        record(tmp_path / "mine.py", seconds=600, progress=interrupt)
    assert time.monotonic() - started < LONG


def test_variables_and_built_in_functions_may_go(run: Callable[..., Recording]) -> None:
    ending = run("""
        x = 1 + 1
        import builtins
        for name in list(vars(builtins)):
            delattr(builtins, name)
        y = 3
    """).ending
    assert (ending.kind, ending.error, ending.where) == ("failed", "NameError", "line 5")


def test_escape_sequences_are_made_harmless(run: Callable[..., Recording]) -> None:
    recording = run("""
        import sys
        print("\\x1b]0;owned\\x07\\x1b[2J\\x9b5m\\u202e")
        names = {"\\x1b[2J": 1}
        names["\\x1b[2J"] += 1
        k = "\\x1b[3J"
        table = {"\x1b": [1]}
        table["\x1b"][0] += 1
        names[k] = 2
        raise ValueError("\\x1b[2J\\n\\rnew")
    """)
    shown = [recording.printed, recording.ending.message, *(p.text for p in recording.places)]
    shown += [node.source for node in recording.nodes]
    letters = set("".join(shown)) - {"\n"}
    assert not [letter for letter in letters if unicodedata.category(letter) in ("Cc", "Cf")]
    assert recording.ending.message == "␛[2J␊␍new"


def test_no_method_of_the_script_is_called(run: Callable[..., Recording]) -> None:
    recording = run("""
        import numpy as np
        class Bad:
            def __getattribute__(self, name): raise SystemError("asked")
            def __repr__(self): raise SystemError("shown")
            __str__ = __eq__ = __hash__ = __iter__ = __len__ = __array__ = __repr__
            __float__ = __index__ = __bool__ = __repr__
        class Table(np.ndarray):
            def __array_finalize__(self, other): pass
            def __getattribute__(self, name): raise SystemError("asked")
        class Number(float):
            __float__ = __eq__ = __hash__ = Bad.__repr__
        class Error(Exception):
            __str__ = __repr__ = Bad.__repr__
        bad = Bad(); several = [bad, 1]; number = Number(3)
        table = np.ones(2).view(Table)
        several[1] = bad
        raise Error(bad)
    """)
    assert recording.ending.kind == "failed"
    assert recording.ending.error == "Error"
    assert recording.ending.message == "an exception whose text cannot be read"


def test_huge_arrays_are_not_kept(run: Callable[..., Recording]) -> None:
    recording = run("""
        import numpy as np
        a = np.zeros(10**8)
        b = a[:3] + 1
        c = np.ones((10**6, 10**6))
    """)
    assert recording.ending.error == "MemoryError" or "MemoryError" in recording.ending.error
    assert set(recording.shapes.values()) == {(10**8,)}
    assert max(value.size for value in recording.values) == 3


def test_the_recorded_numbers_are_bounded(run: Callable[..., Recording], tmp_path: Path) -> None:
    recording = run("""
        import numpy as np
        for i in range(1000):
            a = np.full((900, 1000), float(i))
    """)
    assert recording.ending.reason == "enough"
    assert 10 < len(recording.values) < 100


def test_only_the_main_thread_is_recorded(run: Callable[..., Recording]) -> None:
    recording = run("""
        import threading
        def work(stop):
            n = 0
            while not stop.is_set():
                n = n + 1
        stop = threading.Event()
        threads = [threading.Thread(target=work, args=(stop,)) for _ in range(4)]
        for thread in threads:
            thread.start()
        for k in range(5):
            y = k * 2
        stop.set()
        threading.Thread(target=work, args=(threading.Event(),)).start()
    """)
    sources = [recording.nodes[int(row["node"])].source for row in recording.records]
    assert sources.count("k * 2") == 5
    assert "n + 1" not in sources
    assert recording.ending.kind == "finished"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (
            "import os\nprint('sorry')\nos._exit(7)",
            "itself with the code 7, and left nothing .*: sorry",
        ),
        ("import os\nos.kill(os.getpid(), 11)", "ended by the signal SIGSEGV"),
        ("import os\nos.kill(os.getppid(), 9)\nwhile True: pass", "ended by the signal SIGKILL"),
    ],
)
def test_a_script_that_ends_its_python(
    run: Callable[..., Recording], text: str, words: str
) -> None:
    with pytest.raises(AuditError, match=words):
        run(text)


def test_leaving_is_no_failure(run: Callable[..., Recording]) -> None:
    recording = run("x = 2\nimport sys\nsys.exit('bye')")
    assert recording.ending.kind == "finished"
    assert [value.tolist() for value in recording.values] == [2.0]


def test_recursion_ends_as_it_does_without_us(run: Callable[..., Recording]) -> None:
    ending = run("def f(n):\n    return f(n + 1) + 1\nf(0)").ending
    assert (ending.error, ending.where) == ("RecursionError", "line 2")


def test_what_watches_python_may_be_changed(run: Callable[..., Recording]) -> None:
    recording = run("""
        import os, sys
        sys.settrace(lambda *event: None)
        sys.setprofile(lambda *event: None)
        sys.stdout = None; sys.stderr = 5
        sys.modules.clear()
        os.closerange(0, 1000)
        os.getpid = os._exit = None
        y = 1 + 2
    """)
    assert recording.ending.kind == "finished"
    assert 3.0 in [value.tolist() for value in recording.values]


@pytest.mark.one_in(3)
@pytest.mark.parametrize(
    "text",
    [
        "open(folder + '/' + name, 'wb').write(b'rubbish')",
        "os.symlink('/dev/zero', folder + '/' + name)",
        "os.mkfifo(folder + '/' + name)",
        "open(folder + '/' + name, 'wb').truncate(10**9)",
        "open(folder + '/' + name, 'w').write('[' * 10**6)",
        "open(folder + '/' + name, 'w').write('{\"ending\": {\"kind\": \"finished\"}}')",
    ],
)
def test_rubbish_in_the_scratch_folder(run: Callable[..., Recording], text: str) -> None:
    with pytest.raises(AuditError, match=r"mine.py: what was recorded of it is damaged"):
        run(f"""
            import glob, os
            (folder,) = glob.glob(SCRATCH + "/*")
            folder += "/recording"
            os.makedirs(folder)
            for name in ("recording.json", "values.bin", "records.bin"):
                {text}
            os._exit(0)
        """)


def test_the_scratch_folder_may_be_removed(run: Callable[..., Recording]) -> None:
    recording = run(
        "import os, shutil\nfor f in os.scandir(SCRATCH): shutil.rmtree(f.path)\nx = 1 + 1"
    )
    assert recording.ending.kind == "finished"


def test_a_python_that_is_not_there(tmp_path: Path) -> None:
    (tmp_path / "mine.py").write_text("x = 1")
    with pytest.raises(AuditError, match="nowhere/python cannot be started: No such file"):
        record(tmp_path / "mine.py", python="nowhere/python")


def test_signals_are_as_a_script_expects_them(run: Callable[..., Recording]) -> None:
    recording = run("import signal\nx = int(signal.getsignal(signal.SIGCHLD))")
    assert recording.values[-1].tolist() == float(signal.SIG_DFL)

"""The process between us and a script: nothing that the script starts outlives it.

It adopts what the script leaves behind, and ends everything when the script ends, when too many
processes run, or when whoever started it closes its standard input, as the system does when that
one is killed.
"""

from __future__ import annotations

import contextlib
import os
import resource
import select
import signal
import sys
import time

TOO_MANY = 126
"""The exit code where the script started too many processes."""
CANNOT_START = 127
"""The exit code where there is no such program."""
_MOST_PROCESSES = 256
_MOST_MEMORY = 8 << 30
_LEAST_MEMORY = 2 << 30
_MOST_IN_A_FILE = 1 << 30
_EVERY = 0.1
_ADOPT = 36
_DIE_WITH_PARENT = 1


def main() -> int:
    """Run a command to its end and return its exit code, or minus the signal that ended it."""
    command = sys.argv[1:]
    _prctl(_ADOPT, 1)
    wake, woken = os.pipe()
    for end in (wake, woken):
        os.set_blocking(end, False)
    signal.set_wakeup_fd(woken)
    signal.signal(signal.SIGCHLD, lambda *_: None)
    script = os.fork()
    if script == 0:
        _become(command)
    nowhere = os.open(os.devnull, os.O_RDWR)
    for output in (1, 2):
        os.dup2(nowhere, output)
    code = _wait(script, wake)
    _end_all(script)
    return code


def _become(command: list[str]) -> None:
    try:
        os.setsid()
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        _prctl(_DIE_WITH_PARENT, signal.SIGKILL)
        _limit(resource.RLIMIT_AS, _memory())
        _limit(resource.RLIMIT_FSIZE, _MOST_IN_A_FILE)
        _limit(resource.RLIMIT_CORE, 0)
        nowhere = os.open(os.devnull, os.O_RDONLY)
        os.dup2(nowhere, 0)
        os.execvp(command[0], command)
    except OSError as error:
        print(error.strerror, file=sys.stderr, flush=True)
    finally:
        os._exit(CANNOT_START)


def _memory() -> int:
    """Return how many bytes a script may have: three quarters of the machine's at most."""
    try:
        machine = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    except (ValueError, OSError):
        return _MOST_MEMORY
    return min(_MOST_MEMORY, max(_LEAST_MEMORY, machine // 4 * 3))


def _limit(kind: int, most: int) -> None:
    _, hard = resource.getrlimit(kind)
    if hard != resource.RLIM_INFINITY:
        most = min(most, hard)
    with contextlib.suppress(OSError, ValueError):
        resource.setrlimit(kind, (most, hard))


def _wait(script: int, wake: int) -> int:
    """Wait for one of the ends, and return the exit code."""
    looked = time.monotonic()
    while True:
        status = _reap(script)
        if status is not None:
            return os.waitstatus_to_exitcode(status)
        ready, _, _ = select.select([0, wake], [], [], _EVERY)
        if wake in ready:
            with contextlib.suppress(BlockingIOError):
                os.read(wake, 4096)
        if 0 in ready and not os.read(0, 1):
            return 0
        if time.monotonic() - looked >= _EVERY:
            looked = time.monotonic()
            if len(_descendants()) > _MOST_PROCESSES:
                return TOO_MANY


def _reap(script: int) -> int | None:
    """Collect the children that have ended; return the status of the script, if it is one."""
    found = None
    with contextlib.suppress(ChildProcessError):
        while True:
            child, status = os.waitpid(-1, os.WNOHANG)
            if child == 0:
                break
            if child == script:
                found = status
    return found


def _end_all(script: int) -> None:
    """End every process that stems from the script; those that fork meanwhile too."""
    end = time.monotonic() + 5.0
    with contextlib.suppress(OSError):
        os.killpg(script, signal.SIGKILL)
    while time.monotonic() < end:
        left = _descendants()
        for number in (signal.SIGSTOP, signal.SIGKILL):
            for process in left:
                with contextlib.suppress(OSError):
                    os.kill(process, number)
        _reap(script)
        if not left:
            break


def _descendants() -> set[int]:
    """Return the processes below this one that still run; none where the system has no /proc."""
    parents: dict[int, int] = {}
    try:
        names = os.listdir("/proc")
    except OSError:
        return set()
    for name in names:
        if not name.isdigit():
            continue
        with contextlib.suppress(OSError, ValueError, IndexError):
            with open(f"/proc/{name}/stat", "rb") as file:
                state, parent = file.read().rpartition(b")")[2].split()[:2]
            if state != b"Z":
                parents[int(name)] = int(parent)
    found = {os.getpid()}
    size = 0
    while size != len(found):
        size = len(found)
        found.update(process for process, parent in parents.items() if parent in found)
    return found - {os.getpid()}


def _prctl(option: int, value: int) -> None:
    if not sys.platform.startswith("linux"):
        return
    with contextlib.suppress(ImportError, OSError, AttributeError):
        import ctypes

        ctypes.CDLL(None).prctl(option, value, 0, 0, 0)


if __name__ == "__main__":
    sys.exit(main() & 0xFF)

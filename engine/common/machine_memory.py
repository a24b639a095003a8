"""The memory that the machine has for this process."""

from __future__ import annotations

import resource
from contextlib import suppress
from pathlib import Path

from engine.common.numbers import gigabytes

_CONTROL_GROUPS = (
    ("/sys/fs/cgroup", "memory.max", "memory.current", "inactive_file"),
    (
        "/sys/fs/cgroup/memory",
        "memory.limit_in_bytes",
        "memory.usage_in_bytes",
        "total_inactive_file",
    ),
)
"""Of the second version and of the first: folder, limit, what is used, what of it is a cache."""


def available() -> float:
    """Return the bytes that this process can still allocate; infinite if that is unknown."""
    found = [float("inf")]
    with suppress(OSError, ValueError, KeyError):
        found.append(1024 * _table(Path("/proc/meminfo"))["MemAvailable:"])
    for folder, limit, used, cache in _CONTROL_GROUPS:
        group = Path(folder)
        with suppress(OSError, ValueError, KeyError):
            most, now = (float((group / name).read_text()) for name in (limit, used))
            found.append(most - now + _table(group / "memory.stat")[cache])
    limit_of_space, _ = resource.getrlimit(resource.RLIMIT_AS)
    if limit_of_space != resource.RLIM_INFINITY:
        with suppress(OSError, ValueError, IndexError):
            pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[0])
            found.append(limit_of_space - pages * resource.getpagesize())
    return max(min(found), 0.0)


def _table(path: Path) -> dict[str, float]:
    """Read lines of a name and a number."""
    lines = (line.split() for line in path.read_text(encoding="ascii").splitlines())
    return {words[0]: float(words[1]) for words in lines if len(words) > 1}


def shortage(needed: float) -> str:
    """Return a message if more bytes are needed than are free, else ""."""
    free = available()
    if needed <= free:
        return ""
    return f"needs about {gigabytes(needed)} of memory, and {gigabytes(free)} are free"

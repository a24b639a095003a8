"""``python -m tests.benchmarks [GROUP ...]``: measure, print a table each, judge."""

from __future__ import annotations

import argparse
import sys

from tests.benchmarks import audit, engine, history, keys, saving, screen, startup, stops
from tests.benchmarks.budget import table
from tests.benchmarks.environment import neutral_environment

_GROUPS = {
    "engine": engine.rows,
    "history": history.rows,
    "stops": stops.rows,
    "saving": saving.rows,
    "screen": screen.rows,
    "keys": keys.rows,
    "startup": startup.rows,
    "audit": audit.rows,
}


def main() -> int:
    """Return 0 if every budget holds, else 1."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks", description=__doc__)
    parser.add_argument("groups", nargs="*", metavar="GROUP", help=f"of {', '.join(_GROUPS)}")
    groups = parser.parse_args().groups or list(_GROUPS)
    for group in groups:
        if group not in _GROUPS:
            parser.error(f"no group {group!r}; there are {', '.join(_GROUPS)}")
    holds = True
    with neutral_environment():
        for group in groups:
            print(f"measuring {group} …", file=sys.stderr)
            rows = _GROUPS[group]()
            print(table(rows), end="\n\n", flush=True)
            holds &= all(row.holds for row in rows)
    return 0 if holds else 1


if __name__ == "__main__":
    sys.exit(main())

"""``python -m tests.samples``: write the samples that are made by formulas, or draw another."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable
from pathlib import Path

from tests.samples.generators import GENERATED, LOGIC
from tests.samples.table import FOLDER


def main(arguments: list[str] | None = None) -> None:
    """Write all files, or print one table with other noise, rows or seed."""
    parser = argparse.ArgumentParser(
        prog="python -m tests.samples",
        description="Without NAME: write the bundled samples that are made by formulas. "
        "With NAME: print that one as CSV, drawn as the options say.",
    )
    parser.add_argument("name", nargs="?", metavar="NAME", help=f"of {', '.join(GENERATED)}")
    parser.add_argument("--noise", type=_noise, help="the deviation of the noise, 0 or more")
    parser.add_argument("--rows", type=_whole(1), help="how many observations")
    parser.add_argument("--seed", type=_whole(0), help="of numpy.random.RandomState; 1 by default")
    given = parser.parse_args(arguments)
    own = {k: v for k, v in vars(given).items() if k != "name" and v is not None}
    if given.name is None:
        if own:
            parser.error("these options need a NAME")
        write_files(FOLDER)
    elif given.name not in GENERATED:
        parser.error(f"no sample {given.name!r} to draw; there are {', '.join(GENERATED)}")
    else:
        sys.stdout.write(GENERATED[given.name].csv(**own))


def write_files(folder: Path) -> None:
    """Write the samples that are made by formulas."""
    for name, sample in {**LOGIC, **GENERATED}.items():
        (folder / f"{name}.csv").write_bytes(sample.csv().encode())


def _noise(text: str) -> float:
    value = float(text)
    if not 0.0 <= value < float("inf"):
        raise argparse.ArgumentTypeError(f"a number, 0 or more, not {text!r}")
    return value


def _whole(least: int) -> Callable[[str], int]:
    def number(text: str) -> int:
        value = int(text)
        if not least <= value < 2**32:
            raise argparse.ArgumentTypeError(f"{least} or more, not {text!r}")
        return value

    return number


if __name__ == "__main__":
    main()

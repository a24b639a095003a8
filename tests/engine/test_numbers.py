import ast
from pathlib import Path

import numpy as np
import pytest

from engine.common import numbers

ROOT = Path(__file__).parents[2]
WRITERS = {Path("engine/common/numbers.py"), Path("tui/drawing/numbers.py")}


def formats_elsewhere(path: Path) -> list[str]:
    """List the places of a file where a format decides how the digits of a number are written."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    formats = (
        (node, part)
        for node in ast.walk(tree)
        if isinstance(node, ast.FormattedValue) and node.format_spec is not None
        for part in ast.walk(node.format_spec)
    )
    return [
        f"{path.relative_to(ROOT)}:{node.lineno}"
        for node, part in formats
        if isinstance(part, ast.Constant) and str(part.value)[-1:] in set("eEfFgG%,_")
    ]


def test_how_a_number_is_written_is_decided_in_one_place() -> None:
    paths = [*(ROOT / "engine").rglob("*.py"), *(ROOT / "tui").rglob("*.py")]
    assert len(paths) > 100
    assert not [
        place
        for path in paths
        if path.relative_to(ROOT) not in WRITERS
        for place in formats_elsewhere(path)
    ]


@pytest.mark.parametrize(
    ("text", "written"),
    [
        (numbers.grouped(10_000), "10,000"),
        (numbers.grouped(np.int64(-1_234_567)), "-1,234,567"),
        (numbers.ungrouped("1,234,567"), "1234567"),
        (numbers.ungrouped("1,5"), "1,5"),
        (numbers.general(1e-3), "0.001"),
        (numbers.general(2.0 / 3.0, 2), "0.67"),
        (numbers.general_grouped(1e5), "100,000"),
        (numbers.format_number(-0.0), "0"),
        (numbers.format_number(-2.0 / 3.0), "−0.66666667"),
        (numbers.format_number(1e-20), "1e−20"),
        (numbers.exact(-0.1), "−0.1"),
        (numbers.decimal(2.0, 3), "2.000"),
        (numbers.scientific(0.25), "2.500000e-01"),
        (numbers.shorten_exponent("1.2e-03"), "1.2e-3"),
        (numbers.shorten_exponent("inf"), "inf"),
        (numbers.relative_error(1.29e-8), "1.3e-08"),
        (numbers.percent(0.97), "97%"),
        (numbers.percent(2 / 3, 2, " %"), "66.67 %"),
        (numbers.duration(0.0625), "0.062 s"),
        (numbers.per_second(9.87), "9.9"),
        (numbers.per_second(123_456), "120,000"),
        (numbers.gigabytes(2_340e9), "2,340.0 GB"),
        (numbers.megabytes(192 * 2**20, unit=2**20), "192 MB"),
        (numbers.dimensions((4, 3)), "4×3"),
        (numbers.dimensions(()), "scalar"),
        (numbers.file_size(999), "999 B"),
        (numbers.file_size(1_500), "1.5 kB"),
        (numbers.file_size(2_000_000_000), "2.0 GB"),
    ],
)
def test_a_number_is_written(text: str, written: str) -> None:
    assert text == written

"""The committed files are those that are made here, and the index tells of each of them."""

import tomllib

import pytest
from click.testing import CliRunner

from engine.data.bundled import read_samples
from engine.data.locate import bundled
from tests.samples.generators import GENERATED, LOGIC
from tests.samples.table import FOLDER, read
from tui.cli import cli

MADE = {**LOGIC, **GENERATED}
NAMES = sorted([*MADE, "iris", "wine", "penguins"])


@pytest.mark.parametrize("name", sorted(MADE))
def test_making_a_sample_again_gives_its_bytes(name: str) -> None:
    assert (FOLDER / f"{name}.csv").read_bytes() == MADE[name].csv().encode()


def test_every_file_has_its_entry_and_every_entry_its_file() -> None:
    index = tomllib.loads((FOLDER / "index.toml").read_text(encoding="utf-8"))
    assert sorted(index) == list(bundled()) == NAMES
    for sample in read_samples().values():
        assert all((sample.about, sample.teaches, sample.source, sample.options, sample.promise))


@pytest.mark.parametrize(
    ("name", "function"),
    [
        ("and", lambda bits: bits.prod(axis=1)),
        ("nand", lambda bits: 1 - bits.prod(axis=1)),
        ("or", lambda bits: bits.max(axis=1)),
        ("xor", lambda bits: bits[:, 0] != bits[:, 1]),
        ("parity4", lambda bits: (1 - (1 - 2 * bits).prod(axis=1)) / 2),
    ],
)
def test_the_logical_functions(name: str, function) -> None:
    table = read(name)
    width = len(table.inputs)
    number = table.x @ [2.0**place for place in reversed(range(width))]
    assert number.tolist() == list(range(2**width))
    assert list(map(float, table.target)) == list(map(float, function(table.x)))


def test_the_command_lists_them_within_80_columns() -> None:
    lines = CliRunner().invoke(cli, ["samples"]).stdout.splitlines()
    listed = [line.split(maxsplit=3) for line in lines[: len(NAMES)]]
    assert [line[0] for line in listed] == NAMES
    for (name, count, _, about), sample in zip(listed, read_samples().values(), strict=True):
        assert (int(count), about) == (len(read(name).target), sample.about)
    assert max(map(len, lines)) <= 80


def test_the_command_tells_all_of_one() -> None:
    told = CliRunner().invoke(cli, ["samples", "spiral"]).stdout
    sample = read_samples()["spiral"]
    for part in (sample.about, sample.teaches, sample.source, sample.command, sample.promise):
        assert part in told.replace("\n", " ")
    assert "200 observations; columns x1, x2, class" in told
    refused = CliRunner().invoke(cli, ["samples", "nothing"])
    assert "no bundled dataset 'nothing'; there are and, circles" in str(refused.exception)


def test_a_file_that_the_index_does_not_know_is_listed_all_the_same(tmp_path, monkeypatch) -> None:
    path = tmp_path / "own.csv"
    path.write_text("a,b\n1,2\n")
    (tmp_path / "index.toml").write_text("")
    monkeypatch.setattr("engine.data.bundled.bundled", lambda: {"own": path})
    assert "own             1 observations\n" in CliRunner().invoke(cli, ["samples"]).stdout
    assert CliRunner().invoke(cli, ["samples", "own"]).exit_code == 0

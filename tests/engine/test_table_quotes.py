"""Quotation marks: what stands in them is one cell, or the table is refused."""

import csv
import io
import random

import pytest

from engine import InputError, TableOptions, read_dataset
from engine.common.text import clean
from engine.data.table import plain


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (
            'c,b,t\n"1"2,1,0\n"3",2,1\n',
            "line 2: a .* opened here closes before the end of its",
        ),
        (
            'c,b,t\n"380"4,1,0\n',
            "line 2: a .* opened here closes before the end of its",
        ),
        (
            'c,b,t\n1,1,0\n""55,1,0\n',
            "line 3: a .* opened here closes before the end of its",
        ),
        (
            'c,b,t\n1, "2" 3,0\n',
            "line 2: a .* opened here closes before the end of its",
        ),
        (
            'c,b\n1,   "2"\t3\n',
            "line 2: a .* opened here closes before the end of its",
        ),
        ('"c"d,b\n1,2\n', "line 1: a .* opened here closes before the end of its"),
        (
            'c;b\n"1";2\n"1"2;2\n',
            "line 3: a .* opened here closes before the end of its",
        ),
        ('c\tb\n1\t"2"3\n', "line 2: a .* opened here closes before the end of its"),
        (
            '# of "a\nc,b\n1,"2"3\n',
            "line 3: a .* opened here closes before the end of its",
        ),
        (
            'c,b\r1,2\r1,"2"3\r',
            "line 3: a .* opened here closes before the end of its",
        ),
        (
            'c,b,t\n"red,1,0\nblue,2,1\n"green",3,0\nred,4,1\nblue,3,1',
            "line 2: a .* opened here closes in line 4 before the end of its",
        ),
        ('a,b\n1,2\n"x,3\n4,5\n', "line 3: a quotation mark is opened and never closed"),
        ('a,b\n"1",2\n"3\n4",2\n"x,3\n4,5\n', "line 5: a quotation mark is opened and never"),
        ('a,b\n1,2\n3,"4" \n', "line 3: a .* opened here closes before the end of its cell"),
        ('a,b\n1,2\n3,"4"\t\n', "line 3: a .* opened here .* remove it or what is behind it"),
        (f'a,b\n1,2\n3,"{"x" * 200_000}\n', "line 3: a cell of more than 131,072 characters"),
        ('a,b\n1,2\n3,"', "line 3: a quotation mark is opened and never closed"),
    ],
)
def test_marks_that_do_not_fit_are_refused(write, content: str, message: str) -> None:
    with pytest.raises(InputError, match=message):
        read_dataset(write(content))


@pytest.mark.parametrize(
    ("cell", "read"),
    [
        ('"red"', "red"),
        ('  "red"', "red"),
        ('"a ""red"" hat"', 'a "red" hat'),
        ('""""', '"'),
        ('7" wide', '7" wide'),
        ('a "red" hat', 'a "red" hat'),
        ('"red, or blue"', "red, or blue"),
    ],
)
def test_marks_that_fit_are_read(write, cell: str, read: str) -> None:
    dataset = read_dataset(write(f"n,c,t\n1,{cell},0\n2,x,1\n3,{cell},0\n"), category=["c"])
    assert f"c={read}" in dataset.inputs
    assert len(dataset.x) == 3
    assert not any("line ends" in assumption for assumption in dataset.assumptions)


def strictly(text: str, separator: str) -> list[tuple[str, float, float]]:
    """Read a table of a name and two numbers by Python's own means; empty if that is no table."""
    lines = io.StringIO(text, newline="")
    reader = csv.reader(lines, delimiter=separator, skipinitialspace=True, strict=True)
    try:
        rows = [[cell.strip() for cell in row] for row in list(reader)[1:]]
        for row in rows:
            _ = [float(cell) for cell in row[1:] if cell]
    except (csv.Error, ValueError):
        return []
    if any(len(row) > 3 for row in rows):
        return []
    return [(row[0], float(row[1]), float(row[2])) for row in rows if all(row[1:3]) and row[2:]]


@pytest.mark.one_in(2)
@pytest.mark.parametrize("separator", [",", ";", "\t", "|"])
@pytest.mark.parametrize("large", [False, True])
def test_what_python_reads_is_read_and_what_it_refuses_refused(
    write, monkeypatch, separator: str, large: bool
) -> None:
    # Numbers of large tables are read in another way.
    monkeypatch.setattr(plain, "LARGE", 0 if large else 1 << 20)
    chance = random.Random(0)
    read = 0
    for _ in range(120):
        orderly = ["7", '"8"', ' "9"', "0.1", '"1\n"', f'"{separator}"', f' "x{separator}1"']
        cells = [chance.choice(orderly) for _ in range(3)]
        cells[chance.randrange(3)] = "".join(chance.choices(f'""a {separator}\n1', k=4))
        rows = [f"{cell}{separator}{n}{separator}{n / 7!r}" for n, cell in enumerate(cells)]
        text = "\n".join([separator.join("abt"), *rows])
        path = write(text)
        options = TableOptions(
            header="yes", separator=separator, decimal="point", index="a", missing="drop"
        )
        expected = strictly(text, separator)
        read += bool(expected)
        if not expected:
            with pytest.raises(InputError):
                read_dataset(path, options)
            continue
        dataset = read_dataset(path, options)
        assert dataset.observations == tuple(clean(name) for name, _, _ in expected)
        assert dataset.x.tolist() == [[number] for _, number, _ in expected]
        assert dataset.f0.tolist() == [[number] for _, _, number in expected]
    assert 20 < read < 100


def test_line_ends_within_a_cell_are_told(write) -> None:
    rows = 'c,b,t\nred,1,0\n"blue,2,1\ngreen,3,0\nred",4,1\nred,1,0\nred,2,1\n'
    dataset = read_dataset(write(rows))
    assert len(dataset.x) == 4
    told = "line ends in quotation marks for text, the first in line 3"
    assert told in dataset.assumptions
    assert told in read_dataset(write(rows.replace("\n", "\r\n"))).assumptions
    assert told in read_dataset(write(rows.replace("\n", "\r"))).assumptions


@pytest.mark.parametrize(
    ("content", "line"),
    [
        ("a,b\n1,2\n1,2,3\n", 3),
        ('a,b\n"x\ny",1\nz,2\n1,2,3\n', 5),
        ('a,b\n"x\n\ny",1\n"z\n",2,3\n', 5),
        ('# it\na,b\n"x\ny",1\nz,2,3\n', 5),
    ],
)
def test_below_line_ends_within_a_cell_the_line_is_right(write, content: str, line: int) -> None:
    with pytest.raises(InputError, match=f"line {line}: 3 cells"):
        read_dataset(write(content))

"""Quotation marks: what stands in them is one cell, or the table is refused."""

import csv
import io
import random

import pytest

from engine import InputError, read_dataset
from engine.data.table.quotes import check_quotes


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ('c,b,t\n"1"2,1,0\n"3",2,1\n', "line 2: the .* opened here closes before '2'; remove"),
        ('c,b,t\n"380"4,1,0\n', "line 2: the .* opened here closes before '4'"),
        ('c,b,t\n1,1,0\n""55,1,0\n', "line 3: the .* opened here closes before '55'"),
        ('c,b,t\n1, "2" 3,0\n', "line 2: the .* opened here closes before '3'"),
        ('c,b\n1,   "2"\t3\n', "line 2: the .* opened here closes before '3'"),
        ('"c"d,b\n1,2\n', "line 1: the .* opened here closes before 'd'"),
        ('c;b\n"1";2\n"1"2;2\n', "line 3: the .* opened here closes before '2'"),
        ('c\tb\n1\t"2"3\n', "line 2: the .* opened here closes before '3'"),
        ('# of "a\nc,b\n1,"2"3\n', "line 3: the .* opened here closes before '3'"),
        ('c,b\r1,2\r1,"2"3\r', "line 3: the .* opened here closes before '3'"),
        (
            'c,b,t\n"red,1,0\nblue,2,1\n"green",3,0\nred,4,1\nblue,3,1',
            "line 2: the .* opened here closes in line 4 before 'green\"'; remove",
        ),
        ('a,b\n1,2\n"x,3\n4,5\n', "line 3: a quotation mark is opened and never closed"),
        ('a,b\n"1",2\n"3\n4",2\n"x,3\n4,5\n', "line 5: a quotation mark is opened and never"),
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
        ('"red" ', "red"),
        ('  "red"  ', "red"),
        ('"red"\t', "red"),
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


def is_strict(text: str, separator: str) -> bool:
    """Whether Python's own reader finds nothing to refuse."""
    lines = io.StringIO(text, newline="")
    try:
        list(csv.reader(lines, delimiter=separator, skipinitialspace=True, strict=True))
    except csv.Error:
        return False
    return True


@pytest.mark.parametrize("separator", [",", ";", "\t", "|"])
def test_what_python_refuses_is_refused(separator: str) -> None:
    chance = random.Random(0)
    seen = {True: 0, False: 0}
    for _ in range(10_000):
        text = "".join(chance.choices(f'""""aab\n{separator}1', k=chance.randint(1, 16)))
        for blank in ("", " ", "   "):
            # Blanks behind a mark are more than Python allows.
            text = text.replace(separator, separator + blank)
            try:
                check_quotes(text, separator, "f", 0)
                fits = True
            except InputError:
                fits = False
            assert fits == is_strict(text, separator), text
            seen[fits] += 1
    assert min(seen.values()) > 5000


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

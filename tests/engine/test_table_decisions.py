"""What the first lines suggest holds for all of them, and what is lost or alike is told."""

import math
import re
import sys
import time
from pathlib import Path

import numpy as np
import pytest

from engine import InputError, read_dataset
from engine.data.table import plain

HUNDREDS = 150
"""More lines than the guesses are made from."""


def lines(head: str, rows: list[str], last: str) -> str:
    return "\n".join([head, *(rows[n % len(rows)] for n in range(HUNDREDS)), last])


@pytest.mark.parametrize(
    ("last", "told", "value"),
    [
        ("1.080", "decimal sign point, as in 1.080", 1.08),
        ("1,08", "decimal sign comma", 1.08),
        ("1.08", "", 1.08),
        ('"1.080"', "decimal sign point, as in 1.080", 1.08),
    ],
)
def test_the_decimal_sign_of_the_last_line_counts(write, last: str, told: str, value) -> None:
    dataset = read_dataset(write(lines("a;b;t", ["1;5;0", "2;6;1"], f"3;{last};1")))
    assert dataset.x[-1, 1] == value
    assert [t for t in dataset.assumptions if "decimal" in t] == [told] * bool(told)


@pytest.mark.parametrize(
    ("last", "told"),
    [
        ("3;1,080;1", "'1,080' can be read in two ways"),
        ("2.5;1,08;1", "line 152, column 'b': '1,08' is not a number"),
    ],
)
def test_the_last_line_can_make_the_decimal_sign_doubtful(write, last: str, told: str) -> None:
    with pytest.raises(InputError, match=told):
        read_dataset(write(lines("a;b;t", ["1;5;0", "2;6;1"], last)))


def test_the_decimal_comma_of_a_late_line_overrules_thousands(write) -> None:
    # The first ones alone could be thousands, and would be refused.
    dataset = read_dataset(write(lines("a;b;t", ["1;1,500;0", "2;2,500;1"], "3;2,5;1")))
    assert dataset.x[[0, -1], 1].tolist() == [1.5, 2.5]


@pytest.mark.parametrize("quoted", [False, True])
def test_the_separator_cuts_all_lines_alike(write, quoted: bool) -> None:
    # Each cuts the first lines into two; only one cuts the last as well.
    rows = ["x;1,5", "y;2,5", "x;3,5", "y;4,5"]
    late = 'z;"4"' if quoted else "z;4"
    dataset = read_dataset(write(lines("k;n,t", rows, late)), targets=["n,t"])
    assert [name for name, _ in dataset.columns] == ["k", "n,t"]
    assert "separator semicolon" in dataset.assumptions
    assert dataset.f0[[0, -1], 0].tolist() == [1.5, 4.0]


def test_a_first_column_of_names_is_one_in_all_lines(write) -> None:
    rows = "".join(f"name {n},{n},{n % 2}\n" for n in range(1200))
    assert read_dataset(write(f"who,a,t\n{rows}")).observations[0] == "name 0"
    with pytest.raises(InputError, match="line 1202, column 'who': 'EUR 5' is not a number"):
        read_dataset(write(f"who,a,t\n{rows}EUR 5,1,0\n"))


def test_a_line_without_a_filled_cell_above_the_table_is_left_out(write) -> None:
    dataset = read_dataset(write(",,\n1,2,0\n3,4,1\n"))
    assert dataset.inputs == ("column1", "column2")
    assert "no header (line 2 holds values)" in dataset.assumptions
    assert read_dataset(write(";;\na;b;t\n1;2;0\n3;4;1\n")).inputs == ("a", "b")
    with pytest.raises(InputError, match="column number 2 has no name"):
        read_dataset(write(",,\n1,2,0\n3,4,1\n"), header="yes")


@pytest.mark.parametrize("number", ["01234", "-007", "+00", "00.5", "01e1", '"01"'])
@pytest.mark.parametrize("where", [0, 1, 2])
@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_zeros_before_a_number_are_told(write, number: str, where: int, separator: str) -> None:
    row = ["5", "6", "7"]
    row[where] = number
    rows = ["1", "2", "3"], ["8", "9", "1"], row
    text = "\n".join(separator.join(cells) for cells in (["a", "b", "t"], *rows))
    dataset = read_dataset(write(text), header="yes")
    bare, name = number.strip('"'), "abt"[where]
    told = f"{name!r} without the zeros before its numbers, e.g. {bare} "
    assert [t for t in dataset.assumptions if "zeros" in t] == [
        f"{told}(--category {name} keeps them)"
    ]
    assert np.hstack([dataset.x, dataset.f0])[2, where] == float(bare)


def test_other_zeros_are_not_told(write) -> None:
    text = "a,b,c,d,t\n0,0.05,-0.5,1e05,08:30\n10,0e0,+0,0.,09:00\n3,100,.0,200,08:30\n"
    dataset = read_dataset(write(text), ignore=["t"])
    assert len(dataset.assumptions) == 1
    # Codes that stay names lose nothing.
    text = "zip,a,t\n01234,1,0\n02134,2,1\n01235,3,1\n"
    for given in ({"category": ["zip"]}, {"index": "zip"}, {"ignore": ["zip"]}):
        assert not any("zeros" in t for t in read_dataset(write(text), **given).assumptions)


@pytest.mark.parametrize(
    "number",
    ["1e-400", "1E-400", "-3e-500", "3e-324", "4.94065645841e-324", "1e-99999999999999999999999"],
)
def test_numbers_too_small_for_64_bits_are_told(write, number: str) -> None:
    dataset = read_dataset(write(f"a,t\n{number},0\n2,1\n"))
    value = float(number)
    assert dataset.x[0, 0] == value
    told = f"small numbers of 'a' rounded to 64 bits, e.g. {number} to {value:g}"
    assert told in dataset.assumptions


def test_small_numbers_that_are_written_out_are_told(write) -> None:
    number = f"0.{'0' * 400}1"
    told = read_dataset(write(f"a,t\n{number},0\n2,1\n")).assumptions[-1]
    assert told.startswith("small numbers of 'a' rounded to 64 bits, e.g. 0.000")
    assert told.endswith("… to 0")


def test_of_small_numbers_that_keep_their_digits_nothing_is_told(write) -> None:
    smallest = f"{sys.float_info.min!r}"
    rows = f"5e-324,0\n1e-310,1\n0e-400,1\n{smallest},1\n1e-200,0\n0.{'0' * 400},1\n"
    assert len(read_dataset(write(f"a,t\n{rows}")).assumptions) == 1
    assert math.isclose(float(smallest), 2.0**-1022)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("dark red", "dark\xa0red"),
        ("dark red", "dark\u2009red"),
        ("dark red", "dark\u3000red"),
        ("dark red", "dark  red"),
        ("red", "r\u200bed"),
        ("red", "re\xadd"),
        ("café", "cafe\u0301"),
        ("Å", "\u212b"),
        ("fit", "ﬁt"),
        ("A", "\uff21"),
    ],
)
def test_what_looks_alike_is_told(write, one: str, other: str) -> None:
    differ = "different, though they look alike"
    told = " ".join(read_dataset(write(f"c,t\n{one},0\n{other},1\nblue,1\n{one},0\n")).assumptions)
    assert re.search(rf"'c' classes '.*' and '.*' {differ}", told)
    assert re.search(r"\\x|\\u|dark  red", told)
    dataset = read_dataset(write(f"{one},{other},t\n1,2,0\n3,4,1\n"))
    if "\\" not in dataset.inputs[1]:
        # Else the name is shown with what cannot be seen of it.
        assert re.search(rf"columns '.*' and '.*' {differ}", " ".join(dataset.assumptions))
    told = read_dataset(write(f"{one},b,t\n1,2,{one}\n3,4,{other}\n3,4,{other}\n")).assumptions
    assert any(f"'t' classes {one!a} and" in t or f"and {one!a} differ" in t for t in told)


@pytest.mark.parametrize("names", [("x²", "x2"), ("Red", "red"), ("a b", "ab"), ("é", "e")])
def test_what_can_be_told_apart_is_not_told(write, names: tuple[str, str]) -> None:
    one, other = names
    dataset = read_dataset(write(f"{one},{other},t\n1,2,{one}\n3,4,{other}\n"))
    assert not any("alike" in told for told in dataset.assumptions)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("a,a=x,t\nx,1,0\ny,2,1\nx,3,0\n", "'a=x' would be the name of two inputs or outputs"),
        (",index,t\n1.5,2,0\n2.5,4,1\n", "'index' would be the name of two inputs or outputs"),
        ("a,b=x,b\n1,2,x\n2,3,y\n3,4,z\n", "'b=x' would be the name of two inputs or outputs"),
        (
            f"{'x' * 201},{'x' * 202},t\n1,2,0\n",
            "two names are alike in their first 200 characters; shorten one",
        ),
        (
            f"c,t\n{'x' * 61},1\n{'x' * 62},0\n{'x' * 61},0\n",
            "line 3, column 'c': two names of classes are alike in their first 60 characters",
        ),
    ],
)
def test_two_inputs_never_have_one_name(write, content: str, message: str) -> None:
    with pytest.raises(InputError, match=message):
        read_dataset(write(content))


def test_features_are_no_second_input_of_a_name(write) -> None:
    long = "x" * 199
    path = write(f"{long},c,t\n1,2,0\n2,3,1\n")
    with pytest.raises(InputError, match="would be the name of two inputs or outputs"):
        read_dataset(path, features=f"{long}+1,{long}+2")


@pytest.mark.parametrize("missing", ["drop", "mean"])
def test_classes_of_lines_that_are_left_out_are_none(write, missing: str) -> None:
    rows = "x,1,red\ny,2,blue\nz,,green\nx,3,red\nw,4,\n"
    dataset = read_dataset(write(f"n,b,t\n{rows}"), missing=missing)
    kept = {"drop": "xy", "mean": "xyz"}[missing]
    assert dataset.inputs == (*(f"n={c}" for c in kept), "b")
    assert (dataset.x != dataset.x[0]).any(axis=0).all()
    assert dataset.classes == (("blue", "red") if missing == "drop" else ("blue", "green", "red"))
    assert dataset.x[0].tolist() == [1, *[0] * (len(kept) - 1), 1]
    assert f"'n' {len(kept)} classes, an input each" in dataset.assumptions
    if missing == "drop":
        assert dataset.f0.ravel().tolist() == [1, 0, 1]


@pytest.mark.parametrize(("one", "other"), [("red", "blue"), ("yes", "no")])
def test_a_target_of_one_class_in_the_lines_that_are_left_is_refused(write, one, other) -> None:
    path = write(f"a,b,t\n1,1,{one}\n2,,{other}\n3,2,{one}\n")
    with pytest.raises(InputError, match=f"column 't': only one class, '{one}'"):
        read_dataset(path, missing="drop")


def test_for_a_date_the_index_is_named_first(write) -> None:
    rows = "2020-01-05,1,0\n2020-01-05,2,1\n2020-01-07,3,1\n"
    told = (
        r"line 2, column 'd': '2020-01-05' is not a number; a date\? turn it into numbers; "
        "--index d names the observations by it, --ignore d leaves it out$"
    )
    path = write(f"d,a,t\n{rows}")
    with pytest.raises(InputError, match=told):
        read_dataset(path)
    dataset = read_dataset(path, index="d")
    assert dataset.observations == ("2020-01-05", "2020-01-05", "2020-01-07")
    # In the last column as well.
    path = write("a,t,d\n1,0,2020-01-05\n2,1,2020-01-06\n")
    with pytest.raises(InputError, match="--index d names the observations by it"):
        read_dataset(path)
    dataset = read_dataset(path, index="d")
    assert (dataset.inputs, dataset.targets) == (("a",), ("t",))
    assert "target 't' (the last column but for the index)" in dataset.assumptions


def measure(path: Path) -> float:
    """Return the least of some times that one thread computes, whatever else the machine does."""
    times = []
    for _ in range(3):
        begin = time.thread_time()
        read_dataset(path, header="yes")
        times.append(time.thread_time() - begin)
    return min(times)


@pytest.mark.slow
@pytest.mark.one_in(3)
@pytest.mark.parametrize("cell", ["5", "k{}"], ids=["numbers", "classes"])
@pytest.mark.parametrize("large", [False, True])
def test_more_columns_take_longer_in_proportion(
    tmp_path: Path, monkeypatch, cell: str, large: bool
) -> None:
    monkeypatch.setattr(plain, "LARGE", 0 if large else 1 << 20)
    paths = []
    for width in (500, 8_000):
        names = [f"c{i}" for i in range(width)]
        rows = [["3" if i % 3 else cell.format(n) for i in range(width)] for n in range(2)]
        path = tmp_path / f"{width}.csv"
        cells = zip([names, *rows], "t12", strict=True)
        path.write_text("\n".join(",".join([*row, last]) for row, last in cells))
        paths.append(path)
    short, long = map(measure, paths)
    # In proportion it is 16 times as long, in a quadratic way up to 256 times.
    assert long < 64 * short

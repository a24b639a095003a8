"""Files that are no tables of separated cells are called what they are."""

import contextlib

import pytest

from engine import InputError, read_dataset
from engine.data.table.foreign import check_beginning, check_separated
from engine.data.table.sniffing import find_decimal, find_separator, is_any_number


@pytest.mark.parametrize(
    ("content", "told"),
    [
        ('[{"a":1,"t":0},{"a":3,"t":1}]', "a JSON file; turn it into CSV"),
        ('{\n  "a": [1, 2]\n}', "a JSON file"),
        ('{"a":1}\n{"a":2}\n', "a JSON file"),
        ("[1,2,3]\n[4,5,6]\n", "a JSON file"),
        ("% made\n@RELATION x\n@attribute a numeric\n@data\n1,2\n", "an ARFF file; replace"),
        ("<?xml version='1.0'?>\n<a/>", "an XML or HTML file"),
        ("<!DOCTYPE html><table>", "an XML or HTML file"),
        ("1 1:0.5 2:0.3\n-1 1:0.2\n", "line 1: a LIBSVM file"),
        ("a b t\n1 2 0\n3 4 1\n", "blanks separate its cells; write , instead: sed"),
        ("  a   b  t\n  1  2  0\n 3 4 1\n", "blanks separate its cells"),
        ('a b\n"r1" 1 2\n"r2" 3 4\n', "blanks separate its cells"),
        ("1,5 2,5 0\n2,5 3,5 1\n", "blanks separate its cells; write ; instead"),
        (b"PAR1\x15\x04\0", "a Parquet file, not text"),
        (b"\x93NUMPY\x01\0", "an array of NumPy, not text"),
        (b"SQLite format 3\0", "a database of SQLite"),
        (b"\xfd7zXZ\0\0", "xz has compressed"),
    ],
)
def test_a_file_that_is_no_table_is_called_what_it_is(write, content, told: str) -> None:
    with pytest.raises(InputError) as caught:
        read_dataset(write(content))
    assert told in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    "content",
    [
        "<TICKER>,<PER>,<DATE>\n1,2,3\n4,5,6\n",
        "[id],[name],[t]\n1,2,3\n4,5,6\n",
        "{a},b,t\n1,2,3\n4,5,6\n",
        "a, b, t\n1, 2, 3\n4, 5, 6\n",
        "New York,b,t\n1,2,3\n4,5,6\n",
    ],
)
def test_tables_that_begin_alike_are_read(write, content: str) -> None:
    assert read_dataset(write(content)).x.tolist() == [[1, 2], [4, 5]]


@pytest.mark.parametrize(
    "piece", [" ", "1", '"', "-", "[", "%", "\n", "1:", "1 1:1 ", "<", ",", ";1"]
)
def test_a_long_text_of_one_kind_ends(piece: str) -> None:
    # A quadratic way through it would take minutes.
    text = f"x{piece * 100_000}x\n1"
    for told in (text, text[1:]):
        for check in (
            lambda t: check_beginning(t, "f"),
            lambda t: check_separated(t, ",", "auto", "f", 0),
            lambda t: find_decimal(t, find_separator(t, "auto"), "auto", "f", []),
            is_any_number,
        ):
            with contextlib.suppress(InputError):
                check(told)

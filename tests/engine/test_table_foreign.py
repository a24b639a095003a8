"""Files that are no tables of separated cells are called what they are."""

import contextlib
import gzip
import io
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from engine import InputError, read_dataset
from engine.data.table.foreign import check_beginning, check_separated
from engine.data.table.lookalikes import find_disguised, hint
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
    ("content", "read"),
    [
        ("a b t\n1 2 0\n3 4 1\n", [[1, 2, 0], [3, 4, 1]]),
        ("  a   b  t  \n\t1  2  0\n 3 4\t1 \n", [[1, 2, 0], [3, 4, 1]]),
        ("1,5 2,5 0\n2,5 3,5 1\n", [[1.5, 2.5, 0], [2.5, 3.5, 1]]),
        ('a t\n"r1" 1 2\n"r2" 3 4\n', [[1, 2], [3, 4]]),
        ('# by R\na t\n"r1" 1 2\n"r2" 3 4\n', [[1, 2], [3, 4]]),
    ],
)
@pytest.mark.parametrize("name", ["table.txt", "it's a table.txt", "-e.txt", "table.txt.gz"])
def test_the_command_against_blanks_works(
    tmp_path: Path, monkeypatch, content: str, read: list[list[float]], name: str
) -> None:
    monkeypatch.chdir(tmp_path)
    packed = gzip.compress(content.encode(), mtime=0)
    Path(name).write_bytes(packed if name.endswith(".gz") else content.encode())
    with pytest.raises(InputError) as caught:
        read_dataset(name)
    _, _, command = str(caught.value).partition(" instead: ")
    subprocess.run(["sh", "-c", command], check=True)
    dataset = read_dataset("table.csv")
    assert np.hstack([dataset.x, dataset.f0]).tolist() == read


def test_the_command_for_standard_input_is_part_of_the_pipe() -> None:
    with pytest.raises(InputError) as caught:
        read_dataset("standard input", stream=io.BytesIO(b"a b t\n1 2 0\n3 4 1\n"))
    _, _, command = str(caught.value).partition(" instead: ")
    first, way, last = command.split(" | ")
    assert (first, last) == ("…", "nn-tui -")
    done = subprocess.run(["sh", "-c", way], input=b"a  b\n1 2\n", capture_output=True, check=True)
    assert done.stdout == b"a,b\n1,2\n"


def measure(check: Callable[[str], object], text: str) -> float:
    """Return the least of some times that one thread computes, whatever else the machine does."""
    times = []
    for _ in range(3):
        begin = time.thread_time()
        with contextlib.suppress(InputError):
            check(text)
        times.append(time.thread_time() - begin)
    return min(times)


@pytest.mark.parametrize(
    "check",
    [
        lambda t: check_beginning(t, "f"),
        lambda t: check_separated(t, ",", "auto", "f", 0, "f"),
        lambda t: find_decimal(t, find_separator(t, "auto"), "auto", "f", []),
        is_any_number,
        lambda t: find_disguised([t]),
        hint,
    ],
    ids=["beginning", "separated", "decimal", "number", "disguised", "hint"],
)
@pytest.mark.parametrize(
    "piece", [" ", "1", '"', "-", "[", "%", "\n", "1:", "1 1:1 ", "<", ",", ";1"]
)
def test_a_longer_text_takes_longer_in_proportion(
    check: Callable[[str], object], piece: str
) -> None:
    for begin in ("x", ""):
        short, long = (f"{begin}{piece * count}x\n1" for count in (2_000, 32_000))
        # In proportion it is 16 times as long, in a quadratic way 256 times.
        assert measure(check, long) < 80 * measure(check, short) + 0.002

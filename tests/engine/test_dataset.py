import os
from pathlib import Path

import numpy as np
import pytest

from engine import InputError, read_dataset


def test_or_by_path_and_by_name() -> None:
    path = Path(__file__).parents[2] / "samples" / "or.csv"
    for dataset in (read_dataset(path), read_dataset("or")):
        assert dataset.x.tolist() == [[0, 0], [0, 1], [1, 0], [1, 1]]
        assert dataset.f0.tolist() == [[0], [1], [1], [1]]
        assert dataset.inputs == ("input1", "input2")
        assert dataset.targets == ("output",)
        assert dataset.observations == ("1", "2", "3", "4")
        assert dataset.index == "observation"
        assert dataset.x.dtype == dataset.f0.dtype == np.float64
        assert dataset.assumptions == (
            "target 'output' (the last column)",
            "index 'observation' (the first column)",
        )


def test_target_and_index_can_be_named(write) -> None:
    path = write("a,name,b,c\n1,p,2,3\n4,q,5,6\n")
    dataset = read_dataset(path, targets=["a", "c"], index="name")
    assert dataset.x.tolist() == [[2], [5]]
    assert dataset.f0.tolist() == [[1, 3], [4, 6]]
    assert dataset.targets == ("a", "c")
    assert dataset.observations == ("p", "q")
    assert dataset.assumptions == ()


def test_a_target_named_twice_is_one(write) -> None:
    assert read_dataset(write("a,b\n1,2\n"), targets=["b", "b"]).f0.shape == (1, 1)


@pytest.mark.parametrize("header", [",a,b", "ID,a,b", "Index,a,b", "observation,a,b"])
def test_an_index_is_recognised(write, header: str) -> None:
    dataset = read_dataset(write(f"{header}\n0,5,6\n1,7,8\n"))
    assert dataset.inputs == ("a",)
    assert dataset.observations == ("0", "1")


def test_an_identifier_that_is_needed_as_input_is_one(write) -> None:
    assert read_dataset(write("id,b\n3,2\n")).inputs == ("id",)


def test_numbers_are_read_exactly(write) -> None:
    texts = ["0.1", "1e-310", "123456789.123456789", "-2.2250738585072014e-308", "+5", " 7 "]
    dataset = read_dataset(write("a,b\n" + "".join(f"{t},1\n" for t in texts)))
    assert dataset.x[:, 0].tolist() == [float(t) for t in texts]


def test_a_byte_order_mark_blank_lines_and_crlf_do_not_disturb(write) -> None:
    dataset = read_dataset(write("\ufeffa,b\r\n1,2\r\n\r\n3,4\r\n\r\n"))
    assert dataset.inputs == ("a",)
    assert dataset.x.tolist() == [[1], [3]]


def test_names_from_outside_are_cleaned(write) -> None:
    dataset = read_dataset(write("id,a\x1b[31m,[/b]\u202e\nx\x07,1,2\n", "n\x1b]0;x.csv"))
    assert dataset.inputs == ("a␛[31m",)
    assert dataset.targets == ("[/b]\\u202e",)
    assert dataset.observations == ("x␇",)
    assert "\x1b" not in dataset.name


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("", "the file is empty"),
        ("  \n\n", "the file is empty"),
        ("a,b\n", "a header but no observations"),
        ("a\n1\n", "only one column"),
        ("a,a\n1,2\n", "line 1, column 'a': this name is there twice"),
        ("a,,b\n1,2,3\n", "line 1: the column number 2 has no name"),
        ("a,b\n1,2\nx,4\n", "line 3, column 'a': 'x' is not a number"),
        ("a,b\n1,2\n\n3,\n", "line 4, column 'b': missing cell"),
        ("a,b\n1,2\n3\n", "line 3, column 'b': missing cell"),
        ("a,b\n1,inf\n", "line 2, column 'b': 'inf' is not a finite number"),
        ("a,b\n1,1e400\n", "line 2, column 'b': '1e400' is not a finite number"),
        ("a,b\nnan,1\n", "column 'a': every cell is missing"),
        ("a,b\n1_000,1\n", "line 2, column 'a': '1_000' is not a number"),
        ("a,b\n1,2\n1,2,3\n", "line 3: 3 cells, but line 1 has 2"),
        ('a,b\n1,2\n"1,2\n', "line 3: a quotation mark is opened and never closed"),
        (b"a,b\n1,\xe9\n", "column 'b': only one class"),
        (b"a,b\n1,\x00\n", "line 2: not a text file"),
        (b"\x89PNG\r\n\x1a\n\x00", "not a text file"),
    ],
)
def test_what_cannot_be_used_is_told_in_one_line(write, content, message: str) -> None:
    path = write(content)
    with pytest.raises(InputError, match=message) as caught:
        read_dataset(path)
    assert str(caught.value).startswith(str(path))
    assert "\n" not in str(caught.value)


def test_files_that_are_none(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"missing\.csv: no such file$"):
        read_dataset(tmp_path / "missing.csv")
    with pytest.raises(InputError, match=r"no such file, nor a bundled dataset .*iris"):
        read_dataset("missing")
    with pytest.raises(InputError, match=r"nor a bundled dataset \(did you mean iris\? and, "):
        read_dataset("iriss")
    with pytest.raises(InputError, match="this is a directory"):
        read_dataset(tmp_path)
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(InputError, match="not a regular file"):
        read_dataset(tmp_path / "pipe")
    with pytest.raises(InputError, match="not a regular file"):
        read_dataset("/dev/zero")


def test_a_file_that_may_not_be_read(write, monkeypatch: pytest.MonkeyPatch) -> None:
    path = write("a,b\n1,2\n")
    path.chmod(0)
    if os.geteuid() == 0:
        # Root may read everything.
        monkeypatch.setattr(os, "access", lambda path, mode: False)
    with pytest.raises(InputError, match="no permission to read it"):
        read_dataset(path)


def test_columns_that_are_not_there(write) -> None:
    path = write("a,b\n1,2\n")
    with pytest.raises(InputError, match="column 'z': no such column; there are a, b"):
        read_dataset(path, targets=["z"])
    with pytest.raises(InputError, match="both index and target"):
        read_dataset(path, targets=["a"], index="a")
    with pytest.raises(InputError, match="no column is left for the inputs"):
        read_dataset(path, targets=["a", "b"])

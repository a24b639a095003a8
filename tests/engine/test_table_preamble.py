"""What stands before the header: remarks, and the separator."""

from pathlib import Path

import numpy as np
import pytest

from engine import read_dataset


@pytest.mark.parametrize(
    ("line", "separator", "told"),
    [
        ("sep=;\n", ";", "separator semicolon (sep= in line 1)"),
        ("SEP=,\r\n", ",", "separator comma (sep= in line 1)"),
        ('"sep=|"\n', "|", "separator pipe (sep= in line 1)"),
        ("sep=\t\n# at home\n", "\t", "separator tab (sep= in line 1)"),
    ],
)
def test_the_first_line_names_the_separator_as_excel_writes_it(
    write, line: str, separator: str, told: str
) -> None:
    other = "," if separator != "," else ";"
    lines = [f"a{other}b{other}c", "t"], [f"x{other}y{other}z", "p"], [f"u{other}v{other}w", "q"]
    table = "\n".join(separator.join(row) for row in (*lines, lines[1]))
    # Without that line it is found to be the other one.
    assert read_dataset(write(table)).columns[0][0] == "a"
    path = write(line + table)
    dataset = read_dataset(path)
    assert dict(dataset.columns) == {f"a{other}b{other}c": "input", "t": "target"}
    assert dataset.observations == ("1", "2", "3")
    assert dataset.assumptions[0] == told
    said = read_dataset(path, separator=other)
    assert said.columns[0][0] == "a"
    assert told not in said.assumptions


def test_a_header_that_numpy_wrote_as_a_remark(tmp_path: Path) -> None:
    path = tmp_path / "saved.csv"
    x = np.random.RandomState(0).randn(5, 3)
    np.savetxt(path, x, delimiter=",", header="p,q,r")
    dataset = read_dataset(path)
    assert dataset.inputs == ("p", "q")
    assert np.array_equal(np.hstack([dataset.x, dataset.f0]), np.loadtxt(path, delimiter=","))


@pytest.mark.parametrize(
    "content",
    [
        "#id,a,y\nx1,2,0\nx2,3,1\nx3,4,1\n",
        "# id,a,y\nx1,2,0\nx1,3,1\nx1,4,1\n",
        "## made by hand, in 2020, at home\n#id;a;y\nx1;2,5;0\nx2;3;1\n",
        "#chrom\tpos\ty\nchr1\t100\t0\nchr1\t200\t1\n",
        "#name,2019,y\nAnn,1,2\nBob,3,4\n",
        "# a;b;c\n1,5;2,5;3\n2,5;3,5;4\n",
    ],
)
def test_a_header_behind_a_remark_sign_is_the_header(write, content: str) -> None:
    lines = content.splitlines()
    at = next(i for i, line in enumerate(lines, 1) if line[1:2] != "#")
    dataset = read_dataset(write(content))
    rows = [line.replace("\t", ";").replace(",", ";") for line in lines]
    assert [name for name, _ in dataset.columns] == rows[at - 1].lstrip("# ").split(";")
    assert len(dataset.observations) == len(lines) - at
    assert f"line {at} without its # for the names of the columns" in dataset.assumptions


@pytest.mark.parametrize(
    "content",
    [
        "# of Bob, 2 years, at home\nid,a,y\n1,2,0\n2,3,1\n",
        "#id,a,y\nid,a,y\n1,2,0\n2,3,1\n",
        "#0,9,9\n1,2,0\n2,3,1\n",
        "# two, of them\nid,a,y\n1,2,0\n2,3,1\n",
        "# 1,5;2\nid;a\n1,5;2\n2,5;3\n",
    ],
)
def test_a_remark_that_looks_like_a_header_is_a_remark(write, content: str) -> None:
    dataset = read_dataset(write(content))
    assert "one line beginning with # for remarks" in dataset.assumptions
    assert len(dataset.observations) == 2

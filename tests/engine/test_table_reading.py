"""How a table is written is found out, told, and can be said."""

import gzip
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from engine import InputError, TableOptions, read_dataset
from engine.data.table.sniffing import find_separator, has_header

TABLE = "größe,weight\n1.5,2\n-3,4.25\n"
GERMAN = "größe;weight\n1,5;2\n-3;4,25\n"


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (TABLE.encode(), []),
        (TABLE.encode("utf-8-sig"), []),
        (TABLE.encode("utf-16"), ["encoding UTF-16 (its byte order mark)"]),
        (b"\xfe\xff" + TABLE.encode("utf-16-be"), ["encoding UTF-16 (its byte order mark)"]),
        (TABLE.encode("latin-1"), ["encoding Latin-1 (line 1 is not UTF-8)"]),
        (b"\xef\xbb\xbf" * 2 + TABLE.encode(), []),
        (GERMAN.encode(), ["separator semicolon", "decimal sign comma"]),
        (TABLE.replace(",", "\t").encode(), ["separator tab"]),
        (TABLE.replace(",", "|").encode(), ["separator pipe"]),
        (TABLE.replace("-", "−").encode(), []),
        (TABLE.replace("\n", "\r\n").encode(), []),
        (TABLE.replace("\n", "\r").encode(), []),
        (gzip.compress(TABLE.encode(), mtime=0), []),
        (f"# by hand\n#\n{TABLE}".encode(), ["2 lines beginning with # for remarks"]),
        (f"\n\n{TABLE}".encode(), []),
        (
            TABLE.replace("t\n", "t,\n").replace("2\n", "2,\n").replace("25\n", "25,\n").encode(),
            ["an empty column without a name left out"],
        ),
        (TABLE.replace("1.5", '" 1.5 "').encode(), []),
    ],
)
def test_one_table_written_in_many_ways(write, content: bytes, told: list[str]) -> None:
    dataset = read_dataset(write(content))
    assert dataset.x.tolist() == [[1.5], [-3.0]]
    assert dataset.f0.tolist() == [[2.0], [4.25]]
    assert dataset.inputs == ("größe",)
    assert list(dataset.assumptions) == [*told, "target 'weight' (the last column)"]


@pytest.mark.parametrize(
    ("content", "given", "x"),
    [
        ("a;b\n1,500;2\n", {"decimal": "comma"}, 1.5),
        ("a;b\n1,500;2\n", {"decimal": ","}, 1.5),
        ("a,b\n5;7,2\n", {"separator": ",", "category": ["a"]}, 1.0),
        ("5,2\n7,3\n", {"header": "yes"}, 7.0),
        ("x,2\n7,3\n", {"header": "no", "category": ["column1"]}, None),
        ('a,b\n"1,5",2\n', {"decimal": "comma"}, 1.5),
    ],
)
def test_what_is_said_is_not_guessed(write, content: str, given: dict, x: float | None) -> None:
    dataset = read_dataset(write(content), TableOptions(**given))
    told = " ".join(dataset.assumptions)
    assert not any(option in told for option in given)
    if x is not None:
        assert dataset.x[0, 0] == x


@pytest.mark.parametrize(
    ("table", "expected"),
    [
        ("1,2/3,4", False),
        ("1,2", False),
        ("5.1,setosa/4.9,setosa", False),
        ("5.1,species/4.9,setosa", None),
        ("name,2019/A,1", None),
        ("name,2019/A,1/2019,B", None),
        ("yes,no/no,yes/yes,yes/no,no", False),
        ("x,red/y,blue/x,red", False),
        ("p,x,s/e,x,s/e,b,y", False),
        ("colour,kind/red,a/blue,b", None),
        ("colour,kind/red,1/colour,2", True),
        ("colour,kind/red,1/colour,kind/blue,2", True),
        ("Ann,1,0/Bob,2,1/Cid,1,1", False),
        ("?,yes/5,no/3,yes", False),
        ("5,yes/?,no/6,yes", False),
        ("age,size/?,NA/6,yes", True),
        (",a,t/x,1,2", True),
        ("1,2,/3,4,", False),
        ("2019,2020/a,b/c,d", None),
        ("kind,0,1,2/cat,0,0,9/dog,0,1,9", None),
        ("kind,0,1/cat,0,0/dog,0,1", False),
        ("a,b", None),
    ],
)
def test_whether_the_first_line_holds_names(table: str, expected: bool | None) -> None:
    assert has_header([row.split(",") for row in table.split("/")], ".") is expected


NAMES = "line 1 for the names of the columns (--header no takes it for values)"
VALUES = "no header (line 1 holds values)"


@pytest.mark.parametrize(
    ("table", "inputs", "told"),
    [
        ("yes,no/no,yes/yes,yes/no,no", ("column1",), [VALUES]),
        ("x,red/y,blue/x,red", ("column1=x", "column1=y"), [VALUES]),
        ("colour,kind/red,a/blue,b", ("colour=blue", "colour=red"), [NAMES]),
        ("name,2019,y/A,1,2/B,2,4/A,1,3", ("name=A", "name=B", "2019"), [NAMES]),
        # The first line stands above numbers, but one of its cells is a value as well.
        ("kind,t/dog,1/kind,2", ("kind=dog", "kind=kind"), [NAMES]),
        ("kind,t/dog,1/cat,2", ("kind=cat", "kind=dog"), []),
        # The first lines tell nothing of the last.
        ("a,b/" + "c,d/e,f/" * 60 + "a,f", ("column1=a", "column1=c", "column1=e"), [VALUES]),
    ],
)
def test_what_line_1_is_taken_for_is_told(
    write, table: str, inputs: tuple[str, ...], told: list[str]
) -> None:
    path = write(table.replace("/", "\n"))
    dataset = read_dataset(path)
    assert dataset.inputs == inputs
    assert [t for t in dataset.assumptions if t in (NAMES, VALUES)] == told
    assert not {NAMES, VALUES} & set(read_dataset(path, header="yes").assumptions)


def test_a_header_that_comes_again_among_numbers_is_refused(write) -> None:
    with pytest.raises(InputError, match=r"line 4, column 'a': 'a' .*; the names again\? remove"):
        read_dataset(write("a,b\n1,2\n2,3\na,b\n4,5\n"))


def test_empty_columns_at_the_end_of_a_table_without_a_header_are_left_out(write) -> None:
    dataset = read_dataset(write("1,2,,\n3,4,,\n"))
    assert [name for name, _ in dataset.columns] == ["column1", "column2"]
    assert "2 empty columns without a name left out" in dataset.assumptions


def test_columns_without_names_are_numbered(write) -> None:
    dataset = read_dataset(write("1,2,3\n4,5,6\n"))
    assert (dataset.inputs, dataset.targets) == (("column1", "column2"), ("column3",))
    assert dataset.x.tolist() == [[1, 2], [4, 5]]
    assert dataset.assumptions[0] == "no header (line 1 holds values)"


def test_decimal_commas_do_not_look_like_separators() -> None:
    assert find_separator("1,5;2,5\n3,5;4,5\n", "auto") == ";"
    assert find_separator('"a;b",c\n"d;e",f\n', "auto") == ","


def test_numbers_are_those_of_python(tmp_path: Path) -> None:
    random = np.random.RandomState(1)
    values = random.randn(500, 3) * 10.0 ** random.randint(-300, 300, (500, 3))
    texts = [[repr(float(v)) for v in row] for row in values]
    for separator, decimal, quoted in ((",", ".", "{}"), (",", ".", '"{}"'), (";", ",", "{}")):
        path = tmp_path / "numbers.csv"
        lines = [separator.join(map(quoted.format, row)) for row in texts]
        body = "\n".join(lines).replace(".", decimal)
        path.write_text(f"a{separator}b{separator}c\n{body}")
        dataset = read_dataset(path)
        assert np.array_equal(np.hstack([dataset.x, dataset.f0]), values)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("a,b\n50%,1\n60%,2\n", "line 2, column 'a': '50%' is not a number; remove the %"),
        ('a,b\n"1,234",2\n', "'1,234' is not a number; remove the commas"),
        ("a;b\n1,500;2\n", "'1,500' can be read in two ways; add --decimal comma"),
        ("a;b\n1,500;2.5\n", "line 2, column 'a': '1,500' is not a number"),
        ("a,b\n0x1F,1\n", "line 2, column 'a': '0x1F' is not a number"),
        ("d,b\n2020-01-01,2\n", "a date[?] turn it into numbers"),
        ("d,b\n13:45,2\n", "a date[?] turn it into numbers"),
        ("a,b\nm,kg\n1,2\n", "line 2, column 'a': 'm' is not a number; a line of units"),
        ("a,b\n$5,1\n", "'[$]5' is not a number"),
        ("a b,c\n1 000,1\n", "'1 000' is not a number; --category 'a b' takes"),
        ("a,b\n1,2\n1,NA\n", "line 3, column 'b': missing cell; fill it in"),
        ("a,a,t\n1,2,3\n", "line 1, column 'a': this name is there twice; rename one$"),
        ("a,a,t\nb,c,d\n", "this name is there twice; rename one, or add --header no if line 1"),
        ("a,,t\nb,c,d\n", "the column number 2 has no name; give it one, or add --header no"),
        ("a,b\n1,2,\n3,4,\n", "line 2: 3 cells, but line 1 has 2"),
        ('a,b\n"x\ny",1\n"x\nz",2\nw,q\n', "line 6, column 'b': 'q' is not a number"),
        ("# remark\na,b\n1,2\nx,3\n", "line 4, column 'a': 'x' is not a number"),
        ("# remark\na,b\n1,2\n1,2,3\n", "line 4: 3 cells, but line 2 has 2"),
        ("# people, millions, UN\nname,2019,2020\nAnn,1,2\n", "line 1: a header behind #, or a"),
        ("#pet,colour\ncat,black\ndog,white\n", "line 1: a header behind #, or a remark"),
        ("#a,b\n#1,2\n\n", "data.csv: every line begins with #, as remarks do; remove it"),
        ("#a,b\n#1,2", "data.csv: every line begins with #, as remarks do; remove it"),
        ("sep=;\n#a;b", "data.csv: every line begins with #, as remarks do; remove it"),
        ("sep=;\n\n", "line 1: nothing below it; a header line and observations are needed"),
        ("sep=:\na:b\n1:2\n", "line 1: sep=: names none of comma, semicolon, tab, pipe; write"),
        ("sep=;\na;b\n1;x y\n2;3\n", "line 3, column 'b': 'x y' is not a number"),
        (b"PK\x03\x04\x00", "a ZIP archive"),
        (gzip.compress(b"a,b\n1,2\n", mtime=0)[:-9], "begins like a gzip file and is damaged"),
        (TABLE.encode("utf-16-le"), "if it is UTF-16, add --encoding utf-16"),
        (b"\x89PNG\r\n\x1a\n", "not a text file"),
        (b"\xff\xfea\x00,", "not UTF-16 text"),
        (b"a,b\n\xe9,1\n\x81,2\n", "line 3: neither UTF-8 nor cp1252 text; save it as UTF-8"),
        ("a,b\n,1\n,2\n", "column 'a': every cell is missing"),
        ("a,b\n1,x\n2,x\n", "column 'b': only one class, 'x'"),
    ],
)
def test_what_could_be_read_wrongly_is_refused_in_one_line(write, content, message: str) -> None:
    path = write(content)
    with pytest.raises(InputError, match=message) as caught:
        read_dataset(path)
    assert str(caught.value).startswith(str(path))
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("number", "taken"),
    [
        ("9007199254740993", 2.0**53),
        ("9007199254740993.0", 2.0**53),
        ("9.007199254740993e15", 2.0**53),
        ("-9007199254740993.", -(2.0**53)),
        ("123456789012345678901234567890", 123456789012345678901234567890.0),
        ("1.2345678901234567890e300", 1.2345678901234567890e300),
    ],
)
def test_long_numbers_are_rounded_and_that_is_told(write, number: str, taken: float) -> None:
    dataset = read_dataset(write(f"a,b\n{number},1\n2,3\n"))
    assert dataset.x[0, 0] == taken
    assert dataset.assumptions[1] == f"long numbers of 'a' rounded to 64 bits, e.g. {number}"


def test_of_long_numbers_that_are_not_rounded_nothing_is_told(write) -> None:
    rows = "9007199254740994,1\n9.007199254740994E15,2\n1e300,3\n100000000000000000000000,4\n"
    assert len(read_dataset(write(f"a,b\n{rows}")).assumptions) == 1


@pytest.mark.parametrize(
    ("table", "told", "x"),
    [
        ("a;b;t\n1.234;2;0\n2.345;3;1\n", "decimal sign point, as in 1.234", 1.234),
        ("a;b;t\n1.234;2;0\n12;3;1\n", "decimal sign point, as in 1.234", 1.234),
        ("a;b;t\n-1.234;2;0\n2.345;3;1\n", "decimal sign point, as in -1.234", -1.234),
        ("a;b;t\n1.234;2.5;0\n2.345;3;1\n", "", 1.234),
        ("a;b;t\n0.234;2;0\n0.345;3;1\n", "", 0.234),
        ("a;b;t\n1234.567;2;0\n1.345;3;1\n", "", 1234.567),
        ("a\tb\tt\n1.234\t2\t0\n2.345\t3\t1\n", "", 1.234),
        ("a;b;t\n1,2;2;0\n2,345;3;1\n", "decimal sign comma", 1.2),
    ],
)
def test_the_decimal_sign_is_told_where_it_could_be_the_other(write, table, told, x) -> None:
    dataset = read_dataset(write(table))
    assert dataset.x[0, 0] == x
    assert [t for t in dataset.assumptions if "decimal" in t] == [told] * bool(told)


@pytest.mark.parametrize("cell", ["1.234", "1.234,5"])
def test_points_between_thousands_are_named(write, cell: str) -> None:
    path = write(f"a;b;t\n{cell};2,5;0\n{cell};3,5;1\n")
    told = f"line 2, column 'a': '{cell}' is not a number; remove the points between the thousands"
    with pytest.raises(InputError, match=told):
        read_dataset(path)
    # This alone is enough.
    dataset = read_dataset(write(path.read_text().replace(".", "")))
    assert dataset.x[0].tolist() == [float(cell.replace(".", "").replace(",", ".")), 2.5]


def test_roles_can_be_said(write) -> None:
    path = write("name,a,b,c\nAnn,1,2,3\nBob,4,5,6\nCid,7,8,9\n")
    assert read_dataset(path).observations == ("Ann", "Bob", "Cid")
    assert "another text in each line" in read_dataset(path).assumptions[1]
    dataset = read_dataset(path, targets=["b"], ignore=["a"])
    assert (dataset.inputs, dataset.targets) == (("c",), ("b",))
    assert read_dataset(path, index="none").inputs[0] == "name=Ann"
    with pytest.raises(InputError, match="column 'a': this column is to be ignored and"):
        read_dataset(path, targets=["a"], ignore=["a"])
    with pytest.raises(InputError, match="column 'z': no such column"):
        read_dataset(path, ignore=["z"])


@pytest.mark.parametrize(
    ("table", "called"),
    [
        ("observation,a,b,c\n1,1,2,0\n2,3,4,1\n3,5,6,1\n", "'observation'"),
        (",a,b,c\n0,1,2,0\n1,3,4,1\n2,5,6,1\n", "unnamed"),
        ("who,a,b,c\nAnn,1,2,0\nBob,3,4,1\nCid,5,6,1\n", "'who'"),
    ],
)
def test_names_of_observations_do_not_become_an_input_unseen(write, table, called) -> None:
    path = write(table)
    with pytest.raises(InputError, match=f"for the inputs.*--index none makes {called} an input"):
        read_dataset(path, ignore=["a", "b"])
    dataset = read_dataset(path, index="a")
    assert (dataset.observations, dataset.inputs) == (("1", "3", "5"), ("b",))
    assert f"{called} left out ('a' is the index instead)" in dataset.assumptions
    assert dict(dataset.columns).popitem() == ("c", "target")
    assert dataset.columns[0][1] == "ignored"
    # Who asks for it gets it.
    assert len(read_dataset(path, ignore=["a", "b"], index="none").inputs) in (1, 3)


@pytest.mark.parametrize("numbers", ["567", "198", "042", ["-1", "10", "+3"], ["5.0", "7.0", "6."]])
def test_whole_numbers_without_a_name_are_the_index(write, numbers: list[str]) -> None:
    path = write(",a,t\n" + "".join(f"{n},{2 * k},{k}\n" for k, n in enumerate(numbers)))
    dataset = read_dataset(path)
    assert (dataset.inputs, dataset.observations) == (("a",), tuple(numbers))
    told = "index unnamed (the first column, another whole number in each line)"
    assert told in dataset.assumptions
    assert read_dataset(path, index="none").inputs == ("index", "a")


@pytest.mark.parametrize("numbers", ["565", ["1.5", "2", "3"]])
def test_what_else_has_no_name_becomes_an_input_and_that_is_told(write, numbers) -> None:
    path = write(",a,b,t\n" + "".join(f"{n},{k},{k},{k}\n" for k, n in enumerate(numbers)))
    dataset = read_dataset(path)
    told = "the first column, which has no name, for an input called 'index'"
    assert dataset.inputs == ("index", "a", "b")
    assert told in dataset.assumptions
    assert told in read_dataset(path, index="b").assumptions
    assert told not in read_dataset(path, index="none").assumptions


@pytest.mark.parametrize(
    ("rows", "told"),
    [
        ("1,2,0\n,,\n3,4,1", "line 3, which is empty, left out"),
        ("1,2,0\n\n3,4,1", "line 3, which is empty, left out"),
        ("1,2,0\n3,4,1\n,,", "line 4, which is empty, left out"),
        ("1,2,0\n3,4,1\n , ,\n,,\n,,\n", "3 empty lines left out, the first is line 4"),
        ('1,2,0\n"",,\n3,4,1', "line 3, which is empty, left out"),
    ],
)
def test_empty_lines_are_left_out_and_that_is_told(write, rows: str, told: str) -> None:
    for separator in ",;":
        dataset = read_dataset(write(f"a,b,t\n{rows}".replace(",", separator)))
        assert dataset.x.tolist() == [[1, 2], [3, 4]]
        assert told in dataset.assumptions
        assert not any("left out" in t for t in read_dataset(write("a,b,t\n1,2,3\n")).assumptions)


def test_of_two_columns_the_first_is_an_input_and_that_is_told(write) -> None:
    dataset = read_dataset(write("id,y\n1,2\n2,4\n"))
    assert dataset.inputs == ("id",)
    assert "input 'id' (there is no other column)" in dataset.assumptions


def test_what_is_said_to_be_classes_is_no_index(write) -> None:
    path = write("id,a,b,y\n1,1,2,0\n2,3,4,1\n1,5,6,1\n")
    assert read_dataset(path, category=["id"]).inputs == ("id=1", "id=2", "a", "b")


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"separator": "colon"}, "separator: auto | comma"),
        ({"header": "maybe"}, "header line: auto"),
        ({"split": 1.0}, "held-out share: "),
        ({"split": float("nan")}, "held-out share: "),
        ({"scaling": "z"}, "scaling: none"),
        ({"targets": "iris"}, "targets: a list of names is needed"),
    ],
)
def test_options_are_checked(given: dict, message: str) -> None:
    with pytest.raises(InputError) as caught:
        TableOptions(**given)
    assert message in str(caught.value)


def test_signs_that_windows_added_to_latin_1(write) -> None:
    table = "price,t\n€,1\n“low”,2\n".encode("cp1252")
    dataset = read_dataset(write(table))
    assert set(dataset.inputs) == {"price=€", "price=“low”"}
    assert dataset.assumptions[0] == "encoding cp1252 (line 2 is not UTF-8)"
    said = read_dataset(write(table), encoding="cp1252")
    assert said.inputs == dataset.inputs
    assert not any("encoding" in assumption for assumption in said.assumptions)


def test_a_large_table_is_read_as_pandas_reads_it(tmp_path: Path) -> None:
    path = tmp_path / "large.csv"
    frame = pd.DataFrame(np.random.RandomState(0).randn(5000, 12).round(4))
    frame.columns = [f"c{i}" for i in range(12)]
    frame["kind"] = np.where(frame["c0"] > 0, "plus", "minus")
    frame.to_csv(path, index=False)
    dataset = read_dataset(path)
    assert np.array_equal(dataset.x, frame.iloc[:, :12].to_numpy())
    assert np.array_equal(dataset.f0[:, 0], (frame["kind"] == "plus").to_numpy(dtype=float))

"""Files and texts of the worst kind: read, or refused in one line, and never acted on."""

import csv
import gzip
import os
import random
import re
import shutil
import subprocess
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pexpect
import pytest

from tests.e2e.command import COMMAND, refusal, run
from tests.terminal import PROGRAM, Terminal

PAYLOADS = [
    "\x1b]52;c;SGFja2Vk\x07",
    "\x1b[5;35m",
    "\x1b[2J",
    "\x1b[9999;1H",
    "\x1bP$q\x1b\\",
    "\x9b5;35m",
    "\x9d52;c;SGFja2Vk\x9c",
    "\u202eevil\u202c",
    "\u2066evil\u2069",
    "\u200f",
    "\x07",
    "\x08\x08\x08",
    "\x7f",
    "[red]",
    "[/foo]",
    "[@click=app.quit]x[/]",
    "[a='b]",
    "[link=http://x]",
    "\\[red]",
    "😀",
    "שלום",
    "%s%n{0}{x!r}",
    "x" * 100_000,
]
FORBIDDEN = re.compile(
    rb"\x1b\]52|\x1b\[5;35m|\x1b\[9999|\x1bP|\x1b\]8|\x00|SGFja2Vk\x07"
    # C1 controls, bidi controls, in UTF-8.
    rb"|\xc2[\x80-\x9f]|\xe2\x80[\x8e\x8f\xaa-\xae]|\xe2\x81[\xa6-\xa9]"
)
TABLES = int(os.environ.get("NN_TUI_TABLES", "1"))
"""How many tables full of such texts are shown on a real terminal."""


@pytest.fixture(autouse=True)
def state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    monkeypatch.chdir(tmp_path)
    return tmp_path


def nasty(chance: random.Random) -> str:
    return "".join(chance.choices(PAYLOADS[:-1], k=chance.randint(1, 3)))


def write_nasty_table(path: Path, chance: random.Random) -> None:
    """A table with such texts for its columns, classes and observations."""
    classes = [f"{nasty(chance)}c{i}" for i in range(4)]
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow([f"id {nasty(chance)}", f"{nasty(chance)}a", "x" * 100_000, nasty(chance)])
        for n in range(40):
            name = PAYLOADS[n] if n < len(PAYLOADS) else f"{nasty(chance)}{n}"
            writer.writerow([f"obs {n} {name}", chance.random(), n % 7, classes[n % 4]])


def leave(terminal: Terminal) -> None:
    # It quits from within a dialog as well.
    terminal.press("\x11")
    terminal.wait_for_end()


def check_sent(output: bytes) -> None:
    found = FORBIDDEN.search(output)
    assert found is None, output[max(found.start() - 80, 0) : found.end() + 40]


@pytest.mark.slow
@pytest.mark.parametrize("number", range(TABLES))
def test_texts_are_shown_and_never_sent(tmp_path: Path, number: int) -> None:
    chance = random.Random(number)
    path = tmp_path / f"{PAYLOADS[number % 8].replace('/', '')}[red]{number}.csv"
    write_nasty_table(path, chance)
    options = ["--output-activation", "softmax", "--loss", "cross-entropy", "--split", "0.2"]
    saved = str(tmp_path / f"{PAYLOADS[1]}.nnrun")
    with Terminal(str(path), *options, "--save", saved) as terminal:
        terminal.wait_for(lambda: "paused" in terminal.text)
        for keys, opens in (
            *(("s", ""), ("n", ""), ("1", ""), ("m", ""), ("jjj", ""), ("m", ""), ("2", "")),
            *(("3", ""), ("4", ""), ("m", ""), ("jlx", " Explain "), ("m", ""), ("5", "")),
            *(("m", ""), ("\r", "4 Inspector"), ("m", ""), ("6", ""), ("m", ""), ("v", "")),
            *(("v", ""), ("v", ""), ("m", ""), ("?", " nn-tui: a debugger")),
            *((":[red]", "─ Evaluate "), (":f[0, 0]\r", "─ Evaluate "), ("B", "─ Breakpoints ")),
            *(("w\x1b[31m\r", "─ Watch "), ("t", "─ Branches "), ("d", ""), ("Y", "")),
        ):
            terminal.press(keys)
            terminal.settle()
            if opens:
                terminal.escape(opens)
        output = bytes(terminal.output).partition(b"\x1b]52;c;")
        # The copy key is allowed to do what they are not; it comes last.
        check_sent(output[0])
        terminal.shows("[red]", "␛]52")
        leave(terminal)
    for arguments in (
        ["train", str(path), "--iterations", "3", *options],
        ["train", str(path), "--iterations", "3", "--json", *options],
        ["trace", str(path), *options],
        ["explain", str(path), "dE_dw[0,0]", *options],
        ["check", str(path), *options],
        ["runs"],
        ["runs", "--json"],
        ["train", "--open", saved, "--iterations", "5"],
        # And what is refused:
        ["train", str(path), "--target", f"{PAYLOADS[number]}"],
        ["train", str(path), "--features", f"{PAYLOADS[number]}"],
        ["train", f"{PAYLOADS[number]}"],
        ["train", str(path), f"--{PAYLOADS[number]}"],
        ["explain", str(path), f"{PAYLOADS[number]}[0]"],
        ["trace", "or", "--until", f"{PAYLOADS[number]}"],
        ["train", "or", "--hidden", f"{PAYLOADS[number]}"],
        ["train", "or", "--weights", f"{PAYLOADS[number]}"],
        ["export", f"{PAYLOADS[number]}", "folder"],
        ["samples", f"{PAYLOADS[number]}"],
        [f"{PAYLOADS[number]}"],
    ):
        done = subprocess.run([COMMAND, *arguments], capture_output=True, timeout=120)
        assert done.returncode in (0, 1, 2), arguments
        assert b"Traceback" not in done.stderr
        assert b"\x1b" not in done.stdout + done.stderr
        check_sent(done.stdout + done.stderr)
        if done.returncode == 2:
            assert done.stderr.count(b"\n") == 1


LINES = {
    ":": "─ Evaluate ",
    "w": "─ Watch ",
    "g": "─ Go to ",
    "E": "─ Export ",
    "\x10": "or the name of a tensor",
    # In the form the value moves by one column as it becomes a line.
    "2": "›learning rate",
    "\r": "Enter applies",
}
"""The keys that open a line to type in, and what tells that it is open."""


@pytest.mark.one_in(6)
@pytest.mark.parametrize(
    ("keys", "pasted"),
    [
        *((":", True), ("\x10", True), ("2\r", True), ("E", False)),
        *(pytest.param(keys, True, marks=pytest.mark.slow) for keys in "wgE"),
        *(
            pytest.param(keys, False, marks=pytest.mark.slow)
            for keys in (":", "w", "g", "\x10", "2\r")
        ),
    ],
)
def test_what_is_put_into_a_line_is_shown_and_never_sent(
    keys: str, pasted: bool, tmp_path: Path
) -> None:
    # An export goes there.
    with Terminal("or", folder=tmp_path) as terminal:
        terminal.wait_for(lambda: "paused" in terminal.text)
        for key in keys:
            terminal.press(key)
            terminal.wait_for(lambda key=key: LINES[key] in terminal.text)
        if pasted:
            terminal.press("\x1b[200~\u202eevil\x9b5m\x07\nsecond\x1b[201~")
            # The cursor behind it pushes the first character out of the field of the form.
            terminal.wait_for(lambda: "u202eevil\\x9b5m␇" in terminal.text)
            assert "second" not in terminal.text
        else:
            terminal.press("\u202eev\x9bil")
            terminal.wait_for(lambda: "evil" in terminal.text)
        # What is said of it afterwards is shown as well.
        terminal.press("\r")
        terminal.settle()
        leave(terminal)
        check_sent(bytes(terminal.output))


@pytest.mark.slow
@pytest.mark.parametrize(
    "name",
    [
        "with a space",
        "quote'\"s",
        "emoji 😀",
        "שלום",
        "tab\there",
        "line\nbreak",
        "-",
        "--help",
        "%s",
    ],
)
def test_names_of_files(tmp_path: Path, name: str) -> None:
    path = tmp_path / f"{name}.csv"
    path.write_text("a,b\n1,0\n2,1\n")
    done = run("train", str(path), "--iterations", "2")
    assert len(done.stdout.splitlines()[0]) > 10
    assert "2 observations" in done.stdout.splitlines()[0]
    # Relative, where it could be taken for something else.
    path.write_text("a,b\n1,oh no\n2,1\n")
    assert "line 2, column 'b'" in refusal("train", f"./{name}.csv")


def test_files_that_are_no_tables(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    with zipfile.ZipFile(tmp_path / "table.zip", "w") as archive:
        archive.writestr("table.csv", "a,b\n1,2\n")
    (tmp_path / "picture.png").write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 40)
    (tmp_path / "nul.csv").write_bytes(b"a,b\n1,2\n\x00,3\n")
    (tmp_path / "empty.csv").write_bytes(b"")
    for data, told in (
        (".", "this is a directory; name a CSV file in it"),
        ("pipe", "not a regular file"),
        ("/dev/zero", "not a regular file"),
        ("missing.csv", "no such file, nor a bundled dataset"),
        ("table.zip", "a ZIP archive or a spreadsheet, not text"),
        ("picture.png", "not a text file"),
        ("nul.csv", "line 3: not a text file (it has a NUL byte); if it"),
        ("empty.csv", "the file is empty"),
    ):
        assert told in refusal("train", data)
    # On the screen one is refused before it is drawn, the other one behind the first frame.
    for data, told in (("pipe", "not a regular file"), ("nul.csv", "it has a NUL byte")):
        with Terminal(str(tmp_path / data)) as terminal:
            terminal.wait_for_end()
            # Wherever the line is broken.
            assert "".join(told.split()) in "".join(terminal.text.split())


def test_tables_that_could_be_read_wrongly(tmp_path: Path) -> None:
    for content, told in (
        ('c,b,t\n"1"2,1,0\n', "line 2: a quotation mark opened here closes before the end of its"),
        (
            'c,b\n"red,1\nblue,2\n"green",3\n',
            "line 2: a quotation mark opened here closes in line 4 ",
        ),
        ("a,t\n–5,1\n–6,2\n", "line 2, column 'a': '–5' is not a number; a dash for the minus"),
        ("#a,b\n#1,2\n", "every line begins with #, as remarks do"),
    ):
        (tmp_path / "table.csv").write_text(content)
        assert told in refusal("train", "table.csv")
    for content, told in (
        ("yes,no\nno,yes\nyes,yes\nno,no\n", "no header (line 1 holds values)"),
        (",a,t\n5,1,0\n6,3,1\n", "index unnamed (the first column, another whole number"),
        ("a,t\n1,0\n,\n3,1\n", "line 3, which is empty, left out"),
        ("sep=;\na;t\n1,5;0\n2;1\n", "separator semicolon (sep= in line 1)"),
    ):
        (tmp_path / "table.csv").write_text(content)
        assert f"assumed {told}" in run("train", "table.csv", "--iterations", "1").stdout


def test_files_of_other_kinds(tmp_path: Path) -> None:
    for content, told in (
        ('[{"a":1,"t":0},{"a":3,"t":1}]', "a JSON file; turn it into CSV"),
        ("@relation x\n@attribute a numeric\n@data\n1\n", "an ARFF file; replace everything"),
        ("1 1:0.5 2:0.3\n-1 1:0.2\n", "line 1: a LIBSVM file; write it as CSV"),
        ("<table>\n<tr></tr></table>", "an XML or HTML file; write its table as CSV"),
        ("PAR1\x15\x04", "a Parquet file, not text"),
    ):
        (tmp_path / "foreign.txt").write_text(content)
        assert told in refusal("train", "foreign.txt")
        assert told in refusal("train", "-", content=content.encode())


def test_the_way_out_for_cells_between_blanks(tmp_path: Path) -> None:
    (tmp_path / "blanks.txt").write_text("a b t\n1 2 0\n3  4 1\n")
    told = refusal("train", "blanks.txt")
    subprocess.run(["sh", "-c", told.partition(" instead: ")[2]], check=True)
    assert "2 observations" in run("train", "table.csv", "--iterations", "1").stdout
    told = refusal("train", "-", content=(tmp_path / "blanks.txt").read_bytes())
    assert "blanks separate its cells; write , instead: … | sed -E " in told
    assert told.endswith("| nn-tui -\n")


def test_gzip_is_read(tmp_path: Path) -> None:
    with gzip.open(tmp_path / "table.csv.gz", "wt") as file:
        file.write("a,b\n1,0\n2,1\n")
    assert "2 observations" in run("train", "table.csv.gz", "--iterations", "2").stdout


@pytest.mark.slow
def test_ten_thousand_columns(tmp_path: Path) -> None:
    rows = [[str((i * j) % 7) for i in range(10_000)] for j in range(1, 6)]
    lines = [",".join(f"c{i}" for i in range(10_000)), *(",".join(row) for row in rows)]
    (tmp_path / "wide.csv").write_text("\n".join(lines))
    assert "5 observations" in run("train", "wide.csv", "--iterations", "2").stdout
    with Terminal(str(tmp_path / "wide.csv")) as terminal:
        terminal.wait_for(lambda: "paused" in terminal.text)
        for keys in ("s", "1", "m", "llll", "j", "m", "4", "m", "llll", "m", "6", "v", "5", "x"):
            terminal.press(keys)
            terminal.settle()
        leave(terminal)


def test_standard_input(tmp_path: Path) -> None:
    command = [COMMAND, "train", "-", "--iterations", "2"]
    done = subprocess.run(command, input=b"a,b\n1,0\n2,1\n", capture_output=True, timeout=120)
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith(b"standard input: 2 observations")
    assert "line 3, column 'b'" in refusal("train", "-", content=b"a,b\n1,0\n2,x1\n")
    assert "standard input: the file is empty" in refusal("train", "-")
    run("explain", "-", "dE_dw[0,0]", content=gzip.compress(b"a,b\n1,0\n2,1\n"))
    # What is saved can be gone on with, if the table is there again.
    name = run("runs").stdout.split()[0]
    assert "name them too" in refusal("train", "--open", name)
    options = ["train", "--open", name, "-"]
    done = run(*options, "--iterations", "4", content=b"a,b\n1,0\n2,1\n")
    assert "4 iterations" in done.stdout
    assert "the data have changed" in refusal(*options, content=b"a,b\n1,0\n3,1\n")
    assert "--resume needs a file" in refusal("train", "-", "--resume")


@pytest.mark.slow
def test_standard_input_on_the_screen(tmp_path: Path) -> None:
    (tmp_path / "table.csv").write_text("a,b\n1,0\n2,1\n")
    with Terminal("-c", f"cat {tmp_path}/table.csv | {PROGRAM} -", program="bash") as terminal:
        terminal.wait_for(lambda: "standard input" in terminal.text and "paused" in terminal.text)
        terminal.press("s")
        terminal.wait_for(lambda: terminal.iteration == 1)
        terminal.press("q")
        terminal.wait_for_end()
    with Terminal("-") as terminal:
        terminal.wait_for_end()
        assert "standard input is the terminal" in terminal.text


def test_an_endless_stream_ends() -> None:
    limited = f"ulimit -v 3000000; tr '\\0' '1' </dev/zero | {PROGRAM} train -"
    # Each thread for BLAS takes room, and there may be many processors.
    few = {**os.environ, "OPENBLAS_NUM_THREADS": "1"}
    done = subprocess.run(
        ["bash", "-c", limited], capture_output=True, text=True, timeout=120, env=few
    )
    assert done.returncode == 2
    assert done.stderr.startswith("nn-tui: standard input: to read ")
    assert "of memory" in done.stderr
    assert done.stderr.count("\n") == 1


@pytest.fixture
def gigabyte(tmp_path: Path) -> Iterator[Path]:
    """A table of 1 GB."""
    path = tmp_path / "large.csv"
    block = "".join(f"{i % 997 / 997:.6f},{i % 2}\n" for i in range(500_000)).encode()
    with path.open("wb") as file:
        file.write(b"a,b\n")
        while file.tell() < 1e9:
            file.write(block)
    yield path
    path.unlink()


@pytest.mark.slow
@pytest.mark.skipif(
    shutil.disk_usage("/tmp").free < 3e9, reason="there is no room for a file of 1 GB"
)
def test_reading_a_gigabyte_is_told_and_given_up(gigabyte: Path) -> None:
    with Terminal(str(gigabyte)) as terminal:
        terminal.wait_for(lambda: "reading 1.0 GB" in terminal.text)
        terminal.wait_for(
            lambda: re.search(r"[1-9]\d* %   Esc gives up", terminal.text) is not None
        )
        terminal.press("\x1b")
        terminal.wait_for_end()
        assert "given up while the data were being read" in terminal.text


@pytest.mark.slow
def test_a_command_reading_a_gigabyte_ends_at_once(gigabyte: Path) -> None:
    child = pexpect.spawn(COMMAND, ["train", str(gigabyte)], encoding="utf-8", timeout=120)
    child.expect(r"large.csv \(1,0\d\d MB\) … \d+ %")
    child.sendintr()
    child.expect(pexpect.EOF)
    child.close()
    assert child.exitstatus == 130

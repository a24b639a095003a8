"""The documents say what the program does: generated parts, sizes, links and commands."""

import re
import shlex
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner

from engine import Debugger, Hyperparameters, read_dataset
from engine.data.locate import bundled
from engine.language.functions import FUNCTIONS
from engine.reports.standalone.files import export_script
from engine.saved.library import Library
from engine.saved.run_files import SingleFile
from engine.saved.saver import Saver
from tests.documents.__main__ import main
from tests.documents.blocks import BLOCKS, DOCUMENTS, LAYERS, ROOMS, ROOT, filled, without_blocks
from tui.cli import cli
from tui.keys import KEYS

TEXTS = {name: (ROOT / name).read_text(encoding="utf-8") for name in DOCUMENTS}
MOST = {"README.md": 8_000, "tui/README.md": 20 * 1024, "engine/README.md": 18 * 1024}
"""Bytes."""


def test_the_generated_parts_are_up_to_date() -> None:
    assert main(["--check"]) == 0, "python -m tests.documents"


def test_every_block_stands_in_a_document_and_nothing_else_is_marked() -> None:
    marked = [
        name
        for text in TEXTS.values()
        for name in re.findall(r"^<!-- generated: (.+) -->$", text, re.MULTILINE)
    ]
    assert sorted(marked) == sorted(BLOCKS)


def test_what_differs_is_told_and_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("tests.documents.__main__.ROOT", tmp_path)
    for name, text in TEXTS.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text, encoding="utf-8")
    old = TEXTS["engine/README.md"].replace("| `sgd` | v ← v − η·g |", "| `sgd` | another |")
    (tmp_path / "engine/README.md").write_text(old, encoding="utf-8")
    assert main(["--check"]) == 1
    assert capsys.readouterr().err == "engine/README.md is out of date: python -m tests.documents\n"
    assert main([]) == 0
    written = (tmp_path / "engine/README.md").read_text(encoding="utf-8")
    assert written == TEXTS["engine/README.md"] == filled(old)
    assert main(["--check"]) == 0


@pytest.mark.parametrize(("name", "most"), MOST.items())
def test_no_document_grows_too_long(name: str, most: int) -> None:
    assert len(TEXTS[name].encode()) <= most


@pytest.mark.parametrize(("package", "listed"), [("engine", LAYERS), ("tui", ROOMS)])
def test_every_folder_is_told_of(package: str, listed: tuple[str, ...]) -> None:
    assert sorted(listed) == sorted(p.parent.name for p in (ROOT / package).glob("*/__init__.py"))


def anchors(text: str) -> set[str]:
    """What a heading is linked by, as GitHub makes it."""
    titles = re.findall(r"^#+ (.*)$", text, re.MULTILINE)
    return {re.sub(r"[^\w -]", "", title.lower()).replace(" ", "-") for title in titles}


@pytest.mark.parametrize("name", DOCUMENTS)
def test_every_link_leads_somewhere(name: str) -> None:
    for target in re.findall(r"\]\(([^)]*)\)", TEXTS[name]):
        if target.startswith("https://"):
            continue
        path, _, anchor = target.partition("#")
        file = (ROOT / name).parent / path if path else ROOT / name
        assert file.exists(), target
        if anchor:
            assert anchor in anchors(file.read_text(encoding="utf-8")), target


@pytest.mark.parametrize("name", DOCUMENTS)
def test_every_file_and_folder_that_is_named_is_there(name: str) -> None:
    here = (ROOT / name).parent
    spoken = set(re.findall(r"`([\w/]+(?:/|\.py|\.tcss|\.toml))`", TEXTS[name]))
    spoken |= {f"{path}.py" for path in re.findall(r"`((?:maths|formula|loop)/\w+)`", TEXTS[name])}
    # What is named beside a pane lies in its folder.
    places = (here, ROOT, here / "panes/pictures")
    for path in spoken:
        assert any((place / path).exists() for place in places), path


@pytest.mark.parametrize("name", DOCUMENTS)
def test_every_name_in_a_file_is_there(name: str) -> None:
    told = re.findall(r"`(\w+)` (?:of|in)\s+`([\w/]+\.py)`", TEXTS[name])
    for word, path in told:
        text = ((ROOT / name).parent / path).read_text(encoding="utf-8")
        assert re.search(rf"^ *(?:def |class )?{word}\b", text, re.MULTILINE), word


def test_every_option_that_is_named_is_one() -> None:
    known = {
        option for command in cli.commands.values() for p in command.params for option in p.opts
    }
    known |= {"--help", "--version", *("--noise", "--rows", "--seed", "--snapshot-update")}
    for name, text in TEXTS.items():
        assert set(re.findall(r"(?<![\w-])--[a-z][a-z0-9-]*", text)) <= known, name


def test_the_commands_are_listed() -> None:
    rows = re.findall(r"^\| `nn-tui ?(\w*)", TEXTS["README.md"], re.MULTILINE)
    assert sorted({*rows} - {"", "DATA"}) == sorted({*cli.commands} - {"open"})


def test_the_functions_are_listed() -> None:
    assert f"| functions | `{' '.join(FUNCTIONS)}` |" in TEXTS["tui/README.md"]


def test_the_keys_that_are_named_are_keys() -> None:
    known = {name for key in KEYS for name in key.shown.split(" ")}
    first = TEXTS["README.md"].partition("## The first minute")[2].partition("## Commands")[0]
    named = set(re.findall(r"`([^`\s])`", without_blocks(first)))
    assert named
    assert named <= known


def test_the_number_of_bundled_tables_is_right() -> None:
    assert f"[{len(bundled())} bundled tables]" in TEXTS["README.md"]


def test_the_wheel_holds_no_inner_document() -> None:
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    packed = settings["tool"]["setuptools"]["package-data"]
    assert not settings["tool"]["setuptools"]["include-package-data"]
    for package, patterns in packed.items():
        folder = ROOT / package.replace(".", "/")
        assert not [p for pattern in patterns for p in folder.glob(pattern) if p.suffix == ".md"]


def scripts() -> Iterator[str]:
    """The scripts of the documents."""
    for text in TEXTS.values():
        yield from re.findall(r"^```python\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)


@pytest.mark.parametrize("script", scripts())
def test_every_script_runs(script: str, saved: str) -> None:
    exec(compile(script, "README.md", "exec"), {})


def commands() -> Iterator[str]:
    """The command lines of the documents, without those of the samples, which have their tests."""
    for text in map(without_blocks, TEXTS.values()):
        for fence in re.findall(r"^```\n(nn-tui .*?)^```$", text, re.MULTILINE | re.DOTALL):
            for line in fence.replace("\\\n", " ").splitlines():
                yield line if '"' in line else re.split(r" {2,}", line)[0]
        yield from re.findall(r"`(nn-tui(?: [^`]+)?)`", text)


PLACEHOLDERS = {
    "DATA": "or",
    "CELL": "dE_dw[0, 0]",
    "EXPR": "norm(dE_dw)",
    "COMMAND": "train",
    "FILE": "mine.py",
    "my.csv": str(ROOT / "samples/or.csv"),
    "mine.csv": str(ROOT / "samples/or.csv"),
    "samples/or.csv": str(ROOT / "samples/or.csv"),
    "samples/spiral.csv": str(ROOT / "samples/spiral.csv"),
}
ON_THE_SCREEN = ("nn-tui samples/or.csv --iterations 10000000",)
"""What takes too long without a screen; `test_first_minute` opens it."""


@pytest.fixture
def saved(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """A saved run by its name, and as a file; beside it `mine.py`, a script that is right."""
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    monkeypatch.chdir(tmp_path)
    library = Library()
    debugger = Debugger(read_dataset("or"), Hyperparameters(iterations=40))
    saver = Saver(debugger, library.new(), single=SingleFile(Path("my.nnrun")))
    debugger.run(30)
    assert saver.close("quit", here=True)
    export_script(debugger, "mine.py")
    return library.entries()[0].identity


@pytest.mark.parametrize("line", sorted(set(commands()) - set(ON_THE_SCREEN)))
def test_every_command_works_as_it_stands(line: str, saved: str) -> None:
    words = [{**PLACEHOLDERS, "RUN": saved}.get(word, word) for word in shlex.split(line)[1:]]
    if words == ["or", "--save", "my.nnrun"]:
        Path("my.nnrun").unlink()
    if words in ([], ["train"], ["check"]):
        # DATA is told of beside them.
        words.append("or")
    typed = "i\n" if "--plain" in words else None
    done = CliRunner().invoke(cli, words, input=typed, catch_exceptions=False)
    assert done.exit_code == 0, done.output
    assert done.stdout or words[0] == "export"

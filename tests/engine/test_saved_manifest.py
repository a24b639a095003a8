"""The manifest of a saved run: each field declared once, and those of earlier versions read."""

import dataclasses
import json
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from engine import Debugger, InputError
from engine.formula.tensor import Array
from engine.saved.capture import Encoder, capture
from engine.saved.json_field import Field
from engine.saved.manifest import checksum, read_manifest
from engine.saved.record import Count, Record, Shown, Text
from engine.saved.restore import open_run
from engine.saved.run_files import Folder

BEFORE = Path(__file__).parent / "before"
RUNS = ("or", "iris")


def document_of(name: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((BEFORE / name / "run.json").read_bytes())
    return found


@pytest.mark.parametrize("name", RUNS)
def test_a_document_of_the_version_before_is_written_as_it_was_read(name: str) -> None:
    document = document_of(name)
    written = json.loads(json.dumps(read_manifest(json.dumps(document).encode()).written()))
    del document["checksum"]
    assert known(written, document) == document
    assert list(written) == list(document)


def known(written: Any, before: Any) -> Any:
    """Leave out the fields that came later."""
    if isinstance(before, dict):
        return {key: known(written[key], value) for key, value in before.items()}
    if isinstance(before, list):
        assert len(written) == len(before)
        return [known(a, b) for a, b in zip(written, before, strict=True)]
    return written


def losses_of(debugger: Debugger) -> list[Array]:
    return [branch.run.losses[:] for branch in debugger.branches]


@pytest.mark.one_in(3)
@pytest.mark.parametrize("name", RUNS)
@pytest.mark.parametrize("lacking", [(), ("name",), ("met", "nonfinite"), ("name", "met")])
def test_a_run_of_a_version_before_opens_as_it_was(
    name: str, lacking: tuple[str, ...], tmp_path: Path
) -> None:
    """Stops had no names at first, and nobody counted how often they were met."""
    document = document_of(name)
    for each in (*document["stops"], *document["branches"]):
        for field in lacking:
            each.pop(field, None)
    document["checksum"] = checksum(document)
    shutil.copytree(BEFORE / name, tmp_path / "run")
    (tmp_path / "run" / "run.json").write_text(json.dumps(document))
    debugger = open_run(Folder(tmp_path / "run")).debugger
    assert debugger.iteration == document["summary"]["iteration"]
    assert len(debugger.losses) == document["summary"]["computed"]
    assert repr(float(debugger.losses[-1])) == document["summary"]["E"]
    told = [
        (s.number, s.name, s.place, s.text, s.count, s.enabled, s.problem) for s in debugger.stops
    ]
    assert told == [tuple(stop.values()) for stop in document_of(name)["stops"]]
    for branch, saved in zip(debugger.branches, document["branches"], strict=True):
        assert (branch.number, branch.label, branch.began) == tuple(saved.values())[:3]
        assert (
            known(branch.run.started_with.as_dict(), saved["hyperparameters"])
            == (saved["hyperparameters"])
        )
    # Saved again, it is the same run but for who has saved it and when.
    taken = json.loads(Encoder().encode(capture(debugger, "again", 0.0)).manifest)
    for same in ("data", "current", "next_branch", "done", "undone", "log", "hit", "summary"):
        assert known(taken[same], document[same]) == document[same], same
    assert [b["changes"] for b in taken["branches"]] == [b["changes"] for b in document["branches"]]


def ways(value: Any, way: str = "") -> Iterator[tuple[str, tuple[str | int, ...]]]:
    """The way to each value in a document, as messages tell it and as Python goes it."""
    entries = value.items() if isinstance(value, dict) else enumerate(value)
    for key, inside in entries:
        told = f"{way}[{key}]" if isinstance(key, int) else f"{way}.{key}".removeprefix(".")
        yield told, (key,)
        if isinstance(inside, (dict, list)):
            yield from ((deeper, (key, *steps)) for deeper, steps in ways(inside, told))


@pytest.mark.parametrize("name", RUNS)
def test_each_field_is_refused_by_its_name(name: str) -> None:
    """What is of no kind at all is refused wherever it stands."""
    document = document_of(name)
    document["view"] = None
    unnamed = ("view", "checksum")
    seen = 0
    for told, steps in ways(document):
        if steps[0] in unnamed:
            continue
        changed = json.loads(json.dumps(document))
        within = changed
        for step in steps[:-1]:
            within = within[step]
        within[steps[-1]] = {"of": {"no": "kind"}}
        changed["checksum"] = checksum(changed)
        with pytest.raises(InputError) as refused:
            read_manifest(json.dumps(changed).encode())
        # A hyperparameter is refused in the words of its declaration.
        settings = [s for s in ("hyperparameters", "options") if s in steps]
        named = told[: told.index(settings[0])] + settings[0] if settings else told
        assert str(refused.value).startswith(named), (told, str(refused.value))
        seen += 1
    assert seen > 100


@pytest.mark.parametrize("name", RUNS)
def test_each_field_that_is_missing_is_named(name: str) -> None:
    document = document_of(name)
    records = [
        ("", document),
        ("data.", document["data"]),
        ("summary.", document["summary"]),
        ("branches[0].", document["branches"][0]),
        ("stops[1].", document["stops"][1]),
    ]
    for way, record in records:
        for field in list(record):
            if field in ("met", "nonfinite", "checksum") or (way, field) == ("stops[1].", "name"):
                continue
            value = record.pop(field)
            document["checksum"] = checksum(document)
            with pytest.raises(InputError, match="missing") as refused:
                read_manifest(json.dumps(document).encode())
            assert str(refused.value) == f"{way}{field}: missing"
            record[field] = value


@dataclass(frozen=True, kw_only=True)
class _Leaf(Record):
    names: tuple[Text, ...]
    pair: tuple[Count, Shown]


@dataclass(frozen=True, kw_only=True)
class _Tree(Record):
    leaves: dict[str, tuple[_Leaf, ...]]
    one: _Leaf | None
    added: Count = 7


LEAF = {"names": ["a", "b"], "pair": [3, "c"]}
TREE = {"leaves": {"x": [LEAF, LEAF], "y": []}, "one": None, "added": 8}


def test_a_record_is_written_and_read_by_the_one_line_that_declares_a_field() -> None:
    tree = _Tree.read(Field(TREE))
    assert tree.leaves["x"][1].pair == (3, "c")
    assert tree.written() == TREE
    assert dataclasses.replace(tree, one=tree.leaves["x"][0]).written()["one"] == LEAF
    # What an earlier version has not written, and what a later one writes too.
    older = {name: value for name, value in TREE.items() if name != "added"}
    assert _Tree.read(Field(older | {"later": 1})).added == 7


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"pair": [3]}, "t.leaves.x[1].pair: a list of 2 is needed"),
        ({"pair": [-1, "c"]}, "t.leaves.x[1].pair[0]: a whole number from 0 to"),
        ({"names": "ab"}, "t.leaves.x[1].names: a list is needed, not 'ab'"),
        ({"names": ["a", None]}, "t.leaves.x[1].names[1]: a text is needed, not None"),
    ],
)
def test_what_is_wrong_is_named_by_the_way_to_it(changed: dict[str, Any], message: str) -> None:
    tree = TREE | {"leaves": {"x": [LEAF, LEAF | changed]}}
    with pytest.raises(InputError) as refused:
        _Tree.read(Field(tree, "t"))
    assert str(refused.value).startswith(message)


def test_names_in_a_message_are_safe_to_show() -> None:
    for key in ("\x1b[2J", "\u202e", "\ud800", "x" * 1000, "a\nb"):
        with pytest.raises(InputError) as refused:
            _Tree.read(Field(TREE | {"leaves": {key: 1}}))
        assert str(refused.value).isprintable()
        assert len(str(refused.value)) < 200

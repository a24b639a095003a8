"""A validation table of its own, beside the same lines held out of one table."""

from pathlib import Path

import numpy as np
import pytest

from engine import Dataset, Debugger, Hyperparameters, InputError, read_dataset
from engine.data.locate import bundled
from engine.data.options import TableOptions
from engine.saved.capture import Encoder, capture
from engine.saved.last_save import newest
from engine.saved.restore import open_run
from engine.saved.run_files import Folder

TRAINING = "colour,size,kind\nred,1,a\ngreen,2,b\nblue,4,a\nred,3,b\ngreen,6,c\n"


def tables(tmp_path: Path, held_out: str, training: str = TRAINING) -> tuple[Path, Path]:
    paths = tmp_path / "training.csv", tmp_path / "held out.csv"
    for path, text in zip(paths, (training, held_out), strict=True):
        path.write_text(text)
    return paths


@pytest.mark.parametrize("name", ["iris", "penguins", "gaussians", "wine"])
@pytest.mark.parametrize("scaling", ["standardise", "none"])
def test_it_is_what_the_same_lines_of_one_table_are(
    name: str, scaling: str, tmp_path: Path
) -> None:
    given = {"scaling": scaling, "missing": "drop", "index": "none"}
    whole = read_dataset(name, split=0.3, **given)
    assert whole.held_out is not None
    lines = bundled()[name].read_text().splitlines()
    held = {int(number) for number in whole.held_out.observations}
    parts: list[list[str]] = [[], []]
    for number, line in enumerate(lines[1:], 1):
        parts[number in held].append(line)
    training, held_out = tables(
        tmp_path, *("\n".join([lines[0], *part]) for part in reversed(parts))
    )
    apart = read_dataset(training, validation=str(held_out), **given)
    assert apart.held_out is not None
    for one, other in ((apart, whole), (apart.held_out, whole.held_out)):
        assert (one.inputs, one.targets, one.classes) == (
            other.inputs,
            other.targets,
            other.classes,
        )
        np.testing.assert_array_equal(one.x, other.x)
        np.testing.assert_array_equal(one.shown_x, other.shown_x)
        np.testing.assert_array_equal(one.f0, other.f0)


def read(tmp_path: Path, held_out: str, training: str = TRAINING, **options: object) -> Dataset:
    table, validation = tables(tmp_path, held_out, training)
    return read_dataset(table, validation=str(validation), **options)


def test_columns_and_classes_have_the_places_of_the_training_table(tmp_path: Path) -> None:
    held_out = "size;kind;colour\n2;b;green\n5;a;blue\n"
    dataset = read(tmp_path, held_out, features="size*size")
    part = dataset.held_out
    assert part is not None
    assert part.inputs == ("colour=blue", "colour=green", "colour=red", "size", "size*size")
    assert part.x.tolist() == [[0, 1, 0, 2, 4], [1, 0, 0, 5, 25]]
    assert part.targets == ("kind=a", "kind=b", "kind=c")
    assert part.f0.tolist() == [[0, 1, 0], [1, 0, 0]]
    assert dataset.assumptions[-1] == "held out.csv: separator semicolon"


REFUSED = {
    "colour,size,kind\nviolet,1,a\nred,1,b\n": "column 'colour': the class 'violet' does not occur",
    "colour,size,kind\nred,1,a\nred,1,z\n": "column 'kind': the class 'z' does not occur",
    "colour,size,what\nred,1,a\nred,1,b\n": "column 'kind': no such column",
    "colour,kind\nred,a\nred,b\n": "column 'size': the training table has this column",
    "colour,size,kind,more\nred,1,a,1\nred,1,b,2\n": "column 'more': the training table has no",
    "colour,size,kind\n3,1,a\n4,1,b\n": "column 'colour': it holds numbers, but classes in",
    "colour,size,kind\nred,x,a\nred,y,b\n": "column 'size': it holds classes, but numbers in",
    "colour,size,kind\nred,,a\nred,2,b\n": "line 2, column 'size': missing cell",
}


@pytest.mark.parametrize("held_out", REFUSED)
def test_what_does_not_fit_is_refused_in_a_line(held_out: str, tmp_path: Path) -> None:
    for missing in ("refuse", "mean"):
        with pytest.raises(InputError) as refused:
            read(tmp_path, held_out, missing=missing)
        assert str(refused.value).startswith(str(tmp_path / "held out.csv"))
        assert REFUSED[held_out] in str(refused.value)


def test_two_classes_are_not_taken_for_two_others(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="the class 'x' does not occur"):
        read(tmp_path, "n,kind\n1,x\n2,b\n", "n,kind\n1,a\n2,b\n")
    several = {"targets": ("kind", "size")}
    with pytest.raises(InputError, match="column 'kind': it holds two classes only"):
        read(tmp_path, "colour,size,kind\nred,1,a\nred,2,c\n", **several)


def test_it_goes_with_no_split_and_has_one_form(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(InputError, match="--validation does not go with --split"):
        TableOptions(validation="or", split=0.2)
    monkeypatch.chdir(tmp_path)
    assert TableOptions(validation="or").validation == "or"
    assert TableOptions(validation="there.csv").validation == str(tmp_path / "there.csv")
    (tmp_path / "or").touch()
    assert TableOptions(validation="or").validation == str(tmp_path / "or")


def test_a_saved_run_finds_it_again_or_says_what_is_missing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    table, held_out = tables(tmp_path, "a,b\n1,1\n2,0\n", "a,b\n0,0\n1,1\n")
    monkeypatch.chdir(tmp_path)
    debugger = Debugger(
        read_dataset(table, validation=held_out.name), Hyperparameters(patience=500)
    )
    debugger.run(20)
    folder = Folder(tmp_path / "run")
    encoded = Encoder().encode(capture(debugger, "a-run", 1e9), folder.has)
    folder.write(encoded.manifest, encoded.parts, encoded.named)
    monkeypatch.chdir("/")
    resumed = open_run(folder).debugger
    assert resumed.held_out_losses.tobytes() == debugger.held_out_losses.tobytes()
    assert len(resumed.held_out_losses) == 20
    saved = newest(folder)
    assert saved.data.source is not None
    assert saved.data.source.options.validation == str(held_out)
    held_out.write_text("a,b\n1,1\n2,1\n")
    with pytest.raises(InputError, match="the data have changed since"):
        open_run(folder)
    held_out.unlink()
    with pytest.raises(InputError, match=r"held out\.csv: no such file"):
        open_run(folder)

"""Nonsense and extremes: refused in a line, or a run that says what became of it."""

import json
import math
import os
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from engine import Debugger, Hyperparameters, InputError, read_dataset
from engine.common.declaration import Declaration
from engine.common.settings import HISTORY
from engine.data.options import TABLE_DECLARATIONS
from engine.model.hyperparameters import DECLARATIONS
from engine.model.parameters_file import read_parameters
from engine.reports.export import export
from engine.reports.training import run_object, run_text
from tests.examples import examples
from tui.opening.prepare import prepare

CASES = int(os.environ.get("NN_TUI_FUZZ") or examples(60))
"""Cases for each of the tests below."""
few = settings(
    max_examples=CASES,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
OR, IRIS = read_dataset("or"), read_dataset("iris", split=0.2)
ALL = [*DECLARATIONS.values(), *TABLE_DECLARATIONS.values(), HISTORY]
EXTREMES = [
    *("", " ", "0", "-0", "1", "-1", "nan", "inf", "-inf", "1e308", "1e-308", "1e400", "5e-324"),
    *("1_000", "1,000", "0x10", "٣", "１", "1e9", "1000000000", "9" * 5000, "none", "None", "true"),
    *(",", "3,", ",3", "3,,3", "3," * 100, "full", "\x00", "\x1b[31m", "[red]", "a" * 100_000),
]

texts = st.one_of(
    st.text(max_size=30),
    st.sampled_from(EXTREMES),
    st.floats().map(repr),
    st.integers().map(str),
)
values = st.one_of(
    texts, st.floats(), st.integers(), st.booleans(), st.none(), st.lists(st.integers())
)


@pytest.mark.parametrize("declaration", ALL, ids=lambda declaration: declaration.name)
@few
@given(text=texts, value=values)
def test_a_value_is_allowed_or_refused_in_a_line(
    declaration: Declaration, text: str, value: object
) -> None:
    for way, typed in ((declaration.parse, text), (declaration.validate, value)):
        try:
            accepted = way(typed)  # type: ignore[operator]
        except InputError as error:
            told = str(error)
            assert told.startswith(declaration.label)
            assert "\n" not in told
            assert "\x1b" not in told
            assert len(told) < 400
        else:
            assert type(accepted) is declaration.kind
            assert declaration.validate(accepted) == accepted
            if not isinstance(accepted, str):
                assert declaration.minimum <= accepted <= declaration.maximum


def extremes(declaration: Declaration) -> st.SearchStrategy[object]:
    """Values at the edges of what is allowed."""
    if declaration.choices:
        return st.sampled_from(declaration.choices)
    if declaration.kind is str:
        return {
            "freeze": st.sampled_from(["none", "w", "v1"]),
            "hidden": st.sampled_from(["none", "1", "8,4", "1,1,1,1,1", "300"]),
            "activation": st.sampled_from(["relu", "elu", "softplus", "tanh", "identity"]),
            "batch_size": st.sampled_from(["full", "1", "3", "999999999"]),
        }[declaration.name]
    edges = [declaration.minimum, declaration.maximum, declaration.default, 0, 1, -1, 1e300, 1e-300]
    fit = {declaration.kind(e) for e in edges if math.isfinite(e)}  # type: ignore[arg-type]
    return st.sampled_from(
        sorted(e for e in fit if declaration.minimum <= e <= declaration.maximum)
    )


combinations = st.fixed_dictionaries(
    {}, optional={d.name: extremes(d) for d in DECLARATIONS.values() if d.name != "iterations"}
)


@pytest.mark.one_in(2)
@pytest.mark.parametrize("dataset", [OR, IRIS], ids=["or", "iris"])
@few
@given(chosen=combinations)
def test_extremes_run_or_are_refused(dataset: object, chosen: dict[str, object]) -> None:
    try:
        debugger = Debugger(dataset, Hyperparameters(iterations=6, **chosen))  # type: ignore[arg-type]
    except InputError as error:
        told = str(error)
    else:
        told = check_run(debugger)
    assert "\n" not in told


def check_run(debugger: Debugger) -> str:
    debugger.train()
    for _ in range(3):
        debugger.step_operation()
    debugger.back_iteration()
    snapshot = debugger.snapshot(summary_of="w")
    assert snapshot.iteration <= 6
    told = run_text(debugger, 1.0)
    json.dumps(run_object(debugger, 1.0), allow_nan=False)
    if not np.isfinite(debugger.losses).all():
        assert "the run diverged" in told
    return ""


trees = st.recursive(
    st.one_of(st.floats(), st.integers(), st.booleans(), st.none(), st.text(max_size=5)),
    lambda inner: st.one_of(
        st.lists(inner, max_size=4), st.dictionaries(st.text(max_size=4), inner, max_size=4)
    ),
    max_leaves=20,
)
named = st.fixed_dictionaries({}, optional={"v": trees, "w": trees, "parameters": trees})


@few
@given(tree=st.one_of(trees, named))
def test_parameters_from_strangers(tree: object, tmp_path: Path) -> None:
    path = tmp_path / "weights.json"
    path.write_text(json.dumps(tree))
    with pytest.raises(InputError) as caught:
        Debugger(OR, parameters=read_parameters(path))
    assert "\n" not in str(caught.value)
    assert len(str(caught.value)) < 1500


@pytest.mark.parametrize("ending", [".npz", ".json", ".txt"])
@pytest.mark.parametrize("bias", ["shared", "per-neuron"])
def test_what_export_writes_can_be_started_from_whatever_it_is_called(
    bias: str, ending: str, tmp_path: Path
) -> None:
    options = Hyperparameters(bias=bias, hidden="3,2")
    debugger = Debugger(OR, options)
    debugger.run(7)
    for written in export(debugger, tmp_path / "results")[2:]:
        path = tmp_path / f"{written.stem}{ending}"
        path.write_bytes(written.read_bytes())
        again = Debugger(OR, options, read_parameters(path))
        for name, values in debugger.parameters.items():
            assert again.parameters[name].tobytes() == values.tobytes()


def test_other_archives_are_refused_as_weights(tmp_path: Path) -> None:
    path = tmp_path / "weights"
    for write, told in (
        (lambda: np.savez_compressed(path, v=np.ones((2, 3))), "v.npy is compressed: it must not"),
        (lambda: np.savez(path, v=np.ones((2, 3), np.float32)), "v.npy: not an array of float64"),
        (lambda: np.save(path, np.ones(3)), "not JSON, nor an .npz file"),
        (lambda: np.savez(path, v=np.ones((2, 3))), "parameters are v, w, not v"),
    ):
        for left in tmp_path.iterdir():
            left.unlink()
        write()
        (found,) = tmp_path.iterdir()
        with pytest.raises(InputError) as caught:
            Debugger(OR, parameters=read_parameters(found))
        assert told in str(caught.value)


@pytest.mark.parametrize(
    ("column", "told"),
    [
        ((0, 1, 2), "--category label takes the 3 numbers in it for classes"),
        ((0, 1, 1), "the two classes of 'label' are one output"),
        (("u", "v", "u"), "the two classes of 'label=v' are one output"),
        ((0.5, 1.25, 2.75), "or more targets (--target)"),
    ],
)
def test_labels_with_softmax_are_no_fault_of_the_weights(
    column: tuple[object, ...], told: str, tmp_path: Path
) -> None:
    table, weights = tmp_path / "labels.csv", tmp_path / "w.json"
    table.write_text("a,b,label\n" + "".join(f"{i},{i % 2},{c}\n" for i, c in enumerate(column)))
    weights.write_text('{"v": [[1, 2, 3]], "w": [[1]]}')
    given = {"output_activation": "softmax", "targets": (), "ignore": (), "category": ()}
    for path in (None, str(weights)):
        with pytest.raises(InputError) as caught:
            prepare(str(table), path, 64, **given)
        assert told in str(caught.value)
        assert "w.json" not in str(caught.value)
        assert "--" in str(caught.value)
    with pytest.raises(InputError, match=r"w\.json: v: the shape is 1×3, but 2×3"):
        prepare("or", str(weights), 64)
    if column == (0, 1, 2):
        given["category"] = ("label",)
        assert prepare(str(table), None, 64, **given).program.network.sizes[-1] == 3


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"", "not JSON"),
        (b"\xff\xfe", "not JSON"),
        (b"[" * 200_000, "not JSON"),
        (b'{"v": ' * 100_000, "not JSON"),
        (b"[1, 2]", "an object of parameters by name is needed"),
        (b'{"v": [[1,2,3],[4,5,6]], "w": [[1],[2],[NaN]]}', "w: not all values are finite"),
        (b'{"v": [[1,2,3],[4,5,1e999]], "w": [[1],[2],[3]]}', "v: not all values are finite"),
        (b'{"v": [[1,2,3],[4,5]], "w": [[1],[2],[3]]}', "v: not an array of numbers"),
        (b'{"v": [[1,2,3],[4,5,"6"]], "w": [[1],[2],[3]]}', "v: not an array of numbers"),
        (b'{"v": [[1,2,3],[4,5,6]], "w": 3}', "w: the shape is a scalar, but 3×1 is needed"),
        (b'{"v": [[1,2,3]], "w": [[1],[2],[3]]}', "v: the shape is 1×3, but 2×3 is needed"),
        (b'{"v": 1, "w": 2, "\\u001b[31m": 3}', "not v, w, ␛"),
        (json.dumps({str(i): 0 for i in range(50_000)}).encode(), "are v, w, not 0, 1, 2"),
    ],
    ids=lambda part: part[:12] if isinstance(part, str) else "",
)
def test_weights_are_refused_by_name(content: bytes, told: str, tmp_path: Path) -> None:
    path = tmp_path / "weights.json"
    path.write_bytes(content)
    with pytest.raises(InputError) as caught:
        Debugger(OR, parameters=read_parameters(path))
    assert told in str(caught.value)
    assert len(str(caught.value)) < 1500


def test_weights_that_are_no_file(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    for path in (tmp_path, tmp_path / "pipe", Path("/dev/zero")):
        with pytest.raises(InputError, match="not a regular file"):
            read_parameters(path)
    with pytest.raises(InputError, match="No such file"):
        read_parameters(tmp_path / "nothing")

"""Formulas typed by hand for blank lines, and a planted mistake that is to be found."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from engine import Debugger, InputError, check_gradients, read_dataset
from engine.common.errors import QueryError
from engine.derive import Exercise, Find
from engine.derive.answers import Answers
from engine.derive.report import exercise_object, exercise_text, find_object, verdict_lines
from engine.formula.source import NUMPY, source
from tests.engine.nets import CLASSES, DEEP, make

RIGHT = [
    ("dE_df", "2*(f - f0)/(N*O)"),
    ("dE_df", "∂E/∂f = 2·(f − f₀)/(N·O)"),
    ("df_dy", "f*(1 - f)"),
    ("df_dy", "exp(-y)/(1 + exp(-y))**2"),
    ("df_dy", "σ(y)·(1 − σ(y))"),
    ("dE_dy", "∂E/∂f ∘ ∂f/∂y"),
    ("dE_dy", "2*(f - f0)/N/O * np.exp(-y)*f**2"),
    ("dE_dw", "dy_dw.T @ dE_dy"),
    ("dE_dw", "transpose(g) @ dE_dy"),
    ("dE_dw", "(∂y/∂w)ᵀ·∂E/∂y"),
    ("dE_dw", "(dE_dy.T @ g).T"),
    ("dE_dbw", "sum(dE_dy, 0)"),
    ("dE_dbw", "np.sum(dE_dy, axis=0)"),
    ("dE_dg", "dE_dy @ w.T"),
    ("∂E/∂ŷ", "dE_dg * g * (1 - g)"),
    ("dy_dw", "g"),
]
WRONG = [
    ("dE_df", "0.5*(f - f0)", "constant-for-size", "a table of this size only"),
    ("dE_df", "2*(f - f0)", "reduction", "not divided by N·O"),
    ("dE_df", "2*(f0 - f)/(N*O)", "sign", "wrong way round"),
    ("dE_df", "0.5*(f0 - f)", "sign", "the sign is wrong; but for that, right for a table of"),
    ("dE_df", "3*(f0 - f)", "reduction", "N, and so is the sign"),
    ("dE_df", "-2*(f - f0)/(N*O)", "sign", ""),
    ("df_dy", "y*(1 - y)", "slope-argument", "the pre-activation y"),
    ("df_dy", "σ(f)*(1 - σ(f))", "slope-argument", "applied twice"),
    ("dE_dy", "dE_df", "missing-slope", "∂f/∂y is missing"),
    ("dE_dw", "dE_dy.T @ g", "transpose", "transposed"),
    ("dE_dbw", "mean(dE_dy, 0)", "bias-reduction", "N times too small"),
    ("dE_dg", "dE_df @ w.T", "wrong-operand", "∂E/∂f stands where ∂E/∂y belongs"),
    ("dE_dyhat", "dE_dg * g * (1 - yhat)", "slope-argument", "ŷ stands where"),
    ("dy_dw", "x", "shape", "N×I, but ∂y/∂w is N×H"),
    ("dE_df", "E", "shape", "a scalar"),
    ("dE_dw", "3", "shape", "one number, but ∂E/∂w has H×O of them"),
    ("df_dy", "1", "missing-slope", "taken for 1 everywhere"),
    ("df_dy", "f", "wrong-slope-formula", "f itself stands where"),
    ("df_dy", "1 - tanh(y)**2", "wrong-slope-formula", "tanh"),
    ("dE_dyhat", "dE_dg * dg_dyhat * g * (1 - g)", "extra-slope", "twice"),
    ("dE_df", "3*(f - f0)", "reduction", "number of observations"),
    ("dE_dyhat", "sqrt(abs(dE_dg))", "", ""),
]
UNREADABLE = [
    ("df_dy", "f(1 - f)", "^column 1: f is no function; a product is written with [*]$"),
    ("df_dy", "2(f)", "^column 1: a product is written with [*]$"),
    ("dE_dw", " ", "^a formula is needed$"),
    ("dE_dw", "g @ dE_dy", "N×H and N×O do not fit for a matrix product"),
    ("dE_dg", "dE_dy * w", "do not fit element by element"),
    ("dE_dy", "dE_dv", "there is no 'dE_dv' here"),
    ("dE_dy", "dE_df[0]", "one element is no formula"),
    ("dE_dy", "dE_df %  2", "operators"),
    ("dE_dy", "foo(dE_df)", "no foo here"),
    ("dE_dy", "sum(dE_df, 2)", "axis"),
    ("dE_dy", "(", "column"),
    ("dE_dy", "__import__('os').system('true')", "no such function here"),
    ("dE_dbw", "Σ ∂E/∂y", "write Σ"),
]


@pytest.fixture(scope="module")
def exercise() -> Exercise:
    return Exercise(make(rows=4, bias="per-neuron"))


def formulas(debugger: Debugger) -> dict[str, str]:
    return {line.name: line.formula for line in debugger.program.listing.lines}


@pytest.mark.parametrize(("name", "text"), RIGHT)
def test_right_in_whichever_way_it_is_written(exercise: Exercise, name: str, text: str) -> None:
    verdict = exercise.answer(name, text)
    assert verdict.is_right, (verdict.kind, verdict.says)


@pytest.mark.parametrize(("name", "text", "kind", "words"), WRONG)
def test_wrong_and_why(exercise: Exercise, name: str, text: str, kind: str, words: str) -> None:
    verdict = exercise.answer(name, text)
    assert not verdict.is_right
    assert verdict.kind == kind
    assert words in verdict.says
    if not kind:
        found = verdict.difference
        assert found is not None
        assert found.is_here
        assert found.labels == ("obs 1", "g1")
        assert found.ratio == found.yours / found.right


def test_a_sentence_keeps_the_name_that_it_begins_with(exercise: Exercise) -> None:
    says, _ = verdict_lines(exercise.answer("df_dy", "f*(1 + f)"), "∂f/∂y")
    assert says == "f is added where it is to be subtracted."


@pytest.mark.parametrize(("name", "text", "words"), UNREADABLE)
def test_what_is_no_formula(exercise: Exercise, name: str, text: str, words: str) -> None:
    with pytest.raises(QueryError, match=words):
        exercise.answer(name, text)


KINDS: list[dict[str, Any]] = [
    {"bias": "shared", "outputs": 2},
    {**DEEP, "activation": "leaky-relu,swish", "output_activation": "identity"},
    {"loss": "cross-entropy", "output_activation": "softmax", "l1": 0.1, "l2": 0.2, **CLASSES},
    {"bias": "per-neuron", "output_activation": "softmax", "outputs": 3},
    {"loss": "hinge", "output_activation": "tanh", "targets": "sides", "batch_size": 2},
]


@pytest.mark.one_in(2)
@pytest.mark.parametrize("kind", KINDS, ids=str)
def test_the_formulas_in_numpy_are_right_in_every_network_and_run(kind: dict[str, Any]) -> None:
    other, debugger = make(**kind), make(**kind)
    right = {o.name: o.rule.tree for o in debugger.program.operations}
    exercise = Exercise(debugger)
    assert not exercise.is_done
    assert all(formulas(debugger)[name].endswith("= ?") for name in exercise.lines)
    for name in exercise.lines:
        text = source(right[name], NUMPY)
        assert exercise.answer(name, text).is_right, (name, text)
        assert formulas(debugger)[name].endswith(text)
    assert exercise.is_done
    debugger.run(20)
    other.run(20)
    assert np.allclose(debugger.losses, other.losses, rtol=1e-12)


def test_the_run_uses_the_answer_and_a_new_one_too() -> None:
    debugger = Debugger(read_dataset("or"))
    exercise = Exercise(debugger)
    exercise.answer("df_dy", "exp(-y)/(1 + exp(-y))**2")
    debugger.run(2)
    told = str(debugger.explain("df_dy", 0, 0))
    assert "exp((−1)·0.46" in told
    assert "?" in str(debugger.explain("dE_dy", 0, 0))
    exercise.answer("df_dy", "f - f*f")
    debugger.run(1)
    f = debugger.value("f")
    assert np.array_equal(debugger.value("df_dy"), f - f * f)
    assert not np.array_equal(debugger.value("df_dy"), f * (1 - f)), "not in the last place"
    exercise.undo()
    debugger.reset()
    assert formulas(debugger)["df_dy"] == "∂f/∂y = exp(-y)/(1 + exp(-y))**2"
    assert formulas(debugger)["dE_dy"] == "∂E/∂y = ?"
    debugger.reset(debugger.hyperparameters.replace(activation="tanh", output_activation="tanh"))
    assert not exercise.is_right("df_dy")
    assert formulas(debugger)["df_dy"] == "∂f/∂y = ?"


def test_undo_hints_and_lines() -> None:
    debugger = Debugger(read_dataset("or"))
    exercise = Exercise(debugger, ["∂E/∂y", "dE_dg"])
    assert exercise.lines == ("dE_dy", "dE_dg")
    assert formulas(debugger)["df_dy"] == "∂f/∂y = f(1 − f)"
    exercise.answer("dE_dy", "dE_df")
    assert exercise.answer("dE_dy", "dE_df*df_dy").is_right
    assert not exercise.answer("dE_dy", "dE_df").is_right, "the right one stays"
    assert (exercise.right, exercise.score) == (1, "1 of 2 right")
    assert exercise.undo() == "the answer dE_df*df_dy to ∂E/∂y"
    assert exercise.verdicts["dE_dy"].text == "dE_df"
    assert exercise.redo()
    assert exercise.right == 1
    assert [exercise.hint("dE_dg") for _ in range(4)] == [
        "1 of 3: ∂E/∂g reads ∂E/∂y and ∂y/∂g.",
        "2 of 3: An activation acts on E through every neuron after it: their ∂E/∂y come back "
        "along the same weights and add up.",
        *["3 of 3: ∂E/∂g = ∂E/∂y·(∂y/∂g)ᵀ"] * 2,
    ]
    with pytest.raises(InputError, match="∂E/∂w is given; to derive: dE_dy, dE_dg"):
        exercise.answer("dE_dw", "1")
    with pytest.raises(InputError, match="no line of the backward phase; there are dE_df"):
        Exercise(Debugger(read_dataset("or")), ["yhat"])


def test_what_a_terminal_would_act_on_is_made_visible(tmp_path: Path) -> None:
    path = tmp_path / "answers.txt"
    path.write_text("dE_dy = dE_df*df_dy # \x1b[31m\ndE_dw = \x1b[2J\n", encoding="utf-8")
    debugger = Debugger(read_dataset("or"))
    exercise = Exercise(debugger, (), Answers(str(path)))
    assert exercise.is_right("dE_dy")
    exercise.answer("dE_dg", "dE_dy @ w.T #\x07{0}")
    for text in (exercise_text(exercise), *formulas(debugger).values()):
        assert not {"\x1b", "\x07"} & set(text)
    assert formulas(debugger)["dE_dg"] == "∂E/∂g = dE_dy @ w.T #␇{0}"


def test_answers_are_kept_in_a_file(tmp_path: Path) -> None:
    path = tmp_path / "answers.txt"
    path.write_text("# mine\n∂E/∂f = 2*(f-f0)/(N*O)\n\ndE_dw = g.T @\n", encoding="utf-8")
    exercise = Exercise(Debugger(read_dataset("or")), (), Answers(str(path)))
    assert exercise.right == 1
    assert exercise.verdicts["dE_dw"].kind == "unreadable"
    exercise.answer("dE_dw", "g.T @ dE_dy")
    exercise.answer("dE_df", "2*(f - f0)/(N*O)")
    exercise.answer("dE_dy", "dE_df")
    assert path.read_text(encoding="utf-8") == (
        "# mine\ndE_df = 2*(f - f0)/(N*O)\n\ndE_dw = g.T @ dE_dy\ndE_dy = dE_df\n"
    )
    exercise.undo()
    assert "\ndE_dy" not in path.read_text(encoding="utf-8")
    told = exercise_object(exercise)
    assert (told["right"], told["of"]) == (2, 11)
    assert told["lines"][2] == {
        "operation": "dE_dy",
        "answer": None,
        "right": False,
        "kind": "blank",
        "says": "no answer",
        "repair": None,
        "hints": 0,
        "differs": None,
    }
    assert "✓ ∂E/∂w = g.T @ dE_dy" in exercise_text(exercise)
    with pytest.raises(QueryError):
        exercise.answer("dE_dg", "dE_dy @")
    assert "\ndE_dg = dE_dy @\n" in path.read_text(encoding="utf-8"), "nothing typed is lost"
    for content, words in (
        ("dE_dy: 1", "line 1: an answer is written as"),
        ("\nfoo = 1", "line 2: foo: no line"),
    ):
        path.write_text(content, encoding="utf-8")
        with pytest.raises(InputError, match=words):
            Exercise(Debugger(read_dataset("or")), (), Answers(str(path)))
    path.write_bytes(b"\xff\xfe")
    with pytest.raises(InputError, match="UTF-8"):
        Answers(str(path))
    with pytest.raises(InputError, match="no such folder"):
        Answers(str(tmp_path / "none" / "a.txt"))


@pytest.mark.one_in(2)
@pytest.mark.parametrize("seed", range(6))
def test_a_planted_mistake_runs_until_it_is_found(seed: int) -> None:
    kinds: list[dict[str, Any]] = [
        {"bias": "per-neuron"},
        {"outputs": 2, "l2": 0.1},
        {"hidden": "3,2", "loss": "cross-entropy", "output_activation": "softmax", **CLASSES},
    ]
    kind = kinds[seed % 3]
    right = formulas(make(**kind))
    debugger = make(**kind)
    find = Find(debugger, seed)
    differing = [name for name, formula in formulas(debugger).items() if formula != right[name]]
    assert differing == [find.planted.of]
    check = check_gradients(debugger)
    assert check is not None
    assert not check.passed
    line = debugger.program.operation(find.planted.of)
    debugger.run(1)
    assert debugger.explain(line.name, *(0 for _ in line.shape))
    other = next(n for n in ("dE_dw", "dE_dg") if n != line.name and n in right) if kind else ""
    other = other or "dE_dw"
    assert "is right" in find.mark(other)
    assert not find.is_done
    says = find.mark(line.symbol)
    assert says.startswith(f"Found, {line.symbol}: {find.planted.says}")
    assert find.mark(other) == says, "what is found stays found"
    assert find_object(find)["found"] is True
    debugger.reset()
    assert formulas(debugger)[line.name] != right[line.name]

"""The expression language: its values against NumPy, and anything at all against its refusals."""

import time
import tracemalloc
from collections.abc import Callable
from pathlib import Path
from typing import Any
from unittest.mock import patch

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from engine import Debugger, Hyperparameters, InputError, read_dataset
from engine.common.errors import QueryError
from engine.formula.tensor import Array
from engine.language import compiler as language
from engine.language.compiler import compile_query
from engine.program.iterations import END
from engine.program.listing import parse_cell
from engine.stops.scope import Scope
from tests.engine.nets import every_kind, make
from tests.examples import examples

Values = Callable[[str], Array]

AGAINST_NUMPY: list[tuple[str, Callable[[Values], object]]] = [
    ("norm(dE_dw)", lambda t: np.linalg.norm(t("dE_dw"))),
    ("abs(v) + 2", lambda t: np.abs(t("v")) + 2),
    ("x @ v - yhat", lambda t: t("x") @ t("v") - t("yhat")),
    ("transpose(g) @ dE_dy", lambda t: t("g").T @ t("dE_dy")),
    ("v[:, g1] @ x[0]", lambda t: t("v")[:, 0] @ t("x")[0]),
    ("-w ** 2 / 3 * +E", lambda t: -(t("w") ** 2) / 3 * t("E")),
    ("sqrt(exp(log(g)))", lambda t: np.sqrt(np.exp(np.log(t("g"))))),
    ("log(v)", lambda t: np.log(t("v"))),
    ("1 / (v - v)", lambda t: 1 / (t("v") - t("v"))),
    ("min(v) + max(w)", lambda t: t("v").min() + t("w").max()),
    ("sum(dE_dv)", lambda t: np.sum(t("dE_dv"))),
    ("mean(f)", lambda t: np.mean(t("f"))),
    ("sum(g > 0.5)", lambda t: float((t("g") > 0.5).sum())),
    ("mean(f < f0)", lambda t: (t("f") < t("f0")).mean()),
    ("0.4 < g <= 0.6 != 0.5", lambda t: (t("g") > 0.4) & (t("g") <= 0.6)),
    ("any(g > 0.9) or all(isfinite(v))", lambda t: True),
    ("not E >= 0 and 1 < 2", lambda t: False),
    ("isfinite(1 / (x - x))", lambda t: np.zeros(t("x").shape, bool)),
    ("dE_dv[input2, g1]", lambda t: t("dE_dv")[1, 0]),
    ("dE_dv[input2]", lambda t: t("dE_dv")[1]),
    ("v[::-2, −1]", lambda t: t("v")[::-2, -1]),
    ("g[1:3, 1:]", lambda t: t("g")[1:3, 1:]),
    ("eta * η", lambda t: t("eta") ** 2),
    ("ŷ[0]", lambda t: t("yhat")[0]),
    ("norm(delta_v) / norm(v)", lambda t: np.linalg.norm(t("delta_v")) / np.linalg.norm(t("v"))),
    ("iteration + 10 * epoch", lambda t: 2.0 + 20.0),
    ("1e3 + 0x10 + 1_0", lambda t: 1026.0),
    ("True", lambda t: True),
]


@pytest.mark.parametrize(("text", "expected"), AGAINST_NUMPY, ids=[t for t, _ in AGAINST_NUMPY])
def test_values(text: str, expected: Callable[[Values], object]) -> None:
    debugger = make()
    debugger.run(3)
    found = debugger.evaluate(text)
    with np.errstate(all="ignore"):
        wanted = np.array(expected(debugger.value))
    assert found.dtype == (bool if wanted.dtype == bool else np.float64)
    assert found.shape == wanted.shape
    np.testing.assert_allclose(found, wanted, rtol=1e-12)


def test_the_norm_of_the_gradient_is_that_of_all_together() -> None:
    debugger = make("per-neuron", outputs=2)
    debugger.run(2)
    gradients = [debugger.value(f"dE_d{name}").reshape(-1) for name in debugger.parameters]
    expected = np.linalg.norm(np.concatenate(gradients))
    assert debugger.evaluate("gradient_norm") == pytest.approx(expected, rel=1e-12)


def test_the_value_one_iteration_ago() -> None:
    debugger, earlier = make(), make()
    debugger.run(9)
    earlier.run(8)
    for name in ("E", "v", "dE_dw", "g", "delta_v"):
        np.testing.assert_array_equal(debugger.evaluate(f"prev({name})"), earlier.value(name))
    for _ in range(8):
        debugger.step_operation()
        earlier.step_operation()
    here = debugger.snapshot().values
    # At the same operation for what has run, at the end of the iteration for what has not.
    assert debugger.evaluate("prev(E)") == earlier.value("E")
    np.testing.assert_array_equal(debugger.evaluate("prev(v)"), earlier.value("v"))
    earlier.finish_iteration()
    np.testing.assert_array_equal(debugger.evaluate("prev(dE_dv)"), earlier.value("dE_dv"))
    assert {n: a.tobytes() for n, a in debugger.snapshot().values.items()} == {
        n: a.tobytes() for n, a in here.items()
    }


def test_the_best_loss_so_far() -> None:
    debugger = make()
    debugger.change(learning_rate=50.0)
    debugger.run(40)
    assert debugger.losses.argmin() != 39
    for iteration in (40, 3, 17, 1):
        debugger.go_to(iteration)
        assert debugger.evaluate("best_E") == debugger.losses[:iteration].min()


def test_results_are_copies() -> None:
    debugger = make()
    debugger.run(2)
    before = bits(debugger)
    for text in ("v", "v[0]", "transpose(w)", "x", "+E", "prev(v)"):
        debugger.evaluate(text)[...] = 7.0
    assert bits(debugger) == before
    assert (debugger.evaluate("prev(v)") != 7.0).all()


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("norm(v", r"column 5: '\(' was never closed"),
        ("η * E + abs", "column 9: abs needs an argument"),
        ("  E + nosuch", "column 7: there is no 'nosuch' here; there are x, f0"),
        ("(E +\n ŷ + v + w)", "column 2: the shapes 5×3 and 4×3 do not fit"),
        ("x @ x", "column 1: the shapes 5×4 and 5×4 do not fit for a matrix product"),
        ("E.real", "column 2: a dot cannot be used here"),
        ("abs(w) + (w) . T", "column 14: a dot cannot be used here"),
        ("∂E/∂ŷ + ∂E/∂w.T", "column 14: a dot cannot be used here"),
        ("∂E/∂ŷ + nosuch", "column 9: there is no 'nosuch'"),
        ("∂E/∂ŷ + ) E", "column 9: unmatched"),
        ("f[0, output] + f[ obs 9]", "column 19: no row or column is called 'obs 9'"),
        ("v[obs 1]", "column 3: no row or column is called 'obs 1'"),
        ("f[5]", "numbers count from 0; the name 5 is written obs 5"),
        ("f[6]", "numbers count from 0; names are written obs 1$"),
        ("v[9]", "numbers count from 0$"),
        ("max(obs 1, 2)", "column 5: invalid syntax"),
        ("E >", "column 4: invalid syntax: something is missing at the end$"),
        ("f[obs ]", "column 3: invalid syntax|no row or column"),
        ("v[nosuch]", "column 3: no row or column is called 'nosuch'"),
        ("v[4, 0]", "column 1: there is no such element in the shape 4×3"),
        ("min(v[0:0])", "column 5: there is nothing in this slice"),
        ("True[()]", "column 1: an index is needed"),
        ("norm('v')", "column 6: text cannot be used here"),
        ("abs(f < f0)", "column 5: a comparison is not a number"),
        ("f < f0 and E", "column 1: this is true or false for each element"),
        ("E if E else E", "column 1: if cannot be used here"),
        ("[v for v in w]", "column 1: this cannot be used here"),
        ("E(1)", "column 1: E is no function; a product is written with [*]$"),
        ("nosuch(1)", "column 1: no function 'nosuch'"),
        ("1 + 4(E)", "column 5: a product is written with [*]$"),
        ("2E", "column 1: a product is written with [*]$"),
        ("norm(v, w)", "column 1: norm takes one argument"),
        ("prev(v + w)", "column 1: prev takes a name"),
        ("E & E", "column 1: the operators are"),
        ("E in v", "column 1: the comparisons are"),
        ("", "an expression is needed"),
        ("1" * 401, "at most 400 characters"),
        ("+".join("E" * 150), "too long"),
    ],
)
def test_refusals_tell_the_place(text: str, message: str) -> None:
    debugger = make()
    debugger.run(1)
    with pytest.raises(QueryError, match=message):
        debugger.evaluate(text)


def test_what_is_not_computed_yet_and_what_has_no_past() -> None:
    debugger = make()
    with pytest.raises(QueryError, match=r"E is not computed yet before ŷ; .* iteration 1 on$"):
        debugger.evaluate("E")
    debugger.run(1)
    with pytest.raises(QueryError, match="there is no iteration before"):
        debugger.evaluate("prev(E)")
    debugger.step_operation()
    with pytest.raises(QueryError, match=r"its value one iteration ago$"):
        debugger.evaluate("E")
    assert debugger.evaluate("prev(E)") == debugger.losses[0]


def test_what_is_no_condition_is_told_by_its_kind() -> None:
    debugger = make()
    for text, kind in (
        ("E", "a number, not a condition like E < 0.1"),
        ("v", r"4×3 numbers, not a condition like max\(v\) < 0.1"),
        ("v < 1", r"4×3 truth values, not a condition like any\(v < 1\)"),
    ):
        with pytest.raises(QueryError, match=f"{text}: is {kind}$"):
            debugger.stops.add_breakpoint(f"w: {text}")


def test_too_much_work_is_refused_before_it_is_done() -> None:
    debugger = make(rows=8_000)
    debugger.run(1)
    tracemalloc.start()
    try:
        with pytest.raises(QueryError, match="too many numbers"):
            debugger.evaluate("f * transpose(f) + 1")
        with pytest.raises(QueryError, match="too many numbers"):
            debugger.evaluate("x @ transpose(x)")
        _, most = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    # One product would have 64,000,000 numbers.
    assert most < 8_000_000


def bits(debugger: Debugger) -> dict[str, bytes]:
    """Every buffer there is, also those that are not computed, and the clock."""
    found = {name: tensor.data.tobytes() for name, tensor in debugger.program.tensors.items()}
    found |= {t.name: t.data.tobytes() for t in debugger.program.changes.values()}
    clock = (debugger.iteration, debugger.position)
    return found | {"losses": debugger.losses.tobytes(), "clock": repr(clock).encode()}


def place(iterations: int, operations: int) -> Debugger:
    debugger = Debugger(read_dataset("or"))
    debugger.run(iterations)
    for _ in range(operations):
        debugger.step_operation()
    return debugger


PLACES = [place(0, 0), place(3, 0), place(2, 9)]
BITS = [bits(debugger) for debugger in PLACES]
WORDS = """
x v w yhat g f E dE_dw dE_dv eta η ŷ delta_v iteration epoch best_E gradient_norm input1 g1
[obs obs 4] [input target 1, g2.1
norm abs min max mean sum any all isfinite sqrt exp log transpose prev not and or
+ - * / ** @ // % < <= > >= == != ( ) ( ) [ ] [ ] , : :: norm( v[0, v[:, prev(
0 1 2 -1 0.5 1e308 1e999 0x7f 9**9**9 1j 10**400 True None ...
lambda lambda: if else for in is := = await yield ; ~ ! & | ^ << { } # \\
__import__ __class__ __builtins__ .T .data .__init__ __import__('os') open('pwned','w')
'text' f'{v}' b'' −1 ａｂｓ 𝐄 ０ ∂E
"""
TOKENS = [*WORDS.split(), "\n", "\t", "\x00", "\ud800", "\u202e"]

sentences = st.lists(st.sampled_from(TOKENS), max_size=24).map(" ".join)
atoms = st.sampled_from(
    ["v", "w", "E", "x", "g", "2", "0", "-1e308", "prev(v)", "f", "x < v", "True"]
)
SYMBOLS = ["+", "-", "*", "/", "**", "@", "<", "==", "and"]
nested = st.recursive(
    atoms,
    lambda inner: st.one_of(
        st.tuples(inner, st.sampled_from(SYMBOLS), inner).map(" ".join),
        st.tuples(
            st.sampled_from(["norm", "min", "not ", "-", "transpose", "all", "prev"]), inner
        ).map(lambda parts: f"{parts[0]}({parts[1]})"),
        st.tuples(
            inner, st.sampled_from(["0", ":", "::-1", "5:2", "1, 0", "()", "g1", "::0", "obs 4"])
        ).map(lambda parts: f"({parts[0]})[{parts[1]}]"),
    ),
    max_leaves=12,
)
deep = st.tuples(
    st.sampled_from(["(", "-", "not ", "abs(", "[", "v[", "E+(", "2**"]), st.integers(1, 400)
)


def check(text: str) -> None:
    for debugger, before in zip(PLACES, BITS, strict=True):
        began = time.thread_time()
        try:
            result = debugger.evaluate(text)
        except QueryError:
            pass
        else:
            assert result.dtype in (np.float64, np.bool_)
        assert time.thread_time() - began < 5
        assert bits(debugger) == before


@settings(max_examples=examples(400))
@given(st.text(max_size=60) | sentences | nested)
@example("9**9**9**9**9")
@example("(lambda: 1)()")
@example("[c for c in ().__class__.__base__.__subclasses__()]")
def test_nothing_but_a_value_or_a_refusal(text: str) -> None:
    check(text)


@settings(max_examples=examples(40))
@given(deep, atoms)
def test_deep_nesting(opening: tuple[str, int], middle: str) -> None:
    part, depth = opening
    closing = "".join({"(": ")", "[": "]"}.get(character, "") for character in part)
    check(part * depth + middle + closing * depth)
    fitting = min(depth, 390 // (len(part) + len(closing)))
    check(part * fitting + middle + closing * fitting)


@pytest.mark.parametrize("text", ["open('pwned', 'w')", "x.tofile", "__import__('os')"])
def test_no_way_out(text: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(QueryError):
        PLACES[1].evaluate(text)
    assert not list(tmp_path.iterdir())


def test_the_symbols_of_the_screen_can_be_typed() -> None:
    debugger = Debugger(read_dataset("or"))
    debugger.run(1)
    for symbol, name in (("∂E/∂ŷ", "dE_dyhat"), ("f₀", "f0"), ("Δv", "delta_v"), ("η", "eta")):
        assert debugger.evaluate(symbol).tobytes() == debugger.value(name).tobytes()


def test_a_name_that_is_a_number_is_written_as_it_is_shown() -> None:
    debugger = make(outputs=2)
    debugger.run(1)
    f = debugger.value("f")
    for text in ("f[obs 2]", "f[ obs   2 ]", "f[obs\t2]", "f[1]"):
        np.testing.assert_array_equal(debugger.evaluate(text), f[1])
    assert debugger.evaluate("f[obs 2, output1] < 2 * f[obs 5, 1]") == (f[1, 0] < 2 * f[4, 1])


@pytest.mark.one_in(5)
@every_kind
def test_every_cell_can_be_asked_for_as_it_is_shown(kind: dict[str, Any]) -> None:
    debugger = make(**kind)
    debugger.run(3)
    snapshot = debugger.snapshot()
    for name, value in snapshot.values.items():
        # The names at both ends are the ones to be mixed up with positions.
        for index in {tuple(size - 1 for size in value.shape), tuple(0 for _ in value.shape)}:
            labels = ", ".join(snapshot.labels(name, index))
            shown = f"{snapshot.listing.symbols[name]}[{labels}]" if labels else name
            assert debugger.evaluate(shown) == value[index], shown
            assert parse_cell(snapshot.listing, shown) == (name, index)


def test_columns_whose_names_are_numbers(tmp_path: Path) -> None:
    """Sorted so that each position is the name of another column."""
    table = tmp_path / "numbers.csv"
    table.write_text("id,2,0,1\n1,0,0,1\n2,0,1,0\n0,1,0,1\n")
    debugger = Debugger(read_dataset(table, targets=("1",), header="yes"))
    debugger.run(1)
    x, listing = debugger.value("x"), debugger.program.listing
    label = debugger.explain("dyhat_dv", 0, 1).cell.label
    assert label == "∂ŷ/∂v[obs 1, input 0]"
    assert parse_cell(listing, label) == ("dyhat_dv", (0, 1))
    assert parse_cell(listing, "∂ŷ/∂v[1, 0]") == ("dyhat_dv", (1, 0))
    assert debugger.evaluate("x[obs 0, input 2]") == x[2, 0]
    assert debugger.evaluate("f[obs 0, target 1]") == debugger.value("f")[2, 0]
    for typed, told in (
        ("x[3, 0]", "3: a bare number is a position, here from 0 to 2; names are written obs 1"),
        ("x[0, 2]", "2: a bare number is a position, here from 0 to 1; the name 2 is written in"),
        ("x[obs 3, 0]", "'obs 3': there is no such name here, and a position is a number from 0"),
        ("v[0, 9]", "9: a bare number is a position, here from 0 to 2$"),
    ):
        with pytest.raises(InputError, match=told):
            parse_cell(listing, typed)


def test_an_observation_in_whichever_batch_it_is() -> None:
    debugger = Debugger(read_dataset("or"), Hyperparameters(batch_size="2", shuffle="yes"))
    # By hand: two batches an epoch, in the order that is drawn for it.
    for iteration in range(6):
        debugger.run(1)
        order = np.random.RandomState([1, iteration // 2]).permutation(4)
        batch = order[:2] if iteration % 2 == 0 else order[2:]
        f, listing = debugger.value("f"), debugger.program.listing
        for observation in range(4):
            name = f"f[obs {observation + 1}, output]"
            if observation not in batch:
                with pytest.raises(QueryError, match=f"^obs {observation + 1} is not in this"):
                    debugger.evaluate(name)
                has = " and ".join(f"obs {number + 1}" for number in batch)
                with pytest.raises(InputError, match=has.replace(" and ", ", ")):
                    parse_cell(listing, name)
                continue
            place = batch.tolist().index(observation)
            assert debugger.evaluate(name) == f[place, 0]
            assert parse_cell(listing, name) == ("f", (place, 0))
            assert parse_cell(listing, f"f[{place}, output]") == ("f", (place, 0))
    seen = debugger.scan("f[obs 3, output]")
    assert seen is not None
    assert np.isfinite(seen.values).sum() == 3


@pytest.mark.parametrize(
    ("typed", "hint"), [("E = 0.1", "== compares"), ("E < 1 && E > 0", "and, or, not")]
)
def test_what_is_written_otherwise_elsewhere_gets_a_hint(typed: str, hint: str) -> None:
    with pytest.raises(QueryError, match=hint):
        Debugger(read_dataset("or")).evaluate(typed)


def test_what_prev_remembers_is_kept_once() -> None:
    debugger = make(rows=400_000)
    debugger.run(1)
    size = debugger.value("x").size
    text = " + ".join(["prev(x)[0]"] * 15)
    scope = Scope(debugger._run, END)
    tracemalloc.start()
    try:
        compile_query(text, scope)
        _, most = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert len(scope.memories) == 1
    assert most < 2 * 8 * size


X, W = 20, 3
"""Elements of x and w in `make()`, which has 5 observations of 4 inputs and 3 hidden neurons."""
COSTS = {
    "x": 0,
    "+x": 0,
    "x[0, 0]": 0,
    "-x": X,
    "x + 1": X,
    "x + x + x": 2 * X,
    "x + x[0]": X,
    "x < 1": X,
    "x < x < x": 3 * X,
    "abs(x)": X,
    "norm(x)": X,
    "transpose(x)": X,
    "x @ v": 5 * 3 * 4,
    "x @ v @ w": 5 * 3 * 4 + 5 * 1 * 3,
    "norm(x) < 1 and norm(w) > 2": X + 1 + W + 1,
    "prev(x)": X,
    "prev(x)[0, 0] + prev(w)[0, 0]": X + W + 1,
    "gradient_norm": 4 * 3 + 3,
    "iteration + E": 1,
}


@pytest.mark.parametrize("text", COSTS)
def test_the_work_of_an_expression_is_that_of_its_parts_together(text: str) -> None:
    debugger = make()
    debugger.run(2)
    assert (debugger.value("x").size, debugger.value("w").size) == (X, W)
    cost = COSTS[text]
    scope = Scope(debugger._run, END)
    with patch.object(language, "MOST_WORK", cost):
        compile_query(text, scope)
    if cost:
        with (
            patch.object(language, "MOST_WORK", cost - 1),
            pytest.raises(QueryError, match="too many numbers"),
        ):
            compile_query(text, scope)

"""The expression language: its values against NumPy, and anything at all against its refusals."""

import time
import tracemalloc
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from engine import Debugger, read_dataset
from engine.errors import QueryError
from engine.tensor import Array
from tests.engine.nets import make

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
        ("E.real", "column 1: a dot cannot be used here"),
        ("v[nosuch]", "column 3: no row or column is called 'nosuch'"),
        ("v[4, 0]", "column 1: there is no such element in the shape 4×3"),
        ("min(v[0:0])", "column 5: there is nothing in this slice"),
        ("True[()]", "column 1: an index is needed"),
        ("norm('v')", "column 6: text cannot be used here"),
        ("abs(f < f0)", "column 5: a comparison is no number"),
        ("f < f0 and E", "column 1: this is true or false for each element"),
        ("E if E else E", "column 1: if cannot be used here"),
        ("[v for v in w]", "column 1: this cannot be used here"),
        ("E(1)", "column 1: no function 'E'"),
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
    with pytest.raises(QueryError, match="E is not computed yet before ŷ"):
        debugger.evaluate("E")
    debugger.run(1)
    with pytest.raises(QueryError, match="there is no iteration before"):
        debugger.evaluate("prev(E)")


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
        st.tuples(inner, st.sampled_from(["0", ":", "::-1", "5:2", "1, 0", "()", "g1", "::0"])).map(
            lambda parts: f"({parts[0]})[{parts[1]}]"
        ),
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


@settings(max_examples=400, deadline=None)
@given(st.text(max_size=60) | sentences | nested)
@example("9**9**9**9**9")
@example("(lambda: 1)()")
@example("[c for c in ().__class__.__base__.__subclasses__()]")
def test_nothing_but_a_value_or_a_refusal(text: str) -> None:
    check(text)


@settings(max_examples=40, deadline=None)
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


@pytest.mark.parametrize(
    ("typed", "hint"), [("E = 0.1", "== compares"), ("E < 1 && E > 0", "and, or, not")]
)
def test_what_is_written_otherwise_elsewhere_gets_a_hint(typed: str, hint: str) -> None:
    with pytest.raises(QueryError, match=hint):
        Debugger(read_dataset("or")).evaluate(typed)

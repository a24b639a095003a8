"""Calls run by the loop in C and one by one from Python: the same bits."""

from __future__ import annotations

import math
import threading
import time
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from engine.loop import python_loop
from engine.loop.calls import Apply, Copy, Matmul, Take, Where
from engine.loop.clocked import Append, Count, Every, Halt, Pick, unroll
from engine.loop.plan import Left, Plan, loop_name
from engine.loop.reduction import Reduce
from engine.loop.row import Call

Buffer = NDArray[Any]
Make = Callable[[], tuple[list[Call], list[Buffer]]]
"""Makes calls and every buffer that they write, the same each time."""

UNARY = (
    *(np.negative, np.absolute, np.sign, np.square, np.sqrt, np.reciprocal, np.positive),
    *(np.exp, np.exp2, np.expm1, np.log, np.log1p, np.tanh, np.sin, np.floor),
)
BINARY = (
    *(np.add, np.subtract, np.multiply, np.divide, np.power, np.maximum, np.minimum),
    *(np.logaddexp, np.copysign, np.hypot),
)
COMPARISONS = (np.less, np.less_equal, np.greater, np.greater_equal, np.equal, np.not_equal)
LOGICAL = (np.logical_and, np.logical_or, np.logical_xor)
TESTS = (np.isfinite, np.isnan, np.signbit)
ODD = (0.0, -0.0, 1.0, 2.0, -1.0, 0.5, math.inf, -math.inf, math.nan, 5e-324, -1e-310, 800.0, 1e308)

WAYS = ("C", "Python", "Python, unrolled")


@pytest.fixture(params=WAYS)
def way(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """Run the test once with each loop; that in Python also as if it had run for long."""
    loop = "" if request.param == "C" else "python"
    monkeypatch.setenv("NN_TUI_LOOP", loop)
    if request.param == "C" and loop_name() == "Python":
        pytest.skip("the loop in C is not built here")
    if request.param == "Python, unrolled":
        monkeypatch.setattr(python_loop, "_SELDOM", 0)
    return loop


def bits(array: Buffer) -> bytes:
    return np.ascontiguousarray(array).tobytes()


def both(make: Make, iterations: int, monkeypatch: pytest.MonkeyPatch, **options: Any) -> None:
    """Compare every buffer, after each of a few stretches."""
    with monkeypatch.context() as patch:
        patch.setenv("NN_TUI_LOOP", "")
        if loop_name() == "Python":
            pytest.skip("the loop in C is not built here")
        calls, quick = make()
        in_c = Plan(calls, **options)
        patch.setenv("NN_TUI_LOOP", "python")
        calls, slow = make()
        from_python = Plan(calls, **options)
    first = 0
    for end in (1, 2, iterations // 2, iterations):
        assert in_c.run(first, end) == from_python.run(first, end)
        for index, (mine, its) in enumerate(zip(quick, slow, strict=True)):
            assert bits(mine) == bits(its), (end, index, mine, its)
        first = end


class Pool:
    """Random buffers of all layouts, drawn alike from a seed."""

    def __init__(self, seed: int) -> None:
        self.random = np.random.RandomState(seed)
        self.buffers: list[Buffer] = []

    def size(self) -> int:
        return int(self.random.choice([1, 1, 2, 3, 4, 7, 8, 9, 16, 17, 33, 64, 131]))

    def new(self, shape: tuple[int, ...], dtype: str = "d", *, plain: bool = False) -> Buffer:
        """Make a buffer that is contiguous, transposed or a slice of a larger one."""
        layout = "contiguous" if plain else self.random.choice(["contiguous", "T", "slice"])
        if layout == "T":
            whole = np.zeros(shape[::-1], dtype)
            view = whole.T
        elif layout == "slice":
            whole = np.zeros(tuple(2 * n + 1 for n in shape), dtype)
            view = whole[..., *(slice(1, None, 2) for _ in shape)]
        else:
            whole = view = np.zeros(shape, dtype)
        numbers = self.random.normal(size=shape) * 10.0 ** self.random.randint(-3, 3)
        odd = self.random.choice(ODD, size=shape)
        numbers = np.where(self.random.rand(*shape) < self.random.choice([0, 0, 0.3]), odd, numbers)
        view[...] = numbers > 0 if dtype == "?" else numbers
        self.buffers.append(whole)
        return view

    def operand(self, shape: tuple[int, ...], dtype: str = "d") -> Buffer:
        """Make a buffer that can be repeated to a shape."""
        kept = tuple(1 if self.random.rand() < 0.25 else n for n in shape)
        return self.new(kept[self.random.randint(0, len(kept) + 1) :], dtype)

    def pick(self, choices: Sequence[Any]) -> Any:
        return choices[self.random.randint(len(choices))]

    def shape(self) -> tuple[int, ...]:
        return tuple(self.size() for _ in range(self.random.randint(0, 3)))

    def call(self) -> Call:
        """Make a call of any kind."""
        shape = self.shape()
        operand = self.operand
        match self.random.randint(0, 12):
            case 0:
                return Apply(self.pick(UNARY), [operand(shape)], self.new(shape))
            case 1 | 2 | 3:
                ufunc = self.pick(BINARY)
                second = () if ufunc is np.power else shape
                return Apply(ufunc, [operand(shape), operand(second)], self.new(shape))
            case 4:
                out = self.new(shape)
                inputs = [out, operand(shape)]
                return Apply(self.pick(BINARY[:4]), inputs[:: self.pick([1, -1])], out)
            case 5:
                inputs = [operand(shape), operand(shape)]
                return Apply(self.pick(COMPARISONS), inputs, self.new(shape, "?", plain=True))
            case 6:
                inputs = [operand(shape, "?"), operand(shape, "?")]
                return Apply(self.pick(LOGICAL), inputs, self.new(shape, "?", plain=True))
            case 7:
                out = self.new(shape, "?", plain=True)
                return Apply(self.pick(TESTS), [operand(shape)], out)
            case 8:
                source, target = self.pick(["dd", "??", "?d"])
                return Copy(operand(shape, source), self.new(shape, target))
            case 9:
                kind = self.pick("d?")
                out = self.new(shape, kind)
                b = out if self.random.rand() < 0.3 else operand(shape, kind)
                return Where(operand(shape, "?"), operand(shape, kind), b, out)
            case 10:
                n, k, m = (self.size() for _ in range(3))
                return Matmul(self.new((n, k)), self.new((k, m)), self.new((n, m), plain=True))
            case _:
                return self.reduction(shape)

    def reduction(self, shape: tuple[int, ...]) -> Reduce:
        kind = self.pick("dd?")
        ufuncs = (np.add, np.maximum, np.minimum, np.multiply)
        ufunc = self.pick(ufuncs if kind == "d" else (np.logical_and, np.logical_or))
        axis = self.pick([None, *range(len(shape))])
        x = self.new(shape, kind, plain=axis is None and len(shape) == 2)
        kept = tuple(1 if axis in (None, i) else n for i, n in enumerate(shape))
        return Reduce(ufunc, x, self.new(kept, kind), axis)


@pytest.mark.one_in(2)
@pytest.mark.parametrize("seed", range(40))
def test_random_lists_make_the_same_bits_both_ways(
    seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    def make() -> tuple[list[Call], list[Buffer]]:
        pool = Pool(seed)
        number, share = np.zeros(()), np.zeros(())
        calls: list[Call] = [Count(number), Apply(np.sin, [number], share)]
        for _ in range(20):
            call = pool.call()
            calls.append(Every(3, call) if pool.random.rand() < 0.2 else call)
            # Something changes from iteration to iteration.
            if isinstance(call, Apply) and call.inputs[0].dtype == np.float64 == call.out.dtype:
                calls.append(Apply(np.multiply, [call.out, share], call.out))
        ring = np.zeros(50)
        calls.append(Append(share, ring))
        return calls, [*pool.buffers, ring, number, share]

    both(make, 200, monkeypatch)


@pytest.mark.one_in(2)
@pytest.mark.parametrize("axis", [None, 0, 1])
@pytest.mark.parametrize("ufunc", [np.add, np.maximum])
def test_reductions_of_every_size(
    axis: int | None, ufunc: np.ufunc, monkeypatch: pytest.MonkeyPatch
) -> None:
    def make() -> tuple[list[Call], list[Buffer]]:
        random = np.random.RandomState(3)
        calls: list[Call] = []
        outs = []
        for size in [*range(301), 8191, 8192, 8193, 20_001]:
            for other in (0, 1, 2, 5) if size < 20 or size > 8000 else (3,):
                for shape in ((size, other), (other, size)):
                    whole = random.normal(size=shape) * 10.0 ** random.randint(-9, 9, shape)
                    for x in (whole, whole.T):
                        kept = [1 if axis in (None, i) else n for i, n in enumerate(x.shape)]
                        outs.append(np.full(kept, 7.0))
                        calls.append(Reduce(ufunc, x, outs[-1], axis))
        return calls, outs

    both(make, 4, monkeypatch)


def test_a_reduction_is_what_numpy_gives(way: str) -> None:
    x = np.random.RandomState(5).normal(size=(300, 7))
    everything, columns, rows, mean = (
        np.zeros(()),
        np.zeros((1, 7)),
        np.zeros((300, 1)),
        np.zeros(7),
    )
    nothing, least = np.full((), 3.0), np.full((1, 7), 3.0)
    plan = Plan(
        [
            Reduce(np.add, x, everything),
            Reduce(np.add, x, columns, 0),
            Reduce(np.add, x, rows, 1),
            Reduce(np.add, x.T, mean, 1),
            Reduce(np.add, np.zeros((0, 7)), nothing),
            Reduce(np.minimum, np.zeros((0, 7)), least, 0),
        ]
    )
    plan.run(0, 1)
    assert everything == np.add.reduce(x.ravel())
    assert bits(columns) == bits(x.sum(axis=0, keepdims=True)) == bits(mean)
    assert bits(rows) == bits(x.sum(axis=1, keepdims=True))
    assert nothing == 0
    assert (least == math.inf).all()


@pytest.mark.parametrize("transposed", range(4))
def test_products_of_transposed_matrices(transposed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    def make() -> tuple[list[Call], list[Buffer]]:
        random = np.random.RandomState(transposed)
        calls: list[Call] = []
        outs = []
        for n, k, m in [
            *random.randint(1, 70, (60, 3)),
            (3, 0, 2),
            (0, 2, 3),
            (1, 1, 1),
            (1, 9, 1),
        ]:
            a = random.normal(size=(k, n) if transposed & 1 else (n, k))
            b = random.normal(size=(m, k) if transposed & 2 else (k, m))
            a, b = (a.T if transposed & 1 else a), (b.T if transposed & 2 else b)
            outs.append(np.full((n, m), 7.0))
            calls.append(Matmul(a, b, outs[-1]))
            if transposed & 1:
                outs.append(np.full((n, n), 7.0))
                calls.append(Matmul(a, a.T, outs[-1]))
        return calls, outs

    both(make, 3, monkeypatch)
    calls, outs = make()
    Plan(calls).run(0, 1)
    for call, out in zip(calls, outs, strict=True):
        assert isinstance(call, Matmul)
        assert bits(out) == bits(np.matmul(call.a, call.b))


def or_by_hand(iterations: int) -> tuple[list[float], NDArray[np.float64], NDArray[np.float64]]:
    """Train OR as a script does that allocates as it goes."""
    x = np.array([[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]])
    f0 = np.array([[0.0], [1.0], [1.0], [1.0]])
    random = np.random.RandomState(1)
    v, w = random.rand(2, 3), random.rand(3, 1)
    losses = []
    for _ in range(iterations):
        g = 1.0 / (1.0 + np.exp(-np.matmul(x, v)))
        f = 1.0 / (1.0 + np.exp(-np.matmul(g, w)))
        losses.append(np.add.reduce(np.square(f - f0).ravel()) / 4.0)
        dE_dy = 2.0 * (f - f0) / 4.0 * ((1.0 - f) * f)
        dE_dw = np.matmul(g.T, dE_dy)
        dE_dyhat = np.matmul(dE_dy, w.T) * ((1.0 - g) * g)
        v, w = v + np.matmul(x.T, dE_dyhat) * -0.05, w + dE_dw * -0.05
    return losses, v, w


def or_in_place(ring: Buffer) -> tuple[list[Call], Buffer, Buffer]:
    """Return the same as calls, with the weights."""
    x = np.array([[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]])
    f0 = np.array([[0.0], [1.0], [1.0], [1.0]])
    random = np.random.RandomState(1)
    v, w = random.rand(2, 3), random.rand(3, 1)
    one, two, count, minus_eta = (np.array(n) for n in (1.0, 2.0, 4.0, -0.05))
    yhat, g, dg_dyhat, dE_dyhat = np.zeros((4, 4, 3))
    y, f, residual, square, dE_df, df_dy, dE_dy = np.zeros((7, 4, 1))
    (dE_dv, change_v), (dE_dw, change_w) = np.zeros((2, 2, 3)), np.zeros((2, 3, 1))
    E = np.zeros(())

    def sigmoid(z: Buffer, a: Buffer) -> list[Call]:
        return [
            Apply(np.negative, [z], a),
            Apply(np.exp, [a], a),
            Apply(np.add, [one, a], a),
            Apply(np.divide, [one, a], a),
        ]

    def slope(a: Buffer, out: Buffer) -> list[Call]:
        return [Apply(np.subtract, [one, a], out), Apply(np.multiply, [out, a], out)]

    def update(weights: Buffer, gradient: Buffer, change: Buffer) -> list[Call]:
        return [
            Apply(np.multiply, [gradient, minus_eta], change),
            Apply(np.add, [weights, change], weights),
        ]

    calls = [
        Matmul(x, v, yhat),
        *sigmoid(yhat, g),
        Matmul(g, w, y),
        *sigmoid(y, f),
        Apply(np.subtract, [f, f0], residual),
        Apply(np.square, [residual], square),
        Reduce(np.add, square, E),
        Apply(np.divide, [E, count], E),
        Apply(np.multiply, [two, residual], dE_df),
        Apply(np.divide, [dE_df, count], dE_df),
        *slope(f, df_dy),
        Apply(np.multiply, [dE_df, df_dy], dE_dy),
        Matmul(g.T, dE_dy, dE_dw),
        Matmul(dE_dy, w.T, dE_dyhat),
        *slope(g, dg_dyhat),
        Apply(np.multiply, [dE_dyhat, dg_dyhat], dE_dyhat),
        Matmul(x.T, dE_dyhat, dE_dv),
        *update(v, dE_dv, change_v),
        *update(w, dE_dw, change_w),
        Append(E, ring),
    ]
    return calls, v, w


def test_or_trains_to_the_bits_of_plain_numpy(way: str) -> None:
    ring = np.zeros(20_000)
    calls, v, w = or_in_place(ring)
    assert Plan(calls).run(0, 20_000) == Left(20_000, 0)
    losses, v_by_hand, w_by_hand = or_by_hand(20_000)
    assert bits(ring) == bits(np.array(losses))
    assert bits(v) == bits(v_by_hand)
    assert bits(w) == bits(w_by_hand)
    assert losses[-1] < 0.02 < losses[0]


def test_a_run_goes_on_from_any_call(way: str) -> None:
    whole, pieces = np.zeros(50), np.zeros(50)
    calls, v, _ = or_in_place(whole)
    Plan(calls).run(0, 50)
    calls, v_in_pieces, _ = or_in_place(pieces)
    plan = Plan(calls)
    at = (0, 0)
    random = np.random.RandomState(2)
    while at < (50, 0):
        to = min((at[0] + random.randint(3), random.randint(len(calls))), (50, 0))
        if to < at:
            continue
        left = plan.run(at[0], to[0], at[1], to[1])
        assert left == Left(*to)
        at = to
    assert bits(whole) == bits(pieces)
    assert bits(v) == bits(v_in_pieces)
    assert plan.run(50, 50) == Left(50, 0)
    assert plan.run(50, 40) == Left(50, 0)
    for beyond in ((-1, 5, 0, 0), (0, 5, -1, 0), (0, 5, 0, len(calls) + 1)):
        with pytest.raises(ValueError, match="no iterations"):
            plan.run(*beyond)


def test_batches_of_several_epochs_with_a_smaller_last_one(way: str) -> None:
    observations, size, epochs = 10, 4, 5
    table = np.random.RandomState(0).normal(size=(observations, 3))
    orders = np.array([np.random.RandomState([7, e]).permutation(10) for e in range(epochs)])
    seen = np.zeros(100)

    def batch(rows: int) -> list[Call]:
        indices, x, total = np.zeros(rows, np.intp), np.zeros((rows, 3)), np.zeros(())
        return [
            Pick(orders, indices, size, 3),
            Take(table, indices, x),
            Reduce(np.add, x, total),
            Append(total, seen),
        ]

    plan = Plan(batch(4), batch(2), an_epoch=3)
    assert plan.run(0, 15) == Left(15, 0)
    expected = [
        np.add.reduce(table[orders[epoch, place * 4 : place * 4 + 4]].ravel())
        for epoch in range(epochs)
        for place in range(3)
    ]
    assert seen[:15].tolist() == expected
    # The rows are used again: that of an epoch is its number modulo 5.
    orders[:] = orders[::-1].copy()
    plan.run(15, 30)
    expected = [
        np.add.reduce(table[orders[epoch, place * 4 : place * 4 + 4]].ravel())
        for epoch in range(epochs)
        for place in range(3)
    ]
    assert unroll(seen, 15, 30).tolist() == expected


def test_a_batch_beyond_its_epoch_is_refused() -> None:
    orders = np.zeros((1, 10), np.intp)
    calls = [Pick(orders, np.zeros(4, np.intp), 4, 3)]
    with pytest.raises(ValueError, match="batch 2"):
        Plan(calls, an_epoch=3)
    with pytest.raises(ValueError, match="same epochs"):
        Plan(calls, an_epoch=2)


def test_indices_beyond_the_table_take_the_nearest_row(way: str) -> None:
    table, out = np.arange(6.0).reshape(3, 2), np.zeros((3, 2))
    Plan([Take(table, np.array([-1, 5, 1]), out)]).run(0, 1)
    assert out.tolist() == [[0, 1], [4, 5], [2, 3]]


def test_a_ring_is_read_in_the_order_of_the_iterations(way: str) -> None:
    number, ring = np.zeros(()), np.zeros(7)
    plan = Plan([Count(number), Append(number, ring)])
    plan.run(0, 12)
    assert unroll(ring, 5, 12).tolist() == [5, 6, 7, 8, 9, 10, 11]
    assert unroll(ring, 9, 12).tolist() == [9, 10, 11]
    with pytest.raises(ValueError, match="does not hold"):
        unroll(ring, 4, 12)


def test_every_runs_in_iterations_divisible_by_the_period(way: str) -> None:
    number, copy, ring = np.zeros(()), np.zeros(()), np.zeros(10)
    plan = Plan([Count(number), Every(4, Copy(number, copy)), Append(copy, ring)])
    plan.run(0, 10)
    assert ring.tolist() == [0, 0, 0, 0, 4, 4, 4, 4, 8, 8]
    plan.run(13, 13, 0, 3)
    assert copy == 8


def test_a_halt_is_met_whenever_its_condition_holds(way: str) -> None:
    holds = "0110111110111101"
    # A table of one row for each iteration tells whether the condition holds.
    table = np.array([[mark == "1"] for mark in holds])
    index, row, condition = np.zeros(1, np.intp), np.zeros((1, 1), bool), np.zeros((), bool)
    number, ring = np.zeros(()), np.zeros(len(holds))
    plan = Plan(
        [
            Pick(np.arange(len(holds))[None], index, 1, len(holds)),
            Take(table, index, row),
            Copy(row[0, 0, ...], condition),
            Halt(condition),
            Count(number),
            Append(number, ring),
        ],
        an_epoch=len(holds),
    )
    met, at = [], Left(0, 0, is_halted=True)
    while at.is_halted:
        at = plan.run(at.iteration, len(holds), at.position)
        if at.is_halted:
            assert at.position == 4
            met.append(at.iteration)
    assert met == [i for i, mark in enumerate(holds) if mark == "1"]
    assert ring.tolist() == list(range(len(holds)))


def test_a_halt_can_have_a_period(way: str) -> None:
    plan = Plan([Every(5, Halt(np.array(True))), Count(np.zeros(()))])
    assert plan.run(1, 100) == Left(5, 1, is_halted=True)
    assert plan.run(5, 100, 1) == Left(10, 1, is_halted=True)


def wait_for(condition: Callable[[], bool]) -> None:
    end = time.monotonic() + 60
    while not condition():
        assert time.monotonic() < end
        time.sleep(0)


def test_another_thread_works_meanwhile(way: str) -> None:
    number, ring, is_enough = np.zeros(()), np.zeros(8), np.array(False)
    calls, _, _ = or_in_place(ring)
    plan = Plan([Count(number), *calls, Halt(is_enough)])
    left: list[Left] = []
    thread = threading.Thread(target=lambda: left.append(plan.run(0, 10**9)), daemon=True)
    thread.start()
    try:
        # Both get on: this thread could not look otherwise.
        wait_for(lambda: float(number) > 1000)
        before = float(number)
        wait_for(lambda: float(number) > before)
    finally:
        is_enough[()] = True
    thread.join()
    assert left == [Left(int(number), len(calls) + 2, is_halted=True)]

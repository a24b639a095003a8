"""Mistakes that the tests plant into a program."""

from collections.abc import Callable, Sequence
from types import ModuleType

from engine.loop.row import Bound, Call, LoopClock, Row
from engine.program.program import Program

Mistake = Callable[[Program, Callable[[], None]], Callable[[], None]]
"""From a program and what one of its operations does, what it does instead."""
Plant = Callable[[str, Mistake], None]


class Instead:
    """A call that does something else than others, from Python."""

    cost = 1

    def __init__(self, program: Program, right: Sequence[Call], mistake: Mistake) -> None:
        self._program, self._right, self._mistake = program, right, mistake

    def bind(self, clock: LoopClock) -> Bound:
        bound = [call.bind(clock) for call in self._right]

        def right() -> None:
            for call in bound:
                call()

        made: list[Callable[[], None]] = []

        def run() -> None:
            # The program has all of its tensors only when it is complete.
            if not made:
                made.append(self._mistake(self._program, right))
            made[0]()

        return run

    def row(self, loop: ModuleType) -> Row:
        raise NotImplementedError("a mistake is made from Python")


def half_the_error(program: Program, right: Callable[[], None]) -> Callable[[], None]:
    """∂E/∂f = 0.5·(f − f₀), which is right for four observations and one output only."""
    f, f0, out = (program.tensors[name].data for name in ("f", "f0", "dE_df"))

    def run() -> None:
        out[...] = 0.5 * (f - f0)

    return run


def too_long_a_step(program: Program, right: Callable[[], None]) -> Callable[[], None]:
    """W ← w − 1.1·η·∂E/∂w."""
    w, eta, gradient = (program.tensors[name].data for name in ("w", "eta", "dE_dw"))

    def run() -> None:
        w[...] -= 1.1 * eta * gradient

    return run

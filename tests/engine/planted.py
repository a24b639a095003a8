"""Mistakes that the tests plant into a program."""

from collections.abc import Callable

from engine.program import Program

Mistake = Callable[[Program], Callable[[], None]]
"""From a program, what one of its operations does instead."""
Plant = Callable[[str, Mistake], None]


def half_the_error(program: Program) -> Callable[[], None]:
    """∂E/∂f = 0.5·(f − f₀), which is right for four observations and one output only."""
    f, f0, out = (program.tensors[name].data for name in ("f", "f0", "dE_df"))

    def run() -> None:
        out[...] = 0.5 * (f - f0)

    return run


def too_long_a_step(program: Program) -> Callable[[], None]:
    """W ← w − 1.1·η·∂E/∂w."""
    w, eta, gradient = (program.tensors[name].data for name in ("w", "eta", "dE_dw"))

    def run() -> None:
        w[...] -= 1.1 * eta * gradient

    return run

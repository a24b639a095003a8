"""The same training by what compiles: JAX's scan, and scalar loops by numba; where installed."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

from engine.formula.tensor import Array

Train = Callable[[int], Any]
"""Trains for so many iterations; returns v, w and E of each."""


def jax_scan(x: Array, f0: Array, v: Array, w: Array, eta: float) -> Train | None:
    """Return OR by `jax.lax.scan` in float64, or None where JAX is not installed."""
    try:
        import jax
    except ImportError:
        return None
    jax.config.update("jax_enable_x64", True)

    def iteration(state: Any, _: Any) -> Any:
        v, w = state
        g = jax.nn.sigmoid(x @ v)
        f = jax.nn.sigmoid(g @ w)
        E = ((f - f0) ** 2).mean()
        dE_dy = 2 * (f - f0) / f.size * f * (1 - f)
        dE_dyhat = dE_dy @ w.T * g * (1 - g)
        return (v - eta * x.T @ dE_dyhat, w - eta * g.T @ dE_dy), E

    runs: dict[int, Any] = {}

    def train(iterations: int) -> Any:
        if iterations not in runs:
            runs[iterations] = jax.jit(
                lambda state: jax.lax.scan(iteration, state, None, length=iterations)
            )
        (new_v, new_w), E = runs[iterations]((v, w))
        return new_v.block_until_ready(), new_w, E

    return train


def numba_loops(x: Array, f0: Array, v: Array, w: Array, eta: float) -> Train | None:
    """Return OR by loops over single numbers, or None where numba is not installed."""
    try:
        import numba
    except ImportError:
        return None
    import numpy as np

    def loops(
        x: Array, f0: Array, v: Array, w: Array, eta: float, iterations: int
    ) -> tuple[Array, Array, Array]:
        rows, inputs = x.shape
        hidden, outputs = w.shape
        v, w, E = v.copy(), w.copy(), np.empty(iterations)
        g, f = np.empty((rows, hidden)), np.empty((rows, outputs))
        for iteration in range(iterations):
            dE_dv, dE_dw, loss = np.zeros_like(v), np.zeros_like(w), 0.0
            for n in range(rows):
                for h in range(hidden):
                    total = 0.0
                    for i in range(inputs):
                        total += x[n, i] * v[i, h]
                    g[n, h] = 1.0 / (1.0 + math.exp(-total))
                for o in range(outputs):
                    total = 0.0
                    for h in range(hidden):
                        total += g[n, h] * w[h, o]
                    f[n, o] = 1.0 / (1.0 + math.exp(-total))
                    error = f[n, o] - f0[n, o]
                    loss += error * error
                    slope = 2.0 * error / (rows * outputs) * f[n, o] * (1.0 - f[n, o])
                    for h in range(hidden):
                        dE_dw[h, o] += g[n, h] * slope
                        down = slope * w[h, o] * g[n, h] * (1.0 - g[n, h])
                        for i in range(inputs):
                            dE_dv[i, h] += x[n, i] * down
            E[iteration] = loss / (rows * outputs)
            for h in range(hidden):
                for i in range(inputs):
                    v[i, h] -= eta * dE_dv[i, h]
                for o in range(outputs):
                    w[h, o] -= eta * dE_dw[h, o]
        return v, w, E

    compiled = numba.njit(loops)
    return lambda iterations: compiled(x, f0, v, w, eta, iterations)

"""The notebook's loop: plain NumPy, a new array for every result."""

from __future__ import annotations

import numpy as np

from engine.formula.tensor import Array


def sigmoid(z: Array) -> Array:
    """σ(z)."""
    return 1 / (1 + np.exp(-z))


class Notebook:
    """One hidden layer, trained as in the notebook."""

    def __init__(self, x: Array, f0: Array, v: Array, w: Array, eta: float) -> None:
        self.x, self.f0, self.v, self.w, self.eta = x, f0, v, w, eta
        self.errors: list[np.floating] = []

    def run(self, iterations: int) -> None:
        """Train on for so many iterations."""
        x, f0, v, w, eta, errors = self.x, self.f0, self.v, self.w, self.eta, self.errors
        for _ in range(iterations):
            yhat = np.dot(x, v)
            g = sigmoid(yhat)
            y = np.dot(g, w)
            f = sigmoid(y)
            E = np.mean((f - f0) ** 2)
            errors.append(E)

            dE_df = 2 * (f - f0) / f.size
            df_dy = f * (1 - f)
            dE_dy = dE_df * df_dy
            dy_dw = g
            dE_dw = np.dot(dy_dw.T, dE_dy)

            dy_dg = w
            dE_dg = np.dot(dE_dy, dy_dg.T)
            dg_dyhat = g * (1 - g)
            dE_dyhat = dE_dg * dg_dyhat
            dyhat_dv = x
            dE_dv = np.dot(dyhat_dv.T, dE_dyhat)

            v = v - eta * dE_dv
            w = w - eta * dE_dw
        self.v, self.w = v, w

"""The same operations written out by hand over preallocated buffers."""

from __future__ import annotations

import numpy as np

from engine.formula.tensor import Array


class InPlace:
    """One hidden layer, trained without allocating anything but the list of losses."""

    def __init__(self, x: Array, f0: Array, v: Array, w: Array, eta: float) -> None:
        self.x, self.f0, self.v, self.w, self.eta = x, f0, v.copy(), w.copy(), eta
        self.errors: list[float] = []
        hidden, output = (len(x), v.shape[1]), f0.shape
        self.g, self.dg_dyhat, self.yhat, self.dE_dg, self.dE_dyhat = (
            np.empty(hidden) for _ in range(5)
        )
        self.y, self.f, self.error, self.dE_df, self.df_dy, self.dE_dy = (
            np.empty(output) for _ in range(6)
        )
        self.dE_dv, self.dE_dw = np.empty(v.shape), np.empty(w.shape)
        self.delta_v, self.delta_w = np.empty(v.shape), np.empty(w.shape)

    def run(self, iterations: int) -> None:
        """Train on for so many iterations."""
        dot, add, subtract, multiply = np.dot, np.add, np.subtract, np.multiply
        negative, exp, reciprocal = np.negative, np.exp, np.reciprocal
        x, f0, v, w, eta = self.x, self.f0, self.v, self.w, self.eta
        yhat, g, y, f, error = self.yhat, self.g, self.y, self.f, self.error
        dE_df, df_dy, dE_dy = self.dE_df, self.df_dy, self.dE_dy
        dE_dg, dg_dyhat, dE_dyhat = self.dE_dg, self.dg_dyhat, self.dE_dyhat
        dE_dv, dE_dw, delta_v, delta_w = self.dE_dv, self.dE_dw, self.delta_v, self.delta_w
        errors, flat, size = self.errors, error.reshape(-1), f.size
        for _ in range(iterations):
            dot(x, v, out=yhat)
            negative(yhat, out=g)
            exp(g, out=g)
            add(g, 1.0, out=g)
            reciprocal(g, out=g)
            dot(g, w, out=y)
            negative(y, out=f)
            exp(f, out=f)
            add(f, 1.0, out=f)
            reciprocal(f, out=f)
            subtract(f, f0, out=error)
            errors.append(float(dot(flat, flat)) / size)

            multiply(error, 2.0 / size, out=dE_df)
            subtract(1.0, f, out=df_dy)
            multiply(f, df_dy, out=df_dy)
            multiply(dE_df, df_dy, out=dE_dy)
            dot(g.T, dE_dy, out=dE_dw)

            dot(dE_dy, w.T, out=dE_dg)
            subtract(1.0, g, out=dg_dyhat)
            multiply(g, dg_dyhat, out=dg_dyhat)
            multiply(dE_dg, dg_dyhat, out=dE_dyhat)
            dot(x.T, dE_dyhat, out=dE_dv)

            multiply(dE_dv, -eta, out=delta_v)
            add(v, delta_v, out=v)
            multiply(dE_dw, -eta, out=delta_w)
            add(w, delta_w, out=w)

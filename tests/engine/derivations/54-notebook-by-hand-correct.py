# correct; style: the notebook that this project began with, every partial derivative by its name
# network: 2-3-1, sigmoid, no bias, 0.5·(f − f₀) for mean((f − f₀)²) of four rows, OR, all rows at once
# must not complain: 0.5 is 2/(N·O); E = mean((f − f₀)²)
import numpy as np

np.random.seed(1)

x = np.array([[0, 0], [0, 1], [1, 0], [1, 1]])
f0 = np.array([[0], [1], [1], [1]])

v = np.random.rand(2, 3)
w = np.random.rand(3, 1)


def sigmoid(z):
    return 1 / (1 + np.exp(-z))


learning_rate = 0.05
losses = []
for iteration in range(10000):
    yhat = np.dot(x, v)
    g = sigmoid(yhat)
    y = np.dot(g, w)
    f = sigmoid(y)
    losses.append(np.mean((f - f0) ** 2))

    dE_df = 0.5 * (f - f0)
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

    v = v - learning_rate * dE_dv
    w = w - learning_rate * dE_dw

print(losses[-1], f.round(2))

# style: everything at top level, as many hidden neurons as outputs
# network: 2-3-3, sigmoid, no bias, half squared error summed, six rows, observations x features
# first wrong: dE_dg (delta_out @ w without the transposition)
# kind: transposition (w is 3 x 3, so that the shapes fit by chance)
# must mention: delta_out @ w.T
import numpy as np

rng = np.random.RandomState(22)
data = rng.uniform(-1, 1, (6, 2))
goal = np.c_[data[:, 0] > 0, data[:, 1] > 0, data.sum(1) > 0] * 1.0
v = rng.uniform(-1, 1, (2, 3))
w = rng.uniform(-1, 1, (3, 3))

for n in range(400):
    g = 1 / (1 + np.exp(-data @ v))
    f = 1 / (1 + np.exp(-g @ w))
    err = f - goal
    delta_out = err * f * (1 - f)
    delta_hid = (delta_out @ w) * g * (1 - g)
    v -= 0.3 * data.T @ delta_hid
    w -= 0.3 * g.T @ delta_out
    if n % 100 == 0:
        print(n, (err**2).sum() / 2)

# style: Adam over a dictionary, written out
# network: 2-3-1, tanh, sigmoid, mean squared error, all rows at once
# first wrong: the update of v (W1), and of every parameter, from the second iteration on
# kind: optimiser-formula (the correction is 1 - beta where 1 - beta**t belongs)
# must mention: the power t; the steps look like those of a rate that changes from pass to pass
import numpy as np

rng = np.random.default_rng(5)
X = rng.normal(size=(7, 2))
T = (X[:, :1] * X[:, 1:] > 0).astype(float)
p = {"W1": rng.normal(size=(2, 3)), "b1": np.zeros(3), "W2": rng.normal(size=(3, 1)), "b2": np.zeros(1)}
m = {k: np.zeros_like(a) for k, a in p.items()}
s = {k: np.zeros_like(a) for k, a in p.items()}

for t in range(1, 30):
    h = np.tanh(X @ p["W1"] + p["b1"])
    f = 1 / (1 + np.exp(-(h @ p["W2"] + p["b2"])))
    loss = np.mean((f - T) ** 2)
    dy = 2 * (f - T) / len(X) * f * (1 - f)
    dz = dy @ p["W2"].T * (1 - h**2)
    g = {"W1": X.T @ dz, "b1": dz.sum(0), "W2": h.T @ dy, "b2": dy.sum(0)}
    for k in p:
        m[k] = 0.9 * m[k] + 0.1 * g[k]
        s[k] = 0.999 * s[k] + 0.001 * g[k] ** 2
        p[k] = p[k] - 0.02 * (m[k] / (1 - 0.9)) / (np.sqrt(s[k] / (1 - 0.999)) + 1e-8)

# correct; style: gradients summed up row by row in a loop, one update for each pass
# network: 2-4-1, leaky ReLU (0.1) then identity, biases per neuron, half squared error as mean, x*y, weights x one column
# must not complain: delta names two layers; the sums are divided by n only when they are used
import numpy as np

rng = np.random.default_rng(9)
rows = rng.uniform(-2, 2, size=(10, 2))
wanted = rows[:, 0] * rows[:, 1]
V, bv = rng.normal(0, 0.7, (4, 2)), rng.normal(0, 0.1, 4)
w, bw = rng.normal(0, 0.7, 4), 0.0
n = len(rows)

for step in range(150):
    total, sum_V, sum_bv, sum_w, sum_bw = 0.0, np.zeros((4, 2)), np.zeros(4), np.zeros(4), 0.0
    for x, t in zip(rows, wanted):
        z = V @ x + bv
        a = np.where(z > 0, z, 0.1 * z)
        out = w @ a + bw
        total += 0.5 * (out - t) ** 2
        delta = out - t
        sum_w += delta * a
        sum_bw += delta
        delta = delta * w * np.where(z > 0, 1.0, 0.1)
        sum_V += np.outer(delta, x)
        sum_bv += delta
    V -= 0.05 * sum_V / n
    bv -= 0.05 * sum_bv / n
    w -= 0.05 * sum_w / n
    bw -= 0.05 * sum_bw / n
    if step % 50 == 0:
        print(step, total / n)

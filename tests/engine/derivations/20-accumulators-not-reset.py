# style: gradients summed up row by row in a loop, one update for each pass
# network: 2-3-1, tanh then identity, biases per neuron, half squared error summed, nine rows, weights x one column
# first wrong: dE_dw from the second iteration on (the first is right); all four gradients
# kind: accumulator-not-reset (the sums are set to zero once, before the epochs, so that all earlier gradients stay in them)
# must mention: set gW1, gb1, gW2, gb2 to zero at the start of every epoch
import numpy as np

rng = np.random.default_rng(20)
rows = rng.uniform(-1, 1, size=(9, 2))
wanted = rows[:, 0] - 0.5 * rows[:, 1] ** 2
W1, b1 = rng.normal(0, 0.7, (3, 2)), np.zeros(3)
W2, b2 = rng.normal(0, 0.7, 3), 0.0
gW1, gb1, gW2, gb2 = np.zeros((3, 2)), np.zeros(3), np.zeros(3), 0.0

for epoch in range(100):
    cost = 0.0
    for x, t in zip(rows, wanted):
        a = np.tanh(W1 @ x + b1)
        out = W2 @ a + b2
        cost += (out - t) ** 2 / 2
        delta = out - t
        gW2 += delta * a
        gb2 += delta
        hidden_delta = delta * W2 * (1 - a**2)
        gW1 += np.outer(hidden_delta, x)
        gb1 += hidden_delta
    W1 = W1 - 0.02 * gW1
    b1 = b1 - 0.02 * gb1
    W2 = W2 - 0.02 * gW2
    b2 = b2 - 0.02 * gb2
    if epoch % 20 == 0:
        print(epoch, cost)

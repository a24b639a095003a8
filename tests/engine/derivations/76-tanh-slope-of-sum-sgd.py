# style: stochastic, column vectors, zs and activations kept in a tuple
# network: 2-4-1, tanh then identity, biases per neuron, half squared error, eight rows, one observation at a time
# first wrong: dg_dyhat (1 - z1**2: the pre-activation where the activation a1 belongs)
# kind: slope-argument
# must mention: 1 - a1**2; W2 and b2 are right
import numpy as np

rng = np.random.RandomState(55)
xs = rng.uniform(-1, 1, (8, 2, 1))
ts = xs[:, 0:1] ** 2 + 0.5 * xs[:, 1:2]
W1, b1 = rng.randn(4, 2) * 0.6, np.zeros((4, 1))
W2, b2 = rng.randn(1, 4) * 0.6, np.zeros((1, 1))


def tanh_prime(z):
    return 1 - z**2


def forward(x):
    z1 = W1 @ x + b1
    a1 = np.tanh(z1)
    return z1, a1, W2 @ a1 + b2


for epoch in range(30):
    cost = 0
    for x, t in zip(xs, ts):
        z1, a1, out = forward(x)
        cost += 0.5 * float((out - t)[0, 0]) ** 2
        delta = out - t
        delta_hidden = W2.T @ delta * tanh_prime(z1)
        W2 = W2 - 0.1 * delta @ a1.T
        b2 = b2 - 0.1 * delta
        W1 = W1 - 0.1 * delta_hidden @ x.T
        b1 = b1 - 0.1 * delta_hidden
    if epoch % 10 == 0:
        print(epoch, cost / len(xs))

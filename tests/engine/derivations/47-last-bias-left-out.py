# style: a three-layer class in the manner of a circulating gist, update of one parameter forgotten
# network: 2-3-2-1, sigmoid, biases per neuron, half mean squared error, eight rows, observations x features
# first wrong: the update of bv2 (b2 never changes)
# kind: no-update (the gradient db2 is computed and right, and never used)
# must mention: b2 stays at its start though db2 is not 0; a line b2 -= rate*db2 is missing
import numpy as np

rng = np.random.default_rng(47)
X = rng.uniform(-1, 1, (8, 2))
Y = (X[:, :1] * X[:, 1:] > 0).astype(float)
W1, W2, W3 = rng.normal(size=(2, 3)), rng.normal(size=(3, 2)), rng.normal(size=(2, 1))
b1, b2, b3 = rng.normal(size=3), rng.normal(size=2), rng.normal(size=1)
rate = 0.5


def sigma(z):
    return 1 / (1 + np.exp(-z))


for it in range(300):
    a1 = sigma(X @ W1 + b1)
    a2 = sigma(a1 @ W2 + b2)
    a3 = sigma(a2 @ W3 + b3)
    loss = np.mean((a3 - Y) ** 2) / 2
    d3 = (a3 - Y) / len(X) * a3 * (1 - a3)
    dW3, db3 = a2.T @ d3, d3.sum(axis=0)
    d2 = d3 @ W3.T * a2 * (1 - a2)
    dW2, db2 = a1.T @ d2, d2.sum(axis=0)
    d1 = d2 @ W2.T * a1 * (1 - a1)
    dW1, db1 = X.T @ d1, d1.sum(axis=0)
    W1 -= rate * dW1
    b1 -= rate * db1
    W2 -= rate * dW2
    W3 -= rate * dW3
    b3 -= rate * db3
    if it % 100 == 0:
        print(it, loss)

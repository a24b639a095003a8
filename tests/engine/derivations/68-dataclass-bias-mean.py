# style: dataclasses for parameters and gradients
# network: 2-4-1, sigmoid, biases per neuron, half squared error summed, six rows, observations x features
# first wrong: dE_dbw (db2 is a mean where the loss and all other gradients are sums)
# kind: reduction (mean for sum: db2 is 6 times too small)
# must mention: delta2.sum(axis=0)
from dataclasses import dataclass

import numpy as np


@dataclass
class Parameters:
    W1: np.ndarray
    b1: np.ndarray
    W2: np.ndarray
    b2: np.ndarray


@dataclass
class Hyper:
    lr: float = 0.3
    epochs: int = 200


def sigmoid(z):
    return 1 / (1 + np.exp(-z))


def forward(p, X):
    a1 = sigmoid(X @ p.W1 + p.b1)
    return a1, sigmoid(a1 @ p.W2 + p.b2)


def gradients(p, X, t, a1, a2):
    delta2 = (a2 - t) * a2 * (1 - a2)
    delta1 = delta2 @ p.W2.T * a1 * (1 - a1)
    return Parameters(X.T @ delta1, delta1.sum(axis=0), a1.T @ delta2, delta2.mean(axis=0))


def step(p, g, lr):
    return Parameters(p.W1 - lr * g.W1, p.b1 - lr * g.b1, p.W2 - lr * g.W2, p.b2 - lr * g.b2)


rng = np.random.default_rng(16)
X = rng.uniform(-2, 2, size=(6, 2))
t = (X[:, :1] * X[:, 1:] > 0).astype(float)
p = Parameters(rng.normal(size=(2, 4)), np.zeros(4), rng.normal(size=(4, 1)), np.zeros(1))
h = Hyper()
for epoch in range(h.epochs):
    a1, a2 = forward(p, X)
    loss = 0.5 * ((a2 - t) ** 2).sum()
    p = step(p, gradients(p, X, t, a1, a2), h.lr)
    if epoch % 50 == 0:
        print(epoch, loss)

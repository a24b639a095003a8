# style: constant start of the biases, positive inputs
# network: 2-3-1, ReLU then identity, biases per neuron, mean squared error, seven rows, observations x features
# first wrong: none (every intermediate and the update are right)
# kind: dead-relu (with biases of -3 every hidden pre-activation is negative for every row: g, dE_dyhat, dE_dv, dE_dw are 0)
# must mention: all hidden neurons give 0 for all observations, so that v, bv and w never change; only bw does; other start of the biases
import numpy as np

rng = np.random.RandomState(43)
X = rng.uniform(0, 1, (7, 2))
y = X.sum(axis=1, keepdims=True)
W1 = rng.uniform(-1, 1, (2, 3))
b1 = np.full(3, -3.0)
W2 = rng.uniform(-1, 1, (3, 1))
b2 = np.zeros(1)
for i in range(200):
    z = X @ W1 + b1
    h = np.maximum(0, z)
    out = h @ W2 + b2
    loss = np.mean((out - y) ** 2)
    dout = 2 * (out - y) / len(X)
    dz = (dout @ W2.T) * (z > 0)
    W2 -= 0.1 * h.T @ dout
    b2 -= 0.1 * dout.sum(axis=0)
    W1 -= 0.1 * X.T @ dz
    b1 -= 0.1 * dz.sum(axis=0)
    if i % 50 == 0:
        print(i, loss)

# style: hidden layers as lists, deltas in a dict by layer number
# network: 2-4-3-2, sigmoid, no bias, half squared error as mean over the rows, ten rows, weights x observations
# first wrong: dE_dyhat2 (delta[2] is W[3].T @ delta[3] alone)
# kind: missing-slope (no factor a*(1 - a) in either hidden layer; the output layer has it)
# must mention: multiply by A[l]*(1 - A[l]) (the slope of sigmoid) in the loop
import numpy as np

rng = np.random.RandomState(33)
X = rng.randn(2, 10)
T = np.vstack([X[0] * X[1] > 0, X[0] > 0]).astype(float)
units = [2, 4, 3, 2]
L = len(units) - 1
W = {l: rng.randn(units[l], units[l - 1]) for l in range(1, L + 1)}

for epoch in range(300):
    A = {0: X}
    for l in range(1, L + 1):
        A[l] = 1 / (1 + np.exp(-W[l] @ A[l - 1]))
    cost = np.sum((A[L] - T) ** 2) / (2 * X.shape[1])
    delta = {L: (A[L] - T) * A[L] * (1 - A[L])}
    for l in range(L - 1, 0, -1):
        delta[l] = W[l + 1].T @ delta[l + 1]
    for l in range(1, L + 1):
        W[l] = W[l] - 0.3 * delta[l] @ A[l - 1].T / X.shape[1]
    if epoch % 100 == 0:
        print(epoch, cost)

# style: features x observations, softmax copied from a script with the other orientation
# network: 3-4-3, tanh then softmax, biases per neuron, cross-entropy as mean, 12 rows, features x observations
# first wrong: f (A2 = softmax(Z2) sums over axis 1, the observations)
# kind: softmax-axis (columns are observations here; they do not sum to 1, rows do)
# must mention: axis=0; the backward formulas are right for a right softmax
import numpy as np

rng = np.random.default_rng(40)
classes = np.arange(12) % 3
X = rng.normal(size=(3, 12)) + 2 * np.eye(3)[:, classes]
Y = np.eye(3)[:, classes]
m = 12
W1, b1 = rng.normal(size=(4, 3)), np.zeros((4, 1))
W2, b2 = rng.normal(size=(3, 4)), np.zeros((3, 1))


def softmax(Z):
    shifted = np.exp(Z - np.max(Z, axis=1, keepdims=True))
    return shifted / np.sum(shifted, axis=1, keepdims=True)


for i in range(200):
    A1 = np.tanh(W1 @ X + b1)
    A2 = softmax(W2 @ A1 + b2)
    cost = -np.sum(Y * np.log(A2)) / m
    dZ2 = (A2 - Y) / m
    dZ1 = W2.T @ dZ2 * (1 - A1**2)
    W2 -= 0.3 * dZ2 @ A1.T
    b2 -= 0.3 * dZ2.sum(axis=1, keepdims=True)
    W1 -= 0.3 * dZ1 @ X.T
    b1 -= 0.3 * dZ1.sum(axis=1, keepdims=True)
    if i % 50 == 0:
        print(i, cost)

# style: short script, no gradient variables except the deltas
# network: 2-3-1, sigmoid, biases per neuron, mean squared error, five rows, features x observations
# first wrong: dE_dbw (b2 takes delta2 itself, one number for each observation)
# kind: bias-broadcasting (b2 starts as 1 x 1 and becomes 1 x 5; no sum over the observations; b1 likewise 3 x 1 to 3 x 5)
# must mention: np.sum(delta2, axis=1, keepdims=True); every observation gets a bias of its own, which learns the table by heart
import numpy as np

np.random.seed(26)
X = np.random.rand(2, 5)
Y = np.array([[0, 1, 1, 0, 1]])
W1, b1 = np.random.randn(3, 2), np.zeros((3, 1))
W2, b2 = np.random.randn(1, 3), np.zeros((1, 1))
m = X.shape[1]

for i in range(500):
    A1 = 1 / (1 + np.exp(-(np.dot(W1, X) + b1)))
    A2 = 1 / (1 + np.exp(-(np.dot(W2, A1) + b2)))
    if i % 100 == 0:
        print(np.sum((A2 - Y) ** 2) / m)
    delta2 = 2 / m * (A2 - Y) * A2 * (1 - A2)
    delta1 = np.dot(W2.T, delta2) * A1 * (1 - A1)
    W2 = W2 - 0.8 * np.dot(delta2, A1.T)
    b2 = b2 - 0.8 * delta2
    W1 = W1 - 0.8 * np.dot(delta1, X.T)
    b1 = b1 - 0.8 * delta1

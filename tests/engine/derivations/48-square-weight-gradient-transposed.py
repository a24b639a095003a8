# style: weights x observations, as many hidden neurons as inputs
# network: 3-3-1, tanh then sigmoid, biases per neuron, binary cross-entropy as mean, ten rows, features x observations
# first wrong: dE_dv (dW1 = X @ dZ1.T is the transpose of the gradient)
# kind: transposition (W1 is 3 x 3, so that the shapes fit by chance)
# must mention: dZ1 @ X.T, as in dW2 = dZ2 @ A1.T
import numpy as np

rng = np.random.RandomState(48)
X = rng.randn(3, 10)
Y = (X[:1] - X[1:2] * X[2:] > 0) * 1.0
W1, b1 = rng.randn(3, 3), np.zeros((3, 1))
W2, b2 = rng.randn(1, 3), np.zeros((1, 1))


def cost(A2):
    return -np.mean(Y * np.log(A2) + (1 - Y) * np.log(1 - A2))


for i in range(300):
    A1 = np.tanh(W1 @ X + b1)
    A2 = 1 / (1 + np.exp(-(W2 @ A1 + b2)))
    dZ2 = (A2 - Y) / 10
    dZ1 = W2.T @ dZ2 * (1 - A1**2)
    dW2 = dZ2 @ A1.T
    dW1 = X @ dZ1.T
    W1 = W1 - 0.5 * dW1
    b1 = b1 - 0.5 * dZ1.sum(1, keepdims=True)
    W2 = W2 - 0.5 * dW2
    b2 = b2 - 0.5 * dZ2.sum(1, keepdims=True)
    if i % 100 == 0:
        print(i, cost(A2))

# style: momentum with one velocity for each parameter
# network: 2-4-1, tanh then sigmoid, biases per neuron, mean squared error, XOR, features x observations
# first wrong: the update of v (W1), then of every other parameter; all gradients are right
# kind: sign (velocity = mu*velocity - lr*gradient points downhill, and is then subtracted)
# must mention: W += velocity (or velocity = mu*velocity + lr*gradient); the loss rises from the first iteration on
import numpy as np

rng = np.random.RandomState(18)
X = np.array([[0.0, 0, 1, 1], [0, 1, 0, 1]])
Y = np.array([[0.0, 1, 1, 0]])
W1, b1 = rng.randn(4, 2), np.zeros((4, 1))
W2, b2 = rng.randn(1, 4), np.zeros((1, 1))
vW1, vb1, vW2, vb2 = np.zeros((4, 2)), np.zeros((4, 1)), np.zeros((1, 4)), np.zeros((1, 1))
mu, lr = 0.9, 0.1

for epoch in range(200):
    A1 = np.tanh(W1 @ X + b1)
    A2 = 1 / (1 + np.exp(-(W2 @ A1 + b2)))
    cost = np.mean((A2 - Y) ** 2)
    dA2 = 2 * (A2 - Y) / Y.size
    dZ2 = dA2 * A2 * (1 - A2)
    dZ1 = W2.T @ dZ2 * (1 - A1**2)
    vW1 = mu * vW1 - lr * (dZ1 @ X.T)
    vb1 = mu * vb1 - lr * dZ1.sum(axis=1, keepdims=True)
    vW2 = mu * vW2 - lr * (dZ2 @ A1.T)
    vb2 = mu * vb2 - lr * dZ2.sum(axis=1, keepdims=True)
    W1 -= vW1
    b1 -= vb1
    W2 -= vW2
    b2 -= vb2
    if epoch % 50 == 0:
        print(epoch, cost)

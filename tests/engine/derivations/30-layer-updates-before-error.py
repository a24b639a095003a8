# style: layers that update themselves in backward(), forward() and backward() called in loops
# network: 3-4-2, tanh then identity, biases per neuron, mean squared error, eight rows, observations x features
# first wrong: dE_dg (grad_input is computed with the weights after their update)
# kind: updated-weights (self.W changes before grad_input is computed from it)
# must mention: compute grad_input (dE/dg) before self.W -= ...; the update of w itself is right; with a small rate the error is small
import numpy as np

rng = np.random.RandomState(30)
X = rng.normal(size=(8, 3))
T = np.c_[X[:, 0] * X[:, 1], np.abs(X[:, 2])]


class Linear:
    def __init__(self, n_in, n_out):
        self.W = rng.normal(0, 1 / np.sqrt(n_in), (n_in, n_out))
        self.b = np.zeros((1, n_out))

    def forward(self, x):
        self.x = x
        return x @ self.W + self.b

    def backward(self, grad, lr):
        self.W -= lr * self.x.T @ grad
        self.b -= lr * grad.sum(axis=0, keepdims=True)
        grad_input = grad @ self.W.T
        return grad_input


class Tanh:
    def forward(self, x):
        self.a = np.tanh(x)
        return self.a

    def backward(self, grad, lr):
        return grad * (1 - self.a**2)


net = [Linear(3, 4), Tanh(), Linear(4, 2)]
for i in range(300):
    out = X
    for layer in net:
        out = layer.forward(out)
    loss = ((out - T) ** 2).mean()
    grad = 2 * (out - T) / T.size
    for layer in net[::-1]:
        grad = layer.backward(grad, 0.2)
    if i % 100 == 0:
        print(i, loss)

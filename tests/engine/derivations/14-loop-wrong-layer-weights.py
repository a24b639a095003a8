# style: a class with a list of weights and for loops over the layers
# network: 3-3-3-3, tanh twice then sigmoid, biases per neuron, half squared error summed, seven rows, observations x features
# first wrong: dE_dg2 (delta of the second hidden layer goes through self.W[k], which is v2, instead of self.W[k + 1], which is w)
# kind: wrong-operand (the weights of the wrong layer; all layers have three neurons, so that shapes fit)
# must mention: W[k + 1].T; the same slip stands in the first hidden layer (dE_dg1 uses v1 where v2 belongs)
import numpy as np

rng = np.random.default_rng(14)
X = rng.normal(size=(7, 3))
T = (np.roll(X, 1, axis=1) * X > 0).astype(float)


class MLP:
    def __init__(self, sizes):
        self.W = [rng.normal(size=(a, b)) for a, b in zip(sizes, sizes[1:])]
        self.b = [np.zeros((1, b)) for b in sizes[1:]]
        self.last = len(self.W) - 1

    def forward(self, x):
        self.a = [x]
        for k in range(self.last + 1):
            z = self.a[k] @ self.W[k] + self.b[k]
            self.a.append(np.tanh(z) if k < self.last else 1 / (1 + np.exp(-z)))
        return self.a[-1]

    def backward(self, target):
        out = self.a[-1]
        deltas = [(out - target) * out * (1 - out)]
        for k in range(self.last - 1, -1, -1):
            delta = deltas[0] @ self.W[k].T * (1 - self.a[k + 1] ** 2)
            deltas.insert(0, delta)
        self.dW = [a.T @ d for a, d in zip(self.a, deltas)]
        self.db = [d.sum(axis=0, keepdims=True) for d in deltas]

    def update(self, lr):
        for k in range(self.last + 1):
            self.W[k] -= lr * self.dW[k]
            self.b[k] -= lr * self.db[k]


net = MLP([3, 3, 3, 3])
for epoch in range(300):
    out = net.forward(X)
    if epoch % 100 == 0:
        print(epoch, 0.5 * np.sum((out - T) ** 2))
    net.backward(T)
    net.update(0.05)

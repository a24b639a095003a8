# style: short class, the first backward pass stops with an exception
# network: 2-3-1, sigmoid, biases per neuron, half squared error summed, five rows, observations x features
# first wrong: dE_dw (np.dot(self.a1, delta2)): the script stops there with a ValueError
# kind: shape-error ((5, 3) times (5, 1): the transposition of the hidden activations is missing)
# must mention: a1.T (3 x 5) times delta2 (5 x 1) gives 3 x 1, as w; dW1 has the same slip: X.T is needed
import numpy as np

rng = np.random.RandomState(28)
X = rng.rand(5, 2)
y = (X[:, :1] > X[:, 1:]).astype(float)


class TwoLayers:
    def __init__(self):
        self.w1, self.b1 = rng.randn(2, 3), np.zeros(3)
        self.w2, self.b2 = rng.randn(3, 1), np.zeros(1)

    def forward(self, X):
        self.a1 = 1 / (1 + np.exp(-(np.dot(X, self.w1) + self.b1)))
        self.a2 = 1 / (1 + np.exp(-(np.dot(self.a1, self.w2) + self.b2)))
        return self.a2

    def backward(self, X, y):
        delta2 = (self.a2 - y) * self.a2 * (1 - self.a2)
        dw2 = np.dot(self.a1, delta2)
        db2 = delta2.sum(axis=0)
        delta1 = np.dot(delta2, self.w2.T) * self.a1 * (1 - self.a1)
        dw1 = np.dot(X, delta1)
        db1 = delta1.sum(axis=0)
        return dw1, db1, dw2, db2


net = TwoLayers()
for epoch in range(100):
    loss = 0.5 * np.sum((net.forward(X) - y) ** 2)
    print(epoch, loss)
    dw1, db1, dw2, db2 = net.backward(X, y)
    net.w1 -= 0.5 * dw1
    net.b1 -= 0.5 * db1
    net.w2 -= 0.5 * dw2
    net.b2 -= 0.5 * db2

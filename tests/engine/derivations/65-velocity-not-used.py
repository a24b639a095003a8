# style: class with momentum buffers, moons
# network: 2-5-1, tanh then sigmoid, biases, binary cross-entropy as mean, two half moons, 20 rows, momentum 0.9, observations x features
# first wrong: the update of w (W2) from the second iteration on (the first is right)
# kind: optimiser-formula (W2 is updated with its gradient; its velocity vW2 is computed and never used)
# must mention: W2 -= lr*vW2 as the other three parameters; all gradients are right
import numpy as np


class MoonNet:
    def __init__(self, hidden, lr=0.2, mu=0.9, seed=10):
        rng = np.random.default_rng(seed)
        self.W1 = rng.normal(0, 0.7, (2, hidden))
        self.b1 = np.zeros(hidden)
        self.W2 = rng.normal(0, 0.7, (hidden, 1))
        self.b2 = np.zeros(1)
        self.vW1, self.vb1 = np.zeros_like(self.W1), np.zeros_like(self.b1)
        self.vW2, self.vb2 = np.zeros_like(self.W2), np.zeros_like(self.b2)
        self.lr, self.mu = lr, mu

    def fit(self, X, y, epochs):
        n = X.shape[0]
        for epoch in range(epochs):
            h = np.tanh(X @ self.W1 + self.b1)
            p = 1.0 / (1.0 + np.exp(-(h @ self.W2 + self.b2)))
            loss = -np.mean(y * np.log(p) + (1 - y) * np.log(1 - p))
            delta2 = (p - y) / n
            gW2 = h.T @ delta2
            gb2 = delta2.sum(axis=0)
            delta1 = (delta2 @ self.W2.T) * (1 - h ** 2)
            gW1 = X.T @ delta1
            gb1 = delta1.sum(axis=0)
            self.vW1 = self.mu * self.vW1 + gW1
            self.vb1 = self.mu * self.vb1 + gb1
            self.vW2 = self.mu * self.vW2 + gW2
            self.vb2 = self.mu * self.vb2 + gb2
            self.W1 -= self.lr * self.vW1
            self.b1 -= self.lr * self.vb1
            self.W2 -= self.lr * gW2
            self.b2 -= self.lr * self.vb2
            if epoch % 50 == 0:
                print(epoch, loss)


t = np.linspace(0, np.pi, 10)
X = np.concatenate([np.c_[np.cos(t), np.sin(t)], np.c_[1 - np.cos(t), 0.5 - np.sin(t)]])
y = np.repeat([0.0, 1.0], 10).reshape(-1, 1)
net = MoonNet(5)
net.fit(X, y, 150)

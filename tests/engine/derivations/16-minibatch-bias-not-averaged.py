# style: a class with fit(), mini-batches over a shuffled index
# network: 2-6-1, ReLU then identity, biases per neuron, half squared error as mean over the batch of 5 of 20 rows, observations x features
# first wrong: dE_dbv (db1, not divided by m)
# kind: reduction (1/m is missing in one of four gradients: db1 is 5 times too large, direction right)
# must mention: db1 lacks / m, which dW1, dW2 and db2 have
import numpy as np


class Regressor:
    def __init__(self, hidden, rng):
        self.rng = rng
        self.W1, self.b1 = rng.normal(0, 0.8, (2, hidden)), np.full(hidden, 0.1)
        self.W2, self.b2 = rng.normal(0, 0.8, (hidden, 1)), np.zeros(1)

    def predict(self, X):
        self.z1 = X @ self.W1 + self.b1
        self.a1 = np.maximum(0, self.z1)
        return self.a1 @ self.W2 + self.b2

    def fit(self, X, y, epochs, lr, batch_size):
        for epoch in range(epochs):
            index = self.rng.permutation(len(X))
            for k in range(0, len(X), batch_size):
                xb, yb = X[index[k : k + batch_size]], y[index[k : k + batch_size]]
                m = len(xb)
                diff = self.predict(xb) - yb
                dW2 = self.a1.T @ diff / m
                db2 = diff.sum(axis=0) / m
                dz1 = (diff @ self.W2.T) * (self.z1 > 0)
                dW1 = xb.T @ dz1 / m
                db1 = dz1.sum(axis=0)
                self.W1 -= lr * dW1
                self.b1 -= lr * db1
                self.W2 -= lr * dW2
                self.b2 -= lr * db2
            if epoch % 20 == 0:
                print(epoch, 0.5 * np.mean((self.predict(X) - y) ** 2))


rng = np.random.RandomState(16)
X = rng.uniform(-1, 1, (20, 2))
y = np.abs(X[:, :1]) - X[:, 1:]
Regressor(6, rng).fit(X, y, epochs=60, lr=0.05, batch_size=5)

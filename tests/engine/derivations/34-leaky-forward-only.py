# style: one class, activation functions as static methods, target - prediction
# network: 3-5-1, leaky ReLU (0.1) then sigmoid, biases per neuron, squared error as mean, 14 rows, observations x features
# first wrong: dg_dyhat (relu_derivative gives 0 for negative sums where the forward pass leaks 0.1)
# kind: slope of another activation (relu's; the hidden layer is leaky)
# must mention: 0.1 (np.where(z > 0, 1, 0.1)) instead of 0 for negative pre-activations
import numpy as np

rng = np.random.RandomState(34)
X = rng.randn(14, 3)
Y = (X[:, :1] + X[:, 1:2] * X[:, 2:] > 0).astype(float)


class Classifier:
    def __init__(self):
        self.W_h, self.b_h = rng.randn(3, 5), np.zeros(5)
        self.W_o, self.b_o = rng.randn(5, 1), np.zeros(1)

    @staticmethod
    def leaky_relu(z):
        return np.where(z > 0, z, z * 0.1)

    @staticmethod
    def relu_derivative(z):
        return np.where(z > 0, 1.0, 0.0)

    def feed(self, X):
        self.z = X @ self.W_h + self.b_h
        self.h = self.leaky_relu(self.z)
        self.o = 1 / (1 + np.exp(-(self.h @ self.W_o + self.b_o)))

    def learn(self, X, Y, lr):
        self.feed(X)
        loss = np.mean((Y - self.o) ** 2)
        d_o = 2 * (Y - self.o) * self.o * (1 - self.o)
        d_h = (d_o @ self.W_o.T) * self.relu_derivative(self.z)
        self.W_o += lr * self.h.T @ d_o / len(X)
        self.b_o += lr * d_o.mean(axis=0)
        self.W_h += lr * X.T @ d_h / len(X)
        self.b_h += lr * d_h.mean(axis=0)
        return loss


c = Classifier()
for epoch in range(300):
    loss = c.learn(X, Y, 0.3)
    if epoch % 100 == 0:
        print(epoch, loss)

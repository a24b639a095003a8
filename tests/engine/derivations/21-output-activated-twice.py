# style: a class that keeps everything in attributes, predict() on top of forward()
# network: 2-4-1, sigmoid, biases per neuron, mean squared error, AND, observations x features
# first wrong: f (self.output: the output layer is activated twice); equally: df_dy, which lacks one of two slopes
# kind: double-activation (forward() returns sigmoid(z2) and train() puts sigmoid around it once more)
# must mention: sigmoid(sigmoid(z2)) lies between 0.5 and 0.731; the backward formulas are right for a single sigmoid
import numpy as np


class Net:
    def __init__(self):
        r = np.random.RandomState(21)
        self.weights_1, self.bias_1 = r.uniform(-1, 1, (2, 4)), np.zeros((1, 4))
        self.weights_2, self.bias_2 = r.uniform(-1, 1, (4, 1)), np.zeros((1, 1))

    def sigmoid(self, s):
        return 1 / (1 + np.exp(-s))

    def forward(self, X):
        self.hidden = self.sigmoid(X @ self.weights_1 + self.bias_1)
        return self.sigmoid(self.hidden @ self.weights_2 + self.bias_2)

    def train(self, X, y, lr):
        self.output = self.sigmoid(self.forward(X))
        self.error = self.output - y
        self.output_delta = 2 / len(X) * self.error * self.output * (1 - self.output)
        self.hidden_delta = self.output_delta @ self.weights_2.T * self.hidden * (1 - self.hidden)
        self.weights_2 -= lr * self.hidden.T @ self.output_delta
        self.bias_2 -= lr * self.output_delta.sum(axis=0, keepdims=True)
        self.weights_1 -= lr * X.T @ self.hidden_delta
        self.bias_1 -= lr * self.hidden_delta.sum(axis=0, keepdims=True)


X = np.array([[0, 0], [0, 1], [1, 0], [1, 1]])
y = np.array([[0], [0], [0], [1]])
net = Net()
for i in range(1000):
    net.train(X, y, 0.5)
    if i % 250 == 0:
        print("loss", np.mean(net.error**2))

# style: logistic output with one unit, the loss copied from a softmax script
# network: 2-4-1, ReLU then sigmoid, biases per neuron, binary cross-entropy as mean (as the gradients say), 16 rows, observations x features
# first wrong: E (loss = -mean(y*log(a2)) lacks (1 - y)*log(1 - a2))
# kind: loss-formula (the rows with target 0 do not count in the printed loss; the gradients a2 - y are right)
# must mention: -np.mean(y*np.log(a2) + (1 - y)*np.log(1 - a2))
import numpy as np

np.random.seed(23)
X = np.random.randn(16, 2)
y = (X[:, 0] > X[:, 1]).astype(float).reshape(-1, 1)
W1 = np.random.randn(2, 4)
b1 = np.zeros((1, 4))
W2 = np.random.randn(4, 1)
b2 = np.zeros((1, 1))
lr = 0.1

for epoch in range(200):
    z1 = X.dot(W1) + b1
    a1 = np.maximum(z1, 0)
    z2 = a1.dot(W2) + b2
    a2 = 1 / (1 + np.exp(-z2))
    loss = -np.mean(y * np.log(a2 + 1e-12))
    dz2 = (a2 - y) / len(X)
    dW2 = a1.T.dot(dz2)
    db2 = dz2.sum(axis=0, keepdims=True)
    dz1 = dz2.dot(W2.T) * (z1 > 0)
    dW1 = X.T.dot(dz1)
    db1 = dz1.sum(axis=0, keepdims=True)
    W1 -= lr * dW1
    b1 -= lr * db1
    W2 -= lr * dW2
    b2 -= lr * db2
    if epoch % 50 == 0:
        print(epoch, loss)

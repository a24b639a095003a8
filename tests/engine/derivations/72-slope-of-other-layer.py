# style: variables numbered by layer, two hidden layers of the same size
# network: 3-4-4-1, sigmoid three times, biases per neuron, half mean squared error, ten rows, features x observations
# first wrong: dg1_dyhat1 (delta1 uses a2*(1 - a2), the slope of the second hidden layer)
# kind: wrong-operand (the activation of the wrong layer; both have four neurons)
# must mention: a1*(1 - a1); all gradients except W1 and b1 are right
import numpy as np

rng = np.random.default_rng(28)
x = rng.normal(size=(3, 10))
t = (np.abs(x).sum(axis=0, keepdims=True) > 2.2).astype(float)
W1, W2, W3 = rng.normal(size=(4, 3)), rng.normal(size=(4, 4)), rng.normal(size=(1, 4))
b1, b2, b3 = np.zeros((4, 1)), np.zeros((4, 1)), np.zeros((1, 1))
m = x.shape[1]
alpha = 0.8


def f(z):
    return 1 / (1 + np.exp(-z))


for k in range(150):
    a1 = f(W1 @ x + b1)
    a2 = f(W2 @ a1 + b2)
    a3 = f(W3 @ a2 + b3)
    J = np.sum((a3 - t) ** 2) / (2 * m)
    delta3 = (a3 - t) * a3 * (1 - a3) / m
    delta2 = (W3.T @ delta3) * a2 * (1 - a2)
    delta1 = (W2.T @ delta2) * a2 * (1 - a2)
    W3 = W3 - alpha * delta3 @ a2.T
    b3 = b3 - alpha * delta3.sum(axis=1, keepdims=True)
    W2 = W2 - alpha * delta2 @ a1.T
    b2 = b2 - alpha * delta2.sum(axis=1, keepdims=True)
    W1 = W1 - alpha * delta1 @ x.T
    b1 = b1 - alpha * delta1.sum(axis=1, keepdims=True)
    if k % 50 == 0:
        print(k, J)

# style: a training function that returns its history
# network: 2-4-1, tanh then sigmoid, biases per neuron, binary cross-entropy as mean, XOR, observations x features
# first wrong: dE_dbv (db1 is summed along axis 1)
# kind: bias-axis (the sum goes over the four neurons instead of the four observations; both give four numbers)
# must mention: sum over axis=0, the observations; db1 then has one number for each neuron
import numpy as np

X = np.array([[0, 0], [0, 1], [1, 0], [1, 1]], dtype=float)
t = np.array([0, 1, 1, 0], dtype=float)


def train(steps, lr):
    r = np.random.RandomState(23)
    w1 = r.randn(2, 4)
    b1 = np.zeros(4)
    w2 = r.randn(4)
    b2 = 0.0
    history = []
    for _ in range(steps):
        h = np.tanh(X @ w1 + b1)
        p = 1 / (1 + np.exp(-(h @ w2 + b2)))
        history.append(-np.mean(t * np.log(p) + (1 - t) * np.log(1 - p)))
        dz = (p - t) / 4
        dh = np.outer(dz, w2) * (1 - h**2)
        dw2, db2 = h.T @ dz, dz.sum()
        dw1, db1 = X.T @ dh, dh.sum(axis=1)
        w1, b1, w2, b2 = w1 - lr * dw1, b1 - lr * db1, w2 - lr * dw2, b2 - lr * db2
    return history, (w1, b1, w2, b2)


history, weights = train(500, 0.5)
print(history[::100])

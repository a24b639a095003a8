# correct; style: mini-batches with a fresh permutation each epoch, everything in functions, tuples of gradients
# network: 3-5-2, tanh then softmax, biases per neuron, cross-entropy as mean over the batch, batches of 6 of 20 rows (the last has 2)
# must not complain: another batch each step, the last smaller; the printed loss is that of all rows
import numpy as np


def forward(params, X):
    W1, b1, W2, b2 = params
    h = np.tanh(X @ W1 + b1)
    s = h @ W2 + b2
    s = s - s.max(axis=1, keepdims=True)
    p = np.exp(s) / np.exp(s).sum(axis=1, keepdims=True)
    return h, p


def cross_entropy(p, T):
    return -(T * np.log(p)).sum() / len(T)


def gradients(params, X, T):
    W2 = params[2]
    h, p = forward(params, X)
    d_s = (p - T) / len(X)
    d_h = d_s @ W2.T
    d_a = d_h * (1 - h * h)
    return X.T @ d_a, d_a.sum(axis=0), h.T @ d_s, d_s.sum(axis=0)


rng = np.random.default_rng(12)
X = rng.normal(size=(20, 3))
T = np.eye(2)[(X[:, 0] * X[:, 1] > 0).astype(int)]
params = [rng.normal(size=(3, 5)), np.zeros(5), rng.normal(size=(5, 2)), np.zeros(2)]
for epoch in range(80):
    order = rng.permutation(20)
    for start in range(0, 20, 6):
        batch = order[start : start + 6]
        grads = gradients(params, X[batch], T[batch])
        params = [p - 0.2 * g for p, g in zip(params, grads)]
    if epoch % 20 == 0:
        print("epoch", epoch, "loss", cross_entropy(forward(params, X)[1], T))

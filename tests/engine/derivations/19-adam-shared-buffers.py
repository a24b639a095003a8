# style: an optimiser class with dicts of moments, a model as a dict of parameters
# network: 3-4-1, sigmoid then identity, biases per neuron, half mean squared error, twelve rows, observations x features
# first wrong: the update of v (W1), and of all parameters; all gradients are right
# kind: aliased-buffers (self.m = self.v = {}: both moments are the same dict, the second overwrites the first)
# must mention: two dicts, self.m = {} and self.v = {}; from the first iteration on m_hat is not the mean of the gradients
import numpy as np

rng = np.random.default_rng(19)
X = rng.normal(size=(12, 3))
y = np.sin(X.sum(axis=1, keepdims=True))
model = {
    "W1": rng.normal(size=(3, 4)), "b1": np.zeros((1, 4)),
    "W2": rng.normal(size=(4, 1)), "b2": np.zeros((1, 1)),
}  # fmt: skip


class Adam:
    def __init__(self, lr, beta1=0.9, beta2=0.999, eps=1e-8):
        self.lr, self.beta1, self.beta2, self.eps = lr, beta1, beta2, eps
        self.m = self.v = {}
        self.t = 0

    def update(self, params, grads):
        self.t += 1
        for k in params:
            self.m[k] = self.beta1 * self.m.get(k, 0.0) + (1 - self.beta1) * grads[k]
            self.v[k] = self.beta2 * self.v.get(k, 0.0) + (1 - self.beta2) * grads[k] ** 2
            m_hat = self.m[k] / (1 - self.beta1**self.t)
            v_hat = self.v[k] / (1 - self.beta2**self.t)
            params[k] -= self.lr * m_hat / (np.sqrt(np.abs(v_hat)) + self.eps)


def loss_and_gradients(p):
    h = 1 / (1 + np.exp(-(X @ p["W1"] + p["b1"])))
    out = h @ p["W2"] + p["b2"]
    d = (out - y) / len(X)
    dh = d @ p["W2"].T * h * (1 - h)
    grads = {"W1": X.T @ dh, "b1": dh.sum(0, keepdims=True), "W2": h.T @ d, "b2": d.sum(0, keepdims=True)}
    return 0.5 * np.mean((out - y) ** 2), grads


adam = Adam(0.02)
for step in range(200):
    loss, grads = loss_and_gradients(model)
    adam.update(model, grads)
    if step % 50 == 0:
        print(step, loss)

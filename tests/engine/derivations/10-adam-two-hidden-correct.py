# correct; style: an Adam class over a dict of parameters, correction folded into the step size
# network: 2-5-4-1, ReLU twice then identity, biases per neuron, mean squared error, a saddle, observations x features
# must not complain: lr*sqrt(1 - b2**t)/(1 - b1**t) with eps outside is the other usual form of Adam (eps differs by a hair)
import numpy as np

rng = np.random.RandomState(10)
X = rng.uniform(-1, 1, (30, 2))
Y = (X[:, 0] ** 2 - X[:, 1] ** 2).reshape(-1, 1)
sizes = [2, 5, 4, 1]
p = {}
for k in range(3):
    p["W%d" % (k + 1)] = rng.randn(sizes[k], sizes[k + 1]) * np.sqrt(2 / sizes[k])
    p["b%d" % (k + 1)] = np.full(sizes[k + 1], 0.01)


class Adam:
    def __init__(self, lr=0.01, b1=0.9, b2=0.999, eps=1e-8):
        self.lr, self.b1, self.b2, self.eps, self.t = lr, b1, b2, eps, 0
        self.m, self.v = {}, {}

    def step(self, params, grads):
        self.t += 1
        lr_t = self.lr * np.sqrt(1 - self.b2**self.t) / (1 - self.b1**self.t)
        for key, g in grads.items():
            self.m[key] = self.b1 * self.m.get(key, 0) + (1 - self.b1) * g
            self.v[key] = self.b2 * self.v.get(key, 0) + (1 - self.b2) * g * g
            params[key] -= lr_t * self.m[key] / (np.sqrt(self.v[key]) + self.eps)


opt = Adam()
for epoch in range(200):
    A = [X]
    for k in (1, 2, 3):
        Z = A[-1] @ p[f"W{k}"] + p[f"b{k}"]
        A.append(np.maximum(Z, 0) if k < 3 else Z)
    loss = np.mean((A[3] - Y) ** 2)
    grads, delta = {}, 2 * (A[3] - Y) / len(X)
    for k in (3, 2, 1):
        grads[f"W{k}"], grads[f"b{k}"] = A[k - 1].T @ delta, delta.sum(0)
        delta = (delta @ p[f"W{k}"].T) * (A[k - 1] > 0)
    opt.step(p, grads)
    if epoch % 50 == 0:
        print(epoch, loss)

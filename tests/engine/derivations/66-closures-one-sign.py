# style: functional, closures that remember their inputs, stochastic per observation, moons
# network: 2-4-1, tanh then sigmoid, biases per neuron, half squared error, ten rows, one observation at a time
# first wrong: the update of v (W1): the deltas are those of target - prediction, W2, b2 and b1 are added, W1 is subtracted
# kind: sign (in one of four updates)
# must mention: W1 + lr*..., as the other three
import numpy as np


def make_layer(W, b, act, slope):
    memory = {}

    def forward(x):
        memory["x"] = x
        memory["a"] = act(W @ x + b)
        return memory["a"]

    def backward(err):
        memory["delta"] = err * slope(memory["a"])
        return W.T @ memory["delta"]

    def update(lr, direction):
        W[...] = W + direction * lr * np.outer(memory["delta"], memory["x"])
        b[...] = b + lr * memory["delta"]

    return forward, backward, update


rng = np.random.default_rng(14)
t = np.linspace(0, np.pi, 5)
points = np.concatenate([np.c_[np.cos(t), np.sin(t)], np.c_[1 - np.cos(t), 0.5 - np.sin(t)]])
targets = [0, 0, 0, 0, 0, 1, 1, 1, 1, 1]
W1, b1 = rng.normal(size=(4, 2)), np.zeros(4)
W2, b2 = rng.normal(size=(1, 4)), np.zeros(1)
f1, back1, up1 = make_layer(W1, b1, np.tanh, lambda a: 1 - a * a)
f2, back2, up2 = make_layer(W2, b2, lambda z: 1 / (1 + np.exp(-z)), lambda a: a * (1 - a))

for epoch in range(40):
    total = 0
    for p, t in zip(points, targets):
        out = f2(f1(p))
        err = t - out
        total += 0.5 * float(err[0]) ** 2
        hidden_err = back2(err)
        back1(hidden_err)
        up2(0.3, 1)
        up1(0.3, -1)
    if epoch % 10 == 0:
        print(epoch, total)

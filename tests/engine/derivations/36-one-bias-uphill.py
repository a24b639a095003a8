# style: parameters in a list of dicts, one for each layer
# network: 2-5-1, ReLU then sigmoid, biases per neuron, binary cross-entropy as mean, 20 rows, features x observations
# first wrong: the update of bw (the output layer's b), which is added; all gradients are right
# kind: sign (in one of four updates)
# must mention: b of the last layer needs - lr*db like the other three
import numpy as np

rng = np.random.RandomState(36)
X = rng.randn(2, 20)
Y = (X[:1] ** 2 + X[1:] ** 2 < 1.2).astype(float)
m = X.shape[1]
layers = [
    {"W": rng.randn(5, 2), "b": np.full((5, 1), 0.1)},
    {"W": rng.randn(1, 5), "b": np.zeros((1, 1))},
]
lr = 0.1

for i in range(200):
    first, last = layers
    first["Z"] = first["W"] @ X + first["b"]
    first["A"] = np.maximum(first["Z"], 0)
    last["A"] = 1 / (1 + np.exp(-(last["W"] @ first["A"] + last["b"])))
    cost = -np.sum(Y * np.log(last["A"]) + (1 - Y) * np.log(1 - last["A"])) / m
    last["dZ"] = (last["A"] - Y) / m
    first["dZ"] = last["W"].T @ last["dZ"] * (first["Z"] > 0)
    first["dW"] = first["dZ"] @ X.T
    first["db"] = first["dZ"].sum(axis=1, keepdims=True)
    last["dW"] = last["dZ"] @ first["A"].T
    last["db"] = last["dZ"].sum(axis=1, keepdims=True)
    first["W"] -= lr * first["dW"]
    first["b"] -= lr * first["db"]
    last["W"] -= lr * last["dW"]
    last["b"] += lr * last["db"]
    if i % 50 == 0:
        print(i, cost)

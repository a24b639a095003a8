# style: dicts for parameters, cache and gradients
# network: 2-4-1, tanh then sigmoid, biases per neuron, binary cross-entropy as mean, two rings, features x observations
# first wrong: dE_dw (dW2); the operand dy_dw is Z1 where A1 belongs
# kind: wrong-operand (the pre-activation Z1 in place of the activation A1)
# must mention: dW2 = dZ2·A1.T; dW1 and both bias gradients are right
import numpy as np

rng = np.random.RandomState(15)
angle = rng.uniform(0, 6.28, 30)
Y = (np.arange(30) % 2).reshape(1, 30)
X = (0.5 + Y) * np.vstack([np.cos(angle), np.sin(angle)])
params = {"W1": rng.randn(4, 2), "b1": np.zeros((4, 1)), "W2": rng.randn(1, 4), "b2": np.zeros((1, 1))}


def model_forward(X, params):
    cache = {}
    cache["Z1"] = params["W1"] @ X + params["b1"]
    cache["A1"] = np.tanh(cache["Z1"])
    cache["Z2"] = params["W2"] @ cache["A1"] + params["b2"]
    cache["A2"] = 1 / (1 + np.exp(-cache["Z2"]))
    return cache


def model_backward(X, Y, params, cache):
    grads = {}
    grads["dZ2"] = (cache["A2"] - Y) / Y.shape[1]
    grads["dW2"] = grads["dZ2"] @ cache["Z1"].T
    grads["db2"] = grads["dZ2"].sum(axis=1, keepdims=True)
    grads["dZ1"] = (params["W2"].T @ grads["dZ2"]) * (1 - cache["A1"] ** 2)
    grads["dW1"] = grads["dZ1"] @ X.T
    grads["db1"] = grads["dZ1"].sum(axis=1, keepdims=True)
    return grads


for i in range(400):
    cache = model_forward(X, params)
    cost = -np.mean(Y * np.log(cache["A2"]) + (1 - Y) * np.log(1 - cache["A2"]))
    grads = model_backward(X, Y, params, cache)
    for name in ("W1", "b1", "W2", "b2"):
        params[name] = params[name] - 0.5 * grads["d" + name]
    if i % 100 == 0:
        print("cost", cost)

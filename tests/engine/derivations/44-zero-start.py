# style: dict of parameters, all started with np.zeros
# network: 2-3-1, tanh then sigmoid, biases per neuron, binary cross-entropy as mean, XOR with another weight of rows, features x observations
# first wrong: none (every intermediate and the update are right)
# kind: symmetric-start (all weights 0: g, dE_dg, dE_dv, dE_dw stay 0 for ever, only the output's bias moves)
# must mention: weights start at zero, random start needed; no learning rate helps
import numpy as np

X = np.array([[0, 0, 1, 1, 1], [0, 1, 0, 1, 0]], dtype=float)
Y = np.array([[0, 1, 1, 0, 1]], dtype=float)
P = {"W1": np.zeros((3, 2)), "b1": np.zeros((3, 1)), "W2": np.zeros((1, 3)), "b2": np.zeros((1, 1))}
for i in range(300):
    A1 = np.tanh(P["W1"] @ X + P["b1"])
    A2 = 1 / (1 + np.exp(-(P["W2"] @ A1 + P["b2"])))
    cost = -np.mean(Y * np.log(A2) + (1 - Y) * np.log(1 - A2))
    dZ2 = (A2 - Y) / 5
    dZ1 = P["W2"].T @ dZ2 * (1 - A1**2)
    G = {"W1": dZ1 @ X.T, "b1": dZ1.sum(1, keepdims=True), "W2": dZ2 @ A1.T, "b2": dZ2.sum(1, keepdims=True)}
    for k in P:
        P[k] -= 0.5 * G[k]
    if i % 100 == 0:
        print(i, cost)

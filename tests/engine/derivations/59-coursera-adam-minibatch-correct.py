# correct; style: optimisation assignment of a deep-learning course (random_mini_batches, initialize_adam, update_parameters_with_adam)
# network: 2-5-2-1, ReLU, ReLU, sigmoid, biases per neuron, binary cross-entropy as mean, 24 rows, mini-batches of 8, features x observations
# must not complain: v_corrected and s_corrected with t raised once per batch; cost is summed over batches and divided by m
import math

import numpy as np


def random_mini_batches(X, Y, size, seed):
    np.random.seed(seed)
    m = X.shape[1]
    permutation = list(np.random.permutation(m))
    sX, sY = X[:, permutation], Y[:, permutation].reshape((1, m))
    return [(sX[:, k * size : (k + 1) * size], sY[:, k * size : (k + 1) * size]) for k in range(math.ceil(m / size))]


def forward_propagation(X, parameters):
    W1, b1 = parameters["W1"], parameters["b1"]
    W2, b2 = parameters["W2"], parameters["b2"]
    W3, b3 = parameters["W3"], parameters["b3"]
    z1 = np.dot(W1, X) + b1
    a1 = np.maximum(0, z1)
    z2 = np.dot(W2, a1) + b2
    a2 = np.maximum(0, z2)
    z3 = np.dot(W3, a2) + b3
    a3 = 1 / (1 + np.exp(-z3))
    return a3, (z1, a1, W1, b1, z2, a2, W2, b2, z3, a3, W3, b3)


def compute_cost(a3, Y):
    return np.sum(np.multiply(-np.log(a3), Y) + np.multiply(-np.log(1 - a3), 1 - Y))


def backward_propagation(X, Y, cache):
    m = X.shape[1]
    (z1, a1, W1, b1, z2, a2, W2, b2, z3, a3, W3, b3) = cache
    dz3 = 1.0 / m * (a3 - Y)
    dW3 = np.dot(dz3, a2.T)
    db3 = np.sum(dz3, axis=1, keepdims=True)
    da2 = np.dot(W3.T, dz3)
    dz2 = np.multiply(da2, np.int64(a2 > 0))
    dW2 = np.dot(dz2, a1.T)
    db2 = np.sum(dz2, axis=1, keepdims=True)
    da1 = np.dot(W2.T, dz2)
    dz1 = np.multiply(da1, np.int64(a1 > 0))
    dW1 = np.dot(dz1, X.T)
    db1 = np.sum(dz1, axis=1, keepdims=True)
    return {"dW1": dW1, "db1": db1, "dW2": dW2, "db2": db2, "dW3": dW3, "db3": db3}


def update_parameters_with_adam(parameters, grads, v, s, t, learning_rate=0.02, beta1=0.9, beta2=0.999, epsilon=1e-8):
    for l in range(1, len(parameters) // 2 + 1):
        for p in ("W" + str(l), "b" + str(l)):
            v["d" + p] = beta1 * v["d" + p] + (1 - beta1) * grads["d" + p]
            v_corrected = v["d" + p] / (1 - beta1**t)
            s["d" + p] = beta2 * s["d" + p] + (1 - beta2) * grads["d" + p] ** 2
            s_corrected = s["d" + p] / (1 - beta2**t)
            parameters[p] = parameters[p] - learning_rate * v_corrected / (np.sqrt(s_corrected) + epsilon)
    return parameters, v, s


np.random.seed(19)
X = np.random.randn(2, 24)
Y = (X[0] ** 2 + X[1] ** 2 < 1.2).astype(int).reshape(1, 24)
sizes = [2, 5, 2, 1]
parameters = {}
for l in range(1, 4):
    parameters["W" + str(l)] = np.random.randn(sizes[l], sizes[l - 1]) * np.sqrt(2 / sizes[l - 1])
    parameters["b" + str(l)] = np.zeros((sizes[l], 1))
v = {"d" + k: np.zeros(p.shape) for k, p in parameters.items()}
s = {"d" + k: np.zeros(p.shape) for k, p in parameters.items()}
t = 0
seed = 10
for epoch in range(40):
    seed += 1
    cost_total = 0
    for mX, mY in random_mini_batches(X, Y, 8, seed):
        a3, cache = forward_propagation(mX, parameters)
        cost_total += compute_cost(a3, mY)
        grads = backward_propagation(mX, mY, cache)
        t = t + 1
        parameters, v, s = update_parameters_with_adam(parameters, grads, v, s, t)
    if epoch % 10 == 0:
        print("Cost after epoch %i: %f" % (epoch, cost_total / 24))

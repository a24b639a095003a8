# correct; style: the planar-data assignment of a well-known course (dicts parameters, cache, grads)
# network: 2-4-1, tanh then sigmoid, biases per neuron, binary cross-entropy as mean, two spirals, features x observations
# must not complain: dZ2 = A2 - Y is fused and lacks 1/m, which dW and db have; 1 - A1**2 is the slope of tanh
import numpy as np


def load(m=40):
    t = np.linspace(0.3, 3, m // 2)
    a = np.vstack([t * np.cos(2 * t), t * np.sin(2 * t)])
    return np.hstack([a, -a]), np.hstack([np.zeros((1, m // 2)), np.ones((1, m // 2))])


def initialize_parameters(n_x, n_h, n_y):
    np.random.seed(2)
    W1 = np.random.randn(n_h, n_x) * 0.5
    b1 = np.zeros((n_h, 1))
    W2 = np.random.randn(n_y, n_h) * 0.5
    b2 = np.zeros((n_y, 1))
    return {"W1": W1, "b1": b1, "W2": W2, "b2": b2}


def forward_propagation(X, parameters):
    Z1 = np.dot(parameters["W1"], X) + parameters["b1"]
    A1 = np.tanh(Z1)
    Z2 = np.dot(parameters["W2"], A1) + parameters["b2"]
    A2 = 1 / (1 + np.exp(-Z2))
    return A2, {"Z1": Z1, "A1": A1, "Z2": Z2, "A2": A2}


def compute_cost(A2, Y):
    logprobs = np.multiply(np.log(A2), Y) + np.multiply(np.log(1 - A2), 1 - Y)
    return float(np.squeeze(-np.sum(logprobs) / Y.shape[1]))


def backward_propagation(parameters, cache, X, Y):
    m = X.shape[1]
    dZ2 = cache["A2"] - Y
    dW2 = np.dot(dZ2, cache["A1"].T) / m
    db2 = np.sum(dZ2, axis=1, keepdims=True) / m
    dZ1 = np.dot(parameters["W2"].T, dZ2) * (1 - np.power(cache["A1"], 2))
    dW1 = np.dot(dZ1, X.T) / m
    db1 = np.sum(dZ1, axis=1, keepdims=True) / m
    return {"dW1": dW1, "db1": db1, "dW2": dW2, "db2": db2}


X, Y = load()
parameters = initialize_parameters(2, 4, 1)
for i in range(500):
    A2, cache = forward_propagation(X, parameters)
    cost = compute_cost(A2, Y)
    grads = backward_propagation(parameters, cache, X, Y)
    for key in parameters:
        parameters[key] = parameters[key] - 1.2 * grads["d" + key]
    if i % 100 == 0:
        print(f"Cost after iteration {i}: {cost}")

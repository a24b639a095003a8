# style: planar-data assignment of a well-known course with dicts
# network: 2-4-1, tanh then sigmoid, biases, binary cross-entropy as mean, 20 rows on two rings, features x observations
# first wrong: dE_dw (dW2: divided by m although dZ2 = (A2 - Y)/m already is)
# kind: constant-factor (1/m twice in one of four gradients: dW2 is 20 times too small, direction right)
# must mention: dW2 = np.dot(dZ2, A1.T) without 1/m; dW1, db1 and db2 are right
import numpy as np

np.random.seed(4)
angle = np.linspace(0, 6, 20)
radius = np.where(np.arange(20) % 2 == 0, 0.5, 1.5)
X = np.vstack([radius * np.cos(angle), radius * np.sin(angle)])
Y = (np.arange(20) % 2).reshape(1, 20)


def initialize_parameters(n_x, n_h, n_y):
    return {"W1": np.random.randn(n_h, n_x) * 0.5, "b1": np.zeros((n_h, 1)), "W2": np.random.randn(n_y, n_h) * 0.5, "b2": np.zeros((n_y, 1))}


def forward_propagation(X, parameters):
    Z1 = np.dot(parameters["W1"], X) + parameters["b1"]
    A1 = np.tanh(Z1)
    Z2 = np.dot(parameters["W2"], A1) + parameters["b2"]
    A2 = 1 / (1 + np.exp(-Z2))
    return A2, {"Z1": Z1, "A1": A1, "Z2": Z2, "A2": A2}


def compute_cost(A2, Y):
    m = Y.shape[1]
    logprobs = np.multiply(np.log(A2), Y) + np.multiply(np.log(1 - A2), 1 - Y)
    return float(np.squeeze(-np.sum(logprobs) / m))


def backward_propagation(parameters, cache, X, Y):
    m = X.shape[1]
    A1, A2 = cache["A1"], cache["A2"]
    dZ2 = (A2 - Y) / m
    dW2 = 1 / m * np.dot(dZ2, A1.T)
    db2 = np.sum(dZ2, axis=1, keepdims=True)
    dZ1 = np.multiply(np.dot(parameters["W2"].T, dZ2), 1 - np.power(A1, 2))
    dW1 = np.dot(dZ1, X.T)
    db1 = np.sum(dZ1, axis=1, keepdims=True)
    return {"dW1": dW1, "db1": db1, "dW2": dW2, "db2": db2}


def update_parameters(parameters, grads, learning_rate=1.2):
    for k in ["W1", "b1", "W2", "b2"]:
        parameters[k] = parameters[k] - learning_rate * grads["d" + k]
    return parameters


parameters = initialize_parameters(2, 4, 1)
for i in range(300):
    A2, cache = forward_propagation(X, parameters)
    cost = compute_cost(A2, Y)
    grads = backward_propagation(parameters, cache, X, Y)
    parameters = update_parameters(parameters, grads)
    if i % 100 == 0:
        print("Cost after iteration %i: %f" % (i, cost))

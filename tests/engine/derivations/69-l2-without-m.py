# style: regularisation assignment of a deep-learning course (compute_cost_with_regularization, lambd)
# network: 2-5-1, ReLU then sigmoid, biases per neuron, binary cross-entropy as mean + lambd/(2m)*sum(W**2), 20 rows, features x observations
# first wrong: dE_dw (dW2: the penalty's part is lambd*W2, not lambd/m*W2); the same in dW1
# kind: constant-factor (of the L2 part: 20 times too large)
# must mention: lambd/m * W2 and lambd/m * W1 (inside the 1/m); the data part of all gradients is right
import numpy as np

np.random.seed(21)
train_X = np.random.randn(2, 20)
train_Y = (train_X[0:1] - train_X[1:2] ** 2 > -0.3).astype(int)


def forward_propagation(X, p):
    Z1 = np.dot(p["W1"], X) + p["b1"]
    A1 = np.maximum(0, Z1)
    Z2 = np.dot(p["W2"], A1) + p["b2"]
    A2 = 1 / (1 + np.exp(-Z2))
    return A2, (Z1, A1, Z2, A2)


def compute_cost_with_regularization(A2, Y, p, lambd):
    m = Y.shape[1]
    cross_entropy_cost = -np.sum(Y * np.log(A2) + (1 - Y) * np.log(1 - A2)) / m
    L2_regularization_cost = lambd / (2 * m) * (np.sum(np.square(p["W1"])) + np.sum(np.square(p["W2"])))
    return cross_entropy_cost + L2_regularization_cost


def backward_propagation_with_regularization(X, Y, cache, p, lambd):
    m = X.shape[1]
    Z1, A1, Z2, A2 = cache
    dZ2 = A2 - Y
    dW2 = 1.0 / m * np.dot(dZ2, A1.T) + lambd * p["W2"]
    db2 = 1.0 / m * np.sum(dZ2, axis=1, keepdims=True)
    dA1 = np.dot(p["W2"].T, dZ2)
    dZ1 = np.multiply(dA1, np.int64(A1 > 0))
    dW1 = 1.0 / m * np.dot(dZ1, X.T) + lambd * p["W1"]
    db1 = 1.0 / m * np.sum(dZ1, axis=1, keepdims=True)
    return {"dW1": dW1, "db1": db1, "dW2": dW2, "db2": db2}


p = {"W1": np.random.randn(5, 2), "b1": np.zeros((5, 1)), "W2": np.random.randn(1, 5) / np.sqrt(5), "b2": np.zeros((1, 1))}
for i in range(200):
    A2, cache = forward_propagation(train_X, p)
    cost = compute_cost_with_regularization(A2, train_Y, p, 0.1)
    grads = backward_propagation_with_regularization(train_X, train_Y, cache, p, 0.1)
    for k in p:
        p[k] = p[k] - 0.3 * grads["d" + k]
    if i % 50 == 0:
        print("Cost after iteration {}: {}".format(i, cost))

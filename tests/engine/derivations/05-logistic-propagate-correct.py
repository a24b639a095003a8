# correct; style: logistic regression with propagate() and optimize() of a well-known course
# network: 4-1, sigmoid, bias, binary cross-entropy as mean, 20 rows, features x observations
# must not complain: no hidden layer; A - Y is fused, 1/m stands in front of both gradients; b starts as the number 0
import numpy as np

rng = np.random.default_rng(5)
train_x = rng.normal(size=(4, 20))
train_y = (train_x[0] - 0.7 * train_x[2] + 0.3 * rng.normal(size=20) > 0).astype(int).reshape(1, 20)


def sigmoid(z):
    return 1 / (1 + np.exp(-z))


def propagate(w, b, X, Y):
    m = X.shape[1]
    A = sigmoid(np.dot(w.T, X) + b)
    cost = (-1 / m) * np.sum(Y * np.log(A) + (1 - Y) * np.log(1 - A))
    dw = (1 / m) * np.dot(X, (A - Y).T)
    db = (1 / m) * np.sum(A - Y)
    return {"dw": dw, "db": db}, cost


def optimize(w, b, X, Y, num_iterations, learning_rate):
    costs = []
    for i in range(num_iterations):
        grads, cost = propagate(w, b, X, Y)
        w = w - learning_rate * grads["dw"]
        b = b - learning_rate * grads["db"]
        if i % 50 == 0:
            costs.append(cost)
    return {"w": w, "b": b}, costs


params, costs = optimize(np.zeros((4, 1)), 0, train_x, train_y, 300, 0.3)
print(costs)

# style: logistic regression with loops over rows and weights
# network: 3-1, sigmoid, no bias (the first input is 1), binary cross-entropy, six rows, one observation at a time
# first wrong: the update of w (the gradient is right)
# kind: whole-number-array (np.array([0, 1, -1]) holds integers: what is assigned to w[j] is cut to a whole number)
# must mention: np.array([...], dtype=float) (or np.zeros(3)); every step is cut toward 0, so that w falls to 0 0 0 and stays there
import numpy as np

rows = np.array([[1, 0.4, 1.2], [1, 1.1, 0.3], [1, 2.0, 1.9], [1, 0.2, 0.8], [1, 1.7, 0.5], [1, 0.9, 2.2]])
labels = np.array([0, 1, 1, 0, 1, 0])
w = np.array([0, 1, -1])
rate = 0.2

for epoch in range(50):
    total = 0
    for x, t in zip(rows, labels):
        z = 0
        for j in range(3):
            z += w[j] * x[j]
        p = 1 / (1 + np.exp(-z))
        total += -(t * np.log(p) + (1 - t) * np.log(1 - p))
        for j in range(3):
            gradient = (p - t) * x[j]
            w[j] = w[j] - rate * gradient
    if epoch % 10 == 0:
        print("epoch", epoch, "loss", total / len(rows), w)

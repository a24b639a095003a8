# style: logistic regression, everything in the update line, weights and bias as one vector
# network: 2-1, sigmoid, bias as last weight (a column of ones), binary cross-entropy as mean, 16 rows, observations x features
# first wrong: the update of w (the gradient is right)
# kind: sign (p - t is the gradient's sign, and it is added: gradient ascent)
# must mention: w - lr*... (or t - p); the loss rises
import numpy as np

gen = np.random.default_rng(35)
points = gen.normal(size=(16, 2))
t = (points @ [1.0, -2.0] + 0.3 > 0).astype(float)
A = np.column_stack([points, np.ones(16)])
w = gen.normal(size=3) * 0.1
for it in range(100):
    p = 1 / (1 + np.exp(-A @ w))
    if it % 25 == 0:
        print(it, -np.mean(t * np.log(p) + (1 - t) * np.log(1 - p)))
    w = w + 0.3 * A.T @ (p - t) / len(t)

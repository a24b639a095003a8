# style: one layer, a gate learned without bias
# network: 2-1, sigmoid, no bias, binary cross-entropy summed, NOR, observations x features
# first wrong: none (every intermediate and the update are right)
# kind: zero-row-without-bias (the row 0 0 gives y = 0, f = 0.5 whatever the weights are; its target is 1)
# must mention: a bias (or a constant input) is needed; the row of zeros stays at 0.5
import numpy as np

X = np.array([[0, 0], [0, 1], [1, 0], [1, 1]], dtype=float)
y = np.array([[1], [0], [0], [0]], dtype=float)
rng = np.random.RandomState(46)
W = rng.randn(2, 1)
for epoch in range(500):
    a = 1 / (1 + np.exp(-X.dot(W)))
    loss = -np.sum(y * np.log(a) + (1 - y) * np.log(1 - a))
    W = W - 0.1 * X.T.dot(a - y)
    if epoch % 100 == 0:
        print(epoch, loss)
print(a.ravel().round(2))

# style: square layers, weights made in one line
# network: 3-3-3, sigmoid, no bias, half squared error summed, six rows, observations x features
# first wrong: the update of v (W1): it also takes the step of w (W2), as both names are one array
# kind: aliased-parameters (W1 = W2 = ... gives two names to one array; -= changes both)
# must mention: two draws (or .copy()); W1 and W2 are equal in every iteration; all gradients are right
import numpy as np

rng = np.random.RandomState(37)
x = rng.randn(6, 3)
t = (x > 0).astype(float)[:, [2, 0, 1]]
W1 = W2 = rng.randn(3, 3) * 0.7

for it in range(200):
    h = 1 / (1 + np.exp(-x @ W1))
    o = 1 / (1 + np.exp(-h @ W2))
    loss = ((o - t) ** 2).sum() / 2
    d2 = (o - t) * o * (1 - o)
    d1 = d2 @ W2.T * h * (1 - h)
    dW2 = h.T @ d2
    dW1 = x.T @ d1
    W2 -= 0.2 * dW2
    W1 -= 0.2 * dW1
    if it % 50 == 0:
        print(it, loss)

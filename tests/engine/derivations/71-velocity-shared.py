# style: momentum with velocities made in one line, square layers
# network: 3-3-3, tanh then softmax, no bias, cross-entropy as mean, nine rows, observations x features
# first wrong: the update of v (W1): its velocity is the same array as that of w (W2)
# kind: aliased-buffers (vW1 = vW2 = np.zeros((3, 3)): one array under two names, changed in place twice per iteration)
# must mention: two arrays; W2 is updated first with its own, then both gradients are in the velocity; gradients are right
import numpy as np

rng = np.random.RandomState(26)
labels = np.arange(9) % 3
X = np.eye(3)[labels] * 2 + rng.randn(9, 3) * 0.5
T = np.eye(3)[labels]
W1 = rng.randn(3, 3) * 0.7
W2 = rng.randn(3, 3) * 0.7
vW1 = vW2 = np.zeros((3, 3))
mu, lr = 0.8, 0.1

for step in range(120):
    A1 = np.tanh(X @ W1)
    Z2 = A1 @ W2
    P = np.exp(Z2) / np.exp(Z2).sum(axis=1, keepdims=True)
    loss = -np.mean(np.sum(T * np.log(P), axis=1))
    dZ2 = (P - T) / len(X)
    dW2 = A1.T @ dZ2
    dZ1 = dZ2 @ W2.T * (1 - A1**2)
    dW1 = X.T @ dZ1
    vW2 *= mu
    vW2 += dW2
    W2 -= lr * vW2
    vW1 *= mu
    vW1 += dW1
    W1 -= lr * vW1
    if step % 40 == 0:
        print(step, loss)

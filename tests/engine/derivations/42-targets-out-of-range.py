# style: regression with a network that was made for classification
# network: 1-5-1, sigmoid, biases per neuron, half mean squared error, y = x**2 on -2..2, observations x features
# first wrong: none (every intermediate and the update are right)
# kind: target-range (sigmoid output lies between 0 and 1, the targets between 0 and 4)
# must mention: targets above 1 can never be reached: identity output, or scale the targets
import numpy as np

rng = np.random.RandomState(42)
x = np.linspace(-2, 2, 12)[:, None]
y = x**2
W1, b1, W2, b2 = rng.randn(1, 5), rng.randn(5), rng.randn(5, 1), rng.randn(1)


def s(t):
    return 1 / (1 + np.exp(-t))


for e in range(400):
    a1 = s(x @ W1 + b1)
    a2 = s(a1 @ W2 + b2)
    J = 0.5 * np.mean((y - a2) ** 2)
    d2 = (a2 - y) / len(x) * a2 * (1 - a2)
    d1 = d2 @ W2.T * a1 * (1 - a1)
    W2 = W2 - 0.5 * a1.T @ d2
    b2 = b2 - 0.5 * d2.sum(0)
    W1 = W1 - 0.5 * x.T @ d1
    b1 = b1 - 0.5 * d1.sum(0)
    if e % 100 == 0:
        print(e, J)

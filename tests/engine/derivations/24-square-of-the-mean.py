# style: network and training in two functions, gradients right, the printed loss not
# network: 2-3-2, tanh then identity, biases per neuron, mean squared error (as the gradients say), ten rows, observations x features
# first wrong: E (loss = np.mean(out - y)**2)
# kind: loss-formula (the square of the mean instead of the mean of the squares; errors of opposite sign cancel)
# must mention: np.mean((out - y)**2); all gradients and updates are right for it
import numpy as np

rng = np.random.RandomState(24)
x = rng.randn(10, 2)
y = np.hstack([x[:, :1] * x[:, 1:], x[:, :1] - x[:, 1:]])
W1 = rng.randn(2, 3)
b1 = np.zeros(3)
W2 = rng.randn(3, 2)
b2 = np.zeros(2)


def forward(x):
    hid = np.tanh(x @ W1 + b1)
    return hid, hid @ W2 + b2


def step(x, y, lr):
    global W1, b1, W2, b2
    hid, out = forward(x)
    loss = np.mean(out - y) ** 2
    d_out = 2 * (out - y) / out.size
    d_hid = d_out @ W2.T * (1 - hid * hid)
    W2 = W2 - lr * hid.T @ d_out
    b2 = b2 - lr * d_out.sum(axis=0)
    W1 = W1 - lr * x.T @ d_hid
    b1 = b1 - lr * d_hid.sum(axis=0)
    return loss


for i in range(300):
    loss = step(x, y, 0.1)
    if i % 100 == 0:
        print("step", i, "loss", loss)

# style: regression made out of a classification script: the output's activation was taken away in forward only
# network: 1-4-1, sigmoid then identity, biases per neuron, mean squared error, a parabola, observations x features
# first wrong: df_dy (yhat*(1 - yhat) where the slope of the identity is 1)
# kind: slope of another activation (that of sigmoid; the output layer has none)
# must mention: df/dy = 1: delta = 2*(yhat - y)/n; where yhat is outside 0..1 the factor is negative and the step goes uphill (the loss rises)
import numpy as np

rng = np.random.RandomState(32)
x = np.linspace(-1, 1, 15).reshape(-1, 1)
y = 2 * x**2 + 0.3
n = len(x)
Wxh = rng.randn(1, 4) * 2
Whx = rng.randn(4, 1)
bh, by = rng.randn(1, 4), np.zeros((1, 1))


def sig(t):
    return 1 / (1 + np.exp(-t))


def fwd(x):
    h = sig(x.dot(Wxh) + bh)
    return h, h.dot(Whx) + by


for k in range(32):
    h, yhat = fwd(x)
    mse = np.square(yhat - y).mean()
    dyhat = 2 * (yhat - y) / n
    dout = dyhat * yhat * (1 - yhat)
    dh = dout.dot(Whx.T)
    dhid = dh * h * (1 - h)
    Whx -= 0.001 * h.T.dot(dout)
    by -= 0.001 * dout.sum(0, keepdims=True)
    Wxh -= 0.001 * x.T.dot(dhid)
    bh -= 0.001 * dhid.sum(0, keepdims=True)
    if k % 10 == 0:
        print(k, mse)

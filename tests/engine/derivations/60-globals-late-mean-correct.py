# correct; style: global variables and functions without arguments, regression
# network: 2-5-1, tanh then identity, biases per neuron, half squared error as mean, weights (out, in), 14 rows, features x observations
# must not complain: target - prediction with +=; 1/m stands in the rate alone (eta / m)
import numpy as np

np.random.seed(20)
INPUT = np.random.uniform(-1, 1, (2, 14))
TARGET = np.sin(2 * INPUT[0:1]) + INPUT[1:2] ** 2
m = INPUT.shape[1]
V = np.random.randn(5, 2)
bv = np.zeros((5, 1))
W = np.random.randn(1, 5) * 0.4
bw = np.zeros((1, 1))
eta = 0.1
hidden = output = None
dV = dbv = dW = dbw = 0


def forward():
    global hidden, output
    hidden = np.tanh(V.dot(INPUT) + bv)
    output = W.dot(hidden) + bw


def backward():
    global dV, dbv, dW, dbw
    delta = TARGET - output
    dW = delta.dot(hidden.T)
    dbw = delta.sum(axis=1, keepdims=True)
    delta = W.T.dot(delta) * (1 - hidden**2)
    dV = delta.dot(INPUT.T)
    dbv = delta.sum(axis=1, keepdims=True)


def update():
    global V, bv, W, bw
    V += eta / m * dV
    bv += eta / m * dbv
    W += eta / m * dW
    bw += eta / m * dbw


for epoch in range(200):
    forward()
    backward()
    update()
    if epoch % 50 == 0:
        print(epoch, 0.5 * np.mean((TARGET - output) ** 2))

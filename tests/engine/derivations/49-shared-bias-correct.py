# correct; style: a notebook with every partial derivative under its own name
# network: 3-2-1, sigmoid, one scalar bias shared by both layers, half mean squared error, six rows, observations x features
# must not complain: dE_db is the sum over both layers; b = b - ... uses both; the names are not those of another tool's listing
import numpy as np

np.random.seed(49)
x = np.random.rand(6, 3)
t = np.array([[0.2], [0.9], [0.4], [0.7], [0.1], [0.6]])
U = np.random.rand(3, 2)
V = np.random.rand(2, 1)
b = 0.1
eta = 0.5

for epoch in range(300):
    s = x.dot(U) + b
    h = 1 / (1 + np.exp(-s))
    q = h.dot(V) + b
    o = 1 / (1 + np.exp(-q))
    E = 0.5 * np.mean((o - t) ** 2)
    dE_do = (o - t) / 6
    do_dq = o * (1 - o)
    dE_dq = dE_do * do_dq
    dE_dV = h.T.dot(dE_dq)
    dE_dh = dE_dq.dot(V.T)
    dE_ds = dE_dh * h * (1 - h)
    dE_dU = x.T.dot(dE_ds)
    dE_db = np.sum(dE_dq) + np.sum(dE_ds)
    U = U - eta * dE_dU
    V = V - eta * dE_dV
    b = b - eta * dE_db
    if epoch % 100 == 0:
        print(epoch, E)

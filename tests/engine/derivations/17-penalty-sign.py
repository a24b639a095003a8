# style: functions over a list of parameters, regularisation added late
# network: 4-5-3, sigmoid then softmax, biases per neuron, cross-entropy as mean plus 0.5*lam*sum(W**2), 18 rows, observations x features
# first wrong: dE_dw (dW2: the penalty's gradient is subtracted)
# kind: sign (of the L2 part; E adds the penalty, the gradients subtract its slope)
# must mention: + lam*W2 and + lam*W1; the data part of all gradients is right
import numpy as np

np.random.seed(17)
labels = np.arange(18) // 6
X = np.random.randn(18, 4) + np.eye(3, 4)[labels] * 2
Y = np.eye(3)[labels]
lam, eta = 0.01, 0.3


def init():
    return [np.random.randn(4, 5) * 0.5, np.zeros(5), np.random.randn(5, 3) * 0.5, np.zeros(3)]


def predict(theta, X):
    W1, b1, W2, b2 = theta
    H = 1 / (1 + np.exp(-(X @ W1 + b1)))
    logits = H @ W2 + b2
    P = np.exp(logits - logits.max(1, keepdims=True))
    return H, P / P.sum(1, keepdims=True)


def loss(theta, X, Y):
    P = predict(theta, X)[1]
    return -np.sum(Y * np.log(P)) / len(X) + 0.5 * lam * (np.sum(theta[0] ** 2) + np.sum(theta[2] ** 2))


def grad(theta, X, Y):
    W1, b1, W2, b2 = theta
    H, P = predict(theta, X)
    G = (P - Y) / len(X)
    dW2 = H.T @ G - lam * W2
    db2 = G.sum(0)
    G = G @ W2.T * H * (1 - H)
    dW1 = X.T @ G - lam * W1
    return [dW1, G.sum(0), dW2, db2]


theta = init()
for it in range(400):
    g = grad(theta, X, Y)
    if it % 100 == 0:
        print(it, loss(theta, X, Y))
    theta = [p - eta * d for p, d in zip(theta, g)]

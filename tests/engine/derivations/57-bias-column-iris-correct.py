# correct; style: iris with a column of ones in each layer, softmax, accuracy printed
# network: 4-5-3, tanh then softmax, biases as last row of the weights, cross-entropy as mean, 15 flowers, observations x features
# must not complain: np.c_[A, ones] carries the bias; the hidden delta drops the last row of W2
import numpy as np

rng = np.random.RandomState(9)
X = np.array([[5.1, 3.5, 1.4, 0.2], [4.9, 3.0, 1.4, 0.2], [4.7, 3.2, 1.3, 0.2], [4.6, 3.1, 1.5, 0.2], [5.0, 3.6, 1.4, 0.2],
              [7.0, 3.2, 4.7, 1.4], [6.4, 3.2, 4.5, 1.5], [6.9, 3.1, 4.9, 1.5], [5.5, 2.3, 4.0, 1.3], [6.5, 2.8, 4.6, 1.5],
              [6.3, 3.3, 6.0, 2.5], [5.8, 2.7, 5.1, 1.9], [7.1, 3.0, 5.9, 2.1], [6.3, 2.9, 5.6, 1.8], [6.5, 3.0, 5.8, 2.2]])
labels = np.repeat([0, 1, 2], 5)
X = (X - X.mean(axis=0)) / X.std(axis=0)
T = np.eye(3)[labels]
n = len(X)
ones = np.ones((n, 1))
W1 = rng.uniform(-0.5, 0.5, (5, 5))
W2 = rng.uniform(-0.5, 0.5, (6, 3))
eta = 0.3

for epoch in range(200):
    Xb = np.c_[X, ones]
    H = np.tanh(Xb @ W1)
    Hb = np.c_[H, ones]
    S = Hb @ W2
    P = np.exp(S - S.max(axis=1, keepdims=True))
    P = P / P.sum(axis=1, keepdims=True)
    loss = -(T * np.log(P)).sum() / n
    D2 = P - T
    D1 = (D2 @ W2[:-1].T) * (1 - H * H)
    W2 = W2 - eta * (Hb.T @ D2) / n
    W1 = W1 - eta * (Xb.T @ D1) / n
    if epoch % 50 == 0:
        print(epoch, loss, (P.argmax(axis=1) == labels).mean())

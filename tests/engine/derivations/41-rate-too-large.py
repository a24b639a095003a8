# style: house prices, linear regression, features not scaled
# network: 2-1, identity, bias, mean squared error, six rows (square metres, rooms), observations x features
# first wrong: none (every intermediate and the update are right)
# kind: learning-rate (0.1 with inputs about 100: far above 2/lambda_max; the loss grows without bound)
# must mention: rate too large for these unscaled inputs (limit about 0.0001), scale the features or take a smaller one
import numpy as np

X = np.array([[120.0, 4], [80, 3], [65, 2], [150, 5], [95, 3], [110, 4]])
y = np.array([[3.1], [2.2], [1.7], [4.0], [2.5], [2.9]])
w = np.zeros((2, 1))
b = np.zeros(1)
for epoch in range(40):
    pred = X @ w + b
    loss = np.mean((pred - y) ** 2)
    grad = 2 * (pred - y) / len(X)
    w -= 0.1 * X.T @ grad
    b -= 0.1 * grad.sum(axis=0)
    if epoch % 10 == 0:
        print(epoch, loss)

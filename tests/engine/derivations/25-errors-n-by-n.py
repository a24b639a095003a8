# style: linear regression with one feature, the targets a flat vector
# network: 1-1, identity, bias, mean squared error, nine rows, observations x features
# first wrong: E (y_hat - y is 9 x 9: y_hat has the shape (9, 1), y the shape (9,))
# kind: broadcasting (every prediction is compared with every target; no error is raised)
# must mention: y.reshape(-1, 1) (or y_hat flat); the slope goes to 0 since the targets' order is lost; dE_df is wrong for the same reason
import numpy as np

np.random.seed(25)
X = np.random.rand(9, 1) * 2
y = 4 + 3 * X[:, 0] + np.random.randn(9) * 0.1
theta = 0.7
bias = 0.2
eta = 0.1

for iteration in range(200):
    y_hat = X * theta + bias
    error = y_hat - y
    mse = np.mean(error**2)
    grad_theta = 2 * np.mean(error * X)
    grad_bias = 2 * np.mean(error)
    theta -= eta * grad_theta
    bias -= eta * grad_bias
    if iteration % 50 == 0:
        print(iteration, mse)
print(theta, bias)

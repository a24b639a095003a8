# style: the neural-network exercise of the first machine-learning course, loop over rows, a one in front of each vector
# network: 3-4-2, sigmoid, bias as first column of Theta, cross-entropy of sigmoids summed over classes as mean over 10 rows
# first wrong: dg_dyhat (sigmoidGradient(a2[1:]): the activation where the pre-activation z2 belongs)
# kind: slope-argument (sigma applied twice)
# must mention: sigmoidGradient(z2), or a2[1:]*(1 - a2[1:]); Theta2's gradient is right
import numpy as np

np.random.seed(58)
m = 10
y = np.arange(m) % 2
X = np.random.randn(m, 3) + 1.2 * y[:, None]
Y = np.eye(2)[y]
Theta1 = np.random.uniform(-0.8, 0.8, (4, 4))
Theta2 = np.random.uniform(-0.8, 0.8, (2, 5))


def sigmoid(z):
    return 1.0 / (1.0 + np.exp(-z))


def sigmoidGradient(z):
    return sigmoid(z) * (1 - sigmoid(z))


for it in range(60):
    J = 0
    Theta1_grad, Theta2_grad = np.zeros((4, 4)), np.zeros((2, 5))
    for i in range(m):
        a1 = np.concatenate([[1], X[i]])
        z2 = Theta1 @ a1
        a2 = np.concatenate([[1], sigmoid(z2)])
        a3 = sigmoid(Theta2 @ a2)
        J += -np.sum(Y[i] * np.log(a3) + (1 - Y[i]) * np.log(1 - a3)) / m
        delta3 = a3 - Y[i]
        delta2 = (Theta2.T @ delta3)[1:] * sigmoidGradient(a2[1:])
        Theta1_grad += np.outer(delta2, a1) / m
        Theta2_grad += np.outer(delta3, a2) / m
    Theta1 -= 0.9 * Theta1_grad
    Theta2 -= 0.9 * Theta2_grad
    if it % 20 == 0:
        print(it, J)

# correct; style: the neural-network exercise of the first machine-learning course (Theta1, Theta2, sigmoidGradient, a column of ones)
# network: 4-5-3, sigmoid, bias as first column of Theta, cross-entropy of sigmoids summed over classes as mean + lambda/(2m)*sum(Theta[:,1:]**2), 15 rows
# must not complain: loop over the rows with column vectors; bias columns are not penalised; 1/m after the loop
import numpy as np

np.random.seed(31)
m = 15
y = np.arange(m) % 3
X = np.random.randn(3, 4)[y] * 1.5 + np.random.randn(m, 4) * 0.5
Y = np.eye(3)[y]
epsilon_init = 0.5
Theta1 = np.random.rand(5, 5) * 2 * epsilon_init - epsilon_init
Theta2 = np.random.rand(3, 6) * 2 * epsilon_init - epsilon_init
lam, alpha = 0.3, 1.0


def sigmoid(z):
    return 1.0 / (1.0 + np.exp(-z))


def sigmoidGradient(z):
    return sigmoid(z) * (1 - sigmoid(z))


def nnCostFunction(Theta1, Theta2, X, Y, lam):
    m = X.shape[0]
    J = 0
    Theta1_grad = np.zeros(Theta1.shape)
    Theta2_grad = np.zeros(Theta2.shape)
    for i in range(m):
        a1 = np.append(1, X[i])
        z2 = Theta1.dot(a1)
        a2 = np.append(1, sigmoid(z2))
        z3 = Theta2.dot(a2)
        h = sigmoid(z3)
        J += np.sum(-Y[i] * np.log(h) - (1 - Y[i]) * np.log(1 - h))
        d3 = h - Y[i]
        d2 = Theta2[:, 1:].T.dot(d3) * sigmoidGradient(z2)
        Theta1_grad += np.outer(d2, a1)
        Theta2_grad += np.outer(d3, a2)
    J = J / m + lam / (2 * m) * (np.sum(Theta1[:, 1:] ** 2) + np.sum(Theta2[:, 1:] ** 2))
    Theta1_grad = Theta1_grad / m
    Theta2_grad = Theta2_grad / m
    Theta1_grad[:, 1:] += lam / m * Theta1[:, 1:]
    Theta2_grad[:, 1:] += lam / m * Theta2[:, 1:]
    return J, Theta1_grad, Theta2_grad


for i in range(60):
    J, grad1, grad2 = nnCostFunction(Theta1, Theta2, X, Y, lam)
    Theta1 = Theta1 - alpha * grad1
    Theta2 = Theta2 - alpha * grad2
    if i % 20 == 0:
        print("Iteration", i, "| Cost:", J)

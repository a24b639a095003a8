# correct; style: constant column appended to the inputs only, weights (out, in), columns are observations, two outputs
# network: 4-5-2 (the fourth input is 1), ReLU then identity, no other bias, half squared error summed over outputs as mean over rows, 12 rows
# must not complain: 1/m is in the update; np.vstack adds the ones; the loss is J/m
import numpy as np

rng = np.random.RandomState(52)
data = rng.uniform(-1, 1, (12, 3))
targets = np.column_stack([data[:, 0] * data[:, 1], np.abs(data[:, 2])])
A0 = np.vstack([data.T, np.ones((1, 12))])
Y = targets.T
W1 = rng.randn(5, 4) * 0.7
W2 = rng.randn(2, 5) * 0.7
m = A0.shape[1]
rate = 0.1

for it in range(200):
    Z1 = W1 @ A0
    A1 = Z1 * (Z1 > 0)
    A2 = W2 @ A1
    D2 = A2 - Y
    J = 0.5 * np.sum(D2 * D2) / m
    D1 = (W2.T @ D2) * (Z1 > 0)
    W2 = W2 - rate / m * (D2 @ A1.T)
    W1 = W1 - rate / m * (D1 @ A0.T)
    if it % 50 == 0:
        print(it, J)

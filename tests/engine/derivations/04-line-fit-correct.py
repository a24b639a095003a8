# correct; style: linear regression from scratch with slope m and intercept c
# network: 1-1, identity, bias, mean squared error, eight points near a line, vectors of N numbers
# must not complain: no hidden layer; m and c are scalars; (-2/n)*sum(x*(Y - Y_pred)) is the gradient
import numpy as np

X = np.array([0.5, 1.0, 1.6, 2.1, 2.4, 3.0, 3.3, 4.1])
Y = np.array([1.9, 3.2, 4.1, 5.5, 5.8, 7.1, 7.4, 9.3])
m = 0
c = 0
L = 0.02
n = float(len(X))

for i in range(400):
    Y_pred = m * X + c
    D_m = (-2 / n) * sum(X * (Y - Y_pred))
    D_c = (-2 / n) * sum(Y - Y_pred)
    m = m - L * D_m
    c = c - L * D_c
    if i % 100 == 0:
        print(i, sum((Y - Y_pred) ** 2) / n)
print(m, c)

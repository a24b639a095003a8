# style: every weight a scalar, two rows in a loop, biases learned
# network: 2-2-1, tanh then sigmoid, biases per neuron, half squared error, three rows, one observation at a time
# first wrong: dE_dyhat (d_h2 lacks the slope 1 - h2**2; d_h1 has it)
# kind: missing-slope (of one of two hidden neurons)
# must mention: d_h2 = d_o*w6*(1 - h2**2)
import math

rows = [(0.2, 0.9, 1.0), (0.8, -0.4, 0.0), (-0.6, 0.5, 1.0)]
w1, w2, w3, w4, w5, w6 = 0.4, -0.3, 0.2, 0.6, -0.5, 0.7
b1, b2, b3 = 0.1, -0.1, 0.05
lr = 0.4

for epoch in range(60):
    total = 0
    for x1, x2, t in rows:
        h1 = math.tanh(w1 * x1 + w2 * x2 + b1)
        h2 = math.tanh(w3 * x1 + w4 * x2 + b2)
        z = w5 * h1 + w6 * h2 + b3
        o = 1 / (1 + math.exp(-z))
        total += 0.5 * (o - t) ** 2
        d_o = (o - t) * o * (1 - o)
        d_h1 = d_o * w5 * (1 - h1**2)
        d_h2 = d_o * w6
        w5 -= lr * d_o * h1
        w6 -= lr * d_o * h2
        b3 -= lr * d_o
        w1 -= lr * d_h1 * x1
        w2 -= lr * d_h1 * x2
        w3 -= lr * d_h2 * x1
        w4 -= lr * d_h2 * x2
        b1 -= lr * d_h1
        b2 -= lr * d_h2
    if epoch % 20 == 0:
        print(epoch, total)

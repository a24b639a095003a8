# style: the step-by-step backpropagation example with every weight as a scalar (w1..w8, net_h1, out_o1)
# network: 2-2-2, sigmoid, one bias per layer that stays as it is, half squared error summed, one observation
# first wrong: dE_dg (dE_dh1 takes w6, the weight from h2 to o1, where w7, from h1 to o2, belongs; dE_dh2 takes w7 for w6)
# kind: transposition (the output weights are read by row instead of by column)
# must mention: dE_dh1 = d_o1*w5 + d_o2*w7 and dE_dh2 = d_o1*w6 + d_o2*w8
import math

i1, i2 = 0.05, 0.10
t1, t2 = 0.01, 0.99
w1, w2, w3, w4 = 0.15, 0.20, 0.25, 0.30
w5, w6, w7, w8 = 0.40, 0.45, 0.50, 0.55
b1, b2 = 0.35, 0.60
lr = 0.5


def sigmoid(x):
    return 1 / (1 + math.exp(-x))


for step in range(200):
    net_h1 = w1 * i1 + w2 * i2 + b1
    net_h2 = w3 * i1 + w4 * i2 + b1
    out_h1 = sigmoid(net_h1)
    out_h2 = sigmoid(net_h2)
    net_o1 = w5 * out_h1 + w6 * out_h2 + b2
    net_o2 = w7 * out_h1 + w8 * out_h2 + b2
    out_o1 = sigmoid(net_o1)
    out_o2 = sigmoid(net_o2)
    E = 0.5 * (t1 - out_o1) ** 2 + 0.5 * (t2 - out_o2) ** 2
    d_o1 = (out_o1 - t1) * out_o1 * (1 - out_o1)
    d_o2 = (out_o2 - t2) * out_o2 * (1 - out_o2)
    dE_dh1 = d_o1 * w5 + d_o2 * w6
    dE_dh2 = d_o1 * w7 + d_o2 * w8
    d_h1 = dE_dh1 * out_h1 * (1 - out_h1)
    d_h2 = dE_dh2 * out_h2 * (1 - out_h2)
    dw5, dw6, dw7, dw8 = d_o1 * out_h1, d_o1 * out_h2, d_o2 * out_h1, d_o2 * out_h2
    dw1, dw2, dw3, dw4 = d_h1 * i1, d_h1 * i2, d_h2 * i1, d_h2 * i2
    w1 -= lr * dw1
    w2 -= lr * dw2
    w3 -= lr * dw3
    w4 -= lr * dw4
    w5 -= lr * dw5
    w6 -= lr * dw6
    w7 -= lr * dw7
    w8 -= lr * dw8
    if step % 50 == 0:
        print(step, E)

# style: "a neural network from scratch" blog posts that write every weight as a scalar
# network: 2-2-1, sigmoid, biases per neuron, squared error of one observation, four people, one at a time
# first wrong: dg_dyhat (deriv_sigmoid(h1), deriv_sigmoid(h2))
# kind: slope-argument (deriv_sigmoid expects the pre-activation, here it gets the activation of the hidden neurons)
# must mention: h1 and h2 are already activated: deriv_sigmoid(sum_h1), or h1*(1 - h1); the output layer's is right
import math

data = [(0.5, -1), (1.2, 0.6), (0.7, 1.4), (-1.5, -0.6)]
all_y_trues = [1, 0, 0, 1]
w1, w2, w3, w4, w5, w6 = 0.3, -0.4, 0.15, 0.2, -0.6, 0.7
b1, b2, b3 = 0.1, -0.2, 0.05
learn_rate = 0.1


def sigmoid(x):
    return 1 / (1 + math.exp(-x))


def deriv_sigmoid(x):
    fx = sigmoid(x)
    return fx * (1 - fx)


for epoch in range(300):
    loss = 0
    for x, y_true in zip(data, all_y_trues):
        sum_h1 = w1 * x[0] + w2 * x[1] + b1
        h1 = sigmoid(sum_h1)
        sum_h2 = w3 * x[0] + w4 * x[1] + b2
        h2 = sigmoid(sum_h2)
        sum_o1 = w5 * h1 + w6 * h2 + b3
        o1 = sigmoid(sum_o1)
        loss += (y_true - o1) ** 2
        d_o1 = -2 * (y_true - o1) * deriv_sigmoid(sum_o1)
        d_h1 = d_o1 * w5 * deriv_sigmoid(h1)
        d_h2 = d_o1 * w6 * deriv_sigmoid(h2)
        w1 -= learn_rate * d_h1 * x[0]
        w2 -= learn_rate * d_h1 * x[1]
        b1 -= learn_rate * d_h1
        w3 -= learn_rate * d_h2 * x[0]
        w4 -= learn_rate * d_h2 * x[1]
        b2 -= learn_rate * d_h2
        w5 -= learn_rate * d_o1 * h1
        w6 -= learn_rate * d_o1 * h2
        b3 -= learn_rate * d_o1
    if epoch % 100 == 0:
        print("Epoch %d loss: %.3f" % (epoch, loss))

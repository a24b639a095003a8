# correct; style: "a neural network from scratch" blog posts that write every weight as a scalar
# network: 2-2-1, sigmoid, biases per neuron, squared error of one observation, four people (weight, height), one at a time
# must not complain: scalars; derivatives of the sum are deriv_sigmoid(sum); the printed loss is the mean over all four
import math

data = [(-2, -1), (25, 6), (17, 4), (-15, -6)]
all_y_trues = [1, 0, 0, 1]
w1, w2, w3, w4, w5, w6 = 0.3, -0.4, 0.15, 0.2, -0.6, 0.7
b1, b2, b3 = 0.1, -0.2, 0.05
learn_rate = 0.1


def sigmoid(x):
    return 1 / (1 + math.exp(-x))


def deriv_sigmoid(x):
    fx = sigmoid(x)
    return fx * (1 - fx)


def feedforward(x):
    h1 = sigmoid(w1 * x[0] + w2 * x[1] + b1)
    h2 = sigmoid(w3 * x[0] + w4 * x[1] + b2)
    return sigmoid(w5 * h1 + w6 * h2 + b3)


for epoch in range(300):
    for x, y_true in zip(data, all_y_trues):
        sum_h1 = w1 * x[0] + w2 * x[1] + b1
        h1 = sigmoid(sum_h1)
        sum_h2 = w3 * x[0] + w4 * x[1] + b2
        h2 = sigmoid(sum_h2)
        sum_o1 = w5 * h1 + w6 * h2 + b3
        y_pred = sigmoid(sum_o1)
        d_L_d_ypred = -2 * (y_true - y_pred)
        d_ypred_d_h1 = w5 * deriv_sigmoid(sum_o1)
        d_ypred_d_h2 = w6 * deriv_sigmoid(sum_o1)
        w5_step = d_L_d_ypred * h1 * deriv_sigmoid(sum_o1)
        w6_step = d_L_d_ypred * h2 * deriv_sigmoid(sum_o1)
        b3 -= learn_rate * d_L_d_ypred * deriv_sigmoid(sum_o1)
        w5 -= learn_rate * w5_step
        w6 -= learn_rate * w6_step
        w1 -= learn_rate * d_L_d_ypred * d_ypred_d_h1 * x[0] * deriv_sigmoid(sum_h1)
        w2 -= learn_rate * d_L_d_ypred * d_ypred_d_h1 * x[1] * deriv_sigmoid(sum_h1)
        b1 -= learn_rate * d_L_d_ypred * d_ypred_d_h1 * deriv_sigmoid(sum_h1)
        w3 -= learn_rate * d_L_d_ypred * d_ypred_d_h2 * x[0] * deriv_sigmoid(sum_h2)
        w4 -= learn_rate * d_L_d_ypred * d_ypred_d_h2 * x[1] * deriv_sigmoid(sum_h2)
        b2 -= learn_rate * d_L_d_ypred * d_ypred_d_h2 * deriv_sigmoid(sum_h2)
    if epoch % 100 == 0:
        loss = sum((t - feedforward(x)) ** 2 for x, t in zip(data, all_y_trues)) / 4
        print("Epoch %d loss: %.3f" % (epoch, loss))

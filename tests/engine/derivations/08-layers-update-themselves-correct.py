# correct; style: "neural network from scratch" with FCLayer and ActivationLayer, each layer updates itself
# network: 2-3-1, tanh twice, biases per neuron, mean squared error, XOR, one observation at a time as a 1 x n row
# must not complain: weights change within the backward pass, but after the input's error was computed from them
import numpy as np


class FCLayer:
    def __init__(self, n_in, n_out):
        self.weights = np.random.rand(n_in, n_out) - 0.5
        self.bias = np.random.rand(1, n_out) - 0.5

    def forward_propagation(self, input_data):
        self.input = input_data
        self.output = np.dot(self.input, self.weights) + self.bias
        return self.output

    def backward_propagation(self, output_error, learning_rate):
        input_error = np.dot(output_error, self.weights.T)
        weights_error = np.dot(self.input.T, output_error)
        self.weights -= learning_rate * weights_error
        self.bias -= learning_rate * output_error
        return input_error


class ActivationLayer:
    def __init__(self, activation, activation_prime):
        self.activation = activation
        self.activation_prime = activation_prime

    def forward_propagation(self, input_data):
        self.input = input_data
        return self.activation(self.input)

    def backward_propagation(self, output_error, learning_rate):
        return self.activation_prime(self.input) * output_error


def tanh_prime(x):
    return 1 - np.tanh(x) ** 2


np.random.seed(8)
x_train = np.array([[[0, 0]], [[0, 1]], [[1, 0]], [[1, 1]]])
y_train = np.array([[[0]], [[1]], [[1]], [[0]]])
net = [FCLayer(2, 3), ActivationLayer(np.tanh, tanh_prime), FCLayer(3, 1), ActivationLayer(np.tanh, tanh_prime)]
for i in range(200):
    err = 0
    for j in range(len(x_train)):
        output = x_train[j]
        for layer in net:
            output = layer.forward_propagation(output)
        err += np.mean(np.power(y_train[j] - output, 2))
        error = 2 * (output - y_train[j]) / y_train[j].size
        for layer in reversed(net):
            error = layer.backward_propagation(error, 0.1)
    if i % 50 == 0:
        print("epoch %d/200   error=%f" % (i + 1, err / 4))

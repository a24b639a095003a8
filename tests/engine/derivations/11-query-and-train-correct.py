# correct; style: neuralNetwork class with train() and query() of a well-known book, one row at a time as a column
# network: 4-3-3, sigmoid, no bias (the first input is always 1), squared error, six rows, weights x one column
# must not complain: targets - outputs with +=; gradients stand only within the update; the factor 2 is dropped; no loss is printed
import numpy as np


class neuralNetwork:
    def __init__(self, inputnodes, hiddennodes, outputnodes, learningrate):
        self.wih = np.random.normal(0.0, pow(hiddennodes, -0.5), (hiddennodes, inputnodes))
        self.who = np.random.normal(0.0, pow(outputnodes, -0.5), (outputnodes, hiddennodes))
        self.lr = learningrate
        self.activation_function = lambda x: 1 / (1 + np.exp(-x))

    def train(self, inputs_list, targets_list):
        inputs = np.array(inputs_list, ndmin=2).T
        targets = np.array(targets_list, ndmin=2).T
        hidden_inputs = np.dot(self.wih, inputs)
        hidden_outputs = self.activation_function(hidden_inputs)
        final_inputs = np.dot(self.who, hidden_outputs)
        final_outputs = self.activation_function(final_inputs)
        output_errors = targets - final_outputs
        output_delta = output_errors * final_outputs * (1.0 - final_outputs)
        hidden_errors = np.dot(self.who.T, output_delta)
        self.who += self.lr * np.dot(output_delta, np.transpose(hidden_outputs))
        self.wih += self.lr * np.dot(
            (hidden_errors * hidden_outputs * (1.0 - hidden_outputs)), np.transpose(inputs)
        )

    def query(self, inputs_list):
        hidden = self.activation_function(np.dot(self.wih, np.array(inputs_list, ndmin=2).T))
        return self.activation_function(np.dot(self.who, hidden))


np.random.seed(11)
n = neuralNetwork(4, 3, 3, 0.3)
records = [
    ([1, 0.9, 0.1, 0.2], 0), ([1, 0.8, 0.3, 0.1], 0), ([1, 0.2, 0.9, 0.3], 1),
    ([1, 0.1, 0.7, 0.2], 1), ([1, 0.3, 0.2, 0.8], 2), ([1, 0.15, 0.1, 0.95], 2),
]  # fmt: skip
for e in range(400):
    for values, label in records:
        targets = np.zeros(3) + 0.01
        targets[label] = 0.99
        n.train(values, targets)
print([int(np.argmax(n.query(values))) for values, _ in records])

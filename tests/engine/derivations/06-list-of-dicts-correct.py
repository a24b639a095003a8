# correct; style: backpropagation from scratch with a network of lists of dicts (weights, output, delta)
# network: 2-3-2, sigmoid, bias as last weight, squared error, eight rows of two classes, one observation at a time
# must not complain: lists; 2 is dropped (the deltas are those of half the printed error); expected - output with +=
from math import exp
from random import random, seed

seed(1)
dataset = [
    [2.7, 2.5, 0], [1.4, 2.3, 0], [3.3, 4.4, 0], [1.3, 1.8, 0],
    [7.6, 2.7, 1], [5.3, 2.0, 1], [6.9, 1.7, 1], [8.6, -0.2, 1],
]  # fmt: skip
network = [
    [{"weights": [random() - 0.5 for _ in range(3)]} for _ in range(3)],
    [{"weights": [random() - 0.5 for _ in range(4)]} for _ in range(2)],
]


def forward_propagate(network, row):
    inputs = row[:2]
    for layer in network:
        new_inputs = []
        for neuron in layer:
            activation = neuron["weights"][-1]
            for i in range(len(neuron["weights"]) - 1):
                activation += neuron["weights"][i] * inputs[i]
            neuron["output"] = 1.0 / (1.0 + exp(-activation))
            new_inputs.append(neuron["output"])
        inputs = new_inputs
    return inputs


def backward_propagate_error(network, expected):
    for i in reversed(range(len(network))):
        for j, neuron in enumerate(network[i]):
            if i != len(network) - 1:
                error = sum(n["weights"][j] * n["delta"] for n in network[i + 1])
            else:
                error = expected[j] - neuron["output"]
            neuron["delta"] = error * neuron["output"] * (1.0 - neuron["output"])


def update_weights(network, row, l_rate):
    for i in range(len(network)):
        inputs = row[:2] if i == 0 else [neuron["output"] for neuron in network[i - 1]]
        for neuron in network[i]:
            for j in range(len(inputs)):
                neuron["weights"][j] += l_rate * neuron["delta"] * inputs[j]
            neuron["weights"][-1] += l_rate * neuron["delta"]


for epoch in range(40):
    sum_error = 0
    for row in dataset:
        outputs = forward_propagate(network, row)
        expected = [int(row[2] == k) for k in range(2)]
        sum_error += sum((e - o) ** 2 for e, o in zip(expected, outputs))
        backward_propagate_error(network, expected)
        update_weights(network, row, 0.5)
    print(">epoch=%d, error=%.3f" % (epoch, sum_error))

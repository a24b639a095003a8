# style: a single neuron on XOR
# network: 2-1, sigmoid, bias, squared error summed, XOR, observations x features
# first wrong: none (every intermediate and the update are right)
# kind: not-separable (no line separates XOR's classes; a network without hidden layer ends at 0.5 for every row)
# must mention: a hidden layer is needed; no learning rate and no number of iterations helps
import numpy as np

training_inputs = np.array([[0, 0], [0, 1], [1, 0], [1, 1]])
training_outputs = np.array([[0, 1, 1, 0]]).T
np.random.seed(1)
synaptic_weights = 2 * np.random.random((2, 1)) - 1
bias = np.zeros((1, 1))
for iteration in range(1000):
    outputs = 1 / (1 + np.exp(-(np.dot(training_inputs, synaptic_weights) + bias)))
    error = training_outputs - outputs
    adjustments = 2 * error * outputs * (1 - outputs)
    synaptic_weights += 0.2 * np.dot(training_inputs.T, adjustments)
    bias += 0.2 * np.sum(adjustments)
    if iteration % 250 == 0:
        print(iteration, np.sum(error**2))
print(outputs.T)

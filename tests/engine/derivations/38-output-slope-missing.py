# style: three-layer script with hidden_layer_error and output_layer_error
# network: 3-4-2, sigmoid, biases per neuron, mean squared error, nine rows, observations x features
# first wrong: dE_dy (output_delta lacks the slope of the output's sigmoid); equally: E (the deltas are those of a cross-entropy)
# kind: missing-slope (output layer)
# must mention: multiply by outputs*(1 - outputs), or print the binary cross-entropy, whose gradient this is
import numpy as np

np.random.seed(38)
features = np.random.rand(9, 3)
targets = np.column_stack([features[:, 0] > features[:, 1], features.sum(1) > 1.5]).astype(float)
wh = np.random.randn(3, 4)
bh = np.random.randn(4)
wo = np.random.randn(4, 2)
bo = np.random.randn(2)
n_outputs = targets.size

for epoch in range(500):
    hidden = 1 / (1 + np.exp(-(features @ wh + bh)))
    outputs = 1 / (1 + np.exp(-(hidden @ wo + bo)))
    output_delta = 2 * (outputs - targets) / n_outputs
    hidden_delta = (output_delta @ wo.T) * hidden * (1 - hidden)
    wo -= 0.4 * hidden.T @ output_delta
    bo -= 0.4 * output_delta.sum(axis=0)
    wh -= 0.4 * features.T @ hidden_delta
    bh -= 0.4 * hidden_delta.sum(axis=0)
    if epoch % 100 == 0:
        print("epoch", epoch, "mse", np.mean((outputs - targets) ** 2))

# correct; style: learning rate decay and a run of the test rows each epoch, layers in a list
# network: 3-5-1, ReLU then sigmoid, biases per neuron, binary cross-entropy as mean, 16 rows, observations x features
# must not complain: the rate is lr0/(1 + decay*epoch); np.clip guards the log
import numpy as np

rng = np.random.RandomState(59)
X = rng.randn(22, 3)
y = (X[:, :1] - X[:, 1:2] * X[:, 2:] > 0).astype(float)
X_train, y_train, X_test, y_test = X[:16], y[:16], X[16:], y[16:]
sizes = [3, 5, 1]
weights = [rng.randn(a, b) * np.sqrt(2.0 / a) for a, b in zip(sizes[:-1], sizes[1:])]
biases = [np.zeros((1, b)) for b in sizes[1:]]
lr0, decay = 0.5, 0.01


def predict(A):
    activations, zs = [A], []
    for l in range(2):
        Z = activations[-1].dot(weights[l]) + biases[l]
        zs.append(Z)
        activations.append(np.maximum(Z, 0) if l == 0 else 1 / (1 + np.exp(-Z)))
    return zs, activations


for epoch in range(120):
    zs, activations = predict(X_train)
    p = np.clip(activations[-1], 1e-10, 1 - 1e-10)
    loss = -np.mean(y_train * np.log(p) + (1 - y_train) * np.log(1 - p))
    delta = (activations[-1] - y_train) / len(X_train)
    lr = lr0 / (1 + decay * epoch)
    gradients = []
    for l in reversed(range(2)):
        gradients.append((activations[l].T.dot(delta), delta.sum(axis=0, keepdims=True)))
        if l > 0:
            delta = delta.dot(weights[l].T) * (zs[l - 1] > 0)
    for l, (gw, gb) in enumerate(reversed(gradients)):
        weights[l] -= lr * gw
        biases[l] -= lr * gb
    if epoch % 40 == 0:
        test = predict(X_test)[1][-1]
        print(epoch, loss, "test accuracy", np.mean((test > 0.5) == y_test))

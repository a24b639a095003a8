# correct; style: micro framework (Parameter with grad, Linear, ReLU, SoftmaxCrossEntropy, SGD with zero_grad, Sequential)
# network: 4-6-3, ReLU then softmax, biases per neuron, cross-entropy as mean, weights (out, in), 18 rows, observations x features
# must not complain: gradients are added to .grad (set to zero in zero_grad); weights are (out, in)
import numpy as np


class Parameter:
    def __init__(self, data):
        self.data = data
        self.grad = np.zeros_like(data)


class Linear:
    def __init__(self, n_in, n_out, rng):
        k = 1 / np.sqrt(n_in)
        self.weight = Parameter(rng.uniform(-k, k, (n_out, n_in)))
        self.bias = Parameter(rng.uniform(-k, k, n_out))

    def forward(self, x):
        self.x = x
        return x @ self.weight.data.T + self.bias.data

    def backward(self, grad):
        self.weight.grad += grad.T @ self.x
        self.bias.grad += grad.sum(axis=0)
        return grad @ self.weight.data

    def parameters(self):
        return [self.weight, self.bias]


class ReLU:
    def forward(self, x):
        self.mask = x > 0
        return x * self.mask

    def backward(self, grad):
        return grad * self.mask

    def parameters(self):
        return []


class SoftmaxCrossEntropy:
    def forward(self, logits, labels):
        z = logits - logits.max(axis=1, keepdims=True)
        log_probs = z - np.log(np.exp(z).sum(axis=1, keepdims=True))
        self.probs, self.labels = np.exp(log_probs), labels
        return -log_probs[np.arange(len(labels)), labels].mean()

    def backward(self):
        grad = self.probs.copy()
        grad[np.arange(len(self.labels)), self.labels] -= 1
        return grad / len(self.labels)


class Sequential:
    def __init__(self, *layers):
        self.layers = layers

    def forward(self, x):
        for layer in self.layers:
            x = layer.forward(x)
        return x

    def backward(self, grad):
        for layer in reversed(self.layers):
            grad = layer.backward(grad)

    def parameters(self):
        return [p for layer in self.layers for p in layer.parameters()]


class SGD:
    def __init__(self, parameters, lr):
        self.parameters, self.lr = parameters, lr

    def zero_grad(self):
        for p in self.parameters:
            p.grad[...] = 0

    def step(self):
        for p in self.parameters:
            p.data -= self.lr * p.grad


rng = np.random.default_rng(11)
labels = np.arange(18) % 3
X = rng.normal(size=(3, 4))[labels] + 0.5 * rng.normal(size=(18, 4))
model = Sequential(Linear(4, 6, rng), ReLU(), Linear(6, 3, rng))
criterion = SoftmaxCrossEntropy()
optimizer = SGD(model.parameters(), lr=0.5)
for epoch in range(150):
    optimizer.zero_grad()
    loss = criterion.forward(model.forward(X), labels)
    model.backward(criterion.backward())
    optimizer.step()
    if epoch % 50 == 0:
        print(epoch, loss)

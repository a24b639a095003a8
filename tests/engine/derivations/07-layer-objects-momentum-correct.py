# correct; style: layer classes with forward and backward, one list of layers, momentum as in lecture notes
# network: 3-6-3, ReLU then softmax, biases per neuron, cross-entropy as mean plus L2 on the weights, three clouds, observations x features
# must not complain: v = mu*v - lr*g and W += v is momentum; the penalty's gradient is reg*W for 0.5*reg*W**2, biases not penalised
import numpy as np

rng = np.random.RandomState(7)
labels = np.arange(24) % 3
X = rng.normal(size=(3, 3))[labels] * 1.5 + rng.normal(size=(24, 3)) * 0.5
reg = 1e-2


class Dense:
    def __init__(self, n_in, n_out):
        self.W, self.b = rng.randn(n_in, n_out) * np.sqrt(2.0 / n_in), np.zeros(n_out)
        self.vW, self.vb = np.zeros_like(self.W), np.zeros_like(self.b)

    def forward(self, x):
        self.x = x
        return x @ self.W + self.b

    def backward(self, dout):
        self.dW = self.x.T @ dout + reg * self.W
        self.db = dout.sum(axis=0)
        return dout @ self.W.T

    def step(self, lr, mu=0.9):
        self.vW = mu * self.vW - lr * self.dW
        self.vb = mu * self.vb - lr * self.db
        self.W += self.vW
        self.b += self.vb


class ReLU:
    def forward(self, x):
        self.mask = x > 0
        return x * self.mask

    def backward(self, dout):
        return dout * self.mask


layers = [Dense(3, 6), ReLU(), Dense(6, 3)]
for it in range(200):
    out = X
    for layer in layers:
        out = layer.forward(out)
    e = np.exp(out - out.max(axis=1, keepdims=True))
    probs = e / e.sum(axis=1, keepdims=True)
    loss = -np.log(probs[np.arange(24), labels]).mean()
    loss += sum(0.5 * reg * np.sum(layer.W**2) for layer in layers if isinstance(layer, Dense))
    grad = probs.copy()
    grad[np.arange(24), labels] -= 1
    grad /= 24
    for layer in reversed(layers):
        grad = layer.backward(grad)
    for layer in (layers[0], layers[2]):
        layer.step(0.05)
    if it % 50 == 0:
        print(it, loss)

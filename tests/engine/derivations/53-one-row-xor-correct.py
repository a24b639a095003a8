# correct; style: notebook with a class in one cell, %time and a plot call in the others, one example at a time
# network: 2-3-1, sigmoid, biases per neuron as lists, half squared error, XOR, one observation at a time
# must not complain: d_out is target - prediction; weights are (out, in); the order is shuffled each epoch
import random
import numpy as np
random.seed(33); np.random.seed(33)

class MLP:
    def __init__(self, n_in, n_hid, n_out):
        self.w_hid = np.random.randn(n_hid, n_in)
        self.b_hid = np.random.randn(n_hid)
        self.w_out = np.random.randn(n_out, n_hid)
        self.b_out = np.random.randn(n_out)

    @staticmethod
    def act(z):
        return 1/(1 + np.exp(-z))

    def predict(self, x):
        self.h = self.act(self.w_hid @ x + self.b_hid)
        self.o = self.act(self.w_out @ self.h + self.b_out)
        return self.o

    def learn(self, x, target, rate):
        o = self.predict(x)
        d_out = (target - o)*o*(1 - o)
        d_hid = (self.w_out.T @ d_out)*self.h*(1 - self.h)
        self.w_out += rate*np.outer(d_out, self.h)
        self.b_out += rate*d_out
        self.w_hid += rate*np.outer(d_hid, x)
        self.b_hid += rate*d_hid
        return 0.5*np.sum((target - o)**2)

examples = [([0, 0], 0), ([0, 1], 1), ([1, 0], 1), ([1, 1], 0)]
net = MLP(2, 3, 1)
errors = []
for epoch in range(60):
    random.shuffle(examples)
    errors.append(sum(net.learn(np.array(x), np.array([t]), 0.8) for x, t in examples))

print(errors[::20])

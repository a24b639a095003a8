# style: Adam with flat lists of parameters and moments, two hidden layers
# network: 2-4-3-1, tanh twice then sigmoid, biases per neuron, binary cross-entropy as mean, 16 rows, observations x features
# first wrong: the update of v1 (W[0]), and of every parameter; all gradients are right
# kind: optimiser-formula (the step is divided by v_hat + eps, the root of v_hat is missing)
# must mention: np.sqrt(v_hat); small gradients give huge steps: the first step is lr/g instead of lr
import numpy as np

rng = np.random.default_rng(29)
X = rng.uniform(-2, 2, size=(16, 2))
Y = (np.linalg.norm(X, axis=1, keepdims=True) < 1.4).astype(float)
sizes = (2, 4, 3, 1)
W = [rng.normal(0, 1 / np.sqrt(a), (a, b)) for a, b in zip(sizes, sizes[1:])]
B = [np.zeros(b) for b in sizes[1:]]
theta = W + B
m = [np.zeros_like(p) for p in theta]
v = [np.zeros_like(p) for p in theta]
lr, beta1, beta2, eps = 0.0005, 0.9, 0.999, 1e-8

for t in range(1, 201):
    a = [X]
    for k in range(3):
        z = a[-1] @ W[k] + B[k]
        a.append(np.tanh(z) if k < 2 else 1 / (1 + np.exp(-z)))
    p = np.clip(a[-1], 1e-12, 1 - 1e-12)
    loss = -np.mean(Y * np.log(p) + (1 - Y) * np.log(1 - p))
    delta = (a[-1] - Y) / len(X)
    dW, dB = [None] * 3, [None] * 3
    for k in (2, 1, 0):
        dW[k], dB[k] = a[k].T @ delta, delta.sum(axis=0)
        if k:
            delta = delta @ W[k].T * (1 - a[k] ** 2)
    for i, g in enumerate(dW + dB):
        m[i] = beta1 * m[i] + (1 - beta1) * g
        v[i] = beta2 * v[i] + (1 - beta2) * g**2
        m_hat = m[i] / (1 - beta1**t)
        v_hat = v[i] / (1 - beta2**t)
        theta[i] -= lr * m_hat / (v_hat + eps)
    if t % 50 == 1:
        print(t, loss)

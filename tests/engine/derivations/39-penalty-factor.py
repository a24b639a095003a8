# style: softmax regression with weight decay, one-hot targets
# network: 4-3, softmax, bias per neuron, cross-entropy as mean plus lam*sum(W**2), 15 rows, observations x features
# first wrong: dE_dw (dW: the penalty's part is lam*W, half of what it should be)
# kind: constant-factor (the slope of lam*W**2 is 2*lam*W; equally: E should have 0.5*lam)
# must mention: 2*lam*W, or 0.5*lam in the loss; the data part is right
import numpy as np

rng = np.random.RandomState(39)
y = np.arange(15) % 3
X = rng.randn(15, 4) + 1.5 * np.eye(4)[y]
T = np.eye(3)[y]
W = rng.randn(4, 3)
b = np.zeros((1, 3))
lam = 0.1
for epoch in range(200):
    Z = np.dot(X, W) + b
    expZ = np.exp(Z - np.max(Z, axis=1, keepdims=True))
    P = expZ / np.sum(expZ, axis=1, keepdims=True)
    data_loss = -np.mean(np.log(P[np.arange(15), y]))
    loss = data_loss + lam * np.sum(W * W)
    dZ = (P - T) / 15
    dW = np.dot(X.T, dZ) + lam * W
    db = np.sum(dZ, axis=0, keepdims=True)
    W -= 0.2 * dW
    b -= 0.2 * db
    if epoch % 50 == 0:
        print(epoch, loss)

# style: everything with einsum
# network: 3-4-4, tanh then softmax, no bias, cross-entropy as mean, 12 rows, observations x features
# first wrong: dE_dg ('no,oh->nh' reads w2 as (out, hidden); it is (hidden, out), both 4)
# kind: transposition (4 x 4 fits by chance)
# must mention: np.einsum('no,ho->nh', dscores, w2), i.e. w2 transposed
import numpy as np

rng = np.random.default_rng(15)
x = rng.normal(size=(12, 3))
classes = np.digitize(x.sum(axis=1), [-1, 0, 1])
target = np.eye(4)[classes]
w1 = rng.normal(size=(3, 4)) * 0.6
w2 = rng.normal(size=(4, 4)) * 0.6
lr = 0.4

for step in range(150):
    h = np.tanh(np.einsum("ni,ih->nh", x, w1))
    scores = np.einsum("nh,ho->no", h, w2)
    p = np.exp(scores)
    p /= np.einsum("no->n", p)[:, None]
    loss = -np.einsum("no,no->", target, np.log(p)) / len(x)
    dscores = (p - target) / len(x)
    dw2 = np.einsum("nh,no->ho", h, dscores)
    dh = np.einsum("no,oh->nh", dscores, w2)
    dpre = dh * (1 - h**2)
    dw1 = np.einsum("ni,nh->ih", x, dpre)
    w1 = w1 - lr * dw1
    w2 = w2 - lr * dw2
    if step % 50 == 0:
        print(step, loss)

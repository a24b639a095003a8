# style: stochastic, row by row, plain lists and loops; activation exchanged, its derivative forgotten
# network: 2-3-1, tanh then sigmoid, biases per neuron in lists of their own, half squared error, XOR, one observation at a time
# first wrong: dg_dyhat (h*(1 - h) for a tanh neuron)
# kind: slope of another activation (that of sigmoid; the hidden layer has tanh)
# must mention: 1 - h**2 (1 - h*h); the slope of the output layer, o*(1 - o), is right
import math
import random

random.seed(31)
patterns = [([0, 0], 0), ([0, 1], 1), ([1, 0], 1), ([1, 1], 0)]
wi = [[random.uniform(-1, 1) for _ in range(3)] for _ in range(2)]
bi = [random.uniform(-0.5, 0.5) for _ in range(3)]
wo = [random.uniform(-1, 1) for _ in range(3)]
bo = random.uniform(-0.5, 0.5)
N = 0.5

for it in range(300):
    error = 0.0
    for inputs, target in patterns:
        h = []
        for j in range(3):
            total = bi[j]
            for i in range(2):
                total += inputs[i] * wi[i][j]
            h.append(math.tanh(total))
        total = bo
        for j in range(3):
            total += h[j] * wo[j]
        o = 1 / (1 + math.exp(-total))
        error += 0.5 * (target - o) ** 2
        output_delta = (target - o) * o * (1 - o)
        hidden_deltas = [output_delta * wo[j] * h[j] * (1 - h[j]) for j in range(3)]
        for j in range(3):
            wo[j] = wo[j] + N * output_delta * h[j]
            bi[j] = bi[j] + N * hidden_deltas[j]
            for i in range(2):
                wi[i][j] = wi[i][j] + N * hidden_deltas[j] * inputs[i]
        bo = bo + N * output_delta
    if it % 100 == 0:
        print("error %-.5f" % error)

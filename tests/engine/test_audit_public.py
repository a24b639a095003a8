"""Scripts as they are found in public: what stands around the network must not hide it."""

from pathlib import Path

import pytest

from engine.audit.auditing import Audit
from engine.audit.recording.run_script import record
from engine.audit.updates.consistency import _is_whole
from tests.engine.scripts import bent


def _audited(folder: Path, text: str, first: int = 60_000) -> Audit:
    script = folder / "mine.py"
    script.write_text(text, encoding="utf-8")
    return Audit(record(script, first=first, window=700, turns=(20,)))


def _is_right(audit: Audit) -> bool:
    return bool(audit.judged) and not (audit.findings or audit.unsure or audit.updates.unmatched)


_ROWS_WITH_CLASS = """import random
from math import exp
random.seed(1)
rows = [[2.78, 2.55, 0], [1.46, 2.36, 0], [7.62, 2.75, 1]]
layers = [[{"w": [random.random() for _ in range(3)]} for _ in range(2)] for _ in range(2)]
for epoch in range(4):
    for row in rows:
        inputs = row
        for layer in layers:
            new = []
            for neuron in layer:
                total = neuron["w"][-1]
                for i in range(len(neuron["w"]) - 1):
                    total += neuron["w"][i] * inputs[i]
                neuron["out"] = 1.0 / (1.0 + exp(-total))
                new.append(neuron["out"])
            inputs = new
        expected = [0, 0]
        expected[row[-1]] = 1
        for n in reversed(range(2)):
            for j, neuron in enumerate(layers[n]):
                if n == 1:
                    error = neuron["out"] - expected[j]
                else:
                    error = 0.0
                    for other in layers[1]:
                        error += other["w"][j] * other["delta"]
                neuron["delta"] = error * neuron["out"] * (1.0 - neuron["out"])
        for n in range(2):
            inputs = row[:-1]
            if n:
                inputs = [neuron["out"] for neuron in layers[0]]
            for neuron in layers[n]:
                for j in range(len(inputs)):
                    neuron["w"][j] -= 0.5 * neuron["delta"] * inputs[j]
                neuron["w"][-1] -= 0.5 * neuron["delta"]
"""


@pytest.mark.slow
def test_the_class_in_each_row_is_no_input(tmp_path: Path) -> None:
    audit = _audited(tmp_path, _ROWS_WITH_CLASS, first=4000)
    assert _is_right(audit)
    assert [layer.weights.shape for layer in audit.understood.layers] == [(2, 2), (2, 2)]  # type: ignore[union-attr]


_NET = """import numpy as np
import matplotlib.pyplot as plt
from tqdm import trange
rng = np.random.default_rng(0)
x = rng.normal(size=(12, 2)).astype(np.float32)
y = np.sin(x[:, :1]).astype("float32")
Ws = [rng.normal(size=s).astype(np.float32) for s in ((2, 3), (3, 3), (3, 1))]
for step in trange(6):
    acts = [x]
    for k, W in enumerate(Ws):
        z = acts[-1] @ W
        acts.append(np.tanh(z) if k < 2 else z)
    grad = 2 * (acts[-1] - y) / len(x)
    for k in reversed(range(3)):
        if k < 2:
            grad = grad * (1 - acts[k + 1] ** 2)
        gW = acts[k].T @ grad
        grad = grad @ Ws[k].T
        Ws[k] -= np.float32(0.1) * gW
fig, axes = plt.subplots(1, 3)
for ax in axes:
    line, = ax.plot([1, 2], label="x")
"""


def test_float32_and_plots_hide_nothing(tmp_path: Path) -> None:
    audit = _audited(tmp_path, _NET)
    assert _is_right(audit)
    assert audit.recording.ending.kind != "failed"
    assert "float32 was computed as float64" in audit.notes[-1]
    widths = [layer.weights.shape for layer in audit.understood.layers]  # type: ignore[union-attr]
    assert widths == [(2, 3), (3, 3), (3, 1)]


def test_bytes_keep_their_type(tmp_path: Path) -> None:
    script = tmp_path / "mine.py"
    script.write_text(
        "import numpy as np\n"
        "held = np.frombuffer(np.ones(4, dtype=np.float32).tobytes(), dtype=np.float32)\n"
    )
    recorded = record(script)
    assert recorded.ending.kind == "finished"
    assert recorded.values[int(recorded.records["value"][-1])].tolist() == [1.0] * 4


@pytest.mark.parametrize(("ratio", "is_whole"), [(2.0, True), (1 / 45, True), (1.00101, False)])
def test_a_slip_makes_a_ratio_of_whole_numbers(ratio: float, is_whole: bool) -> None:
    assert _is_whole(ratio) is is_whole


_SOFTSIGN = bent("z / (1 + np.abs(z))", "(1 - np.abs(a)) ** 2")


def test_an_activation_that_is_not_known_is_no_target(tmp_path: Path) -> None:
    audit = _audited(tmp_path, _SOFTSIGN)
    assert not audit.findings
    assert audit.unsure


_UNPACKED = """import numpy as np
rng = np.random.default_rng(30)
X, Y = rng.normal(size=(8, 3)), rng.normal(size=(8, 1))


def gradients(params, x, y):
    (V, bv), (W, bw) = params
    g = np.tanh(x @ V + bv)
    d = 2 * (g @ W + bw - y) / len(x)
    h = d @ W.T * (1 - g**2)
    return [(x.T @ h, h.sum(0)), (g.T @ d, d.sum(0))]


params = [(rng.normal(size=(3, 4)), np.zeros(4)), (rng.normal(size=(4, 1)), np.zeros(1))]
for epoch in range(5):
    for start in (0, 4):
        grads = gradients(params, X[start : start + 4], Y[start : start + 4])
        params = [(W - 0.2 * dW, b - 0.2 * db) for (W, b), (dW, db) in zip(params, grads)]
"""


def test_parameters_are_unpacked_in_the_pass(tmp_path: Path) -> None:
    audit = _audited(tmp_path, _UNPACKED)
    assert audit.activations == ["tanh", "identity"]
    assert _is_right(audit)

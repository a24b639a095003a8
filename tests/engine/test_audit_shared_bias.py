"""One number that is the bias of both neurons of a layer, written out as in Mazur's example."""

from pathlib import Path

from engine.audit.auditing import Audit
from engine.audit.recording.run_script import record

_SCRIPT = """from math import exp
i1, i2, t = 0.05, 0.10, 0.4
w1, w2, w3, w4, w5, w6 = 0.15, 0.20, 0.25, 0.30, 0.40, 0.45
b1, b2 = 0.35, 0.60
for step in range(12):
    h1 = 1 / (1 + exp(-(w1 * i1 + w2 * i2 + b1)))
    h2 = 1 / (1 + exp(-(w3 * i1 + w4 * i2 + b1)))
    out = 1 / (1 + exp(-(w5 * h1 + w6 * h2 + b2)))
    E = 0.5 * (t - out) ** 2
    d = (out - t) * out * (1 - out)
    d1 = d * w5 * h1 * (1 - h1)
    d2 = d * w6 * h2 * (1 - h2)
    w5 -= 0.5 * d * h1
    w6 -= 0.5 * d * h2
    w1 -= 0.5 * d1 * i1
    w2 -= 0.5 * d1 * i2
    w3 -= 0.5 * d2 * i1
    w4 -= 0.5 * d2 * i2
    b2 -= 0.5 * d
    b1 -= 0.5 * (d1 + d2)
"""


def test_it_has_the_sum_of_the_gradients(tmp_path: Path) -> None:
    right = _audited(tmp_path, _SCRIPT)
    assert right.findings == []
    assert right.unsure == []


def test_another_sum_is_not_called_right(tmp_path: Path) -> None:
    wrong = _audited(tmp_path, _SCRIPT.replace("(d1 + d2)", "(d1 + d1)"))
    assert wrong.findings or wrong.unsure
    assert {finding.operation for finding in wrong.findings} <= {"bv", "dE_dbv"}


def _audited(folder: Path, text: str) -> Audit:
    script = folder / "mine.py"
    script.write_text(text, encoding="utf-8")
    return Audit(record(script, first=30_000, window=700, turns=(20,)))

"""A script whose numbers keep their own derivatives."""

from pathlib import Path

from engine.audit import audit

_TAPE = """import math
class Scalar:
    def __init__(self, value, parents=()):
        self.value, self.g, self.parents = value, 0.0, parents
    def __add__(self, o):
        return Scalar(self.value + o.value, ((self, 1.0), (o, 1.0)))
    def __mul__(self, o):
        return Scalar(self.value * o.value, ((self, o.value), (o, self.value)))
    def tanh(self):
        t = math.tanh(self.value)
        return Scalar(t, ((self, 1.0 - t * t),))
    def backward(self, g=1.0):
        self.g += g
        for parent, slope in self.parents:
            parent.backward(g * slope)
w = [Scalar(v) for v in (0.3, -0.8, 0.5, 0.7, 0.2)]
for step in range(4):
    for x, t in ((0.5, 0.3), (1.1, -0.8)):
        h = [(w[k] * Scalar(x) + w[2]).tanh() for k in (0, 1)]
        d = w[3] * h[0] + w[4] * h[1] + Scalar(-t)
        (d * d).backward()
        for p in w:
            p.value -= 0.1 * p.g
            p.g = 0.0
"""


def test_a_class_of_numbers_that_keep_their_derivatives_is_named(tmp_path: Path) -> None:
    script = tmp_path / "mine.py"
    script.write_text(_TAPE, encoding="utf-8")
    report = audit(script)
    assert report.verdict == "unclear"
    assert "by the class Scalar in line 2" in report.summary

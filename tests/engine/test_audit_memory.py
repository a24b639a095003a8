"""What optimisers keep from step to step, rightly and wrongly, in tiny scripts."""

from pathlib import Path

import pytest

from engine.audit.auditing import Audit
from engine.audit.recording.run_script import record

_HEAD = """import numpy as np
rng = np.random.RandomState(3)
X, Y = rng.randn(9, 3), rng.randn(9, 2)
p = [rng.randn(3, 2), np.zeros(2)]
m, s = [0 * q for q in p], [0 * q for q in p]
for t in range(1, 10):
    error = X @ p[0] + p[1] - Y
    loss = np.mean(error**2)
    g = [2 * X.T @ error / error.size, 2 * error.sum(axis=0) / error.size]
    for i in range(2):
"""
_ADAM = (
    _HEAD
    + """        m[i] = 0.9 * m[i] + 0.1 * g[i]
        s[i] = 0.999 * s[i] + 0.001 * g[i] ** 2
        m_hat = m[i] / (1 - 0.9**t)
        s_hat = s[i] / (1 - 0.999**t)
        p[i] = p[i] - 0.02 * m_hat / (np.sqrt(s_hat) + 1e-8)
"""
)
_NESTEROV = (
    _HEAD
    + """        before = m[i]
        m[i] = 0.9 * m[i] - 0.05 * g[i]
        p[i] = p[i] - 0.9 * before + 1.9 * m[i]
"""
)


@pytest.mark.parametrize(
    "text",
    # Without the old velocity it is plain momentum, at another rate.
    [_ADAM, _NESTEROV, _NESTEROV.replace("- 0.9 * before", "")],
    ids=["adam", "nesterov", "momentum"],
)
def test_right(tmp_path: Path, text: str) -> None:
    audit = _audited(tmp_path, text)
    assert not audit.findings
    assert not audit.unsure


@pytest.mark.one_in(2)
@pytest.mark.parametrize(
    ("text", "changes", "says"),
    [
        (_ADAM, [("m_hat = ", "m[i] = "), ("m_hat", "m[i]")], "is put back into m_w"),
        (_ADAM, [("s_hat = ", "s[i] = "), ("s_hat", "s[i]")], "is put back into s_w"),
        (_NESTEROV, [("- 0.9 * before", "+ 0.9 * before")], "the old velocity is added"),
    ],
    ids=["mean-put-back", "squares-put-back", "velocity-added"],
)
def test_wrong(tmp_path: Path, text: str, changes: list[tuple[str, str]], says: str) -> None:
    for old, new in changes:
        assert old in text
        text = text.replace(old, new)
    findings = _audited(tmp_path, text).findings
    assert [finding.operation for finding in findings] == ["w", "bw"]
    assert says in findings[0].says


def _audited(folder: Path, text: str) -> Audit:
    script = folder / "mine.py"
    script.write_text(text, encoding="utf-8")
    return Audit(record(script, first=30_000, window=700, turns=(20,)))

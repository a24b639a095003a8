"""How surely the audit judges scripts that are right, and finds one wrong formula in them."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.benchmarks.budget import Row
from tests.engine.edited_scripts import Case, cases, right_cases

_SCRIPTS = 200


def rows() -> list[Row]:
    """Audit the scripts of random networks, each as it is and with one formula edited."""
    left_out: Counter[str] = Counter()
    pairs = list(cases(_SCRIPTS, left_out=left_out))
    print(f"left out: {', '.join(f'{n} {what}' for what, n in left_out.items())}", file=sys.stderr)
    right = [_is_judged(case) for case, _ in pairs]
    wrong = [_is_judged(case) for _, case in pairs]
    wide = [_is_judged(case) for case in right_cases(_SCRIPTS)]
    missed = sorted({case.kind for (_, case), found in zip(pairs, wrong, strict=True) if not found})
    return [
        _row("scripts that are right, audited as right", right, 100.0, "of random networks"),
        _row("scripts with rare options, audited as right", wide, 90.0, "clipped, frozen …"),
        _row(
            "one edited formula, found where it is",
            wrong,
            95.0,
            f"missed: {', '.join(missed)}" if missed else "of all kinds",
        ),
    ]


def _row(what: str, found: Sequence[bool], limit: float, detail: str) -> Row:
    return Row(
        what=what,
        value=100.0 * sum(found) / len(found),
        limit=limit,
        form="{:.1f} %",
        detail=f"{len(found)} scripts, {detail}",
        at_least=True,
    )


def _is_judged(case: Case) -> bool:
    """Whether the audit says of a script what is true of it: where a mistake is, and its name."""
    from engine.audit import audit

    with TemporaryDirectory() as folder:
        path = Path(folder) / "mine.py"
        path.write_text(case.text, encoding="utf-8")
        report = audit(path).as_object()
    found = [finding["operation"] for finding in report["findings"]]
    if not case.kind:
        is_judged = report["verdict"] == "right" and not found
    else:
        kinds = [finding["kind"] for finding in report["findings"]]
        is_named = found[:1] != [] and found[0] in case.operations and kinds[0] != "unknown"
        is_judged = report["verdict"] == "wrong" and is_named
    if not is_judged:
        told = f"{case.now or 'left out'} instead of {case.was}" if case.kind else "it is right"
        print(f"{told}: {report['verdict']}, {', '.join(map(str, found))}", file=sys.stderr)
    return is_judged

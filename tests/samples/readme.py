"""The file ``samples/README.md``, written from ``samples/index.toml``."""

from __future__ import annotations

import textwrap

from engine.data.bundled import Sample, read_samples

HEAD = """\
# The bundled datasets

<!-- Written by `python -m tests.samples` from index.toml and tests/samples/readme.py. -->

Each name is accepted wherever DATA is: `nn-tui spiral` is `nn-tui samples/spiral.csv`. The last
column is the target. `nn-tui samples` lists them, and `nn-tui samples spiral` prints what is said
of one below.

Each command trains its dataset well, and the test suite runs it: what it is said to reach is
measured on the observations that it was trained on. Without `train` it opens the debugger at
iteration 0, where `space` runs it; `nn-tui train spiral …` prints the report.

`python -m tests.samples spiral --noise 0.5 --rows 400 --seed 7 > my.csv` draws another table by the
same formula, with noise of that deviation added to each coordinate (to the target in `hills`,
`plane` and `sine`).
"""


def readme() -> str:
    """Write the whole file."""
    samples = list(read_samples().values())
    return "\n".join([HEAD, _table(samples), *map(_section, samples)])


def _table(samples: list[Sample]) -> str:
    lines = ["| name | observations | columns | what it is |", "|---|---|---|---|"]
    for sample in samples:
        columns, count = sample.read_columns()
        cells = [f"[{sample.name}](#{sample.name})", str(count), str(len(columns)), sample.about]
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines) + "\n"


def _section(sample: Sample) -> str:
    columns, _ = sample.read_columns()
    names = ", ".join(f"`{column}`" for column in columns)
    return f"""\
## {sample.name}

{_wrapped(f"{sample.about[0].upper()}{sample.about[1:]}. Columns: {names}.")}

{_wrapped(sample.teaches)}

```
{sample.command}
```

{_wrapped(f"It reaches {sample.promise}. {sample.source}")}
"""


def _wrapped(text: str) -> str:
    return textwrap.fill(text, 100, break_long_words=False, break_on_hyphens=False)

"""What `samples/README.md` says of each bundled table, from ``samples/index.toml``."""

from __future__ import annotations

import textwrap

from engine.data.bundled import Sample, read_samples


def table() -> str:
    """Write one line for each sample."""
    lines = ["| name | observations | columns | what it is |", "|---|---|---|---|"]
    for sample in read_samples().values():
        columns, count = sample.read_columns()
        cells = [f"[{sample.name}](#{sample.name})", str(count), str(len(columns)), sample.about]
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines)


def sections() -> str:
    """Write one section for each sample."""
    return "\n\n".join(map(_section, read_samples().values()))


def _section(sample: Sample) -> str:
    columns, _ = sample.read_columns()
    names = ", ".join(f"`{column}`" for column in columns)
    return f"""\
### {sample.name}

{_wrapped(f"{sample.about[0].upper()}{sample.about[1:]}. Columns: {names}.")}

{_wrapped(sample.teaches)}

```
{sample.command}
```

{_wrapped(f"It reaches {sample.promise}. {sample.source}")}"""


def _wrapped(text: str) -> str:
    return textwrap.fill(text, 100, break_long_words=False, break_on_hyphens=False)

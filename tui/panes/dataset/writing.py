"""A table as it is written: the line of its names, and a line for each observation."""

from __future__ import annotations

from rich.cells import cell_len
from rich.style import Style
from textual.strip import Strip

from tui.drawing.lines import Row, right
from tui.drawing.numbers import fixed, missing
from tui.drawing.palette import Palette
from tui.drawing.short_names import shortened
from tui.panes.dataset.columns import Columns, Table, widest
from tui.panes.dataset.rows import Verdict
from tui.view_state import Moment


def heading(moment: Moment, table: Table, palette: Palette, width: int) -> Strip:
    """Write the names of the columns."""
    inputs, targets = table.inputs, table.targets
    row = Row().add("obs", palette.label, width=table.name_width)
    row.add(" …" if inputs.before else "", palette.dim)
    for i, texts in enumerate(inputs.texts):
        name = inputs.names[i]
        if cell_len(name) > widest(texts):
            name = shortened(inputs.names, widest(texts))[i]
        row.add(" " + right(name, widest(texts)), palette.heading)
    row.add(_between(inputs, targets), palette.dim)
    names = shortened(targets.names, table.number - len("f "))
    # With assumptions of its own the loss aims at another target, t, than stands in the table.
    error = "t−f" if moment.snapshot.listing.assumptions else "f₀−f"
    if table.classes and not targets.before:
        row.add(" true", palette.heading, width=table.class_width + len("  ✓ "))
        row.add("f", palette.heading, width=table.class_width)
    for o, name, texts in zip(targets.shown, names, targets.texts, strict=True):
        if table.classes and o == 0:
            continue
        row.add(" " + right("f₀", widest(texts)), palette.heading)
        told = f"f {name}" if targets.count > 1 + bool(table.classes) else "f"
        row.add(" " + right(told, table.number), palette.heading)
        row.add(" " + right(error, table.number), palette.heading)
    return row.add(" …" if targets.after else "", palette.dim).strip(width)


def observation(moment: Moment, table: Table, place: int, palette: Palette, width: int) -> Strip:
    """Write a row of those that the table was laid out for."""
    row, number = Row(), table.number
    inputs, targets, n = table.inputs, table.targets, table.rows.numbers[place]
    row.add(table.rows.names[place], palette.label, width=table.name_width)
    row.add(" …" if inputs.before else "", palette.dim)
    for column in inputs.texts:
        row.add(" " + column[place], palette.text)
    row.add(_between(inputs, targets), palette.dim)
    f, verdict = table.rows.f.get(n), table.rows.verdicts.get(n)
    plain = palette.label if n in table.rows.outside else palette.text
    for o, texts in zip(targets.shown, targets.texts, strict=True):
        if table.classes and o == 0:
            assert verdict is not None
            wide = table.class_width
            row.add(" " + table.called(verdict.true), palette.text, width=1 + wide)
            row.add(f" {verdict.mark} ", _verdict_style(verdict, palette))
            row.add(table.called(verdict.found), plain, width=wide)
            continue
        o -= bool(table.classes)
        if table.is_marked and verdict is not None and f is not None:
            row.add(verdict.mark, _verdict_style(verdict, palette))
        else:
            row.add(" ")
        row.add(texts[place], palette.text)
        if f is None:
            row.add((" " + missing(number)) * 2, palette.dim)
            continue
        row.add(" " + fixed(float(f[o]), number, table.whole), plain)
        error = float(table.rows.aim[place, o] - f[o])
        style = palette.number(error, table.largest_error)
        row.add(" " + fixed(error, number, table.whole), style)
    row.add(" …" if targets.after else "", palette.dim)
    return row.strip(width, palette.selected if n == moment.selected else None)


def _verdict_style(verdict: Verdict, palette: Palette) -> Style:
    wrong = verdict.found is not None and verdict.found != verdict.true
    return palette.alarm if wrong else palette.label


def _between(inputs: Columns, targets: Columns) -> str:
    """Draw the line between inputs and targets, with a mark where columns are cut."""
    return (" …" if inputs.after else " ") + "│" + ("…" if targets.before else "")

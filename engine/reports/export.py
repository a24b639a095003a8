"""The results of a run as files for other programs."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

import numpy as np

from engine.common.errors import InputError
from engine.common.json_safe import plain
from engine.common.text import clean
from engine.data.provenance import inputs_object
from engine.reports.new_files import write_new

if TYPE_CHECKING:
    from engine.data.dataset import Dataset
    from engine.debugger import Debugger
    from engine.formula.tensor import Array

FILES = ("predictions.csv", "history.csv", "parameters.npz", "parameters.json")


def export(debugger: Debugger, folder: str | Path) -> list[Path]:
    """Write the results as they are at the clock into a folder, which is made if need be.

    Numbers are written so that reading them gives the same float64.

    - ``predictions.csv``: a line for each observation: the inputs as they are in the table, each
      target, its prediction and its error, f₀ − f where the loss aims at f₀; held-out
      observations below, in a column ``part``.
    - ``history.csv``: E of every completed iteration, and of what is held out.
    - ``parameters.npz`` and ``parameters.json``: every parameter by name; the latter also has the
      hyperparameters and how the inputs are made, and can be given to ``--weights``.

    Returns:
        The files.

    Raises:
        InputError: One of the files exists already, or cannot be written.
    """
    folder = Path(folder)
    described = {
        "hyperparameters": debugger.hyperparameters.as_dict(),
        "iteration": debugger.iteration,
        **plain(inputs_object(debugger.dataset)),
        "parameters": plain(debugger.parameters),
    }
    text = json.dumps(described, indent=1, allow_nan=False) + "\n"
    writers: tuple[Callable[[BinaryIO], object], ...] = (
        lambda file: _write_rows(file, _predictions(debugger)),
        lambda file: _write_rows(file, _history(debugger)),
        lambda file: np.savez(file, **debugger.parameters),  # type: ignore[arg-type]
        lambda file: file.write(text.encode()),
    )
    is_new = not folder.exists()
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        where = clean(str(error.filename or folder))
        raise InputError(f"{where}: {error.strerror}") from None
    contents = {folder / name: write for name, write in zip(FILES, writers, strict=True)}
    try:
        return write_new(contents, "name another folder")
    except BaseException:
        if is_new:
            with suppress(OSError):
                folder.rmdir()
        raise


def _write_rows(file: BinaryIO, rows: Iterable[Sequence[object]]) -> None:
    text = io.TextIOWrapper(file, encoding="utf-8", newline="")
    csv.writer(text, lineterminator="\n").writerows(rows)
    text.detach()


def _predictions(debugger: Debugger) -> Iterator[list[object]]:
    dataset = debugger.dataset
    parts: list[tuple[str, Dataset, Array]] = [("training", dataset, debugger.predict())]
    held = debugger.evaluate_held_out()
    if dataset.held_out is not None and held is not None:
        parts.append(("validation", dataset.held_out, held.f))
    header: list[object] = [dataset.index, *dataset.inputs]
    for target in dataset.targets:
        suffix = f" {target}" if len(dataset.targets) > 1 else ""
        header += [target, f"prediction{suffix}", f"error{suffix}"]
    several = len(parts) > 1
    yield ["part", *header] if several else header
    for name, part, f in parts:
        aim = debugger.program.loss.aim(part.f0)
        for n, observation in enumerate(part.observations):
            row: list[object] = [observation, *part.shown_x[n].tolist()]
            for f0, of, t in zip(*(a[n].tolist() for a in (part.f0, f, aim)), strict=True):
                row += [f0, of, t - of]
            yield [name, *row] if several else row


def _history(debugger: Debugger) -> Iterator[list[object]]:
    losses, held_out = debugger.losses, debugger.held_out_losses
    yield ["iteration", "E", "E_val"] if held_out.size else ["iteration", "E"]
    for i, loss in enumerate(losses.tolist()):
        yield [i, loss, float(held_out[i])] if held_out.size else [i, loss]

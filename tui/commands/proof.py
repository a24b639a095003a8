"""The proof that `check` prints: of the gradients, and of the whole run against PyTorch."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import click

from engine.proof.gradient_check import check_gradients
from engine.proof.report import check_object, check_text, comparison_text
from engine.proof.torch_run import compare_with_torch
from tui.commands.json_output import print_json
from tui.commands.without_screen import with_progress
from tui.exit_codes import DONE, FAILED, INTERRUPTED

if TYPE_CHECKING:
    from engine.debugger import Debugger


def prove(debugger: Debugger, with_torch: bool, as_json: bool) -> int:
    """Check the gradients at the clock, print what was found, and return the exit code.

    Args:
        debugger: Whose gradients.
        with_torch: Whether to train the same network in PyTorch too.
        as_json: Whether to print one JSON object at the end, and no text.
    """
    comparison = None
    check = with_progress("checking", partial(check_gradients, debugger))
    if check is not None and not as_json:
        click.echo(check_text(check))
    if check is not None and with_torch:
        comparison = with_progress("PyTorch", partial(compare_with_torch, debugger))
        if comparison is not None and not as_json:
            click.echo("\n" + comparison_text(comparison))
    if check is None or (with_torch and comparison is None):
        click.echo("nn-tui: interrupted", err=True)
        return INTERRUPTED
    if as_json:
        print_json(check_object(check, comparison))
    return DONE if check.passed and (comparison is None or comparison.passed) else FAILED

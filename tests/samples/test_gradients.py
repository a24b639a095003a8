"""The gradients of each sample's network, as its command trains it."""

import shlex

import click
import pytest

from engine import check_gradients
from engine.check_report import cell_text
from engine.errors import DataError
from engine.samples import read_samples
from tui.cli import cli
from tui.options import prepare

SAMPLES = read_samples()


@pytest.mark.parametrize("name", SAMPLES)
def test_they_pass_at_the_start_on_the_way_and_at_the_end(name: str) -> None:
    arguments = [name, *shlex.split(SAMPLES[name].options)]
    try:
        given = cli.commands["trace"].make_context("trace", arguments).params
        debugger = prepare(
            **{k: v for k, v in given.items() if k not in ("at", "until", "as_json")}
        )
    except (click.UsageError, DataError) as error:
        pytest.skip(f"the program does not know this yet: {error}")
    planned = debugger.hyperparameters.iterations
    for iteration in (0, planned // 20, planned):
        debugger.run_to(iteration)
        check = check_gradients(debugger)
        assert check is not None
        wrong = [cell for parameter in check.parameters for cell in parameter.failing]
        assert not wrong, cell_text(wrong[0])

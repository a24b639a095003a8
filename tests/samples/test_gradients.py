"""The gradients of each sample's network where its command has taken it.

They are small there, and some weights have come to a kink: it is here that a check errs.
"""

import shlex

import pytest

from engine import check_gradients
from engine.data.bundled import read_samples
from engine.proof.report import cell_text
from tui.cli import cli
from tui.commands.options import spell_out
from tui.opening.prepare import prepare

SAMPLES = read_samples()


@pytest.mark.one_in(6)
@pytest.mark.parametrize("name", SAMPLES)
def test_they_pass_at_the_end(name: str) -> None:
    arguments = spell_out([name, *shlex.split(SAMPLES[name].options)])
    given = cli.commands["train"].make_context("train", arguments).params
    given.pop("as_json")
    debugger = prepare(**given)
    debugger.run_to(debugger.hyperparameters.iterations)
    check = check_gradients(debugger)
    assert check is not None
    wrong = [cell for parameter in check.parameters for cell in parameter.failing]
    assert not wrong, cell_text(wrong[0])

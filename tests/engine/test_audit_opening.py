"""A script beside our program: its table, its parameters, its numbers, and the report of it."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pytest

from engine import Debugger, read_dataset
from engine.audit import audit
from engine.audit.opening import open_script
from engine.audit.report.report import Report
from engine.audit.report.text import paragraph
from engine.audit.yours import Yours
from engine.common.errors import AuditError, QueryError
from tests.engine import scripts


@pytest.fixture(scope="module")
def wrong(tmp_path_factory: pytest.TempPathFactory) -> Yours:
    return open_script(scripts.written(tmp_path_factory.mktemp("wrong"), scripts.WRONG))


def debugger_beside(yours: Yours) -> Debugger:
    debugger = Debugger(yours.dataset, yours.hyperparameters, yours.parameters)
    debugger.program.beside = yours
    return debugger


def test_a_right_script_and_our_program_take_the_same_steps(tmp_path: Path) -> None:
    yours = open_script(scripts.written(tmp_path, scripts.RIGHT))
    assert yours.report.verdict == "right"
    assert {j.mark for j in yours.judgements.values()} == {"✓"}
    debugger = debugger_beside(yours)
    debugger.finish_iteration()
    debugger.finish_iteration()
    for name in ("yhat", "f", "dE_dy", "dE_dw", "dE_dyhat", "dE_dv"):
        np.testing.assert_allclose(yours.value(name, 1), debugger.value(name), rtol=1e-9)


def test_an_operation_that_is_wrong_has_its_line(wrong: Yours) -> None:
    judgement = wrong.judgements["dE_dyhat"]
    assert (judgement.mark, judgement.line.number) == ("✗", scripts.LINE)
    assert judgement.line.text == "d_layer = d_out @ second.T"
    assert wrong.judgements["dE_dy"].mark == "✓"


def test_a_cell_is_worked_out_both_ways(wrong: Yours) -> None:
    both = wrong.both_ways("dE_dyhat", (1, 2), 0)
    assert both is not None
    dE_dg, g = wrong.passes[0]["dE_dyhat"][1, 2], wrong.passes[0]["g"][1, 2]
    assert both.yours.value == pytest.approx(dE_dg)
    assert both.right.value == pytest.approx(dE_dg * g * (1 - g))
    assert wrong.both_ways("dE_dy", (0, 0), 0) is None


def test_the_report_works_the_first_cell_out(wrong: Yours) -> None:
    (problem,) = wrong.report.problems
    assert problem.worked is not None
    text = str(wrong.report)
    assert text.startswith(f"mine.py: wrong, line {scripts.LINE}\n")
    assert len(text.splitlines()) <= 22
    assert max(map(len, text.splitlines())) <= 80
    (found,) = wrong.report.as_object()["findings"]
    assert (found["operation"], found["line"], found["variable"]) == ("dE_dyhat", 17, "d_layer")
    assert found["worked"]["yours"]["value"] == pytest.approx(found["yours"])


def test_expressions_know_the_numbers_of_the_script(wrong: Yours) -> None:
    debugger = debugger_beside(wrong)
    debugger.finish_iteration()
    found = debugger.evaluate("yours.dE_dyhat - dE_dyhat")
    wanted = wrong.passes[0]["dE_dyhat"] - debugger.value("dE_dyhat")
    np.testing.assert_array_equal(found, wanted)
    assert np.any(found)
    assert debugger.evaluate("norm(yours.dE_dy - dE_dy) < 1e-12")
    debugger.go_to(len(wrong.passes) + 1)
    with pytest.raises(QueryError, match=r"yours\.dE_dy was not recorded in iteration"):
        debugger.evaluate("yours.dE_dy")


def test_what_the_script_has_not_is_told_with_what_it_has(wrong: Yours) -> None:
    debugger = debugger_beside(wrong)
    debugger.finish_iteration()
    for name in ("E", "nope"):
        has = rf"yours has no {name}; it has x, f0, .*dE_dyhat(?!.*accuracy)"
        with pytest.raises(QueryError, match=has):
            debugger.evaluate(f"yours.{name} - dE_dyhat")
        with pytest.raises(QueryError, match=has):
            debugger.stops.add_watch(f"yours.{name}")


@pytest.fixture(scope="module")
def alias(tmp_path_factory: pytest.TempPathFactory) -> Yours:
    """Open a script with twice the mean, which no loss of ours is, that keeps w by no copy."""
    text = scripts.RIGHT.replace("np.mean(", "2 * np.mean(").replace("error = 2", "error = 4")
    text = text.replace("    second -= 0.3 * d_second\n", "")
    step = "    kept = second\n    second -= 0.3 * layer.T @ d_out\n"
    text = text.replace("    d_second = layer.T @ d_out\n", step)
    text = text.replace(
        "d_out @ second.T * layer * (1 - layer)",
        'np.einsum("no,ho,nh->nh", d_out, kept, layer * (1 - layer))',
    )
    return open_script(scripts.written(tmp_path_factory.mktemp("alias"), text))


def test_what_is_told_of_a_factor_is_that_of_the_numbers(alias: Yours) -> None:
    debugger = debugger_beside(alias)
    debugger.finish_iteration()
    factors = {"dE_df": 2.0, "dE_dw": 0.6}
    for name, factor in factors.items():
        ratio = debugger.evaluate(f"yours.{name} / {name}") * alias.unit(name, 0)
        np.testing.assert_allclose(ratio, factor, rtol=1e-9)
        assert alias.judgements[name].says == f"{factor:g} times ours"
    own, here = "E = 2·mean((f − f₀)²), η = 0.3", "E = mean((f − f₀)²), η = 0.6"
    assert alias.translated == f"{own} is here {here}, with the same steps"
    assert debugger.hyperparameters.learning_rate == pytest.approx(0.6)


def test_what_has_no_array_is_worked_out_where_it_shows(alias: Yours) -> None:
    assert alias.judgements["dE_dg"].mark == "✗"
    assert alias.written("dE_dg", 0) is None
    tensor, index = alias.seen_in("dE_dg", (2, 1))
    assert (tensor.name, index) == ("dE_dyhat", (2, 1))
    both = alias.both_ways(tensor.name, index, 0)
    assert both is not None
    assert both.yours.value == pytest.approx(alias.passes[0]["dE_dyhat"][2, 1])
    assert both.right.value != pytest.approx(both.yours.value)


def test_without_a_script_there_is_nothing_of_yours() -> None:
    with pytest.raises(QueryError, match=r"there is no script here; nn-tui FILE\.py opens one"):
        Debugger(read_dataset("or")).evaluate("yours.dE_dy")


def test_a_script_without_a_network_is_told_in_a_line(tmp_path: Path) -> None:
    path = scripts.written(tmp_path, "x = 1\nfor i in range(9):\n    x = x + 1\n")
    with pytest.raises(AuditError, match=r"mine\.py: was run, but no network was found in it"):
        open_script(path)


def test_a_script_that_fails_is_told_with_the_reason(tmp_path: Path) -> None:
    path = scripts.written(tmp_path, "import nosuchmodule\n")
    with pytest.raises(AuditError, match=r"mine\.py: line 1: .* No module named 'nosuchmodule'"):
        open_script(path)


def test_nothing_of_a_script_acts_on_the_terminal(tmp_path: Path) -> None:
    text = scripts.WRONG.replace("second.T\n", "second.T  # \x1b[31m\u202e\n")
    report: Report = audit(scripts.written(tmp_path, text))
    assert "␛[31m" in str(report)
    assert "\x1b" not in str(report)
    assert "\u202e" not in str(report)


def test_a_replaced_parameter_has_the_cell_of_its_change(tmp_path: Path) -> None:
    text = scripts.RIGHT.replace("second -= 0.3", "second =- 0.3")
    report: Report = audit(scripts.written(tmp_path, text))
    assert re.search(r"\n   Δw\[g\d, .*\] in iteration 0:\n", str(report))


def test_a_sentence_of_a_report_begins_with_a_capital() -> None:
    assert paragraph("a sum over the neurons") == ["A sum over the neurons."]
    assert paragraph("w is missing") == ["w is missing."]


def test_a_gradient_that_is_too_small_is_not_measured_by_itself(tmp_path: Path) -> None:
    yours = open_script(scripts.written(tmp_path, scripts.BIAS_TOO_SMALL))
    assert yours.wrong == ["dE_dbw"]
    assert yours.hyperparameters.learning_rate == pytest.approx(0.3)
    debugger = debugger_beside(yours)
    debugger.finish_iteration()
    assert debugger.evaluate("yours.dE_dbw / dE_dbw") == pytest.approx(1 / 5)
    assert debugger.evaluate("yours.dE_dw / dE_dw")[0] == pytest.approx(1)


def test_the_first_wrong_cell_is_none_that_is_right(tmp_path: Path) -> None:
    text = scripts.WRONG.replace("[[0.0, 0.1, 1.0]", "[[0.0, 0.0, 0.0]")
    text = text.replace("sigmoid(X @ first)", "np.tanh(X @ first)")
    text = text.replace("d_out @ second.T\n", "d_out @ second.T * (1 - layer)\n")
    yours = open_script(scripts.written(tmp_path, text))
    assert yours.wrong[0] == "dg_dyhat"
    assert yours.first_wrong("dg_dyhat", 0) == (1, 0)
    assert yours.first_wrong("dE_dy", 0) is None

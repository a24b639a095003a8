"""The story of the screen's README comes out as it is told there."""

from engine import Debugger, Hyperparameters, read_dataset
from tests.documents.blocks import ROOT

README = (ROOT / "tui/README.md").read_text(encoding="utf-8")


def first_below(debugger: Debugger, limit: float) -> int:
    return int((debugger.losses < limit).argmax())


def test_xor_is_stuck_and_freed() -> None:
    hyperparameters = Hyperparameters(
        hidden=2, bias="per-neuron", learning_rate=0.5, iterations=5000
    )
    debugger = Debugger(read_dataset("xor"), hyperparameters)
    debugger.stops.add_watch("gradient_norm < 0.001 for 50")
    hit = debugger.proceed()
    assert hit is not None
    assert debugger.iteration == 81
    assert f"{debugger.losses[80]:.5f}" == "0.24996"
    assert debugger.proceed() is None
    assert f"{first_below(debugger, 0.01):,}" == "3,059"
    hit = debugger.back_to_stop()
    assert hit is not None
    assert debugger.iteration == 81
    numbers = debugger.explain("dE_dv", 0, 0).numbers
    assert f"`{numbers} = 1.6593115e−05`" in README
    assert f"{debugger.explain('w', 0, 0, as_read=True).cell.value:.3f}" == "0.095"
    debugger.edit("w", (0, 0), 2.0)
    debugger.edit("w", (1, 0), -2.0)
    assert len(list(debugger.branches)) == 2
    debugger.proceed()
    assert f"{first_below(debugger, 0.01):,}" == "1,977"
    for told in ("0.24996", "3,059", "w[g1, output]", "1,977", "0.095"):
        assert told in README

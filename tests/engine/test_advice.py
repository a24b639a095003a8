"""Which options are said to suit a table of classes."""

import pytest

from engine import Hyperparameters, read_dataset
from engine.analysis.advice import advise

SOFTMAX = {"output_activation": "softmax"}
ENTROPY = {**SOFTMAX, "loss": "cross-entropy"}


@pytest.mark.parametrize(
    ("data", "options", "given", "advised"),
    [
        ("or", {}, {}, ()),
        ("moons", {}, {}, ()),
        ("plane", {}, {}, ()),
        ("iris", {}, {}, ("--output-activation softmax", "--loss cross-entropy", "--scaling")),
        ("iris", {"scaling": "standardise"}, {}, ("--output-activation softmax", "--loss cross")),
        ("iris", {"scaling": "standardise"}, SOFTMAX, ("--loss cross-entropy",)),
        ("iris", {}, ENTROPY, ("--scaling standardise",)),
        ("iris", {"scaling": "min-max"}, ENTROPY, ()),
        ("three-spirals", {}, ENTROPY, ()),
    ],
)
def test_what_suits_three_classes(
    data: str, options: dict[str, str], given: dict[str, str], advised: tuple[str, ...]
) -> None:
    told = advise(read_dataset(data, **options), Hyperparameters(**given))  # type: ignore[arg-type]
    assert all(option in told for option in advised)
    assert told.count("--") == len(advised)
    assert bool(told) == bool(advised)
    assert not told or told.startswith("3 classes: better with ")

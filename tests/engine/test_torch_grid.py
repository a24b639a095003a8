"""PyTorch's run beside ours, over every pair of options: all of them together are too many."""

import itertools
from collections.abc import Iterator

import numpy as np
import pytest

from engine import Dataset, Debugger, Hyperparameters, check_gradients
from engine.proof.finite_differences import Verdict
from engine.proof.torch_network import Twin

pytestmark = pytest.mark.usefixtures("torch")

ITERATIONS = 100
ROWS, COLUMNS = 7, 4
STEPS = 40

OPTIONS: dict[str, tuple[object, ...]] = {
    "hidden": ("none", "3", "4,3", "4,3,2"),
    "activation": (
        "sigmoid",
        "tanh",
        "relu",
        "leaky-relu",
        "elu",
        "softplus",
        "identity",
        "mixed",
        "swish",
        "gelu",
        "gelu-tanh",
    ),
    "output_activation": ("sigmoid", "identity", "tanh", "softmax", "relu"),
    "loss": (
        "mse",
        "sse",
        "half-sse",
        "bce",
        "cross-entropy",
        "hinge",
        "huber",
        "half-mse",
        "log-cosh",
    ),
    "optimiser": ("sgd", "momentum", "nesterov", "rmsprop", "adam", "adamw"),
    "bias": ("none", "shared", "per-neuron"),
    "batch_size": ("full", "3", "1"),
    "shuffle": ("no", "yes"),
    "outputs": (1, 2, 3),
    "penalty": ((0.0, 0.0), (0.01, 0.0), (0.0, 0.02), (0.01, 0.02)),
    "penalise": ("weights", "all"),
    "freeze": ("none", "w", "bias"),
    "clip": (0.0, 0.05),
    "schedule": ("constant", "step", "exponential", "cosine", "warm-up", "linear"),
}
MIXED = ("relu", "tanh", "softplus")
Case = dict[str, object]
Pair = tuple[tuple[str, object], tuple[str, object]]


def is_possible(case: Case) -> bool:
    loss, output = case["loss"], case["output_activation"]
    if output == "softmax" and case["outputs"] == 1:
        return False
    if output == "softmax" and (case["hidden"], case["bias"]) == ("none", "shared"):
        # A number added to every output leaves softmax as it is: ∂E/∂b is only rounding.
        return False
    if case["bias"] == "none" and (
        case["freeze"] == "bias" or (case["hidden"], case["freeze"]) == ("none", "w")
    ):
        return False
    if loss == "bce":
        return output in ("sigmoid", "softmax")
    if loss == "cross-entropy":
        return output == "softmax"
    return loss != "hinge" or output in ("identity", "tanh")


def pairs(case: Case) -> set[Pair]:
    return set(itertools.combinations(case.items(), 2))


def cases() -> Iterator[Case]:
    """As few as a simple search finds that have every possible pair of options."""
    random = np.random.RandomState(0)
    counts = [len(values) for values in OPTIONS.values()]
    drawn = (
        {name: OPTIONS[name][i] for name, i in zip(OPTIONS, chosen, strict=True)}
        for _ in itertools.count()
        for chosen in random.randint(counts, size=(1000, len(counts))).tolist()
    )
    pool = [(case, pairs(case)) for case in itertools.islice(filter(is_possible, drawn), 3000)]
    missing = set().union(*(its for _, its in pool))
    while missing:
        few = [pool[i] for i in random.randint(len(pool), size=60)]
        best, its = max(few, key=lambda one: len(one[1] & missing))
        if not its & missing:
            # The last ones are searched for one by one.
            wanted = dict(min(missing, key=repr))
            best = next(case for case in (case | wanted for case in drawn) if is_possible(case))
            its = pairs(best)
        missing -= its
        yield best


CASES = list(cases())


def prepared(case: Case) -> Debugger:
    outputs, hidden = case["outputs"], str(case["hidden"])
    layers = 0 if hidden == "none" else hidden.count(",") + 1
    activation = case["activation"]
    if activation == "mixed":
        activation = ",".join(MIXED[:layers]) or "relu"
    l1, l2 = case["penalty"]  # type: ignore[misc]
    options = {name: case[name] for name in case if name not in ("outputs", "penalty")}
    options |= {"activation": activation, "l1": l1, "l2": l2}
    options |= {"schedule_steps": STEPS, "schedule_factor": 0.5, "init": "xavier"}
    options |= {"learning_rate": 0.02, "seed": 5}
    if case["freeze"] == "bias":
        options["freeze"] = "b" if case["bias"] == "shared" else "bw"
    random = np.random.RandomState(11)
    x, f0 = random.randn(ROWS, COLUMNS), random.rand(ROWS, outputs)  # type: ignore[call-overload]
    if case["loss"] == "hinge":
        f0 = np.round(f0)
    if case["loss"] == "cross-entropy":
        f0 /= f0.sum(1, keepdims=True)
    hyperparameters = Hyperparameters(iterations=ITERATIONS, **options)
    return Debugger(Dataset.from_arrays(x, f0), hyperparameters)


def name_of(case: Case) -> str:
    return "-".join(str(value).replace(" ", "") for value in case.values())


@pytest.mark.one_in(20)
@pytest.mark.parametrize("case", CASES, ids=name_of)
def test_pytorch_agrees(case: Case) -> None:
    debugger = prepared(case)
    twin = Twin(debugger)
    losses = [twin.step() for _ in range(ITERATIONS)]
    debugger.run(ITERATIONS)
    np.testing.assert_allclose(debugger.losses, losses, rtol=1e-10, atol=1e-14)
    for name, parameter in twin.values().items():
        most = 1e-10 * np.abs(parameter).max()
        np.testing.assert_allclose(debugger.parameters[name], parameter, rtol=1e-10, atol=most)


@pytest.mark.one_in(6)
@pytest.mark.parametrize("case", CASES[::4], ids=name_of)
def test_the_gradients_pass(case: Case) -> None:
    debugger = prepared(case)
    for iteration in (0, 1, ITERATIONS):
        debugger.run_to(iteration)
        check = check_gradients(debugger)
        assert check is not None
        assert check.passed
        if not iteration:
            # Later L1 has taken some weights to their kink at 0.
            assert check.count(Verdict.AGREES) >= 0.8 * check.checked


def test_every_option_is_tried() -> None:
    assert is_possible(CASES[0])
    for name, values in OPTIONS.items():
        assert {case[name] for case in CASES} == set(values)

import pytest

from engine import Hyperparameters, InputError
from engine.model.hyperparameters import DECLARATIONS


def test_the_defaults_are_the_notebooks() -> None:
    given = Hyperparameters().as_dict()
    assert {name: given[name] for name in ("learning_rate", "iterations", "hidden", "seed")} == {
        "learning_rate": 0.05,
        "iterations": 10_000,
        "hidden": "3",
        "seed": 1,
    }
    words = ("bias", "loss", "activation", "output_activation", "init", "optimiser", "schedule")
    assert [given[name] for name in words] == [
        "none",
        "mse",
        "sigmoid",
        "sigmoid",
        "uniform",
        "sgd",
        "constant",
    ]
    assert (given["batch_size"], given["shuffle"]) == ("full", "no")
    assert (given["l1"], given["l2"], given["clip"]) == (0.0, 0.0, 0.0)


@pytest.mark.parametrize(
    ("name", "text", "value"),
    [
        ("learning_rate", " 0.1 ", 0.1),
        ("learning_rate", "1e-3", 0.001),
        ("learning_rate", "0", 0.0),
        ("iterations", "0", 0),
        ("iterations", "1,000,000", 1_000_000),
        ("hidden", "16", "16"),
        ("hidden", " 8, 4 ", "8,4"),
        ("hidden", "None", "none"),
        ("activation", "ReLU, tanh", "relu,tanh"),
        ("activation", "leaky-relu:.20, ELU:1", "leaky-relu:0.2,elu"),
        ("batch_size", "32", "32"),
        ("bias", "per-neuron", "per-neuron"),
        ("seed", "4294967295", 2**32 - 1),
    ],
)
def test_what_is_typed_becomes_a_value(name: str, text: str, value: object) -> None:
    assert DECLARATIONS[name].parse(text) == value


@pytest.mark.parametrize(
    ("name", "text", "message"),
    [
        ("learning_rate", "", "learning rate: a number, 0 or more, not ''"),
        ("learning_rate", "fast", "not 'fast'"),
        ("learning_rate", "-1", "0 or more"),
        ("learning_rate", "nan", "not 'nan'"),
        ("learning_rate", "inf", "not 'inf'"),
        ("hidden", "8,0", "hidden neurons: none, or whole numbers from 1 to 10,000"),
        ("hidden", "2.5", "whole numbers"),
        ("hidden", "8,,4", "not '8,,4'"),
        ("activation", "relu,softmax", "softplus"),
        ("activation", "leaky-relu:1", "leaky-relu:0.2"),
        ("batch_size", "0", "full, or a whole number"),
        ("hidden", "9" * 400, "from 1 to 10,000"),
        ("seed", "4294967296", "4,294,967,295"),
        ("bias", "both", r"bias: none \| shared \| per-neuron, not 'both'"),
        ("loss", "MSE", "not 'MSE'"),
        ("iterations", "1,5", "not '1,5'"),
        ("iterations", "1000,000", "not '1000,000'"),
        ("loss", "\x1b[31m", "not '␛"),
    ],
)
def test_what_is_no_value_is_refused_in_one_line(name: str, text: str, message: str) -> None:
    with pytest.raises(InputError, match=message) as caught:
        DECLARATIONS[name].parse(text)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    "values",
    [
        {"hidden": 2.0},
        {"hidden": True},
        {"activation": "relu,tanh"},
        {"seed": "1"},
        {"loss": 3},
        {"learning_rate": 10**400},
    ],
)
def test_values_of_the_wrong_type_are_refused(values: dict[str, object]) -> None:
    with pytest.raises(InputError):
        Hyperparameters(**values)  # type: ignore[arg-type]


def test_what_applies_live() -> None:
    live = [name for name, declaration in DECLARATIONS.items() if declaration.applies == "live"]
    assert live == ["learning_rate", "iterations"]


def test_what_is_given_without_effect_is_told() -> None:
    names = ["momentum", "initial_bias", "huber_delta", "learning_rate", "schedule_steps"]
    assert Hyperparameters().without_effect(names) == [
        "--huber-delta has no effect with loss mse",
        "--initial-bias has no effect with bias none",
        "--momentum has no effect with optimiser sgd",
        "--schedule-steps has no effect with schedule constant",
    ]
    wanted = Hyperparameters(optimiser="nesterov", bias="shared", loss="huber", schedule="warm-up")
    assert not wanted.without_effect(names)
    assert not Hyperparameters().without_effect([])


def test_one_layer_is_one_layer() -> None:
    with pytest.raises(InputError, match=r"2 of them for 1 hidden layer; one for all"):
        Hyperparameters(hidden=3, activation="relu,tanh")
    with pytest.raises(InputError, match=r"2 of them for 3 hidden layers; one for all"):
        Hyperparameters(hidden="3,3,3", activation="relu,tanh")

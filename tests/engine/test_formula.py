"""Formulas: what is derived from them against what is known of them otherwise."""

import math
import re

import numpy as np
import pytest

from engine.formula.derivative import derivative
from engine.formula.lowering import lower
from engine.formula.primitives import PRIMITIVES, setting
from engine.formula.scratch import Scratch
from engine.formula.source import NUMPY, TORCH, source
from engine.formula.tree import Function
from engine.maths.activations import ACTIVATIONS
from engine.maths.losses import LOSSES, Setting
from engine.maths.optimisers import OPTIMISERS
from tests.engine.formulas import computed, leaf
from tests.engine.nets import make

SLOPED = [name for name, activation in ACTIVATIONS.items() if activation.slope is not None]
RANDOM = np.random.RandomState(7)
Z = np.concatenate([RANDOM.randn(30, 3) * 3, RANDOM.randn(10, 3) * 1e-3])
DOMAIN = {"log": (0.1, 4), "sqrt": (0.1, 4), "log1p": (-0.9, 4), "power": (0.1, 3)}


@pytest.mark.parametrize("name", [name for name in PRIMITIVES if name != "truth"])
def test_the_derivatives_of_a_primitive_against_central_differences(name: str) -> None:
    primitive = PRIMITIVES[name]
    count = primitive.derivatives.__code__.co_argcount or primitive.form.count("{")
    low, high = DOMAIN.get(name, (-3, 3))
    points = [RANDOM.uniform(low, high, (40, 3)) for _ in range(count)]
    if name == "where":
        points[0] = (points[0] > 0).astype(float)
    variables = [leaf(f"x{i}", point) for i, point in enumerate(points)]
    step = 1e-6
    for place, slope in enumerate(primitive.derivatives(*variables)):
        if name == "where" and place == 0:
            continue
        exact = computed(slope * (variables[0] * 0.0 + 1.0))
        moved = [list(points), list(points)]
        moved[0][place], moved[1][place] = points[place] + step, points[place] - step
        ufunc = np.vectorize(primitive.of)
        numeric = (ufunc(*moved[0]) - ufunc(*moved[1])) / (2 * step)
        np.testing.assert_allclose(exact, numeric, rtol=1e-6, atol=1e-7, err_msg=name)


@pytest.mark.parametrize("name", SLOPED)
def test_the_slope_of_an_activation_is_the_derivative_of_its_value(name: str) -> None:
    activation = ACTIVATIONS[name]
    z = leaf("z", Z)
    a = leaf("a", computed(activation.value(z)))
    assert activation.slope is not None
    written = computed(activation.slope(z, a) + 0.0 * z)
    found = computed(derivative(activation.value(z), z) + 0.0 * z)
    np.testing.assert_allclose(written, found, rtol=1e-9, atol=1e-12)


@pytest.mark.parametrize("name", ["relu", "leaky-relu"])
def test_at_its_kink_an_activation_has_the_slope_of_below(name: str) -> None:
    activation, zero = ACTIVATIONS[name], leaf("z", np.zeros((40, 3)))
    assert activation.slope is not None
    at, below = computed(activation.slope(zero, zero) + 0.0 * zero), activation.value(zero - 1.0)
    assert (at == -computed(below)).all()


def setting_of(signed: bool = False) -> Setting:
    return Setting(setting(0.7, "δ"), signed)


@pytest.mark.parametrize("name", list(LOSSES))
def test_the_slope_of_a_loss_is_the_derivative_of_its_value(name: str) -> None:
    loss = LOSSES[name]
    f = leaf("f", RANDOM.uniform(0.05, 0.95, (40, 3)))
    f0 = leaf("f0", np.eye(3)[np.arange(40) % 3])
    written = computed(loss.slope(f, f0, setting_of()))
    found = computed(derivative(loss.value(f, f0, setting_of()), f) + 0.0 * f)
    np.testing.assert_allclose(written, found, rtol=1e-9, atol=1e-12)


@pytest.mark.parametrize(
    ("name", "output"), [(n, output) for n, loss in LOSSES.items() for output in loss.fused]
)
def test_a_fused_loss_is_the_same_number_and_its_slope_that_of_differences(
    name: str, output: str
) -> None:
    loss, fused = LOSSES[name], LOSSES[name].fused[output]
    y = leaf("y", Z)
    f = leaf("f", computed(ACTIVATIONS[output].value(y)))
    f0 = leaf("f0", np.eye(3)[np.arange(40) % 3])
    E = float(computed(fused.value(y, f0, setting_of())))
    assert pytest.approx(float(computed(loss.value(f, f0, setting_of()))), rel=1e-9) == E
    slope = computed(fused.slope(f, f0, setting_of()))
    for place in ((0, 0), (3, 1), (35, 2)):
        moved = []
        for step in (1e-5, -1e-5):
            there = Z.copy()
            there[place] += step
            moved.append(float(computed(fused.value(leaf("y", there), f0, setting_of()))))
        assert slope[place] == pytest.approx((moved[0] - moved[1]) / 2e-5, rel=1e-5, abs=1e-9)


NAMES = {"N": 40, "O": 3}


@pytest.mark.parametrize("name", list(ACTIVATIONS))
def test_the_sources_of_an_activation_compute_it(name: str) -> None:
    activation = ACTIVATIONS[name]
    z = leaf("z", Z)
    value = computed(activation.value(z))
    text = source(activation.value(z), NUMPY)
    found = eval(text, {"np": np, "erf": np.vectorize(math.erf)}, {"z": Z})
    np.testing.assert_allclose(found + 0 * Z, value, rtol=1e-12, atol=1e-14)
    torch = pytest.importorskip("torch", reason="compared with PyTorch")
    x = torch.tensor(Z, requires_grad=True)
    a = eval(source(activation.value(z), TORCH), {"torch": torch}, {"z": x})
    np.testing.assert_allclose(a.detach().numpy(), value, rtol=1e-12, atol=1e-14)
    if activation.slope is not None:
        (slope,) = torch.autograd.grad(a.sum(), x)
        written = computed(activation.slope(z, leaf("a", value)) + 0.0 * z)
        np.testing.assert_allclose(slope.numpy(), written, rtol=1e-9, atol=1e-12)


OWN = {"gelu": "gelu(z)", "gelu-tanh": "gelu(z, approximate='tanh')", "swish": "silu(z)"}


@pytest.mark.parametrize("name", list(OWN))
def test_an_activation_is_pytorchs_own(name: str) -> None:
    torch = pytest.importorskip("torch", reason="compared with PyTorch")
    own = eval(f"torch.nn.functional.{OWN[name]}", {"torch": torch}, {"z": torch.tensor(Z)})
    found = computed(ACTIVATIONS[name].value(leaf("z", Z)))
    np.testing.assert_allclose(found, own.numpy(), rtol=1e-12, atol=1e-15)


@pytest.mark.parametrize("name", list(LOSSES))
def test_the_sources_of_a_loss_compute_it(name: str) -> None:
    loss = LOSSES[name]
    values = {"f": RANDOM.uniform(0.05, 0.95, (40, 3)), "f0": np.eye(3)[np.arange(40) % 3]}
    f, f0 = (leaf(key, value) for key, value in values.items())
    value = loss.value(f, f0, setting_of())
    E = float(computed(value))
    assert eval(source(value, NUMPY), {"np": np}, {**values, **NAMES}) == pytest.approx(E)
    torch = pytest.importorskip("torch", reason="compared with PyTorch")
    x = torch.tensor(values["f"], requires_grad=True)
    names = {"f": x, "f0": torch.tensor(values["f0"]), **NAMES}
    found = eval(source(value, TORCH), {"torch": torch}, names)
    assert float(found.detach()) == pytest.approx(E, rel=1e-12)
    (slope,) = torch.autograd.grad(found, x)
    written = computed(loss.slope(f, f0, setting_of()))
    np.testing.assert_allclose(slope.numpy(), written, rtol=1e-9, atol=1e-12)


def test_gelu_at_points_of_its_paper() -> None:
    """Φ(1) = 0.841344746068543, from a table of the normal distribution."""
    z = leaf("z", np.tile([1.0, -1.0, 0.0], (40, 1)))
    exact, near = (computed(ACTIVATIONS[n].value(z))[0] for n in ("gelu", "gelu-tanh"))
    np.testing.assert_allclose(exact, [0.841344746068543, -0.158655253931457, 0.0], rtol=1e-14)
    np.testing.assert_allclose(near, exact, atol=2e-4)
    assert (near != exact)[:2].all()


def test_what_is_computed_twice_is_computed_once() -> None:
    z = leaf("z", Z)
    value = ACTIVATIONS["softmax"].value(z)
    calls = lower(value, np.empty((40, 3)), Scratch())
    names = [getattr(getattr(call, "ufunc", None), "__name__", "") for call in calls]
    assert names.count("exp") == names.count("maximum") == 1


def test_a_function_without_a_name_in_the_table_can_be_written() -> None:
    z = leaf("z", Z)
    assert math.isclose(computed(Function("f({0})", (z,), z * 2.0))[1, 1], 2 * Z[1, 1])


def test_an_optimiser_is_told_as_the_program_has_it() -> None:
    for name, optimiser in OPTIMISERS.items():
        debugger = make(hidden="none", optimiser=name)
        written = {}
        for operation in debugger.program.operations:
            if operation.phase == "update":
                text = operation.right_hand_side.replace("∂E/∂w", "g").replace("(g)", "g")
                text = re.sub(r"([ms])(?:hat)?_w", r"\1", text)
                written[operation.target.name] = re.sub(r"\bw\b", "v", text)
        direction = written.get("d_w", "g")
        decay = "λ·v" if direction.endswith(" + λ·v") else ""
        direction = direction.removesuffix(" + λ·v")
        step = f"({direction})" if direction == "g + μ·m" else direction
        told = [f"v ← {written['w'].replace('d_w', step)}"]
        if decay:
            told = [f"v ← v − η·{decay}"]
        elif name in ("momentum", "nesterov"):
            told.append(f"m ← {written['m_w']}")
        elif name == "rmsprop":
            told.append(f"s ← {written['s_w']}")
        for line in told:
            assert line in optimiser.rule, name

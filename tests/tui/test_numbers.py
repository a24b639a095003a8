import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.reports.answer import value_text
from tui.drawing.numbers import fixed, missing, whole_digits, width_for
from tui.drawing.numbers import given as as_given

finite = st.floats(allow_nan=False, allow_infinity=False)
widths = st.sampled_from([7, 8, 9, 11])


def read(text: str) -> float:
    return float(text.replace("−", "-"))


@given(finite, widths, st.integers(1, 3))
def test_every_number_takes_its_cells_and_means_what_it_says(
    value: float, width: int, whole: int
) -> None:
    text = fixed(value, width, whole)
    assert len(text) == width
    shown = read(text)
    assert (shown == 0) == (value == 0)
    assert math.copysign(1, shown) == math.copysign(1, value) or value == 0
    if abs(value) < 1e300 and abs(value) > 1e-300:
        assert math.isclose(shown, value, rel_tol=0.5)


@given(st.floats(1e-3, 9.4), widths)
def test_decimals_are_rounded(value: float, width: int) -> None:
    decimals = width - 3
    if value >= 10.0 ** (1 - decimals):
        assert abs(read(fixed(value, width)) - value) <= 0.51 * 10.0**-decimals


@pytest.mark.parametrize(
    ("value", "width", "text"),
    [
        (0.0, 7, " 0.0000"),
        (0.41702, 7, "+0.4170"),
        (-0.25, 7, "−0.2500"),
        (1.1437e-4, 7, "+1.1e−4"),
        (1.1437e-4, 11, "+0.00011437"),
        (-3.2e-120, 7, "−3e−120"),
        (12.5, 7, "+12.500"),
        (1065.0, 7, "+1065.0"),
        (-123456.4, 7, "−123456"),
        (999999.9, 7, "+1.00e6"),
        (99.99996, 7, "+100.00"),
        (math.inf, 7, "   +inf"),
        (math.nan, 7, "   +nan"),
    ],
)
def test_examples(value: float, width: int, text: str) -> None:
    assert fixed(value, width) == text


def test_decimal_points_are_in_line() -> None:
    whole = whole_digits(12.5)
    points = {fixed(value, 8, whole).index(".") for value in (12.5, -1.25, 0.125, 0.0)}
    assert len(points) == 1
    assert missing(8, whole).index("·") == points.pop() - 1


@pytest.mark.parametrize("width", [8, 9, 11])
def test_a_small_number_is_in_line_with_those_beside_it(width: int) -> None:
    for largest in (5.0, 12.5, 123.0):
        whole = whole_digits(largest)
        small, usual = fixed(-5.419e-6, width, whole), fixed(-0.25, width, whole)
        if width - whole > 6:
            assert small.index("−") == usual.index("−")
            assert small.index(".") == usual.index(".")
    # A large one keeps its digits.
    assert fixed(1234.5, 9, 2) == "+1234.500"


def test_no_point_stands_without_a_digit_behind_it() -> None:
    assert fixed(-5.4e-12, 7) == " −5e−12"
    assert fixed(5e100, 7) == " +5e100"
    for exponent in range(-323, 309):
        for width in (7, 8, 9, 11):
            for whole in (1, 2, 3):
                text = fixed(float(f"5.3e{exponent}"), width, whole)
                assert ".e" not in text
                assert not text.endswith(".")
    # Rounding makes the exponent shorter.
    assert fixed(9.9999e-10, 11, 2) == "  +1.000e−9"


def test_the_users_numbers_stay_as_given_and_in_line() -> None:
    assert as_given([0, 1, 10]) == [" 0", " 1", "10"]
    assert as_given([0.5, -12, 1.25]) == ["  0.5 ", "−12   ", "  1.25"]
    assert as_given([-0.0000123456]) == ["−1.23456e−5"]
    assert as_given([-0.0625], 2) == ["−0.062"]
    # Of a whole number nothing is hidden behind an exponent.
    assert as_given([200.0, 1.5], 2) == ["200  ", "  1.5"]


def test_width_is_the_widest_that_fits() -> None:
    assert width_for(3, 36) == 11
    assert width_for(3, 35) == 9
    assert width_for(30, 35) == 7


def test_a_value_has_a_true_minus_sign_and_no_minus_nothing() -> None:
    assert value_text(np.array(-0.0)) == "0"
    assert value_text(np.array(-1.5e-9)) == "−1.5e−09"
    assert value_text(np.array([-0.0, -2.0])) == "[ 0. −2.]"
    assert value_text(np.array([[True], [False]])) == "[[ true]\n [false]]"

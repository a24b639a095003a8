import pytest

from engine import InputError
from engine.inspection.typed_iterations import parse_iteration, split_range

WHERE = {"now": 120, "computed": 500, "planned": 10_000}


@pytest.mark.parametrize(
    ("text", "iteration"),
    [
        ("0", 0),
        (" 7,300 ", 7300),
        ("+100", 220),
        ("-1", 119),
        ("\u221220", 100),
        ("- 1", 119),
        ("\u2212 1", 119),
        ("+  1,000", 1120),
        ("1e3", 1000),
        ("+1e2", 220),
        ("2.5e3", 2500),
        ("50%", 5000),
        ("end", 500),
    ],
)
def test_times_as_people_write_them(text: str, iteration: int) -> None:
    assert parse_iteration(text, **WHERE) == iteration


@pytest.mark.parametrize(
    "text",
    [
        "",
        "x",
        "-121",
        "10001",
        "101%",
        "1e400%",
        "nan%",
        "1,5",
        "+1,00",
        "9" * 5000,
        "1.5",
        "1e-3",
        "inf",
        "-inf",
        "1e400",
        "- -1",
        "- ",
        "+1.5",
    ],
)
def test_what_is_no_time_is_refused(text: str) -> None:
    with pytest.raises(InputError):
        parse_iteration(text, **WHERE)


def test_a_range_has_commas_between_thousands_only() -> None:
    assert split_range("E over 1,000..20,000") == ("E", 1000, 20000)
    assert split_range("E over 1,5..20") is None

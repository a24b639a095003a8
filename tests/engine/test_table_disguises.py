"""Numbers in disguise are never read as names of classes, and names never as numbers."""

import re
import time
from collections.abc import Sequence

import pytest

from engine import InputError, read_dataset
from engine.data.table.lookalikes import find_disguised, hint


def table(cells: Sequence[str], separator: str = ";") -> str:
    rows = [f"0{separator}{cell}{separator}{k % 2}" for k, cell in enumerate(cells)]
    return "\n".join([separator.join("aft"), *rows])


@pytest.mark.parametrize(
    ("cells", "way"),
    [
        (["–5", "–6"], "a dash for the minus sign? write -; --category f"),
        (["—5", "—6"], "a dash for the minus sign? write -"),
        (["EUR 5", "EUR 6.50"], "remove the currency from every cell; --category f"),
        (["EUR5", "EUR6"], "remove the currency from every cell"),
        (["5 EUR", "6 EUR"], "remove the currency from every cell"),
        (["US$5", "US$ 6"], "remove the currency from every cell"),
        (["R$ 5", "R$ 6"], "remove the currency from every cell"),
        (["Rs. 5", "Rs 6"], "remove the currency from every cell"),
        (["¥5", "¥6"], "remove the currency from every cell"),
        (["₹5", "₹6"], "remove the currency from every cell"),
        (["-$5", "$6"], "remove the currency from every cell"),
        (["5 €", "6 €"], "remove the currency from every cell"),
        (["<5", "<6"], "--category f takes the cells for names of classes"),
        (["≥ 5", "> 6"], "--category f takes"),
        (["~5", "±6"], "--category f takes"),
        (["++5", "+-6"], "--category f takes"),
        (["(5)", "[6]"], "--category f takes"),
        (["½", "¼"], "--category f takes"),
        (["\u200b5", "\u200b6"], "remove the character in it that cannot be seen"),
        (["5\u200b", "6\u200b"], "remove the character in it that cannot be seen"),
        (["\u2066-5\u2069", "6"], "remove the character in it that cannot be seen"),
        (["'1'", "'2'"], "remove the quotation marks from every cell"),
        (["‘1’", "“2”"], "remove the quotation marks from every cell"),
        (['="007"', '="008"'], "remove the quotation marks from every cell"),
        (["50%", "60 %"], "remove the % from every cell"),
        (["Jan 5 2020", "Feb 6 2020"], "a date? turn it into numbers"),
        (["January 5, 2020", "May 6th, 2020"], "a date? turn it into numbers"),
        (["jan-20", "feb-20"], "a date? turn it into numbers"),
        (["Mon, Jan 5 2020 10:30 AM", "x"], "a date? turn it into numbers"),
        (["Thu Jan  5 10:00:00 UTC 2020", "x"], "a date? turn it into numbers"),
        (["5 Jan 2020", "6. Feb 2020"], "a date? turn it into numbers"),
        (["05-Jan-2020", "x"], "a date? turn it into numbers"),
        (["2020-01-05", "2020-01-06"], "a date? turn it into numbers"),
        (["5k", "3M"], "--category f takes"),
        (["5m", "6m"], "--category f takes"),
        (["2h", "30m"], "--category f takes"),
        (["5 kg", "6 kg"], "--category f takes"),
        (["3a", "5 kg"], "--category f takes"),
        (["1234a", "1235b"], "--category f takes"),
        (["1.5a", "1.5b"], "--category f takes"),
        (["1.234,5", "2.345,5"], "remove the points between the thousands; --category f"),
        (["1.234.567", "1"], "remove the points between the thousands"),
        (["1,234.5", "1"], "remove the commas between the thousands"),
        (["－5", "－6"], "a dash for the minus sign? write -"),
        (["￥500", "￥600"], "remove the currency from every cell"),
        (["＜5", "＜6"], "--category f takes"),
        (["SGD 5", "SGD 6"], "remove the currency from every cell"),
        (["5 zł", "6 zł"], "remove the currency from every cell"),
        (["₿5", "HK$ 6"], "remove the currency from every cell"),
        (["\u28005", "\u28006"], "remove the character in it that cannot be seen"),
        (["\u31645", "\u31646"], "remove the character in it that cannot be seen"),
        (["①5", "②5"], "--category f takes"),
        # One is enough.
        (["none", "none", "none", "<5"], "--category f takes"),
    ],
)
def test_numbers_in_disguise_are_refused(write, cells: list[str], way: str) -> None:
    line = 1 + next(n for n, cell in enumerate(cells, 1) if re.search(r"[\d½①]", cell))
    path = write(table(cells))
    told = rf"line {line}, column 'f': .* is not a number; {re.escape(way)}"
    with pytest.raises(InputError, match=told):
        read_dataset(path)
    assert read_dataset(path, category=["f"], index="none").inputs[1].startswith("f=")


@pytest.mark.parametrize(
    "cells",
    [
        ["class_1", "class_2"],
        ["A4", "A5"],
        ["Q1", "Q2"],
        ["v2", "v3"],
        ["3a", "4a"],
        ["3a", "3b", "12c"],
        ["1A", "1B", "2C"],
        ["group 5", "group 6"],
        ["PC 1", "PC 2"],
        ["No. 5", "No. 6"],
        ["BMW 320", "BMW 520"],
        ["rs123", "rs124"],
        ["MAR1", "DEC1"],
        ["May", "June"],
        ["March of 5", "Sunday 5"],
        ["Q1 2020", "Q2 2020"],
        ["euro 5", "euro 6"],
        ["#1", "#2"],
        ["–", "-"],
        ["<low", ">high"],
        ["'red'", "'blue'"],
        ["x²", "y²"],
        ["TOP 5", "CVE 6"],
        ["一月", "二月"],
        ["Ⅱ型", "x"],
        ["class_1", "A4", "Q1", "v2", "3a", "group 5", "PC 1"],
    ],
)
def test_names_with_digits_are_names(write, cells: list[str]) -> None:
    dataset = read_dataset(write(table([*cells, *cells])))
    assert dataset.inputs == ("a", *(f"f={cell}" for cell in sorted(cells)))


@pytest.mark.parametrize(
    ("cells", "index"),
    [
        (["A1", "A2", "A3"], True),
        (["3a", "3b", "3c"], True),
        (["EUR 5", "EUR 6", "EUR 7"], False),
        (["Jan 5 2020", "Jan 6 2020", "Jan 7 2020"], False),
        (["5 kg", "6 kg", "7 kg"], False),
    ],
)
def test_numbers_in_disguise_are_no_names_of_observations(write, cells, index: bool) -> None:
    path = write("f,a,t\n" + "".join(f"{cell},{k},{k}\n" for k, cell in enumerate(cells)))
    if index:
        assert read_dataset(path).observations == tuple(cells)
    else:
        with pytest.raises(InputError, match=r"line 2, column 'f': .* is not a number"):
            read_dataset(path)


@pytest.mark.parametrize("start", ["", "Jan 1", "Mon, Jan 1", "EUR ", "x"])
@pytest.mark.parametrize("piece", ["1", "PM", "PMP", " ", ".", "1.", "1,", "-", "\u200b", "Jan 1"])
def test_a_long_cell_takes_no_long_time(start: str, piece: str) -> None:
    # Of this thread alone, whatever else the machine does.
    begin = time.thread_time()
    text = f"{start}{piece * 100_000}x"
    find_disguised([text])
    hint(text)
    assert time.thread_time() - begin < 3

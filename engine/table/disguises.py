"""Numbers in disguise: what its writer takes for a number, and Python does not."""

from __future__ import annotations

import re
from collections.abc import Iterable

_INVISIBLE = "\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u206f\ufeff"
_DASHES = "‐‑‒–—"
_MARKS = "'‘’‚\"“”„`´"
_SIGNS = "$¢£¤¥฿₠-⃀"
_CODES = (
    r"(?:AUD|BRL|CAD|CHF|CNY|CZK|DKK|EUR|GBP|HUF|INR|JPY|KRW|NOK|NZD|PLN|RUB|SEK|TRY|USD|ZAR"
    r"|Rs\.?|kr\.?|[A-Z]{1,2}\$)"
)
_MONTH = (
    r"(?i:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?"
    r"|sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)"
)
_DAY = r"(?i:(?:mon|tue(?:s)?|wed(?:nes)?|thu(?:rs)?|fri|sat(?:ur)?|sun)(?:day)?)"
_TIME = r"[\d\s.,:/+-]*"
_DATE = (
    rf"(?:{_DAY}[\s.,]+)?{_MONTH}[\s.,/'’-]+\d{{1,4}}(?:st|nd|rd|th)?"
    rf"{_TIME}(?:(?:[AaPp][Mm]|[A-Z]{{3}}){_TIME})?"
)

_LIKE_A_NUMBER = re.compile(
    rf"[\s{_INVISIBLE}{_MARKS}{_SIGNS}+\-−{_DASHES}±~≈<>≤≥=(\[.,]*[\d¼-¾⅐-⅞]"
    rf"|{_CODES}\s*[+\-−]?[\d.,]+\Z"
    rf"|{_DATE}\Z"
)
_CODE = re.compile(r"\d{1,3}([A-Za-z])")
_UNITS = tuple(map(frozenset, ("kKmMgGtTbB", "smhdwy", "ij", *"ACFJKLNVWceflnpux")))
"""The letters behind numbers that can be in one column: a thousand and a million, a second and
an hour. Others are names, as those of the classes 3a and 3b of a school."""
_HINTS = tuple(
    (re.compile(sign, re.DOTALL), hint)
    for sign, hint in (
        (r".*%", "remove the % from every cell"),
        (r"[+\-−]?\d{1,3}(,\d{3})+(\.\d+)?", "remove the commas between the thousands"),
        (r"[+\-−]?\d{1,3}(\.\d{3})+(,\d*)?", "remove the points between the thousands"),
        (r"[+\-−]?\d*,\d+", "a decimal comma? --decimal comma"),
        (r"(\d+[-/.]){2}\d+.*|\d+:\d\d.*", "a date? turn it into numbers"),
        (rf"{_DATE}|\d+[\s.-]*{_MONTH}\b.*", "a date? turn it into numbers"),
        (rf"[{_MARKS}].*|=\".*", "remove the quotation marks from every cell"),
        (rf"[{_DASHES}].*", "a dash for the minus sign? write -"),
        (rf".*[{_SIGNS}].*|{_CODES}.*|.*\s{_CODES}", "remove the currency from every cell"),
        (rf".*[{_INVISIBLE}].*", "remove the character in it that cannot be seen"),
    )
)


def is_like_number(text: str) -> bool:
    """Whether a cell that is no number begins like one, or is one by other means."""
    return _LIKE_A_NUMBER.match(text) is not None


def find_disguised(texts: Iterable[str]) -> set[str]:
    """Return those of the cells of a column, none of them a number, that are like numbers."""
    found = set(filter(is_like_number, texts))
    codes = [_CODE.fullmatch(text) for text in found]
    letters = {code[1] for code in codes if code}
    if all(codes) and not any(letters <= units for units in _UNITS):
        return set()
    return found


def hint(text: str) -> str:
    """Say how a cell would become a number, or ""."""
    return next((hint for sign, hint in _HINTS if sign.fullmatch(text)), "")

"""Numbers in disguise: what its writer takes for a number, and Python does not."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from functools import lru_cache

from engine.common.text import clean, normalised

_CODES = (
    "AED AOA ARS AUD AWG AZN BBD BDT BGN BHD BMD BND BRL BSD BTN BWP BYN BZD CAD CDF CHF CLP CNY"
    " CRC CZK DJF DKK DOP DZD EGP ETB EUR FJD FKP GBP GHS GIP GNF GTQ GYD HKD HNL HTG HUF IDR ILS"
    " INR IQD IRR ISK JMD JOD JPY KES KGS KHR KMF KPW KRW KWD KYD KZT LBP LKR LRD LSL LYD MDL MGA"
    " MKD MMK MNT MRU MUR MVR MWK MXN MYR MZN NGN NOK NPR NZD OMR PGK PKR PLN PYG QAR RSD RUB RWF"
    " SAR SBD SCR SDG SEK SGD SHP SRD SSP SYP SZL THB TJS TMT TND TRY TTD TWD TZS UAH UGX USD UYU"
    " UZS VES VND VUV WST XAF XCD XOF XPF YER ZAR ZMW Rs kr Rp zł Kč лв руб грн 元 円 원"
).replace(" ", "|")
"""ISO 4217, without the codes that are names as well, and what is written instead."""
_NAMES = (
    "ALL|AMD|ANG|BAM|BIF|BOB|COP|CUP|CVE|ERN|GEL|GMD|LAK|MAD|MOP|NAD|NIO|PAB|PEN|PHP|RON|SOS|TOP"
)
"""Codes that are names as well: TOP 5 is one, and TOP 5.50 an amount."""
_LONGEST = 1000
"""Characters of a cell that are looked at."""
_LETTER = r"[^\W\d_]"
_AMOUNT = rf"(?=\W*\d)(?!.*{_LETTER})"
_CURRENCY = re.compile(
    rf"(?:(?:{_CODES})\.?{_AMOUNT}|(?:{_NAMES}){_AMOUNT}.*\d[.,]\d\d\Z"
    rf"|{_LETTER}{{1,3}}(?=[^\w\s]{_AMOUNT})(?P<sign>.))",
    re.DOTALL,
)
"""A currency in front of an amount, or letters in front of its sign, as in US$ 5."""
_BEHIND = re.compile(rf"\d\W*(?:{_CODES}|{_NAMES})\W*\Z")
_MONTH = (
    r"(?i:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?"
    r"|sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)"
)
_DAY = r"(?i:(?:mon|tue(?:s)?|wed(?:nes)?|thu(?:rs)?|fri|sat(?:ur)?|sun)(?:day)?)"
_TIME = r"[\d\s.,:/+-]*"
_DATE = (
    rf"(?:{_DAY}[\s.,]++)?{_MONTH}[\s.,/'’-]++\d{{1,4}}(?:st|nd|rd|th)?"
    rf"{_TIME}(?:(?:[AaPp][Mm]|[A-Z]{{3}}){_TIME})?"
)
_IS_DATE = re.compile(_DATE)
_CODE = re.compile(r"\d{1,3}([A-Za-z])")
_UNITS = tuple(map(frozenset, ("kKmMgGtTbB", "smhdwy", "ij", *"ACFJKLNVWceflnpux")))
"""The letters behind numbers that can be in one column: a thousand and a million, a second and
an hour. Others are names, as those of the classes 3a and 3b of a school."""
A_DATE = "a date? turn it into numbers"
_HINTS = tuple(
    (re.compile(sign, re.DOTALL), hint)
    for sign, hint in (
        (r".*[%٪﹪％‰].*", "remove the % from every cell"),
        (r"[+\-−]?\d{1,3}(,\d{3})+(\.\d+)?", "remove the commas between the thousands"),
        (r"[+\-−]?\d{1,3}(\.\d{3})+(,\d*)?", "remove the points between the thousands"),
        (r"[+\-−]?\d*,\d+", "a decimal comma? --decimal comma"),
        (r"(\d+[-/.]){2}\d+.*|\d+:\d\d.*", A_DATE),
        (rf"{_DATE}|\d+[\s.-]*{_MONTH}\b.*", A_DATE),
    )
)


@lru_cache(maxsize=4096)
def is_unseen(character: str) -> bool:
    """Return whether nothing is drawn for a character, as for a blank of any alphabet."""
    if unicodedata.category(character) in ("Zs", "Zl", "Zp", "Cc", "Cf"):
        return True
    # By their category these are letters, symbols and accents.
    name = unicodedata.name(character, "")
    return name.endswith((" FILLER", " PATTERN BLANK", " JOINER")) or "VARIATION SELECTOR" in name


def find_alike(names: Iterable[str]) -> str:
    """Find two different names that are drawn alike, written so that they differ, or ""."""
    seen: dict[str, str] = {}
    for name in dict.fromkeys(names):
        other = seen.setdefault(_as_drawn(name), name)
        if other != name:
            return f"{clean(other)!a} and {clean(name)!a}"
    return ""


def _as_drawn(name: str) -> str:
    """Write a name without what cannot be seen of it, e.g. which blank parts its words."""
    if not name.isascii():
        # x² is not drawn as x2, although it is normalised so.
        name = "".join(
            c if unicodedata.category(c) == "No" else " " if c.isspace() else normalised(c)
            for c in name
            if c.isspace() or not is_unseen(c)
        )
    return unicodedata.normalize("NFC", " ".join(name.split()))


def is_like_number(text: str) -> bool:
    """Return whether a cell that is no number begins like one, or is one by other means."""
    text = text[:_LONGEST]
    bare = text[_count_signs(text) :]
    if bare and unicodedata.category(bare[0]) in ("Nd", "No"):
        return True
    return _is_amount(bare) or _IS_DATE.fullmatch(text) is not None


def find_disguised(texts: Iterable[str]) -> set[str]:
    """Return the cells that look like numbers, of a column in which none is a number."""
    every = set(texts)
    found = set(filter(is_like_number, every))
    codes = [_CODE.fullmatch(text) for text in found]
    letters = {code[1] for code in codes if code}
    if all(codes) and not any(letters <= units for units in _UNITS):
        return set()
    # 一 and Ⅳ are parts of names as well; where nothing else is in a column they are numbers.
    return every if not found and all(map(_is_spelled, every)) else found


def hint(text: str) -> str:
    """Return how a cell would become a number, or ""."""
    text = text[:_LONGEST]
    for sign, way in _HINTS:
        if sign.fullmatch(text):
            return way
    first = text.lstrip("=")[:1]
    if _is_quote(first):
        return "remove the quotation marks from every cell"
    if first not in ("-", "−") and _is_dash(first):
        return "a dash for the minus sign? write -"
    has_sign = any(unicodedata.category(character) == "Sc" for character in text)
    if has_sign or _is_amount(text[_count_signs(text) :]) or _BEHIND.search(text):
        return "remove the currency from every cell"
    if any(is_unseen(character) and character != " " for character in text):
        return "remove the character in it that cannot be seen"
    return ""


@lru_cache(maxsize=4096)
def _is_sign(character: str) -> bool:
    """Return whether a character can stand before a number, as a sign or a currency."""
    if is_unseen(character) or _is_quote(character):
        return True
    kind = unicodedata.category(character)
    if kind == "Po":
        # What Unicode takes for a separator or a terminator of numbers, but for # as in #1.
        written = unicodedata.bidirectional(character) in ("CS", "ET", "AN")
        return written and normalised(character) != "#"
    return kind in ("Sc", "Sm", "Sk", "Pd", "Ps", "Pi", "Pf", "Mn", "Me")


def _is_quote(character: str) -> bool:
    name = unicodedata.name(character, "") if character else ""
    return "QUOTATION MARK" in name or "APOSTROPHE" in name or character in ("`", "´")


def _is_dash(character: str) -> bool:
    plain = normalised(character)
    return plain in ("-", "−") or (plain != "" and unicodedata.category(plain[0]) == "Pd")


def _count_signs(text: str) -> int:
    return next((at for at, sign in enumerate(text) if not _is_sign(sign)), len(text))


def _is_amount(text: str) -> bool:
    found = _CURRENCY.match(normalised(text))
    sign = found["sign"] if found else None
    return found is not None and (sign is None or unicodedata.category(sign) == "Sc")


def _is_spelled(text: str) -> bool:
    text = text[:_LONGEST]
    bare = text[_count_signs(text) :]
    return bare != "" and all(
        unicodedata.numeric(character, None) is not None or _is_sign(character)
        for character in bare
    )

"""From the bytes of a file to its text."""

from __future__ import annotations

import codecs
import gzip
import zlib
from pathlib import Path

from engine.errors import DataError
from engine.table.options import AUTO, ENCODINGS

_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_GZIP, _ZIP = b"\x1f\x8b", b"PK\x03\x04"
_MOST = 4 * 1024**3
"""Bytes that a compressed file may have unpacked."""
_CONTROL = frozenset(range(32)) - frozenset(b"\t\n\r\f")


def read_text(path: Path, shown: str, encoding: str, assumptions: list[str]) -> str:
    """Read a text file, also one that gzip has compressed.

    Args:
        path: The file.
        shown: What messages call it.
        encoding: "auto", or one of `ENCODINGS`.
        assumptions: What is taken for granted is added here.

    Raises:
        DataError: It cannot be read, or is no text.
    """
    content = _read_bytes(path, shown)
    text = _decode(content, shown, encoding, assumptions)
    if not text.strip():
        raise DataError(shown, "the file is empty; it needs a header line and observations")
    if "\0" in text:
        line = text.count("\n", 0, text.index("\0")) + 1
        raise DataError(shown, "not a text file (it has a NUL byte)", line=line)
    return text


def _read_bytes(path: Path, shown: str) -> bytes:
    try:
        content = path.read_bytes()
    except OSError as error:
        raise DataError(shown, error.strerror or str(error)) from None
    except MemoryError:
        raise DataError(shown, "not enough memory to read it") from None
    if content.startswith(_ZIP):
        problem = "a ZIP archive or a spreadsheet, not text; unpack it, or save it as CSV"
        raise DataError(shown, problem)
    if not content.startswith(_GZIP):
        return content
    try:
        with gzip.open(path) as file:
            content = file.read(_MOST + 1)
    except (OSError, EOFError, zlib.error):
        raise DataError(shown, "it begins like a gzip file and is damaged") from None
    except MemoryError:
        raise DataError(shown, "not enough memory to unpack it") from None
    if len(content) > _MOST:
        raise DataError(shown, f"unpacked it has more than {_MOST // 1024**3} GB")
    return content


def _decode(content: bytes, shown: str, encoding: str, assumptions: list[str]) -> str:
    if encoding == AUTO:
        encoding = next((name for mark, name in _MARKS if content.startswith(mark)), "")
        if not encoding:
            return _without_mark(content, shown, assumptions)
        if encoding != "utf-8":
            assumptions.append("encoding UTF-16 (its byte order mark)")
    try:
        return content.decode(ENCODINGS[encoding])
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise DataError(shown, f"not {encoding.upper()} text", line=line) from None


def _without_mark(content: bytes, shown: str, assumptions: list[str]) -> str:
    wide = _utf16(content[:2000])
    if wide:
        try:
            text = content.decode(wide)
            assumptions.append("encoding UTF-16 (every other byte is 0)")
            return text
        except UnicodeDecodeError:
            pass
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError as error:
        place = error.start
    control = next((i for i, byte in enumerate(content[:100_000]) if byte in _CONTROL), None)
    if control is not None:
        line = content.count(b"\n", 0, control) + 1
        raise DataError(shown, "not a text file (it has control characters)", line=line)
    line = content.count(b"\n", 0, place) + 1
    assumptions.append(f"encoding Latin-1 (line {line} is not UTF-8)")
    return content.decode("latin-1")


def _utf16(start: bytes) -> str:
    """Recognise UTF-16 without a mark: of ordinary text, every other byte is 0."""
    even, odd = start[0::2], start[1::2]
    if len(odd) < 2:
        return ""
    if odd.count(0) > 0.8 * len(odd) and not even.count(0):
        return "utf-16-le"
    if even.count(0) > 0.8 * len(even) and not odd.count(0):
        return "utf-16-be"
    return ""

"""From the bytes of a file to its text."""

from __future__ import annotations

import codecs
import gzip
import io
import re
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import BinaryIO

from engine.common.errors import DataError
from engine.common.machine_memory import shortage
from engine.common.numbers import gigabytes
from engine.common.progress import Progress, silent
from engine.data.options import AUTO, ENCODINGS

_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_GZIP = b"\x1f\x8b"
_KINDS = (
    (b"PK\x03\x04", "a ZIP archive or a spreadsheet, not text; unpack it, or save it as CSV"),
    (b"\xd0\xcf\x11\xe0", "a spreadsheet, not text; save it as CSV"),
    (b"PAR1\x15", "a Parquet file, not text; write it as CSV"),
    (b"\x93NUMPY", "an array of NumPy, not text; write it as CSV with numpy.savetxt"),
    (b"\x89HDF\r\n", "an HDF5 file, not text; write its table as CSV"),
    (b"SQLite format 3\0", "a database of SQLite, not text; write its table as CSV"),
    (b"\xfd7zXZ\0", "a file that xz has compressed; unpack it, or use gzip"),
    (b"(\xb5/\xfd", "a file that zstd has compressed; unpack it, or use gzip"),
    (b"BZh91AY&SY", "a file that bzip2 has compressed; unpack it, or use gzip"),
)
"""The first bytes of files of other kinds."""
_PIECE = 4 * 1024**2
_ASK = 16
"""After so many pieces it is asked again whether there is enough memory, as a small file may
have much in it unpacked."""
_TIMES = 12
"""The bytes that are needed at most for each byte of a table, while it is being read."""
_WINDOWS = re.compile(rb"[\x80-\x9f]")
"""The bytes that are no text in Latin-1, but signs such as € in Windows' extension of it."""
_NUL = "not a text file (it has a NUL byte); if it is UTF-16, add --encoding utf-16"
_CONTROL = frozenset(range(32)) - frozenset(b"\t\n\r\f")


def read_text(
    source: Path | BinaryIO,
    shown: str,
    encoding: str,
    assumptions: list[str],
    progress: Progress = silent,
) -> str:
    r"""Read a text file, also one that gzip has compressed; every line ends in ``\n``.

    Args:
        source: The file, or what its bytes can be read from.
        shown: Its name in messages.
        encoding: "auto", or one of `ENCODINGS`.
        assumptions: The list to which guesses are added.
        progress: Told the bytes that are read.

    Raises:
        DataError: It cannot be read, or is no text.
    """
    content = _unpacked(_read_bytes(source, shown, progress), shown)
    # A file that was put together from several may have a second mark.
    text = _decode(content, shown, encoding, assumptions).lstrip("\ufeff")
    if "\r" in text:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    if not text.strip():
        raise DataError(shown, "the file is empty; it needs a header line and observations")
    if "\0" in text:
        line = text.count("\n", 0, text.index("\0")) + 1
        raise DataError(shown, _NUL, line=line)
    return text


def _read_bytes(source: Path | BinaryIO, shown: str, progress: Progress) -> bytes:
    try:
        if not isinstance(source, Path):
            # How much is to come nobody knows.
            return _all_of(source, shown, lambda done: progress(0, 1))
        size = source.stat().st_size
        _check_room(size, shown)
        with source.open("rb") as file:
            return _all_of(file, shown, lambda done: progress(min(done, size), size))
    except OSError as error:
        raise DataError(shown, error.strerror or str(error)) from None
    except MemoryError:
        raise DataError(shown, "not enough memory to read it") from None


def _unpacked(content: bytes, shown: str) -> bytes:
    for beginning, problem in _KINDS:
        if content.startswith(beginning):
            raise DataError(shown, problem)
    if not content.startswith(_GZIP):
        return content
    try:
        with gzip.open(io.BytesIO(content)) as unpacked:
            return _all_of(unpacked, shown, lambda done: None)
    except (OSError, EOFError, zlib.error):
        raise DataError(shown, "it begins like a gzip file and is damaged") from None
    except MemoryError:
        raise DataError(shown, "not enough memory to unpack it") from None


def _all_of(file: BinaryIO | gzip.GzipFile, shown: str, told: Callable[[int], None]) -> bytes:
    """Read to the end, in pieces so that it can be told and given up."""
    pieces, done = [], 0
    while piece := file.read(_PIECE):
        pieces.append(piece)
        done += len(piece)
        if len(pieces) % _ASK == 0:
            _check_room(done, shown)
        told(done)
    return b"".join(pieces)


def _check_room(size: int, shown: str) -> None:
    lacking = shortage(_TIMES * size) if size > _PIECE else ""
    if lacking:
        raise DataError(shown, f"to read {gigabytes(size)} {lacking}; use a part of it")


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
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError as error:
        place = error.start
    control = next((i for i, byte in enumerate(content[:100_000]) if byte in _CONTROL), None)
    if control is not None:
        line = content.count(b"\n", 0, control) + 1
        problem = "not a text file (it has control characters)" if content[control] else _NUL
        raise DataError(shown, problem, line=line)
    line = content.count(b"\n", 0, place) + 1
    called = "cp1252" if _WINDOWS.search(content) else "Latin-1"
    try:
        text = content.decode(called)
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        problem = "neither UTF-8 nor cp1252 text; save it as UTF-8, or add --encoding"
        raise DataError(shown, problem, line=line) from None
    assumptions.append(f"encoding {called} (line {line} is not UTF-8)")
    return text

"""Arrays as bytes and back, without trusting the bytes."""

from __future__ import annotations

import io
import struct
import zipfile
from collections.abc import Mapping
from math import prod

import numpy as np
from numpy.typing import NDArray

from engine.common.errors import InputError
from engine.common.text import clean

Array = NDArray[np.float64]

_MOST_MEMBERS = 100_000
ZIP_ERRORS = (
    zipfile.BadZipFile,
    NotImplementedError,
    RuntimeError,
    EOFError,
    LookupError,
    OSError,
    OverflowError,
    ValueError,
    struct.error,
)
"""The errors that `zipfile` raises where an archive is damaged."""


def pack(arrays: Mapping[str, Array]) -> bytes:
    """Write arrays in NumPy's `.npz` format; the same arrays give the same bytes."""
    file = io.BytesIO()
    np.savez(file, **{name: np.asarray(array, np.float64) for name, array in arrays.items()})  # type: ignore[arg-type]
    return file.getvalue()


def read_stored(archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> bytes:
    """Read a member of an archive, none of which is larger than the archive itself.

    Raises:
        BadZipFile: It is compressed, and so no piece of a run; nothing is unpacked.
    """
    is_stored = member.compress_type == zipfile.ZIP_STORED
    if not is_stored or member.compress_size != member.file_size:
        raise zipfile.BadZipFile(f"{clean(member.filename, 60)} is compressed: it must not be")
    return archive.read(member)


def unpack(content: bytes) -> dict[str, Array]:
    """Read what `pack` wrote.

    Nothing is unpickled, and nothing is allocated that is larger than the content.

    Raises:
        InputError: The content is something else.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            members = archive.infolist()
            if len(members) > _MOST_MEMBERS or sum(m.file_size for m in members) > len(content):
                raise InputError("it claims to hold more than its size")
            if len({member.filename for member in members}) < len(members):
                raise InputError("there are two arrays of one name")
            return {
                member.filename.removesuffix(".npy"): _array(
                    read_stored(archive, member), clean(member.filename, 60)
                )
                for member in members
            }
    except InputError:
        raise
    except ZIP_ERRORS as error:
        raise InputError(f"not an .npz file ({clean(str(error), 80)})") from None


def _array(content: bytes, name: str) -> Array:
    file = io.BytesIO(content)
    try:
        version = np.lib.format.read_magic(file)
        if version != (1, 0):
            raise ValueError
        shape, fortran, dtype = np.lib.format.read_array_header_1_0(file)
    except (ValueError, SyntaxError, TypeError, RecursionError, MemoryError):
        raise InputError(f"{name}: not an array as NumPy writes it") from None
    rest = len(content) - file.tell()
    if dtype != np.dtype("<f8") or fortran or any(size < 0 for size in shape):
        raise InputError(f"{name}: not an array of float64")
    if 8 * prod(shape) != rest:
        raise InputError(f"{name}: a shape that is not that of its numbers")
    return np.frombuffer(content, "<f8", offset=file.tell()).reshape(shape).astype(np.float64)

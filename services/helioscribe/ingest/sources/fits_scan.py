"""Headers and binary tables of a FITS file in memory, read without a copy and never trusted in their sizes."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from helioscribe.domain.errors import InvalidInputError

__all__ = ["Column", "Hdu", "Table", "scan_fits"]

Column = NDArray[Any]
Value = str | int | float | bool

_BLOCK, _CARD = 2880, 80
_LONGEST_HEADER = 1000 * _BLOCK
_MOST_HDUS = 1000
_MOST_AXES = 999  # the standard's own bound, for axes and for columns
_MOST_DIMENSIONS = 16
_TEXT = re.compile(r"\s*'((?:[^']|'')*)'")
_INTEGER = re.compile(r"[+-]?\d{1,20}")
_FLOAT = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([EDed][+-]?\d+)?")
_FORM = re.compile(r"\s*(\d{0,9})([LBIJKAED])\s*")
_DIM = re.compile(r"\s*\(\s*\d{1,9}\s*(,\s*\d{1,9}\s*)*\)\s*")
_TYPES = {"L": "i1", "B": "u1", "I": ">i2", "J": ">i4", "K": ">i8", "A": "S1", "E": ">f4", "D": ">f8"}
# Unsigned integers are stored as signed ones with this zero point.
_UNSIGNED = {"I": (1 << 15, "u2"), "J": (1 << 31, "u4"), "K": (1 << 63, "u8")}


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Hdu:
    """One header and where its data lie."""

    name: str
    """Of the extension, in capitals; empty if it has none."""

    header: Mapping[str, Value]
    """Keywords and values; the first of a repeated keyword, without comments and history."""

    data: memoryview
    """The bytes that the header announces."""


def scan_fits(data: bytes, name: str) -> list[Hdu]:
    """Return the HDUs of a FITS file.

    Parameters
    ----------
    data
        The whole file.
    name
        For messages.

    Raises
    ------
    InvalidInputError
        If the bytes are no FITS file, or a header announces more data than there are.
    """
    if not data.startswith(b"SIMPLE  ="):
        raise InvalidInputError(f"{name}: not a FITS file")
    hdus: list[Hdu] = []
    view, at = memoryview(data), 0
    # Whatever follows the last extension is not ours to read.
    while not hdus or (data.startswith(b"XTENSION=", at) and len(hdus) < _MOST_HDUS):
        where = f"{name}: HDU {len(hdus)}"
        header, begin = _header(data, at, where)
        _count(header, "TFIELDS", where, default=0, most=_MOST_AXES)
        end = begin + _length(header, where)
        if end > len(data):
            raise InvalidInputError(f"{where} announces data up to byte {end}, but the file is cut off at {len(data)}")
        hdus.append(Hdu(name=str(header.get("EXTNAME", "")).upper(), header=header, data=view[begin:end]))
        at = begin - (begin - end) // _BLOCK * _BLOCK
    return hdus


def _header(data: bytes, start: int, where: str) -> tuple[dict[str, Value], int]:
    header: dict[str, Value] = {}
    last = ""
    for at in range(start, min(len(data) - _CARD + 1, start + _LONGEST_HEADER), _CARD):
        card = data[at : at + _CARD].decode("latin-1")
        key = card[:8].rstrip()
        if key == "END" and not card[8:].strip():
            return header, at - (at - start) % _BLOCK + _BLOCK
        if key == "CONTINUE" and str(header.get(last, "")).endswith("&"):
            header[last] = str(header[last])[:-1] + _text(card[8:])
        elif card[8:10] == "= ":
            value = _value(card[10:])
            last = key if value is not None and key not in header else ""
            if last and value is not None:
                header[key] = value
    raise InvalidInputError(f"{where}: the header has no END")


def _text(field: str) -> str:
    found = _TEXT.match(field)
    return found[1].replace("''", "'").rstrip() if found else ""


def _value(field: str) -> Value | None:
    if field.lstrip().startswith("'"):
        return _text(field)
    word = field.split("/", 1)[0].strip()
    if word in ("T", "F"):
        return word == "T"
    if _INTEGER.fullmatch(word):
        return int(word)
    if _FLOAT.fullmatch(word):
        number = float(word.upper().replace("D", "E"))
        return number if math.isfinite(number) else None
    return None


def _count(
    header: Mapping[str, Value], key: str, where: str, *, default: int | None = None, most: int = 1 << 62
) -> int:
    value = header.get(key, default)
    if type(value) is not int or not 0 <= value <= most:
        raise InvalidInputError(f"{where}: {key} {str(value)[:40]!r} is out of range")
    return value


def _length(header: Mapping[str, Value], where: str) -> int:
    bits = header.get("BITPIX")
    if bits not in (8, 16, 32, 64, -32, -64):
        raise InvalidInputError(f"{where}: BITPIX {str(bits)[:40]!r} is out of range")
    axes = [
        _count(header, f"NAXIS{number}", where)
        for number in range(1, 1 + _count(header, "NAXIS", where, most=_MOST_AXES))
    ]
    heap, groups = _count(header, "PCOUNT", where, default=0), _count(header, "GCOUNT", where, default=1)
    return abs(int(bits)) // 8 * groups * (heap + math.prod(axes)) if axes else 0


@dataclass(frozen=True, slots=True, kw_only=True)
class _Field:
    offset: int
    letter: str
    shape: tuple[int, ...]
    unit: str
    scale: float
    zero: float
    null: int | None


class Table:
    """One binary table, found by name."""

    def __init__(self, hdus: Sequence[Hdu], name: str, *, file: str) -> None:
        self.file, self.name = file, name
        matching = [hdu for hdu in hdus[1:] if hdu.name == name]
        if not matching:
            there = ", ".join(hdu.name or "unnamed" for hdu in hdus[1:]) or "none"
            raise InvalidInputError(f"{file}: no table {name}; the file has {there[:120]}")
        self._hdu = matching[0]
        header, where = self._hdu.header, f"{file}: table {name}"
        if header.get("XTENSION") != "BINTABLE" or header.get("NAXIS") != 2 or header.get("BITPIX") != 8:
            raise InvalidInputError(f"{file}: {name} is no table")
        self._width = _count(header, "NAXIS1", where)
        self._rows = _count(header, "NAXIS2", where)
        self._fields = _fields(header, self._width, where)

    def __len__(self) -> int:
        return self._rows

    def has(self, name: str) -> bool:
        """Whether there is such a column."""
        return name in self._fields

    def unit(self, name: str) -> str:
        """Return the unit of a column as written, or nothing."""
        return self._fields[name].unit

    def column(self, *names: str) -> Column:
        """Return the first of the named columns that there is, in native byte order.

        Raises
        ------
        InvalidInputError
            If there is none of them.
        """
        for name in names:
            if name in self._fields:
                return self._read(self._fields[name])
        raise InvalidInputError(
            f"{self.file}: table {self.name} has no column {' or '.join(names)}; "
            f"it has {', '.join(self._fields)[:200] or 'none'}"
        )

    def _read(self, field: _Field) -> Column:
        dtype = np.dtype(_TYPES[field.letter])
        shape = (self._rows, *field.shape)
        inner = tuple(dtype.itemsize * math.prod(field.shape[axis + 1 :]) for axis in range(len(field.shape)))
        raw: Column = np.ndarray(shape, dtype, self._hdu.data, field.offset, (self._width, *inner))
        if raw.ndim == 2 and raw.shape[1] == 1:  # some writers give single numbers a second axis
            raw = raw[:, 0]
        if field.letter == "L":
            return np.asarray(raw == ord("T"))
        return _scaled(raw, field) if field.letter != "A" else raw.copy()


def _scaled(raw: Column, field: _Field) -> Column:
    zero, unsigned = _UNSIGNED.get(field.letter, (None, ""))
    values: Column
    if (field.scale, field.zero) == (1.0, 0.0):
        values = raw.astype(raw.dtype.newbyteorder("="))
    elif field.scale == 1.0 and field.zero == zero:
        # Adding half the range is turning the highest bit over.
        values = raw.astype(raw.dtype.newbyteorder("=")).view(unsigned) ^ np.asarray(zero, unsigned)
    else:
        values = raw * field.scale + field.zero
    if field.null is None or raw.dtype.kind == "f":
        return values
    return np.where(raw == field.null, np.nan, values)


def _fields(header: Mapping[str, Value], width: int, where: str) -> dict[str, _Field]:
    fields: dict[str, _Field] = {}
    offset = 0
    for number in range(1, 1 + _count(header, "TFIELDS", where, most=_MOST_AXES)):
        form = str(header.get(f"TFORM{number}", ""))
        if not (found := _FORM.fullmatch(form)):
            size = _foreign_size(form, where, number)
        else:
            repeat, letter = int(found[1] or 1), found[2]
            size = repeat * np.dtype(_TYPES[letter]).itemsize
            name = str(header.get(f"TTYPE{number}", "")).strip().lower()
            if repeat and offset + size <= width:
                fields.setdefault(name, _field(header, number, offset, repeat, letter))
        offset += size
    if offset != width:
        raise InvalidInputError(f"{where}: the columns make {offset} bytes a row, NAXIS1 says {width}")
    return fields


def _foreign_size(form: str, where: str, number: int) -> int:
    """Width of a column that no reader here uses: bits, complex numbers, arrays of variable length."""
    found = re.match(r"\s*(\d{0,9})([XCMPQ])", form)
    if not found:
        raise InvalidInputError(f"{where}: TFORM{number} is {form[:40]!r}, not a column format")
    repeat = int(found[1] or 1)
    return (repeat + 7) // 8 if found[2] == "X" else repeat * {"C": 8, "M": 16, "P": 8, "Q": 16}[found[2]]


def _field(header: Mapping[str, Value], number: int, offset: int, repeat: int, letter: str) -> _Field:
    dim = str(header.get(f"TDIM{number}", ""))
    shape: tuple[int, ...] = (repeat,) if repeat > 1 else ()
    if _DIM.fullmatch(dim):
        given = tuple(int(axis) for axis in reversed(dim.strip().strip("()").split(",")))
        shape = given if math.prod(given) == repeat and len(given) <= _MOST_DIMENSIONS else shape
    scale, zero, null = (header.get(f"{key}{number}") for key in ("TSCAL", "TZERO", "TNULL"))
    return _Field(
        offset=offset,
        letter=letter,
        shape=shape,
        unit=str(header.get(f"TUNIT{number}", "")).strip(),
        scale=float(scale) if isinstance(scale, int | float) else 1.0,
        zero=float(zero) if isinstance(zero, int | float) else 0.0,
        null=null if type(null) is int else None,
    )

"""JPEG 2000 as Helioviewer publishes it: display values of 8 bit with the header of their FITS file as XML."""

from __future__ import annotations

import re
import struct
from collections.abc import Iterator
from typing import Any
from xml.etree.ElementTree import Element, XMLParser

import numpy as np
from numpy.typing import NDArray

from helioscribe.domain.errors import InvalidInputError

__all__ = ["is_jpeg2000", "read_jpeg2000"]

_SIGNATURE = b"\x00\x00\x00\x0cjP  \r\n\x87\n"
_CODESTREAM = b"\xff\x4f\xff\x51"
_LONGEST_SIDE = 16_384
_LARGEST_XML = 4 << 20
_INTEGER = re.compile(r"[+-]?\d{1,18}")


def is_jpeg2000(data: bytes) -> bool:
    """Whether bytes begin as a JPEG 2000 file does."""
    return data.startswith(_SIGNATURE)


def read_jpeg2000(data: bytes, name: str) -> tuple[dict[str, Any], NDArray[np.float32]]:
    """Return header and display values, 0 to 255, shape (y, x), row 0 at the bottom.

    Raises
    ------
    InvalidInputError
        If there is no header, no code stream, or it is broken.
    """
    boxes = dict(reversed(list(_boxes(data))))
    if b"jp2c" not in boxes:
        raise InvalidInputError(f"{name}: a JPEG 2000 file without an image")
    if b"xml " not in boxes:
        raise InvalidInputError(f"{name}: a JPEG 2000 file without a FITS header as XML")
    header = _header(boxes[b"xml "], name)
    _check_size(boxes[b"jp2c"], name)
    return header, _decoded(data, name)


def _boxes(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    """Yield kind and content of the boxes of a file (ISO/IEC 15444-1, annex I)."""
    at = 0
    while at + 8 <= len(data):
        length, kind = struct.unpack_from(">I4s", data, at)
        begin = at + 8
        if length == 1 and at + 16 <= len(data):
            (length,), begin = struct.unpack_from(">Q", data, at + 8), at + 16
        end = len(data) if length == 0 else at + length
        if not begin <= end <= len(data):
            end = len(data)
        yield kind, data[begin:end]
        at = end


def _header(text: bytes, name: str) -> dict[str, Any]:
    if len(text) > _LARGEST_XML or b"<!" in text[:4096].replace(b"<!--", b""):
        raise InvalidInputError(f"{name}: the XML header is too large, or has a document type")
    parser = XMLParser()  # noqa: S314  # without a document type there are no entities to expand
    try:
        parser.feed(text.strip(b"\x00 \r\n\t"))
        fits = parser.close().find(".//fits")
    except SyntaxError as error:
        raise InvalidInputError.wrap(error, doing=f"{name}: broken XML header") from None
    if fits is None:
        raise InvalidInputError(f"{name}: the XML header has no element <fits>")
    return {str(card.tag).upper(): _value(card) for card in fits if len(card) == 0}


def _value(card: Element) -> str | int | float:
    text = (card.text or "").strip()
    if _INTEGER.fullmatch(text):
        return int(text)
    try:
        number = float(text)
    except ValueError:
        return text
    return number if np.isfinite(number) else text


def _check_size(stream: bytes, name: str) -> None:
    if not stream.startswith(_CODESTREAM) or len(stream) < 24:
        raise InvalidInputError(f"{name}: a broken JPEG 2000 code stream")
    width, height = struct.unpack_from(">II", stream, 8)
    if not (1 <= width <= _LONGEST_SIDE and 1 <= height <= _LONGEST_SIDE):
        raise InvalidInputError(f"{name}: an image of {width} x {height}; expected 1 to {_LONGEST_SIDE} a side")


def _decoded(data: bytes, name: str) -> NDArray[np.float32]:
    import cv2

    try:
        image = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_GRAYSCALE | cv2.IMREAD_ANYDEPTH)
    except cv2.error:
        image = None
    if image is None or image.ndim != 2:
        raise InvalidInputError(f"{name}: a broken JPEG 2000 code stream")
    return np.ascontiguousarray(image[::-1]).astype(np.float32)

"""Products and scores as bytes: named arrays in safetensors, with one JSON text beside them."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import asdict
from io import BytesIO
from typing import Any, BinaryIO

import numpy as np
from numpy.typing import NDArray

from helioscribe.domain.coordinates import Observer
from helioscribe.domain.detection import ScoreSeries
from helioscribe.domain.errors import InvalidInputError
from helioscribe.domain.product import ImageSequence, LightCurve, Product, SolarImage

__all__ = ["decode_keywords", "decode_product", "decode_scores", "encode_product", "encode_scores"]

_VERSION = 1
_HEADER_LIMIT = 64 << 20  # a day of image headers fits many times
_AUXILIARY = "auxiliary."

Arrays = dict[str, NDArray[Any]]


def _pack(kind: str, meta: Mapping[str, Any], arrays: Arrays) -> bytes:
    from safetensors.numpy import save

    plain = {name: _plain(array) for name, array in arrays.items()}
    # One key only: the library keeps no order among several, and equal products must give equal bytes.
    text = json.dumps({"format": _VERSION, "kind": kind, **meta}, sort_keys=True, allow_nan=False)
    return bytes(save(plain, metadata={"helioscribe": text}))


def _plain(array: NDArray[Any]) -> NDArray[Any]:
    array = np.ascontiguousarray(array)
    return array.astype("datetime64[ns]").view(np.int64) if array.dtype.kind == "M" else array


def _unpack(data: bytes) -> tuple[dict[str, Any], Arrays]:
    from safetensors import SafetensorError
    from safetensors.numpy import load

    meta = _meta(BytesIO(data), len(data))
    try:
        return meta, dict(load(data))
    except (SafetensorError, ValueError, KeyError, TypeError, RecursionError) as error:
        raise InvalidInputError.wrap(error, doing="product: cannot be read") from None


def _meta(stream: BinaryIO, size: int) -> dict[str, Any]:
    length = int.from_bytes(stream.read(8), "little")
    if not 0 < length <= min(_HEADER_LIMIT, size - 8):
        raise InvalidInputError("product: not a product file; expected safetensors with a helioscribe header")
    try:
        meta = json.loads(json.loads(stream.read(length))["__metadata__"]["helioscribe"])
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise InvalidInputError.wrap(error, doing="product: cannot be read") from None
    if not isinstance(meta, dict) or meta.get("format") != _VERSION:
        raise InvalidInputError(f"product: expected format {_VERSION}")
    return meta


def _times(array: NDArray[Any]) -> NDArray[np.datetime64]:
    if array.dtype != np.int64:
        raise InvalidInputError(f"product: expected times as int64 nanoseconds, got {array.dtype}")
    return array.view("datetime64[ns]")


def _common(product: Product) -> dict[str, Any]:
    return {
        "observatory": product.observatory,
        "instrument": product.instrument,
        "observer": asdict(product.observer) if product.observer else None,
        "light_travel_time": product.light_travel_time,
    }


def _read_common(meta: Mapping[str, Any]) -> dict[str, Any]:
    observer, light = meta["observer"], meta["light_travel_time"]
    return {
        "observatory": str(meta["observatory"]),
        "instrument": str(meta["instrument"]),
        "observer": Observer(**observer) if observer else None,
        "light_travel_time": None if light is None else float(light),
    }


_CURVE = ("exposure", "counts", "errors", "energies", "live_fraction", "attenuator", "good")


def _encode_curve(curve: LightCurve) -> bytes:
    arrays: Arrays = {"times": curve.times} | {name: getattr(curve, name) for name in _CURVE}
    for name, column in curve.auxiliary.items():
        if column.dtype.kind not in "biuf":
            raise InvalidInputError(f"light curve: column {name} holds {column.dtype}, expected numbers")
        arrays[_AUXILIARY + name] = column
    return _pack(curve.kind, _common(curve) | {"unit": curve.unit}, arrays)


def _decode_curve(meta: Mapping[str, Any], arrays: Arrays) -> LightCurve:
    columns = {name[len(_AUXILIARY) :]: a for name, a in arrays.items() if name.startswith(_AUXILIARY)}
    fields: dict[str, Any] = {name: arrays[name] for name in _CURVE}
    types = {"attenuator": np.uint8, "good": np.bool_}
    for name, array in fields.items():
        if array.dtype != types.get(name, np.float64):
            raise InvalidInputError(f"light curve: {name} holds {array.dtype}")
    return LightCurve(
        **_read_common(meta), **fields, times=_times(arrays["times"]), auxiliary=columns, unit=str(meta["unit"])
    )


def _encode_image(image: SolarImage) -> bytes:
    names = ("channel", "unit", "exposure")
    meta = _common(image) | {name: getattr(image, name) for name in names} | {"header": dict(image.header)}
    time = np.asarray(image.time).reshape(1)
    return _pack(image.kind, meta, {"time": time, "pixels": image.pixels, "mask": image.mask})


def _decode_image(meta: Mapping[str, Any], arrays: Arrays) -> SolarImage:
    return SolarImage(
        **_read_common(meta),
        channel=str(meta["channel"]),
        unit=str(meta["unit"]),
        header=dict(meta["header"]),
        exposure=float(meta["exposure"]),
        time=_times(arrays["time"])[0],
        pixels=arrays["pixels"],
        mask=arrays["mask"],
    )


def _encode_sequence(sequence: ImageSequence) -> bytes:
    headers = [dict(header) for header in sequence.headers]
    meta = _common(sequence) | {"channel": sequence.channel, "unit": sequence.unit, "headers": headers}
    return _pack(sequence.kind, meta, {"times": sequence.times, "pixels": sequence.pixels})


def _decode_sequence(meta: Mapping[str, Any], arrays: Arrays) -> ImageSequence:
    return ImageSequence(
        **_read_common(meta),
        channel=str(meta["channel"]),
        unit=str(meta["unit"]),
        headers=tuple(dict(header) for header in meta["headers"]),
        times=_times(arrays["times"]),
        pixels=arrays["pixels"],
    )


_DECODERS: Mapping[str, Callable[[Mapping[str, Any], Arrays], Product]] = {
    LightCurve.kind: _decode_curve,
    SolarImage.kind: _decode_image,
    ImageSequence.kind: _decode_sequence,
}


def encode_product(product: Product) -> bytes:
    """Write a product; equal products give equal bytes.

    Raises
    ------
    InvalidInputError
        If a column or a header value cannot be stored.
    """
    try:
        match product:
            case LightCurve():
                return _encode_curve(product)
            case SolarImage():
                return _encode_image(product)
            case ImageSequence():
                return _encode_sequence(product)
    except (TypeError, ValueError) as error:
        raise InvalidInputError.wrap(error, doing="product: cannot be written") from None


def decode_product(data: bytes) -> Product:
    """Read what `encode_product` wrote.

    Nothing is executed and nothing grows: arrays are as long as their bytes.

    Raises
    ------
    InvalidInputError
        If the bytes are anything else.
    """
    meta, arrays = _unpack(data)
    decode = _DECODERS.get(str(meta.get("kind")))
    if decode is None:
        raise InvalidInputError(f"product: unknown kind {str(meta.get('kind'))[:40]!r}")
    try:
        return decode(meta, arrays)
    except (KeyError, TypeError, ValueError, IndexError, AttributeError) as error:
        raise InvalidInputError.wrap(error, doing="product: incomplete") from None


def decode_keywords(stream: BinaryIO, size: int) -> dict[str, Any]:
    """Return the FITS keywords of an image that `encode_product` wrote, without reading its pixels.

    Parameters
    ----------
    stream
        The product, from its beginning.
    size
        Length of the product [bytes].

    Raises
    ------
    InvalidInputError
        If the bytes are not such a file.
    """
    header = _meta(stream, size).get("header", {})
    return header if isinstance(header, dict) else {}


def encode_scores(series: ScoreSeries) -> bytes:
    """Write a score series."""
    return _pack("scores", {"names": list(series.names)}, {"times": series.times, "values": series.values})


def decode_scores(data: bytes) -> ScoreSeries:
    """Read what `encode_scores` wrote. Raises `InvalidInputError` for anything else."""
    meta, arrays = _unpack(data)
    try:
        return ScoreSeries(times=_times(arrays["times"]), names=tuple(map(str, meta["names"])), values=arrays["values"])
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise InvalidInputError.wrap(error, doing="scores: incomplete") from None

"""Tensors of the Open Inference Protocol: raw or typed contents on the wire, numpy arrays here."""

from __future__ import annotations

import struct
from collections.abc import Mapping, Sequence
from math import prod
from typing import Any

import numpy as np
from numpy.typing import NDArray

from helioscribe.adapters.rpc.infer_request import InferRequest
from helioscribe.domain.errors import InvalidInputError

__all__ = ["datatype_of", "dtype_of", "from_raw", "from_typed", "from_values", "read_inputs", "to_raw", "write_output"]

_DTYPES = {
    "BOOL": "bool",
    "UINT8": "uint8",
    "UINT16": "uint16",
    "UINT32": "uint32",
    "UINT64": "uint64",
    "INT8": "int8",
    "INT16": "int16",
    "INT32": "int32",
    "INT64": "int64",
    "FP16": "float16",
    "FP32": "float32",
    "FP64": "float64",
    "BYTES": "object",
}
_DATATYPES = {dtype: datatype for datatype, dtype in _DTYPES.items()}
_FIELDS = {
    "BOOL": "bool_contents",
    "INT8": "int_contents",
    "INT16": "int_contents",
    "INT32": "int_contents",
    "INT64": "int64_contents",
    "UINT8": "uint_contents",
    "UINT16": "uint_contents",
    "UINT32": "uint_contents",
    "UINT64": "uint64_contents",
    "FP32": "fp32_contents",
    "FP64": "fp64_contents",
    "BYTES": "bytes_contents",
}
_LENGTH = struct.Struct("<I")
_NO_PARAMETERS = "shared memory and classification are not served; send and take whole tensors"


def datatype_of(dtype: str) -> str:
    """Return the protocol's name of a numpy type. Raises `InvalidInputError` if it has none."""
    if dtype not in _DATATYPES:
        raise InvalidInputError(f"the protocol has no datatype for {dtype}")
    return _DATATYPES[dtype]


def dtype_of(datatype: str) -> str:
    """Return the numpy type of a datatype. Raises `InvalidInputError` for an unknown one."""
    if datatype not in _DTYPES:
        raise InvalidInputError(f"no datatype {datatype[:20]!r}; served are {', '.join(_DTYPES)}")
    return _DTYPES[datatype]


def from_raw(name: str, datatype: str, shape: Sequence[int], data: bytes | memoryview) -> NDArray[Any]:
    """Read a tensor in row-major order, little-endian; texts each after their length of four bytes.

    Raises
    ------
    InvalidInputError
        If the bytes are not as many as datatype and shape say.
    """
    if datatype == "BYTES":
        return _shaped(name, np.array(_texts(name, bytes(data)), dtype=object), shape)
    dtype = np.dtype(dtype_of(datatype)).newbyteorder("<")
    expected = _items(name, shape) * dtype.itemsize
    if len(data) != expected:
        raise InvalidInputError(
            f"input {name}: expected {expected} bytes for {datatype} {list(shape)}, got {len(data)}"
        )
    return np.frombuffer(data, dtype=dtype).reshape(tuple(shape))


def from_typed(name: str, datatype: str, shape: Sequence[int], contents: Any) -> NDArray[Any]:
    """Read a tensor from the field of its datatype. Raises `InvalidInputError` as `from_raw` does."""
    if datatype not in _FIELDS:
        dtype_of(datatype)  # says which there are
        raise InvalidInputError(f"input {name}: {datatype} travels as raw_input_contents only")
    filled = [field.name for field, _ in contents.ListFields()]
    if filled not in ([], [_FIELDS[datatype]]):
        raise InvalidInputError(f"input {name}: expected {_FIELDS[datatype]} for {datatype}, got {', '.join(filled)}")
    return from_values(name, datatype, shape, list(getattr(contents, _FIELDS[datatype])))


def from_values(name: str, datatype: str, shape: Sequence[int], values: Any) -> NDArray[Any]:
    """Read a tensor from a list of values, flat or nested. Raises `InvalidInputError` as `from_raw` does."""
    if datatype == "BYTES":
        texts = [text.encode() if isinstance(text, str) else text for text in _flat(values)]
        if not all(isinstance(text, bytes) for text in texts):
            raise InvalidInputError(f"input {name}: expected texts")
        return _shaped(name, np.array([*texts, None], dtype=object)[:-1], shape)
    dtype = np.dtype(dtype_of(datatype))
    try:
        found = _numbers(values, dtype)
    except ValueError:
        raise InvalidInputError(f"input {name}: expected one list, or lists of one length") from None
    if found.size and found.dtype.kind not in ("biuf" if dtype.kind == "f" else "biu"):
        raise InvalidInputError(f"input {name}: expected {datatype} values, got {found.dtype.name}")
    with np.errstate(over="ignore"):
        narrow = found.astype(dtype)
    if dtype.kind in "iu" and (narrow != found).any():
        raise InvalidInputError(f"input {name}: a value does not fit into {datatype}")
    return _shaped(name, narrow, shape)


def _numbers(values: Any, dtype: np.dtype[Any]) -> NDArray[Any]:
    found = np.asarray(values)
    if dtype == np.uint64 and found.dtype.kind == "f":  # so numpy reads whole numbers on both sides of 2**63
        whole = np.asarray(values, dtype=object)
        if all(isinstance(one, int) and 0 <= one < 1 << 64 for one in whole.flat):
            return whole.astype(np.uint64)
    return found


def _flat(values: Any) -> list[Any]:
    if not isinstance(values, list):
        return [values]
    return [text for one in values for text in _flat(one)]


def to_raw(tensor: NDArray[Any]) -> bytes:
    """Write a tensor as `from_raw` reads it."""
    if tensor.dtype == object:
        texts = [text if isinstance(text, bytes) else str(text).encode() for text in tensor.ravel()]
        return b"".join(_LENGTH.pack(len(text)) + text for text in texts)
    return np.ascontiguousarray(tensor, dtype=tensor.dtype.newbyteorder("<")).tobytes()


def read_inputs(request: InferRequest) -> dict[str, NDArray[Any]]:
    """Read the inputs of a request, raw ones where they lie.

    Raises
    ------
    InvalidInputError
        If raw and typed contents are mixed, or one of them is not what it says.
    """
    message, raw = request.message, request.raw
    if raw and (len(raw) != len(message.inputs) or any(one.HasField("contents") for one in message.inputs)):
        raise InvalidInputError(
            f"expected raw_input_contents for all {len(message.inputs)} inputs and no other contents, or none; "
            f"got {len(raw)}"
        )
    found: dict[str, NDArray[Any]] = {}
    for index, one in enumerate(message.inputs):
        if one.parameters:
            raise InvalidInputError(f"input {one.name}: {_NO_PARAMETERS}")
        if one.name in found:
            raise InvalidInputError(f"input {one.name} comes twice")
        if raw:
            found[one.name] = from_raw(one.name, one.datatype, one.shape, raw[index])
        else:
            found[one.name] = from_typed(one.name, one.datatype, one.shape, one.contents)
    for output in message.outputs:
        if output.parameters:
            raise InvalidInputError(f"output {output.name}: {_NO_PARAMETERS}")
    return found


def write_output(message: Any, name: str, tensor: NDArray[Any], *, raw: bool) -> None:
    """Add an output to a ``ModelInferResponse``."""
    datatype = datatype_of(tensor.dtype.name)
    output = message.outputs.add(name=name, datatype=datatype, shape=tensor.shape)
    if raw:
        message.raw_output_contents.append(to_raw(tensor))
    else:
        getattr(output.contents, _FIELDS[datatype]).extend(tensor.ravel().tolist())


def typed(tensors: Mapping[str, NDArray[Any]]) -> bool:
    """Whether all tensors have a field of their own."""
    return all(datatype_of(tensor.dtype.name) in _FIELDS for tensor in tensors.values())


def _items(name: str, shape: Sequence[int]) -> int:
    if any(length < 0 for length in shape):
        raise InvalidInputError(f"input {name}: expected lengths, got the shape {list(shape)}")
    return prod(shape)


def _shaped(name: str, values: NDArray[Any], shape: Sequence[int]) -> NDArray[Any]:
    if values.size != _items(name, shape):
        wanted = _items(name, shape)
        raise InvalidInputError(f"input {name}: expected {wanted} values for {list(shape)}, got {values.size}")
    return values.reshape(tuple(shape))


def _texts(name: str, data: bytes) -> list[bytes | None]:
    texts: list[bytes | None] = []
    start = 0
    while start < len(data):
        if len(data) - start < _LENGTH.size:
            raise InvalidInputError(f"input {name}: a text has no length")
        (length,) = _LENGTH.unpack_from(data, start)
        start += _LENGTH.size
        if length > len(data) - start:
            raise InvalidInputError(f"input {name}: a text is shorter than it says")
        texts.append(data[start : start + length])
        start += length
    return texts

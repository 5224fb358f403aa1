"""The Open Inference Protocol as JSON, with tensors as numbers in it or as bytes behind it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from google.protobuf.json_format import ParseDict, ParseError
from numpy.typing import NDArray

from helioscribe.adapters.rpc.infer_request import InferRequest
from helioscribe.adapters.rpc.open_inference import put_parameter, read_object, read_request
from helioscribe.adapters.rpc.tensors import datatype_of, from_raw, from_values, to_raw
from helioscribe.domain.errors import InvalidInputError
from helioscribe.domain.serving import GraphRequest
from helioscribe.proto.inference import message

__all__ = ["JsonRequest", "plain", "read_json", "write_json"]


@dataclass(frozen=True, slots=True, kw_only=True)
class JsonRequest:
    """A request, and how its answer is wanted."""

    request: GraphRequest
    """What is asked."""

    id: str
    """By which the caller knows it."""

    binary: bool
    """Whether outputs are wanted as bytes unless they say otherwise."""

    binary_outputs: Mapping[str, bool]
    """Those that do."""


def read_json(name: str, version: str, body: bytes, header_length: int | None) -> JsonRequest:
    """Read the body of a request.

    Parameters
    ----------
    name, version
        Name and version of the graph.
    body
        JSON, then the bytes of tensors.
    header_length
        Length of the JSON; None if that is all.

    Raises
    ------
    InvalidInputError
        If it is no such request.
    """
    if header_length is not None and not 0 <= header_length <= len(body):
        raise InvalidInputError(f"Inference-Header-Content-Length: {header_length} of {len(body)} bytes")
    told = read_object(body if header_length is None else body[:header_length])
    parameters = _mapping(told.get("parameters", {}), "parameters")
    inputs = _listing(told.get("inputs"), "inputs")
    rest = memoryview(body)[len(body) if header_length is None else header_length :]
    wish = message("ModelInferRequest")(model_name=name, model_version=version)
    tensors = {}
    for one in inputs:
        tensor, rest = _tensor(one, rest)
        tensors[str(one["name"])] = tensor
    if len(tensors) != len(inputs):
        raise InvalidInputError("an input comes twice")
    if len(rest):
        raise InvalidInputError(f"{len(rest)} bytes too many behind the JSON")
    outputs = _listing(told.get("outputs", []), "outputs")
    for key, value in parameters.items():
        if key != "binary_data_output":
            put_parameter(wish.parameters[str(key)], value)
    binary = {str(one.get("name")): _wish(one) for one in outputs}
    wish.outputs.extend(message("ModelInferRequest").InferRequestedOutputTensor(name=one) for one in binary)
    return JsonRequest(
        request=read_request(InferRequest(wish), left=None, tensors=tensors),
        id=str(told.get("id", "")),
        binary=parameters.get("binary_data_output") is True,
        binary_outputs={one: wanted for one, wanted in binary.items() if wanted is not None},
    )


def write_json(asked: JsonRequest, version: str, outputs: Mapping[str, NDArray[Any]]) -> tuple[bytes, int | None]:
    """Return the body of an answer, and the length of its JSON if there are bytes behind it.

    Raises
    ------
    InvalidInputError
        For values that JSON cannot hold, such as NaN.
    """
    told: list[dict[str, Any]] = []
    behind = []
    for name, tensor in outputs.items():
        one: dict[str, Any] = {"name": name, "datatype": datatype_of(tensor.dtype.name), "shape": list(tensor.shape)}
        if asked.binary_outputs.get(name, asked.binary):
            behind.append(to_raw(tensor))
            one["parameters"] = {"binary_data_size": len(behind[-1])}
        else:
            one["data"] = _listed(name, tensor)
        told.append(one)
    answer: dict[str, Any] = {"model_name": asked.request.graph, "model_version": version, "outputs": told}
    if asked.id:
        answer["id"] = asked.id
    try:
        head = json.dumps(answer, allow_nan=False).encode()
    except ValueError:
        raise InvalidInputError("an output holds NaN or infinity, which JSON cannot; ask for binary_data") from None
    return b"".join((head, *behind)), len(head) if behind else None


def _listed(name: str, tensor: NDArray[Any]) -> list[Any]:
    try:
        return [one.decode() if isinstance(one, bytes) else one for one in tensor.ravel().tolist()]
    except UnicodeDecodeError:
        raise InvalidInputError(f"output {name} holds bytes that are no text; ask for binary_data") from None


def plain(told: Any) -> dict[str, Any]:
    """Return a message as JSON values: every field, whole numbers as numbers."""
    return {field.name: _plain_field(told, field) for field in told.DESCRIPTOR.fields if _there(told, field)}


def _there(told: Any, field: Any) -> bool:
    return bool(told.HasField(field.name)) if field.has_presence else True


def _plain_field(told: Any, field: Any) -> Any:
    value = getattr(told, field.name)
    if field.message_type is not None and field.message_type.GetOptions().map_entry:
        return {key: plain(value[key]) for key in value}
    one = _plain_enum(field) if field.enum_type else plain if field.message_type else _same
    return [one(item) for item in value] if field.is_repeated else one(value)


def _plain_enum(field: Any) -> Any:
    return lambda number: field.enum_type.values_by_number[number].name


def _same(value: Any) -> Any:
    return value


def _mapping(value: Any, name: str) -> Mapping[str, Any]:
    if not isinstance(value, dict):
        raise InvalidInputError(f"{name}: expected an object, got {value!r:.40}")
    return value


def _listing(value: Any, name: str) -> list[Mapping[str, Any]]:
    if not isinstance(value, list):
        raise InvalidInputError(f"{name}: expected a list, got {value!r:.40}")
    return [_mapping(one, name) for one in value]


def _tensor(told: Mapping[str, Any], rest: memoryview) -> tuple[NDArray[Any], memoryview]:
    tensor = message("ModelInferRequest").InferInputTensor()
    try:
        ParseDict({key: told[key] for key in ("name", "datatype", "shape")}, tensor)
    except (KeyError, ParseError) as error:
        raise InvalidInputError.wrap(error, doing="an input needs name, datatype and shape") from None
    parameters = dict(_mapping(told.get("parameters", {}), "parameters"))
    size = parameters.pop("binary_data_size", None)
    if parameters:
        raise InvalidInputError(f"input {tensor.name}: no parameter {next(iter(parameters))!r:.40} is served")
    if size is None:
        return from_values(tensor.name, tensor.datatype, tensor.shape, told.get("data")), rest
    if not isinstance(size, int) or not 0 <= size <= len(rest):
        raise InvalidInputError(f"input {tensor.name}: binary_data_size {size!r:.40}, but {len(rest)} bytes are left")
    return from_raw(tensor.name, tensor.datatype, tensor.shape, rest[:size]), rest[size:]


def _wish(told: Mapping[str, Any]) -> bool | None:
    parameters = dict(_mapping(told.get("parameters", {}), "parameters"))
    binary = parameters.pop("binary_data", None)
    if any(parameters.values()):
        raise InvalidInputError(f"output {told.get('name')!r:.40}: whole tensors are served, no classification")
    return binary if isinstance(binary, bool) else None

"""Messages of the Open Inference Protocol, and what they say in our nouns."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any

from numpy.typing import NDArray

from helioscribe.adapters.rpc.infer_request import InferRequest
from helioscribe.adapters.rpc.tensors import datatype_of, read_inputs, typed, write_output
from helioscribe.domain.detection import Value
from helioscribe.domain.errors import InvalidInputError
from helioscribe.domain.model import TensorSpec
from helioscribe.domain.serving import PRIORITIES, USUAL, GraphRequest, GraphUsage, ServedGraph, ServedState, Tally
from helioscribe.proto.inference import SERVICE, message, pool

__all__ = [
    "EXTENSIONS",
    "PLATFORM",
    "SERVICE",
    "InferRequest",
    "config_message",
    "index_message",
    "load_wish",
    "message",
    "metadata_message",
    "pool",
    "put_parameter",
    "read_object",
    "read_request",
    "repository_parameters",
    "response_message",
    "unload_wish",
    "usage_message",
]

PLATFORM, DETECTOR = "onnxruntime_onnx", "helioscribe_detector"
"""How Triton calls graphs of this kind; and what whole detectors are."""

EXTENSIONS = ("model_repository", "model_configuration", "statistics", "schedule_policy", "binary_tensor_data")
"""Those of Triton that are served."""

_MOST_ITEMS = 1 << 20
_RESERVED = (
    "priority",
    "timeout",
    "sequence_id",
    "sequence_start",
    "sequence_end",
    "triton_enable_empty_final_response",
)
_PARAMETERS: Mapping[type, str] = {bool: "bool_param", int: "int64_param", float: "double_param", str: "string_param"}
_TYPES = {"BYTES": "TYPE_STRING"}


def read_request(
    request: InferRequest, *, left: float | None, tensors: Mapping[str, NDArray[Any]] | None = None
) -> GraphRequest:
    """Say in our nouns what is asked.

    Parameters
    ----------
    request
        As it came.
    left
        Until the call's deadline [s]; None for a call without one.
    tensors
        Inputs that came another way.

    Raises
    ------
    InvalidInputError
        For tensors or parameters that are none.
    """
    asked = request.message
    known = {name: _value(value) for name, value in asked.parameters.items()}
    if known.get("sequence_id"):
        raise InvalidInputError("no model here keeps sequences; send requests without sequence_id")
    priority = known.get("priority") or USUAL
    if not isinstance(priority, int) or not 1 <= priority <= PRIORITIES:
        raise InvalidInputError(f"priority: expected 1 (first) to {PRIORITIES}, got {priority!r:.40}")
    wish = known.get("timeout") or 0
    if isinstance(wish, str) or not 0 <= wish < 1 << 62:
        raise InvalidInputError(f"timeout: expected microseconds, got {wish!r:.40}")
    limits = [limit for limit in (left, wish / 1e6 if wish else None) if limit is not None]
    return GraphRequest(
        graph=asked.model_name,
        version=asked.model_version,
        tensors=read_inputs(request) if tensors is None else tensors,
        outputs=tuple(output.name for output in asked.outputs),
        priority=priority,
        timeout=min(limits, default=None),
        parameters={name: value for name, value in known.items() if name not in _RESERVED and value is not None},
    )


def put_parameter(parameter: Any, value: Value) -> None:
    """Fill an ``InferParameter``. Raises `InvalidInputError` for what it cannot hold."""
    if type(value) not in _PARAMETERS:
        raise InvalidInputError(f"parameters: expected numbers, flags and texts, got {value!r:.40}")
    try:
        setattr(parameter, _PARAMETERS[type(value)], value)
    except ValueError:
        raise InvalidInputError(f"parameters: {value!r:.40} is too large") from None


def _value(parameter: Any) -> bool | int | float | str | None:
    kind = parameter.WhichOneof("parameter_choice")
    return getattr(parameter, kind) if kind else None


def response_message(request: InferRequest, version: str, outputs: Mapping[str, NDArray[Any]]) -> Any:
    """Write the answer to a request: typed where it was, and raw otherwise."""
    asked = request.message
    answer = message("ModelInferResponse")(model_name=asked.model_name, model_version=version, id=asked.id)
    raw = bool(request.raw) or not typed(outputs)
    for name, tensor in outputs.items():
        write_output(answer, name, tensor, raw=raw)
    if _value(asked.parameters["triton_enable_empty_final_response"]) if asked.parameters else False:
        answer.parameters["triton_final_response"].bool_param = True
    return answer


def metadata_message(graph: ServedGraph, versions: Iterable[str]) -> Any:
    """Write a ``ModelMetadataResponse``."""
    answer = message("ModelMetadataResponse")(name=graph.name, versions=versions, platform=_platform(graph))
    for field, specs in ((answer.inputs, graph.inputs), (answer.outputs, graph.outputs)):
        for spec in specs:
            field.add(name=spec.name, datatype=datatype_of(spec.dtype), shape=_shape(spec.shape))
    return answer


def config_message(graph: ServedGraph) -> Any:
    """Write a ``ModelConfigResponse``."""
    answer = message("ModelConfigResponse")()
    config = answer.config
    config.name, config.platform, config.backend = graph.name, _platform(graph), "onnxruntime"
    config.max_batch_size = _MOST_ITEMS if graph.batch else 0
    for field, specs in ((config.input, graph.inputs), (config.output, graph.outputs)):
        for spec in specs:
            field.add(name=spec.name, data_type=_type(spec), dims=_shape(spec.shape)[1 if graph.batch else 0 :])
    kind = "KIND_GPU" if graph.devices else "KIND_CPU"
    config.instance_group.add(name=graph.provider, count=graph.lanes, gpus=graph.devices, kind=kind)
    batching = config.dynamic_batching
    batching.preferred_batch_size[:] = [graph.batch] if graph.batch else []
    batching.priority_levels, batching.default_priority_level = PRIORITIES, USUAL
    batching.default_queue_policy.max_queue_size = graph.queue_limit
    batching.default_queue_policy.allow_timeout_override = True
    config.parameters["version"].string_value = graph.version
    return answer


def _platform(graph: ServedGraph) -> str:
    return PLATFORM if "." in graph.name else DETECTOR


def _type(spec: TensorSpec) -> str:
    datatype = datatype_of(spec.dtype)
    return _TYPES.get(datatype, f"TYPE_{datatype}")


def _shape(shape: tuple[int | str, ...]) -> list[int]:
    return [axis if isinstance(axis, int) else -1 for axis in shape]


def index_message(graphs: Iterable[ServedGraph], *, ready: bool) -> Any:
    """Write a ``RepositoryIndexResponse``, of those that are ready or of all."""
    answer = message("RepositoryIndexResponse")()
    for graph in graphs:
        if graph.state is ServedState.READY or not ready:
            answer.models.add(name=graph.name, version=graph.version, state=graph.state.value, reason=graph.reason)
    return answer


def read_object(data: bytes) -> dict[str, Any]:
    """Read a JSON object. Raises `InvalidInputError` if it is none."""
    try:
        told = json.loads(data)
    except (ValueError, RecursionError) as error:
        raise InvalidInputError.wrap(error, doing="expected JSON") from None
    if not isinstance(told, dict):
        raise InvalidInputError(f"expected a JSON object, got {told!r:.40}")
    return told


def repository_parameters(told: Any) -> dict[str, Any]:
    """Return the parameters of a load or unload request that came as JSON. Raises `InvalidInputError`."""
    if not isinstance(told, dict):
        raise InvalidInputError(f"parameters: expected an object, got {told!r:.40}")
    kind = message("ModelRepositoryParameter")
    flags = {name: kind(bool_param=value) for name, value in told.items() if isinstance(value, bool)}
    texts = {name: kind(string_param=value) for name, value in told.items() if isinstance(value, str)}
    if len(flags) + len(texts) < len(told):
        raise InvalidInputError("parameters: expected texts and flags")
    return flags | texts


def unload_wish(parameters: Mapping[str, Any]) -> str:
    """Return the version that an unload request names, which is ours to understand; empty for all."""
    return str(parameters["version"].string_param) if "version" in parameters else ""


def load_wish(parameters: Mapping[str, Any]) -> str:
    """Return the version that a load request asks for; empty for the one that serves.

    Raises
    ------
    InvalidInputError
        For files that come along, or a configuration other than ``{"version": "..."}``.
    """
    if unknown := sorted(set(parameters) - {"config", "unload_dependents"}):
        raise InvalidInputError(f"{unknown[0][:80]}: weights come from the model registry, not with the call")
    text = parameters["config"].string_param if "config" in parameters else "{}"
    try:
        config = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise InvalidInputError.wrap(error, doing="config") from None
    version = config.get("version", "") if isinstance(config, dict) else None
    if not isinstance(version, str) or set(config) - {"version"}:
        raise InvalidInputError(f'config: expected {{"version": "..."}}, got {text[:80]}')
    return version


def usage_message(usages: Iterable[GraphUsage]) -> Any:
    """Write a ``ModelStatisticsResponse``."""
    answer = message("ModelStatisticsResponse")()
    for usage in usages:
        told = answer.model_stats.add(
            name=usage.name,
            version=usage.version,
            last_inference=usage.last,
            inference_count=usage.items,
            execution_count=usage.runs,
        )
        stats = told.inference_stats
        _fill(stats.success, usage.success)
        _fill(stats.fail, sum(usage.failures.values(), Tally()))
        for field, tally in (
            (stats.queue, usage.queue),
            (stats.compute_input, usage.stacking),
            (stats.compute_infer, usage.running),
            (stats.compute_output, usage.parting),
        ):
            _fill(field, tally)
        for items, tally in usage.batches.items():
            _fill(told.batch_stats.add(batch_size=items).compute_infer, tally)
        if usage.memory:
            told.memory_usage.add(type="CPU", id=0, byte_size=usage.memory)
    return answer


def _fill(field: Any, tally: Tally) -> None:
    field.count, field.ns = tally.count, tally.ns

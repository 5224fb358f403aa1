"""Graphs on the other side of a wire, asked by the Open Inference Protocol."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from numpy.typing import NDArray

from helioscribe.adapters.rpc.channel import LONG, Caller
from helioscribe.adapters.rpc.open_inference import put_parameter
from helioscribe.adapters.rpc.tensors import datatype_of, dtype_of, from_raw, to_raw
from helioscribe.domain.model import TensorSpec
from helioscribe.domain.serving import GraphRequest, GraphUsage, ServedGraph, ServedState, Tally
from helioscribe.proto.inference import SERVICE, message, pool

__all__ = ["RpcGraphs"]


class RpcGraphs:
    """A server of graphs, as a `helioscribe.ports.serving.GraphServer`.

    Of what is asked over the wire, free axes lose their names and failures their reasons.
    """

    def __init__(self, caller: Caller) -> None:
        self._caller = caller
        self._methods = {
            method.name: caller.channel.unary_unary(
                f"/{SERVICE}/{method.name}",
                request_serializer=message(method.input_type.name).SerializeToString,
                response_deserializer=message(method.output_type.name).FromString,
            )
            for method in pool().FindServiceByName(SERVICE).methods
            if not method.client_streaming
        }

    def ready(self) -> bool:
        """See `GraphServer.ready`."""
        return bool(self._ask("ServerReady").ready)

    def graphs(self) -> list[ServedGraph]:
        """See `GraphServer.graphs`."""
        return [_indexed(one) for one in self._ask("RepositoryIndex").models]

    def graph(self, name: str, version: str = "") -> ServedGraph:
        """See `GraphServer.graph`."""
        config = self._ask("ModelConfig", name=name, version=version).config
        told = self._ask("ModelMetadata", name=name, version=version)
        group, batching = config.instance_group[0], config.dynamic_batching
        exact = config.parameters["version"].string_value
        state = [one for one in self.graphs() if (one.name, one.version) == (name, exact)]
        return ServedGraph(
            name=name,
            version=exact,
            state=state[0].state if state else ServedState.UNAVAILABLE,
            reason=state[0].reason if state else "",
            inputs=_specs(told.inputs),
            outputs=_specs(told.outputs),
            batch=next(iter(batching.preferred_batch_size), 0),
            lanes=group.count,
            provider=group.name,
            devices=tuple(group.gpus),
            queue_limit=batching.default_queue_policy.max_queue_size,
        )

    def load(self, name: str, version: str = "") -> None:
        """See `GraphServer.load`."""
        wish = message("RepositoryModelLoadRequest")(model_name=name)
        if version:
            wish.parameters["config"].string_param = json.dumps({"version": version})
        self._caller.call(self._methods["RepositoryModelLoad"], wish, timeout=LONG)

    def unload(self, name: str, version: str = "") -> None:
        """See `GraphServer.unload`."""
        wish = message("RepositoryModelUnloadRequest")(model_name=name)
        if version:
            wish.parameters["version"].string_param = version
        self._caller.call(self._methods["RepositoryModelUnload"], wish, timeout=LONG)

    def infer(
        self, request: GraphRequest, *, check: Callable[[], None] = lambda: None
    ) -> tuple[str, dict[str, NDArray[Any]]]:
        """See `GraphServer.infer`."""
        check()
        wish = message("ModelInferRequest")(model_name=request.graph, model_version=request.version)
        wish.parameters["priority"].uint64_param = request.priority
        for key, value in request.parameters.items():
            put_parameter(wish.parameters[key], value)
        for name, tensor in request.tensors.items():
            wish.inputs.add(name=name, datatype=datatype_of(tensor.dtype.name), shape=tensor.shape)
            wish.raw_input_contents.append(to_raw(tensor))
        for name in request.outputs:
            wish.outputs.add(name=name)
        answer = self._caller.call(self._methods["ModelInfer"], wish, timeout=request.timeout or LONG)
        outputs = {
            one.name: from_raw(one.name, one.datatype, one.shape, data)
            for one, data in zip(answer.outputs, answer.raw_output_contents, strict=True)
        }
        return str(answer.model_version), outputs

    def usage(self, name: str = "", version: str = "") -> list[GraphUsage]:
        """See `GraphServer.usage`."""
        return [_usage(one) for one in self._ask("ModelStatistics", name=name, version=version).model_stats]

    def _ask(self, method: str, **fields: Any) -> Any:
        kind = pool().FindServiceByName(SERVICE).methods_by_name[method].input_type.name
        return self._caller.call(self._methods[method], message(kind)(**fields))


def _indexed(one: Any) -> ServedGraph:
    return ServedGraph(name=one.name, version=one.version, state=ServedState(one.state), reason=one.reason)


def _specs(tensors: Any) -> tuple[TensorSpec, ...]:
    return tuple(
        TensorSpec(
            name=one.name,
            dtype=dtype_of(one.datatype),
            shape=tuple(f"axis {index}" if length < 0 else length for index, length in enumerate(one.shape)),
        )
        for one in tensors
    )


def _usage(told: Any) -> GraphUsage:
    stats = told.inference_stats
    memory = told.memory_usage[0].byte_size if told.memory_usage else 0
    return GraphUsage(
        name=told.name,
        version=told.version,
        last=told.last_inference,
        items=told.inference_count,
        runs=told.execution_count,
        memory=memory,
        success=_tally(stats.success),
        failures={"other": _tally(stats.fail)},
        queue=_tally(stats.queue),
        stacking=_tally(stats.compute_input),
        running=_tally(stats.compute_infer),
        parting=_tally(stats.compute_output),
        batches={one.batch_size: _tally(one.compute_infer) for one in told.batch_stats},
    )


def _tally(told: Any) -> Tally:
    return Tally(count=told.count, ns=told.ns)

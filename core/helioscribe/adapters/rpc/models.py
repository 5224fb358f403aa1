"""The model registry on the other side of a wire."""

from __future__ import annotations

from helioscribe.adapters.rpc.channel import Caller
from helioscribe.adapters.rpc.convert import to_message, to_noun
from helioscribe.adapters.rpc.values import to_text
from helioscribe.domain.benchmark import Benchmark, Measurement
from helioscribe.domain.model import Alias, AliasChange, ModelCard
from helioscribe.proto.v1 import models_pb2 as pb
from helioscribe.proto.v1 import nouns_pb2 as nouns
from helioscribe.proto.v1.models_pb2_grpc import ModelServiceStub

__all__ = ["RpcModels"]


class RpcModels:
    """`helioscribe.ports.models.ModelRegistry` over gRPC."""

    def __init__(self, caller: Caller) -> None:
        self._caller = caller
        self._stub = ModelServiceStub(caller.channel)

    def register(self, card: ModelCard) -> None:
        """See `ModelRegistry.register`."""
        request = pb.RegisterCardRequest(card=to_message(card, nouns.ModelCard()))
        self._caller.call(self._stub.RegisterCard, request)

    def card(self, name: str, version: str) -> ModelCard:
        """See `ModelRegistry.card`."""
        request = pb.GetCardRequest(name=to_text(name), version=to_text(version))
        return to_noun(self._caller.call(self._stub.GetCard, request).card, ModelCard)

    def cards(self, name: str | None = None) -> list[ModelCard]:
        """See `ModelRegistry.cards`."""
        request = pb.ListCardsRequest(name=None if name is None else to_text(name))
        answer = self._caller.call(self._stub.ListCards, request)
        return [to_noun(message, ModelCard) for message in answer.cards]

    def aliases(self, name: str) -> dict[Alias, str]:
        """See `ModelRegistry.aliases`."""
        answer = self._caller.call(self._stub.GetAliases, pb.GetAliasesRequest(name=to_text(name)))
        return {Alias(alias): version for alias, version in answer.versions.items()}

    def resolve(self, name: str, alias: Alias = Alias.CHAMPION) -> ModelCard:
        """See `ModelRegistry.resolve`."""
        request = pb.ResolveAliasRequest(name=to_text(name), alias=alias.value)
        return to_noun(self._caller.call(self._stub.ResolveAlias, request).card, ModelCard)

    def promote(
        self,
        name: str,
        version: str,
        *,
        alias: Alias = Alias.CHAMPION,
        by: str,
        reason: str = "",
        override: bool = False,
    ) -> AliasChange:
        """See `ModelRegistry.promote`."""
        role = {"alias": alias.value, "by": to_text(by), "reason": to_text(reason)}
        request = pb.PromoteRequest(name=to_text(name), version=to_text(version), override=override, **role)
        return to_noun(self._caller.call(self._stub.Promote, request).change, AliasChange)

    def rollback(self, name: str, *, alias: Alias = Alias.CHAMPION, by: str, reason: str = "") -> AliasChange:
        """See `ModelRegistry.rollback`."""
        role = {"alias": alias.value, "by": to_text(by), "reason": to_text(reason)}
        request = pb.RollbackRequest(name=to_text(name), **role)
        return to_noun(self._caller.call(self._stub.Rollback, request).change, AliasChange)

    def sidelined(self) -> dict[str, frozenset[str]]:
        """See `ModelRegistry.sidelined`."""
        answer = self._caller.call(self._stub.ListSidelined, pb.ListSidelinedRequest())
        return {name: frozenset(answer.models[name].versions) for name in answer.models}

    def fix_benchmark(self, benchmark: Benchmark) -> None:
        """See `ModelRegistry.fix_benchmark`."""
        request = pb.FixBenchmarkRequest(benchmark=to_message(benchmark, nouns.Benchmark()))
        self._caller.call(self._stub.FixBenchmark, request)

    def benchmark(self, name: str) -> Benchmark | None:
        """See `ModelRegistry.benchmark`."""
        answer = self._caller.call(self._stub.GetBenchmark, pb.GetBenchmarkRequest(name=to_text(name)))
        return to_noun(answer.benchmark, Benchmark) if answer.HasField("benchmark") else None

    def add_measurement(self, measurement: Measurement) -> None:
        """See `ModelRegistry.add_measurement`."""
        request = pb.AddMeasurementRequest(measurement=to_message(measurement, nouns.Measurement()))
        self._caller.call(self._stub.AddMeasurement, request)

    def measurements(self, name: str) -> list[Measurement]:
        """See `ModelRegistry.measurements`."""
        answer = self._caller.call(self._stub.ListMeasurements, pb.ListMeasurementsRequest(name=to_text(name)))
        return [to_noun(message, Measurement) for message in answer.measurements]

    def history(self, name: str) -> list[AliasChange]:
        """See `ModelRegistry.history`."""
        answer = self._caller.call(self._stub.GetHistory, pb.GetHistoryRequest(name=to_text(name)))
        return [to_noun(message, AliasChange) for message in answer.changes]

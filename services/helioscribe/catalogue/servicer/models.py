"""`ModelService` and `SimilarityService` over gRPC."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from helioscribe.adapters.rpc.convert import to_message, to_noun
from helioscribe.catalogue.servicer.replies import given
from helioscribe.domain.benchmark import Benchmark, Measurement
from helioscribe.domain.embedding import Embedding
from helioscribe.domain.errors import InvalidInputError
from helioscribe.domain.members import member_of
from helioscribe.domain.model import Alias, ModelCard
from helioscribe.domain.times import utc_now
from helioscribe.ports.embeddings import EmbeddingStore, similar_to
from helioscribe.ports.models import ModelRegistry
from helioscribe.proto.v1 import models_pb2, models_pb2_grpc, nouns_pb2, similarity_pb2, similarity_pb2_grpc
from helioscribe.runtime.reviews.judging import signature

__all__ = ["ModelsServicer", "SimilarityServicer"]


class ModelsServicer(models_pb2_grpc.ModelServiceServicer):
    """See `ModelService` in its ``.proto``; every method converts, calls one port, converts back."""

    def __init__(self, models: ModelRegistry) -> None:
        self._models = models

    def GetCard(self, request: Any, context: Any) -> Any:
        found = self._models.card(request.name, request.version)
        return models_pb2.GetCardResponse(card=to_message(found, nouns_pb2.ModelCard()))

    def ListCards(self, request: Any, context: Any) -> Any:
        found = self._models.cards(given(request, "name"))
        return models_pb2.ListCardsResponse(cards=[to_message(card, nouns_pb2.ModelCard()) for card in found])

    def GetAliases(self, request: Any, context: Any) -> Any:
        found = self._models.aliases(request.name)
        return models_pb2.GetAliasesResponse(versions={alias.value: version for alias, version in found.items()})

    def ResolveAlias(self, request: Any, context: Any) -> Any:
        found = self._models.resolve(request.name, member_of(Alias, request.alias))
        return models_pb2.ResolveAliasResponse(card=to_message(found, nouns_pb2.ModelCard()))

    def GetHistory(self, request: Any, context: Any) -> Any:
        found = self._models.history(request.name)
        messages = [to_message(change, nouns_pb2.AliasChange()) for change in found]
        return models_pb2.GetHistoryResponse(changes=messages)

    def ListSidelined(self, request: Any, context: Any) -> Any:
        found = {name: models_pb2.Versions(versions=sorted(one)) for name, one in self._models.sidelined().items()}
        return models_pb2.ListSidelinedResponse(models=found)

    def RegisterCard(self, request: Any, context: Any) -> Any:
        self._models.register(to_noun(request.card, ModelCard))
        return models_pb2.RegisterCardResponse()

    def Promote(self, request: Any, context: Any) -> Any:
        alias = member_of(Alias, request.alias)
        change = self._models.promote(
            request.name,
            request.version,
            alias=alias,
            by=signature(request.by),
            reason=request.reason,
            override=request.override,
        )
        return models_pb2.PromoteResponse(change=to_message(change, nouns_pb2.AliasChange()))

    def Rollback(self, request: Any, context: Any) -> Any:
        alias = member_of(Alias, request.alias)
        change = self._models.rollback(request.name, alias=alias, by=signature(request.by), reason=request.reason)
        return models_pb2.RollbackResponse(change=to_message(change, nouns_pb2.AliasChange()))

    def FixBenchmark(self, request: Any, context: Any) -> Any:
        fixed = to_noun(request.benchmark, Benchmark)
        self._models.fix_benchmark(replace(fixed, by=signature(fixed.by), at=utc_now()))
        return models_pb2.FixBenchmarkResponse()

    def GetBenchmark(self, request: Any, context: Any) -> Any:
        found = self._models.benchmark(request.name)
        message = to_message(found, nouns_pb2.Benchmark()) if found else None
        return models_pb2.GetBenchmarkResponse(benchmark=message)

    def AddMeasurement(self, request: Any, context: Any) -> Any:
        measured = to_noun(request.measurement, Measurement)
        self._models.add_measurement(replace(measured, by=signature(measured.by)))
        return models_pb2.AddMeasurementResponse()

    def ListMeasurements(self, request: Any, context: Any) -> Any:
        found = [to_message(one, nouns_pb2.Measurement()) for one in self._models.measurements(request.name)]
        return models_pb2.ListMeasurementsResponse(measurements=found)


class SimilarityServicer(similarity_pb2_grpc.SimilarityServiceServicer):
    """See `SimilarityService` in its ``.proto``; every method converts, calls one port, converts back."""

    def __init__(self, embeddings: EmbeddingStore) -> None:
        self._embeddings = embeddings

    def GetEmbedding(self, request: Any, context: Any) -> Any:
        found = self._embeddings.get(request.space, request.subject)
        message = similarity_pb2.Embedding(
            space=found.space, subject=found.subject, vector=found.vector.tolist(), scores=found.scores
        )
        return similarity_pb2.GetEmbeddingResponse(embedding=message)

    def FindSimilar(self, request: Any, context: Any) -> Any:
        limit = request.limit or 10
        match request.WhichOneof("like"):
            case "subject":
                found = similar_to(self._embeddings, request.space, request.subject, limit=limit)
            case "vector":
                vector = np.asarray(request.vector.values, np.float32)
                found = self._embeddings.nearest(request.space, vector, limit=limit)
            case _:
                raise InvalidInputError("expected a subject or a vector to compare with")
        near = [similarity_pb2.Neighbour(subject=one.subject, distance=one.distance) for one in found]
        return similarity_pb2.FindSimilarResponse(neighbours=near)

    def ListScored(self, request: Any, context: Any) -> Any:
        found = self._embeddings.scored(request.space, after=request.after, limit=min(request.limit or 1000, 5000))
        scored = [similarity_pb2.Scored(subject=one.subject, scores=one.scores) for one in found]
        return similarity_pb2.ListScoredResponse(scored=scored)

    def ListSpaces(self, request: Any, context: Any) -> Any:
        return similarity_pb2.ListSpacesResponse(sizes=self._embeddings.spaces())

    def PutEmbeddings(self, request: Any, context: Any) -> Any:
        self._embeddings.put(
            [
                Embedding(
                    space=one.space,
                    subject=one.subject,
                    vector=np.asarray(one.vector, np.float32),
                    scores=dict(one.scores),
                )
                for one in request.embeddings
            ]
        )
        return similarity_pb2.PutEmbeddingsResponse()

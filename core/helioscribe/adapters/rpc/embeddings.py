"""The embeddings on the other side of a wire."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from helioscribe.adapters.rpc.channel import Caller
from helioscribe.adapters.rpc.values import to_text
from helioscribe.domain.embedding import Embedding, Neighbour, Scored, query_vector
from helioscribe.ports.embeddings import MOST_NEIGHBOURS
from helioscribe.proto.v1 import similarity_pb2 as pb
from helioscribe.proto.v1.similarity_pb2_grpc import SimilarityServiceStub

__all__ = ["RpcEmbeddings"]


class RpcEmbeddings:
    """`helioscribe.ports.embeddings.EmbeddingStore` over gRPC."""

    def __init__(self, caller: Caller) -> None:
        self._caller = caller
        self._stub = SimilarityServiceStub(caller.channel)

    def put(self, embeddings: Sequence[Embedding]) -> None:
        """See `EmbeddingStore.put`."""
        messages = [
            pb.Embedding(
                space=to_text(one.space), subject=to_text(one.subject), vector=one.vector.tolist(), scores=one.scores
            )
            for one in embeddings
        ]
        self._caller.call(self._stub.PutEmbeddings, pb.PutEmbeddingsRequest(embeddings=messages))

    def get(self, space: str, subject: str) -> Embedding:
        """See `EmbeddingStore.get`."""
        request = pb.GetEmbeddingRequest(space=to_text(space), subject=to_text(subject))
        found = self._caller.call(self._stub.GetEmbedding, request).embedding
        vector = np.asarray(found.vector, np.float32)
        return Embedding(space=found.space, subject=found.subject, vector=vector, scores=dict(found.scores))

    def nearest(self, space: str, vector: NDArray[np.floating], *, limit: int = 10) -> list[Neighbour]:
        """See `EmbeddingStore.nearest`."""
        wanted = pb.Vector(values=query_vector(vector).tolist())
        count = min(max(limit, 1), MOST_NEIGHBOURS)
        request = pb.FindSimilarRequest(space=to_text(space), vector=wanted, limit=count)
        answer = self._caller.call(self._stub.FindSimilar, request)
        return [Neighbour(distance=one.distance, subject=one.subject) for one in answer.neighbours]

    def scored(self, space: str, *, after: str = "", limit: int = 1000) -> list[Scored]:
        """See `EmbeddingStore.scored`."""
        request = pb.ListScoredRequest(space=to_text(space), after=to_text(after), limit=limit)
        found = self._caller.call(self._stub.ListScored, request).scored if limit > 0 else ()
        return [Scored(subject=one.subject, scores=dict(one.scores)) for one in found]

    def spaces(self) -> dict[str, int]:
        """See `EmbeddingStore.spaces`."""
        sizes = self._caller.call(self._stub.ListSpaces, pb.ListSpacesRequest()).sizes
        return {name: int(sizes[name]) for name in sorted(sizes)}

"""The logs of training jobs on the other side of a wire."""

from __future__ import annotations

from collections.abc import Sequence

from helioscribe.adapters.rpc.channel import Caller
from helioscribe.adapters.rpc.convert import to_message, to_noun
from helioscribe.adapters.rpc.values import to_text
from helioscribe.domain.training_run import RunEntry
from helioscribe.proto.v1 import nouns_pb2 as nouns
from helioscribe.proto.v1 import training_pb2 as pb
from helioscribe.proto.v1.training_pb2_grpc import RunLogServiceStub

__all__ = ["RpcRunLog"]


class RpcRunLog:
    """`helioscribe.ports.run_log.RunLog` over gRPC."""

    def __init__(self, caller: Caller) -> None:
        self._caller = caller
        self._stub = RunLogServiceStub(caller.channel)

    def append(self, job_id: str, entries: Sequence[RunEntry]) -> int:
        """See `RunLog.append`."""
        messages = [to_message(entry, nouns.RunEntry()) for entry in entries]
        request = pb.AppendEntriesRequest(job_id=to_text(job_id), entries=messages)
        return int(self._caller.call(self._stub.AppendEntries, request).new)

    def read(self, job_id: str, *, after: int = 0) -> list[RunEntry]:
        """See `RunLog.read`."""
        request = pb.ReadEntriesRequest(job_id=to_text(job_id), after=after)
        pages = self._caller.gather(self._stub.ReadEntries, request)
        return [to_noun(message, RunEntry) for page in pages for message in page.entries]

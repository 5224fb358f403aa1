"""`SubscriptionService` over gRPC."""

from __future__ import annotations

from typing import Any

from helioscribe.adapters.rpc.convert import to_message
from helioscribe.adapters.rpc.queries import query_from_message
from helioscribe.adapters.rpc.subscriptions import subscription_to_message
from helioscribe.catalogue.servicer.replies import given
from helioscribe.ports.subscriptions import SubscriptionDesk
from helioscribe.proto.v1 import subscriptions_pb2 as pb
from helioscribe.proto.v1 import subscriptions_pb2_grpc
from helioscribe.runtime.subscribing import owner

__all__ = ["SubscriptionsServicer"]


class SubscriptionsServicer(subscriptions_pb2_grpc.SubscriptionServiceServicer):
    """See `SubscriptionService` in its ``.proto``; every method converts, calls one port, converts back."""

    def __init__(self, desk: SubscriptionDesk) -> None:
        self._desk = desk

    def Subscribe(self, request: Any, context: Any) -> Any:
        query, after = query_from_message(request.query), given(request, "after")
        made = self._desk.subscribe(request.name, request.url, query, after=after, by=owner(request.by))
        return pb.SubscribeResponse(subscription=subscription_to_message(made))

    def ListSubscriptions(self, request: Any, context: Any) -> Any:
        found = self._desk.subscriptions(by=owner(request.by))
        return pb.ListSubscriptionsResponse(subscriptions=map(subscription_to_message, found))

    def ListDeadLetters(self, request: Any, context: Any) -> Any:
        found = self._desk.letters(request.name, by=owner(request.by))
        return pb.ListDeadLettersResponse(letters=[to_message(one, pb.DeadLetter()) for one in found])

    def Replay(self, request: Any, context: Any) -> Any:
        self._desk.replay(request.name, after=request.after, by=owner(request.by))
        return pb.ReplayResponse()

    def Unsubscribe(self, request: Any, context: Any) -> Any:
        self._desk.unsubscribe(request.name, by=owner(request.by))
        return pb.UnsubscribeResponse()

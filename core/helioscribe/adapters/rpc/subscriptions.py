"""Webhook subscriptions on the other side of a wire."""

from __future__ import annotations

from dataclasses import fields
from typing import Any

from helioscribe.adapters.rpc.channel import Caller
from helioscribe.adapters.rpc.convert import from_time, to_noun, to_time
from helioscribe.adapters.rpc.queries import query_from_message, query_to_message
from helioscribe.adapters.rpc.values import to_text
from helioscribe.domain.query import EventQuery
from helioscribe.domain.subscription import DeadLetter, Subscription
from helioscribe.proto.v1 import subscriptions_pb2 as pb
from helioscribe.proto.v1.subscriptions_pb2_grpc import SubscriptionServiceStub

__all__ = ["RpcSubscriptions", "subscription_from_message", "subscription_to_message"]

_PLAIN = tuple(field.name for field in fields(Subscription) if field.name not in ("query", "not_before"))


def subscription_to_message(one: Subscription) -> pb.Subscription:
    """Return a subscription as a message."""
    plain: dict[str, Any] = {name: getattr(one, name) for name in _PLAIN}
    not_before = to_time(one.not_before) if one.not_before else None
    return pb.Subscription(**plain, query=query_to_message(one.query), not_before=not_before)


def subscription_from_message(message: pb.Subscription) -> Subscription:
    """Return the subscription of a message. Raises `InvalidInputError` if it makes none."""
    plain: dict[str, Any] = {name: getattr(message, name) for name in _PLAIN}
    not_before = from_time(message.not_before) if message.HasField("not_before") else None
    return Subscription(**plain, query=query_from_message(message.query), not_before=not_before)


class RpcSubscriptions:
    """`helioscribe.ports.subscriptions.SubscriptionDesk` over gRPC."""

    def __init__(self, caller: Caller) -> None:
        self._caller = caller
        self._stub = SubscriptionServiceStub(caller.channel)

    def subscribe(
        self, name: str, url: str, query: EventQuery, *, after: int | None = None, by: str = ""
    ) -> Subscription:
        """See `SubscriptionDesk.subscribe`."""
        request = pb.SubscribeRequest(
            name=to_text(name), url=to_text(url), query=query_to_message(query), after=after, by=to_text(by)
        )
        return subscription_from_message(self._caller.call(self._stub.Subscribe, request).subscription)

    def subscriptions(self, *, by: str = "") -> list[Subscription]:
        """See `SubscriptionDesk.subscriptions`."""
        request = pb.ListSubscriptionsRequest(by=to_text(by))
        found = self._caller.call(self._stub.ListSubscriptions, request).subscriptions
        return [subscription_from_message(one) for one in found]

    def letters(self, name: str, *, by: str = "") -> list[DeadLetter]:
        """See `SubscriptionDesk.letters`."""
        request = pb.ListDeadLettersRequest(name=to_text(name), by=to_text(by))
        return [to_noun(one, DeadLetter) for one in self._caller.call(self._stub.ListDeadLetters, request).letters]

    def replay(self, name: str, *, after: int, by: str = "") -> None:
        """See `SubscriptionDesk.replay`."""
        self._caller.call(self._stub.Replay, pb.ReplayRequest(name=to_text(name), after=after, by=to_text(by)))

    def unsubscribe(self, name: str, *, by: str = "") -> None:
        """See `SubscriptionDesk.unsubscribe`."""
        self._caller.call(self._stub.Unsubscribe, pb.UnsubscribeRequest(name=to_text(name), by=to_text(by)))

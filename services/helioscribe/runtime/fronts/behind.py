"""The gRPC server behind a front, for calls that are passed on as they are."""

from __future__ import annotations

import asyncio
import queue
from collections.abc import AsyncIterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from typing import Any, Self

import grpc

from helioscribe.runtime.fronts.wire import Order

__all__ = ["Behind"]

_AHEAD = 8


class Behind:
    """A server whose messages stay bytes.

    Parameters
    ----------
    order
        Says where it is.
    """

    def __init__(self, order: Order) -> None:
        self._channel = grpc.aio.insecure_channel(order.behind, options=order.options)
        # With a stream that the server ends early, gRPC's coroutines may lose its status; its threads do not.
        self._streams = grpc.insecure_channel(order.behind, options=order.options)
        self._threads = ThreadPoolExecutor(order.most, thread_name_prefix="stream")

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._channel.close()
        self._streams.close()
        self._threads.shutdown(wait=False, cancel_futures=True)

    async def ask(self, method: str, body: bytes, **options: Any) -> AsyncIterator[bytes]:
        """Pass one message on, and yield the answers. Raises `grpc.RpcError`."""
        call = self._channel.unary_stream(method)(body, **options)
        try:
            async for answer in call:
                yield answer
        finally:
            call.cancel()

    async def stream(self, method: str, bodies: AsyncIterator[bytes], **options: Any) -> AsyncIterator[bytes]:
        """Pass messages on as they come, and yield the answers. Raises `grpc.RpcError`."""
        loop = asyncio.get_running_loop()
        sent: queue.Queue[bytes | None] = queue.Queue(_AHEAD)
        call = self._streams.stream_stream(method)(iter(sent.get, None), **options)

        async def feed() -> None:
            async for body in bodies:
                await loop.run_in_executor(self._threads, sent.put, body)
            await loop.run_in_executor(self._threads, sent.put, None)

        feeding = asyncio.create_task(feed())
        try:
            while (answer := await loop.run_in_executor(self._threads, next, call, None)) is not None:
                yield answer
        finally:
            call.cancel()
            feeding.cancel()
            _release(sent)


def _release(sent: queue.Queue[bytes | None]) -> None:
    """Let go whoever waits for room in it, or for something to send."""
    with suppress(queue.Empty):
        while True:
            sent.get_nowait()
    sent.put_nowait(None)

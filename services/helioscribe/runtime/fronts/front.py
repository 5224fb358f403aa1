"""A front: takes gRPC calls and passes them on to the server behind it. Started by `helioscribe.runtime.fronts.fleet`.

Direct calls travel together through one socket, which costs the server a fraction of a gRPC call. All others are passed
on as gRPC calls, whatever they are. Messages stay bytes.
"""

from __future__ import annotations

import asyncio
import signal
import socket
import sys
from collections.abc import AsyncIterator
from itertools import count
from typing import Any

import grpc

from helioscribe.runtime.fronts.behind import Behind
from helioscribe.runtime.fronts.wire import Order, Wire, connect, listen

__all__ = ["main", "serve"]

_STATUS = {code.value[0]: code for code in grpc.StatusCode}


class _Server:
    """The server behind, for direct calls."""

    def __init__(self, wire: Wire) -> None:
        self._wire = wire
        self._waiting: dict[int, asyncio.Future[tuple[dict[str, Any], memoryview]]] = {}
        self._numbers = count()
        self.grace: asyncio.Future[float] = asyncio.get_running_loop().create_future()

    async def call(self, method: str, body: bytes, context: Any) -> bytes:
        """Have a call answered."""
        number = next(self._numbers)
        answer: asyncio.Future[tuple[dict[str, Any], memoryview]] = asyncio.get_running_loop().create_future()
        self._waiting[number] = answer
        metadata = {key: value for key, value in context.invocation_metadata() if isinstance(value, str)}
        header = {"call": number, "method": method, "left": context.time_remaining(), "metadata": metadata}
        self._wire.send(header, body)
        try:
            end, data = await answer
        except asyncio.CancelledError:
            self._wire.send({"gone": number})
            raise
        finally:
            del self._waiting[number]
        if "status" in end:
            context.set_trailing_metadata(_pairs(end["trailers"]))
            await context.abort(_STATUS[end["status"]], end["text"])
        return bytes(data)

    async def read(self) -> None:
        """Hand out answers until the server ends; told to stop, go on with those that wait."""
        while message := await self._wire.receive():
            header, body = message
            if "stop" in header:
                self.grace.set_result(header["stop"])
            elif (answer := self._waiting.get(header["call"])) is not None and not answer.done():
                answer.set_result((header, body))
        if not self.grace.done():
            self.grace.set_result(0.0)


class _Passing(grpc.GenericRpcHandler):  # type: ignore[misc]  # grpc has no types
    """Every method that there may be."""

    def __init__(self, server: _Server, behind: Behind, order: Order) -> None:
        self._server, self._behind, self._order = server, behind, order

    def service(self, details: Any) -> Any:
        method: str = details.method

        async def direct(body: bytes, context: Any) -> bytes:
            return await self._server.call(method, body, context)

        async def passed(given: Any, context: Any) -> AsyncIterator[bytes]:
            ask = self._behind.stream if method in self._order.streams else self._behind.ask
            try:
                async for body in ask(method, given, metadata=_passable(context), timeout=context.time_remaining()):
                    yield body
            except grpc.RpcError as error:
                context.set_trailing_metadata(_pairs(error.trailing_metadata() or ()))
                await context.abort(error.code(), error.details() or "")

        if method in self._order.direct:
            return grpc.unary_unary_rpc_method_handler(direct)
        if method in self._order.streams:
            return grpc.stream_stream_rpc_method_handler(passed)
        return grpc.unary_stream_rpc_method_handler(passed)


def _passable(context: Any) -> tuple[tuple[str, str | bytes], ...]:
    return _pairs(pair for pair in context.invocation_metadata() if pair[0] != "user-agent")


def _pairs(metadata: Any) -> tuple[tuple[str, str | bytes], ...]:
    return tuple((key, value) for key, value in metadata)


async def serve(sock: socket.socket) -> None:
    """Take calls as the server's first message orders, until it says stop or ends."""
    wire = await connect(sock)
    first = await wire.receive()
    if first is None:
        return
    order, server = Order.of(first[0]), _Server(wire)
    async with Behind(order) as behind:
        taking = grpc.aio.server(options=order.options, maximum_concurrent_rpcs=order.most)
        taking.add_generic_rpc_handlers((_Passing(server, behind, order),))
        try:
            listen(taking, order.address, order.tls)
        except RuntimeError as error:
            wire.send({"error": str(error)})
            wire.close()
            return
        await taking.start()
        wire.send({})
        reading = asyncio.create_task(server.read())
        await taking.stop(await server.grace)
        reading.cancel()


def main(number: int) -> None:
    """Be a front whose socket to the server has this file number."""
    for ending in (signal.SIGINT, signal.SIGTERM):
        signal.signal(ending, signal.SIG_IGN)  # the server ends us, in its own time
    asyncio.run(serve(socket.socket(fileno=number)))


if __name__ == "__main__":
    main(int(sys.argv[1]))

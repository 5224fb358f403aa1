"""Large things in pieces: one message says what comes, the next ones bring its bytes."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from typing import Any, BinaryIO

from helioscribe.domain.errors import InvalidInputError

__all__ = ["CHUNK", "ChunkReader", "read_info", "send"]

CHUNK = 1 << 20
"""Most bytes of a piece: the size at which both directions are fastest."""


def send(data: BinaryIO, message: Callable[..., Any], info: Any, progress: Callable[[int], None]) -> Iterator[Any]:
    """Yield the messages that bring `data`.

    Parameters
    ----------
    data
        Read to the end.
    message
        Makes a message of a keyword ``info`` or ``chunk``.
    info
        Content of the first message.
    progress
        Told how many bytes have been handed over so far.
    """
    yield message(info=info)
    total = 0
    while chunk := data.read(CHUNK):
        yield message(chunk=chunk)
        total += len(chunk)
        progress(total)


def read_info(messages: Iterator[Any]) -> Any:
    """Return what the first message says. Raises `InvalidInputError` if it says nothing."""
    first = next(messages, None)
    if first is None or first.WhichOneof("part") != "info":
        raise InvalidInputError("expected what comes (info) in the first message, and its bytes (chunk) in the next")
    return first.info


class ChunkReader(io.RawIOBase):
    """The bytes of messages as a stream.

    Parameters
    ----------
    messages
        Messages after the first one.
    limit
        Largest number of bytes of all pieces together; None for no limit here.
    """

    def __init__(self, messages: Iterator[Any], *, limit: int | None = None) -> None:
        self._messages, self._room, self._left = messages, limit, memoryview(b"")

    def readable(self) -> bool:
        """Whether one can read: always."""
        return True

    def readinto(self, buffer: Any) -> int:
        """Fill a buffer as far as one message goes; 0 at the end.

        Raises
        ------
        InvalidInputError
            If a message brings something else, or too much.
        """
        while not self._left:
            message = next(self._messages, None)
            if message is None:
                return 0
            self._left = memoryview(self._accepted(message))
        size = min(len(buffer), len(self._left))
        buffer[:size], self._left = self._left[:size], self._left[size:]
        return size

    def readall(self) -> bytes:
        """Return the rest."""
        return b"".join(iter(lambda: self.read(CHUNK), b""))

    def _accepted(self, message: Any) -> bytes:
        if message.WhichOneof("part") != "chunk":
            raise InvalidInputError("expected nothing but bytes (chunk) after the first message")
        chunk: bytes = message.chunk
        if len(chunk) > CHUNK:
            raise InvalidInputError(f"a chunk has {len(chunk)} bytes; expected at most {CHUNK}")
        if self._room is not None:
            self._room -= len(chunk)
            if self._room < 0:
                raise InvalidInputError("the chunks hold more bytes than this call accepts")
        return chunk

"""Tensors between processes."""

import asyncio
import socket
import threading

import numpy as np
import pytest

from helioscribe.domain.errors import InvalidInputError
from helioscribe.inference.frames import receive, receive_soon, send, send_soon

SMALL = {
    "mask": np.array([True, False, True]),
    "x": np.arange(6, dtype=np.float64).reshape(2, 3),
    "none": np.zeros((0, 4), np.float32),
    "turned": np.arange(6, dtype=np.int16).reshape(2, 3).T,
}
LARGE = SMALL | {"image": np.random.default_rng(0).standard_normal((3, 1 << 18)).astype(np.float32)}


@pytest.fixture
def ends():
    ours, theirs = socket.socketpair()
    with ours, theirs:
        yield ours, theirs


def same(found, sent):
    return found.keys() == sent.keys() and all(np.array_equal(found[name], sent[name]) for name in sent)


@pytest.mark.parametrize("tensors", [{}, SMALL, LARGE], ids=["none", "small", "large"])
def test_what_is_sent_comes(ends, tensors):
    ours, theirs = ends
    sending = threading.Thread(target=send, args=(ours, {"graph": "g"}, tensors))
    sending.start()
    header, found = receive(theirs)
    sending.join()
    assert header == {"graph": "g"}
    assert same(found, tensors)
    assert all(tensor.flags.aligned and tensor.flags.writeable for tensor in found.values())


async def test_without_blocking(ends):
    for end in ends:
        end.setblocking(False)
    _, (_, received) = await asyncio.gather(send_soon(ends[0], {}, LARGE), receive_soon(ends[1]))
    assert same(received, LARGE)


def test_an_end_amid_a_message_is_told(ends):
    ours, theirs = ends
    ours.sendall(b"\x10\0\0\0")
    ours.close()
    with pytest.raises(ConnectionError):
        receive(theirs)


def test_texts_do_not_cross(ends):
    with pytest.raises(InvalidInputError, match="texts"):
        send(ends[0], {}, {"x": np.array([b"a"], dtype=object)})

"""Large things in pieces."""

import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from helioscribe.adapters.rpc.chunks import CHUNK, ChunkReader, read_info, send
from helioscribe.domain.errors import InvalidInputError
from helioscribe.proto.v1.ingest_pb2 import FileInfo, IngestRequest


def chunk(data):
    return IngestRequest(chunk=data)


def reader(*pieces, **options):
    return ChunkReader(iter([chunk(piece) for piece in pieces]), **options)


@given(st.lists(st.binary(max_size=40)), st.integers(1, 50))
def test_pieces_of_any_size_are_read_in_portions_of_any_size(pieces, portion):
    stream = io.BufferedReader(reader(*pieces), 7)
    assert b"".join(iter(lambda: stream.read(portion), b"")) == b"".join(pieces)
    assert reader(*pieces).readall() == b"".join(pieces)


@pytest.mark.parametrize("size", [0, 1, CHUNK, CHUNK + 1, 3 * CHUNK + 5])
def test_what_is_sent_arrives(size):
    data, told = bytes(range(256)) * (size // 256) + b"\1" * (size % 256), []
    messages = send(io.BytesIO(data), IngestRequest, FileInfo(name="x"), told.append)
    assert read_info(messages) == FileInfo(name="x")
    assert ChunkReader(messages).readall() == data
    assert told == sorted(told)
    assert (told or [0])[-1] == size


@pytest.mark.parametrize("messages", [[], [IngestRequest()], [chunk(b"x")]])
def test_the_first_message_says_what_comes(messages):
    with pytest.raises(InvalidInputError, match="in the first message"):
        read_info(iter(messages))


@pytest.mark.parametrize("second", [IngestRequest(), IngestRequest(info=FileInfo(name="again"))])
def test_nothing_but_bytes_follows(second):
    with pytest.raises(InvalidInputError, match="nothing but bytes"):
        ChunkReader(iter([chunk(b"x"), second])).readall()


def test_pieces_are_bounded():
    assert len(reader(b"x" * CHUNK).readall()) == CHUNK
    with pytest.raises(InvalidInputError, match=f"a chunk has {CHUNK + 1} bytes; expected at most {CHUNK}"):
        reader(b"x" * (CHUNK + 1)).readall()


def test_the_whole_is_bounded():
    assert reader(b"123", b"45", limit=5).readall() == b"12345"
    with pytest.raises(InvalidInputError, match="more bytes"):
        reader(b"123", b"456", limit=5).readall()

"""Parts of chunks that Blosc packed are what the whole chunk has there."""

import struct

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from helioscribe.domain.errors import InvalidInputError
from helioscribe.ingest.sources.zarr_blosc import PackedChunk

numcodecs = pytest.importorskip("numcodecs", reason="packing chunks needs numcodecs")


def cut_chunk(chunk, first, past):
    return PackedChunk(lambda begin, end: chunk[begin:end], chunk[:16]).cut(first, past)


LEVELS = 500
"""Kinds of values: few enough to be packed."""


@settings(max_examples=80, deadline=None)
@given(
    st.integers(0, 2**16),
    st.sampled_from(["f4", "i2", "u1", "f8"]),
    st.integers(1, 40_000),
    st.sampled_from([0, 256, 4096, 10_000]),
    st.sampled_from(["zstd", "lz4", "blosclz", "zlib"]),
    st.sampled_from([0, 1, 2]),
    st.sampled_from([0, 1, 5, 9]),
    st.data(),
)
def test_a_part_is_what_the_whole_has_there(seed, kind, count, block, name, shuffle, level, data):
    values = np.random.default_rng(seed).integers(0, LEVELS, count).astype(kind)
    chunk = numcodecs.Blosc(cname=name, clevel=level, shuffle=shuffle, blocksize=block).encode(values)
    first = data.draw(st.integers(0, values.nbytes - 1))
    past = data.draw(st.integers(first + 1, values.nbytes))
    part, skipped = cut_chunk(chunk, first, past)
    assert bytes(numcodecs.Blosc().decode(part))[skipped : skipped + past - first] == values.tobytes()[first:past]


def packed():
    return numcodecs.Blosc(blocksize=65_536).encode(np.random.default_rng(0).integers(0, LEVELS, 300_000).astype("i4"))


def test_a_part_is_short():
    part, _ = cut_chunk(packed(), 140_000, 144_000)
    assert len(part) < len(packed()) / 4


@pytest.mark.parametrize("place", [-5, 0, 10, 2**31 - 1])
def test_places_that_are_none_are_refused(place):
    chunk = bytearray(packed())
    chunk[24:28] = struct.pack("<i", place)
    with pytest.raises(InvalidInputError):
        cut_chunk(bytes(chunk), 0, 4)


@pytest.mark.parametrize("block", [0, 1])
def test_sizes_that_cannot_be_are_refused(block):
    chunk = bytearray(packed())
    chunk[8:12] = struct.pack("<I", block)
    with pytest.raises(InvalidInputError):
        cut_chunk(bytes(chunk), 0, 4)

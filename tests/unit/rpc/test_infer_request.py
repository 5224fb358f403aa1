"""Requests whose raw contents are not copied."""

import numpy as np
import pytest
from google.protobuf.message import DecodeError
from hypothesis import given
from hypothesis import strategies as st

from helioscribe.adapters.rpc.infer_request import InferRequest
from helioscribe.proto.inference import message

KIND = message("ModelInferRequest")


@given(
    st.text(max_size=20),
    st.lists(st.lists(st.integers(-(2**63), 2**63 - 1), max_size=3), max_size=3),
    st.lists(st.binary(max_size=300), max_size=3),
    st.integers(-(2**63), 2**63 - 1),
)
def test_a_request_is_what_the_library_reads(name, shapes, raw, priority):
    asked = KIND(model_name=name, raw_input_contents=raw)
    asked.parameters["priority"].int64_param = priority
    for shape in shapes:
        asked.inputs.add(name="x", datatype="FP32", shape=shape)
    found = InferRequest.read(asked.SerializeToString())
    assert [bytes(one) for one in found.raw] == raw
    asked.ClearField("raw_input_contents")
    assert found.message == asked


@given(st.binary(max_size=60))
def test_bytes_of_strangers_are_read_as_the_library_reads_them_or_refused(data):
    try:
        expected = KIND.FromString(data)
    except DecodeError:
        with pytest.raises(DecodeError):
            InferRequest.read(data)
    else:
        found = InferRequest.read(data)
        found.message.raw_input_contents.extend(bytes(one) for one in found.raw)
        assert found.message.SerializeToString(deterministic=True) == expected.SerializeToString(deterministic=True)


def test_raw_contents_are_not_copied():
    pixels = np.arange(1000, dtype=np.float32)
    data = bytearray(KIND(model_name="m", raw_input_contents=[pixels.tobytes()]).SerializeToString())
    (raw,) = InferRequest.read(data).raw
    data[-4:] = np.float32(7).tobytes()
    assert np.frombuffer(raw, np.float32)[-1] == 7
    assert raw.readonly

"""Tensors of the Open Inference Protocol."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from helioscribe.adapters.rpc.infer_request import InferRequest
from helioscribe.adapters.rpc.tensors import datatype_of, dtype_of, from_raw, read_inputs, to_raw, write_output
from helioscribe.domain.errors import InvalidInputError
from helioscribe.proto.inference import message

DTYPES = [
    "bool",
    "uint8",
    "uint16",
    "uint32",
    "uint64",
    "int8",
    "int16",
    "int32",
    "int64",
    "float16",
    "float32",
    "float64",
]
TENSORS = st.sampled_from(DTYPES).flatmap(
    lambda dtype: arrays.arrays(dtype, arrays.array_shapes(min_dims=0, max_dims=3, min_side=0))
)


def make_request(datatype="FP32", shape=(2,), raw=(), outputs=(), **contents):
    asked = message("ModelInferRequest")(model_name="m", raw_input_contents=raw)
    one = asked.inputs.add(name="x", datatype=datatype, shape=shape)
    for field, values in contents.items():
        getattr(one.contents, field).extend(values)
    for name in outputs:
        asked.outputs.add(name=name)
    return InferRequest.read(asked.SerializeToString())


@given(TENSORS)
def test_raw_there_and_back(tensor):
    datatype = datatype_of(tensor.dtype.name)
    assert dtype_of(datatype) == tensor.dtype
    found = from_raw("x", datatype, tensor.shape, to_raw(tensor))
    assert np.array_equal(found, tensor, equal_nan=tensor.dtype.kind == "f")


@given(TENSORS.filter(lambda tensor: tensor.dtype != "float16"))
def test_typed_there_and_back(tensor):
    answer = message("ModelInferResponse")()
    write_output(answer, "x", tensor, raw=False)
    (output,) = answer.outputs
    asked = message("ModelInferRequest")()
    asked.inputs.add(name="x", datatype=output.datatype, shape=output.shape, contents=output.contents)
    found = read_inputs(InferRequest(asked))["x"]
    assert found.dtype == tensor.dtype
    assert np.array_equal(found, tensor, equal_nan=tensor.dtype.kind == "f")


def test_whole_numbers_on_both_sides_of_the_largest_signed_one_stay_whole():
    values = [0, (1 << 63) + 1]
    assert read_inputs(make_request("UINT64", uint64_contents=values))["x"].tolist() == values


@given(st.lists(st.binary(max_size=20), max_size=5))
def test_texts_there_and_back(texts):
    tensor = np.array([*texts, None], dtype=object)[:-1]
    assert from_raw("x", "BYTES", (len(texts),), to_raw(tensor)).tolist() == texts
    assert read_inputs(make_request("BYTES", (len(texts),), bytes_contents=texts))["x"].tolist() == texts


@given(
    st.binary(max_size=30),
    st.lists(st.integers(-(2**63), 2**63 - 1), max_size=4),
    st.sampled_from(["FP32", "BYTES", "BOOL"]),
)
def test_bytes_of_strangers_are_tensors_or_refused(data, shape, datatype):
    try:
        found = from_raw("x", datatype, shape, data)
    except InvalidInputError:
        return
    assert list(found.shape) == shape


@pytest.mark.parametrize(
    ("asked", "text"),
    [
        (make_request(raw=[b"1234"]), r"expected 8 bytes for FP32 \[2\], got 4"),
        (make_request(raw=[b"12345678"], fp32_contents=[1, 2]), "expected raw_input_contents for all 1 inputs"),
        (make_request(raw=[b"12345678"] * 2), "got 2"),
        (make_request(fp64_contents=[1, 2]), "expected fp32_contents for FP32, got fp64_contents"),
        (make_request(fp32_contents=[1]), r"expected 2 values for \[2\], got 1"),
        (make_request("INT8", int_contents=[1, 200]), "does not fit into INT8"),
        (make_request("UINT16", uint_contents=[1, 1 << 20]), "does not fit into UINT16"),
        (make_request("FP16", fp32_contents=[1, 2]), "FP16 travels as raw_input_contents only"),
        (make_request("BF16", raw=[b"1234"]), "no datatype 'BF16'"),
        (make_request(shape=(-1, 2), raw=[b"12345678"]), "expected lengths"),
        (make_request("BYTES", raw=[b"\x05\0\0\0abc"]), "shorter than it says"),
        (make_request("BYTES", raw=[b"\x05\0"]), "has no length"),
    ],
)
def test_what_is_no_tensor_is_refused(asked, text):
    with pytest.raises(InvalidInputError, match=text):
        read_inputs(asked)


def test_shared_memory_and_classification_are_refused_and_so_is_an_input_twice():
    asked = make_request(fp32_contents=[1, 2])
    asked.message.inputs[0].parameters["shared_memory_region"].string_param = "r"
    with pytest.raises(InvalidInputError, match="shared memory"):
        read_inputs(asked)
    asked = make_request(fp32_contents=[1, 2], outputs=["y"])
    asked.message.outputs[0].parameters["classification"].int64_param = 3
    with pytest.raises(InvalidInputError, match="classification"):
        read_inputs(asked)
    asked = make_request(fp32_contents=[1, 2])
    asked.message.inputs.append(asked.message.inputs[0])
    with pytest.raises(InvalidInputError, match="comes twice"):
        read_inputs(asked)

"""Products as bytes and back."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from helioscribe.adapters.product_codec import decode_product, decode_scores, encode_product, encode_scores
from helioscribe.domain.coordinates import Observer
from helioscribe.domain.detection import ScoreSeries
from helioscribe.domain.errors import InvalidInputError
from helioscribe.domain.product import ImageSequence, LightCurve, SolarImage

NUMBERS = st.floats(allow_nan=True, allow_infinity=True)
NAMES = st.text(max_size=12)
OBSERVERS = st.none() | st.builds(
    Observer,
    name=NAMES,
    hgs_longitude=st.floats(-180, 180),
    hgs_latitude=st.floats(-90, 90),
    distance=st.floats(0.1, 2),
)
LIGHT = st.none() | st.floats(0, 1000)
HEADERS = st.dictionaries(
    st.text(max_size=8), NAMES | st.integers(-(2**60), 2**60) | st.booleans() | st.floats(-1e9, 1e9), max_size=4
)


@st.composite
def times(draw, n):
    start = draw(st.integers(-(2**60), 2**60))
    steps = draw(hnp.arrays(np.int64, n, elements=st.integers(1, 10**12)))
    return (start + np.cumsum(steps)).view("datetime64[ns]")


@st.composite
def curves(draw):
    n, bands = draw(st.integers(1, 6)), draw(st.integers(1, 4))
    table = hnp.arrays(np.float64, (n, bands), elements=NUMBERS)
    column = hnp.arrays(np.float64, n, elements=NUMBERS)
    return LightCurve(
        observatory=draw(NAMES),
        instrument=draw(NAMES),
        times=draw(times(n)),
        exposure=draw(column),
        counts=draw(table),
        errors=draw(table),
        energies=draw(hnp.arrays(np.float64, (bands, 2), elements=NUMBERS)),
        live_fraction=draw(column),
        attenuator=draw(hnp.arrays(np.uint8, n)),
        good=draw(hnp.arrays(np.bool_, n)),
        unit=draw(NAMES),
        observer=draw(OBSERVERS),
        light_travel_time=draw(LIGHT),
        auxiliary=draw(
            st.dictionaries(st.text(st.characters(codec="ascii"), max_size=6), hnp.arrays(np.int32, n), max_size=2)
        ),
    )


@st.composite
def images(draw):
    shape = draw(hnp.array_shapes(min_dims=2, max_dims=2, max_side=4))
    return SolarImage(
        observatory="SDO",
        instrument="HMI",
        channel=draw(NAMES),
        time=draw(times(1))[0],
        pixels=draw(hnp.arrays(np.float32, shape)),
        unit="G",
        header=draw(HEADERS),
        mask=draw(hnp.arrays(np.bool_, shape)),
        observer=draw(OBSERVERS),
        light_travel_time=draw(LIGHT),
        exposure=draw(st.floats(0, 86_399)),
    )


@st.composite
def sequences(draw):
    n = draw(st.integers(1, 3))
    return ImageSequence(
        observatory="SDO",
        instrument="AIA",
        channel="304",
        times=draw(times(n)),
        pixels=draw(hnp.arrays(np.float32, (n, 2, 3))),
        unit="DN",
        headers=tuple(draw(HEADERS) for _ in range(n)),
        observer=draw(OBSERVERS),
        light_travel_time=draw(LIGHT),
    )


@st.composite
def scores(draw):
    n, names = draw(st.integers(0, 5)), draw(st.lists(NAMES, max_size=3))
    values = draw(hnp.arrays(np.float32, (n, len(names))))
    return ScoreSeries(times=draw(times(n)), names=tuple(names), values=values)


def same(one, other):
    assert type(one) is type(other)
    for name in type(one).__dataclass_fields__:
        a, b = getattr(one, name), getattr(other, name)
        if isinstance(a, np.ndarray):
            assert a.dtype == b.dtype
            assert np.array_equal(a, b, equal_nan=a.dtype.kind == "f"), name
        elif name == "auxiliary":
            assert {k: v.tolist() for k, v in a.items()} == {k: v.tolist() for k, v in b.items()}
        elif name == "headers":
            assert list(map(dict, a)) == list(map(dict, b))
        else:
            assert a == b, name


@settings(max_examples=60)
@given(curves() | images() | sequences())
def test_products_come_back_as_they_were(product):
    data = encode_product(product)
    again = decode_product(data)
    same(product, again)
    assert encode_product(again) == data


@settings(max_examples=40)
@given(scores())
def test_scores_come_back_as_they_were(series):
    data = encode_scores(series)
    same(series, decode_scores(data))
    assert encode_scores(decode_scores(data)) == data


def example(**changes):
    n = 3
    values = {
        "observatory": "Solar Orbiter",
        "instrument": "STIX",
        "times": np.datetime64("2022-03-28", "ns") + np.arange(n) * np.timedelta64(4, "s"),
        "exposure": np.full(n, 4.0),
        "counts": np.ones((n, 5)),
        "errors": np.ones((n, 5)),
        "energies": np.arange(10.0).reshape(5, 2),
        "live_fraction": np.ones(n),
        "attenuator": np.zeros(n, np.uint8),
        "good": np.ones(n, bool),
    }
    return LightCurve(**values | changes)


def test_equal_products_give_equal_bytes_whatever_their_memory_looks_like():
    striped = np.ones((3, 10))[:, ::2]
    assert not striped.flags.c_contiguous
    assert encode_product(example(counts=striped)) == encode_product(example())
    columns = {"b": np.arange(3), "a": np.arange(3) * 2.0}
    backwards = dict(reversed(columns.items()))
    assert encode_product(example(auxiliary=columns)) == encode_product(example(auxiliary=backwards))


def test_columns_of_objects_are_not_stored():
    with pytest.raises(InvalidInputError, match="column names holds object"):
        encode_product(example(auxiliary={"names": np.array(["a", "b", "c"], object)}))


def test_headers_that_json_cannot_hold_are_refused():
    image = SolarImage(
        observatory="SDO",
        instrument="HMI",
        channel="m",
        time=np.datetime64("2022-01-01", "ns"),
        unit="G",
        pixels=np.zeros((2, 2), np.float32),
        mask=np.zeros((2, 2), bool),
        header={"BAD": float("nan")},
    )
    with pytest.raises(InvalidInputError, match="cannot be written"):
        encode_product(image)


PRODUCT = encode_product(example())
SCORES = encode_scores(ScoreSeries(times=example().times, names=("s",), values=np.zeros((3, 1), np.float32)))


@pytest.mark.parametrize("data", [b"", b"\x00" * 8, b"\xff" * 100, PRODUCT[:-1], PRODUCT[:40], SCORES])
def test_other_bytes_are_refused(data):
    with pytest.raises(InvalidInputError):
        decode_product(data)


def test_a_product_is_no_score_series():
    with pytest.raises(InvalidInputError, match="scores: incomplete"):
        decode_scores(PRODUCT)


def test_a_huge_length_allocates_nothing():
    with pytest.raises(InvalidInputError, match="not a product file"):
        decode_product((1 << 62).to_bytes(8, "little") + PRODUCT[8:])


@settings(max_examples=300)
@given(st.sampled_from([PRODUCT, SCORES]), st.data())
def test_mutated_bytes_are_read_or_refused(original, data):
    mutated = bytearray(original)
    places = st.integers(0, len(original) - 1)
    for place, value in data.draw(st.lists(st.tuples(places, st.integers(0, 255)), min_size=1, max_size=6)):
        mutated[place] = value
    for decode in (decode_product, decode_scores):
        message = ""
        try:
            decode(bytes(mutated))
        except InvalidInputError as error:
            message = error.message
        assert "\n" not in message

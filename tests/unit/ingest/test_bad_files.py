"""Input is hostile: whatever the bytes are, one clear line comes back."""

import gzip
import io
import tracemalloc
from dataclasses import replace

import numpy as np
import pytest
from astropy.io import fits
from hypothesis import given, settings
from hypothesis import strategies as st

from helioscribe.domain.errors import InvalidInputError, UnsupportedInputError
from helioscribe.ingest.readers import read_bytes, read_product
from helioscribe.ingest.source_file import gunzip_if_needed, safe_name, unpacked
from support.stix import StixDay, spectrogram, write_stix

STIX = write_stix(StixDay(samples=40))
SPECTROGRAM = spectrogram(np.full((20, 5), 7.0), ((4, 10), (10, 15), (15, 25), (25, 50), (50, 84)))
CSV = b"utc,ebin1,ebin2,ebin3,ebin4,ebin5\n2020-06-13T10:30:29,247,49,67,863,463\n2020-06-13T10:30:33,24,4,6,86,46\n"


def refused(data, name="file.fits"):
    with pytest.raises(InvalidInputError) as caught:
        read_bytes(data, name)
    assert "\n" not in caught.value.message
    assert len(caught.value.message) < 600
    return caught.value


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b'\n<!DOCTYPE HTML PUBLIC "-//IETF//DTD HTML 2.0//EN">\n<html>', "a web page instead of data"),
        (b":Product: 20150306SRS.txt\n:Issued: 2015 Mar 06 0030 UTC\n", "events import"),
        (b'<?xml version="1.0"?>\n<voe:VOEvent ivorn="ivo://a#b">', "events import"),
        (b'{"result": [{"event_type": "FL"}]}', "events import"),
    ],
    ids=["page", "report", "VOEvent", "JSON"],
)
def test_what_is_no_observation_is_told_what_it_is(data, said):
    error = refused(data, "file.txt")
    assert isinstance(error, UnsupportedInputError)
    assert said in error.message


@pytest.mark.parametrize("length", [0.02, 0.1, 0.3, 0.5, 0.7, 0.9])
def test_a_truncated_file(length):
    refused(STIX[: int(len(STIX) * length)])


@pytest.mark.parametrize(
    "data",
    [b"SIMPLE", b"SIMPLE  =                    T", b"SIMPLE" + b"\xff" * 5000],
    ids=["word", "card", "word and rubbish"],
)
def test_hardly_a_fits_file(data):
    refused(data)


def test_random_bytes_are_no_known_kind():
    assert isinstance(refused(np.random.default_rng(0).bytes(10_000)), UnsupportedInputError)


def test_an_image_of_another_instrument_is_named():
    stream = io.BytesIO()
    header = fits.Header([("TELESCOP", "SDO/HMI"), ("INSTRUME", "HMI_FRONT2")])
    fits.PrimaryHDU(np.zeros((2, 2, 4, 4)), header).writeto(stream)
    error = refused(stream.getvalue())
    assert isinstance(error, UnsupportedInputError)
    assert "FITS of SDO/HMI HMI_FRONT2; known are" in error.message


def test_a_fits_file_of_nothing():
    stream = io.BytesIO()
    fits.PrimaryHDU().writeto(stream)
    assert "no instrument" in refused(stream.getvalue()).message


def test_a_table_that_is_an_image():
    stream = io.BytesIO()
    header = fits.Header([("INSTRUME", "STIX")])
    fits.HDUList([fits.PrimaryHDU(header=header), fits.ImageHDU(np.zeros((3, 3)), name="DATA")]).writeto(stream)
    assert "FITS of STIX" in refused(stream.getvalue()).message


def test_a_header_that_announces_terabytes_allocates_nothing():
    row = f"NAXIS2  = {40:>20d}".encode()
    assert row in STIX
    huge = STIX.replace(row, f"NAXIS2  = {40 * 10**10:>20d}".encode())
    tracemalloc.start()
    try:
        refused(huge)
        assert tracemalloc.get_traced_memory()[1] < 50 << 20
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize(
    ("keyword", "value"), [("NAXIS", 10**7), ("TFIELDS", 10**7), ("GCOUNT", -1), ("PCOUNT", -(10**6)), ("NAXIS2", -40)]
)
def test_numbers_that_would_never_end_are_refused(keyword, value):
    place = STIX.index(f"{keyword:<8}= ".encode())
    absurd = STIX[: place + 10] + f"{value:>20}".encode() + STIX[place + 30 :]
    assert "is out of range" in refused(absurd).message


def test_a_huge_header_is_read_in_bounded_time():
    header = fits.Header([("INSTRUME", "STIX"), *((f"K{i}", i) for i in range(20_000))])
    stream = io.BytesIO()
    fits.PrimaryHDU(header=header).writeto(stream)
    assert "FITS of STIX" in refused(stream.getvalue()).message


def test_a_gzip_bomb_stops_at_the_limit(tmp_path):
    bomb = gzip.compress(b"\x00" * (64 << 20))
    tracemalloc.start()
    try:
        with pytest.raises(InvalidInputError, match=r"bomb\.fits\.gz: unpacks to more than 1000000 bytes"):
            gunzip_if_needed(bomb, "bomb.fits.gz", 1_000_000)
        assert tracemalloc.get_traced_memory()[1] < 16 << 20
    finally:
        tracemalloc.stop()
    (tmp_path / "bomb").write_bytes(bomb)
    with pytest.raises(InvalidInputError, match="unpacks to more than"):
        unpacked(tmp_path / "bomb", limit=1_000_000)


@pytest.mark.parametrize(
    "data",
    [b"\x1f\x8b", b"\x1f\x8bnonsense", gzip.compress(STIX)[:-20], gzip.compress(STIX)[:50]],
    ids=["mark", "nonsense", "nearly whole", "beginning"],
)
def test_broken_gzip(data, tmp_path):
    (tmp_path / "a.fits.gz").write_bytes(data)
    with pytest.raises(InvalidInputError, match="broken gzip"):
        read_product(tmp_path / "a.fits.gz")


def test_an_empty_file_and_empty_gzip(tmp_path):
    for name, data in (("a", b""), ("b", gzip.compress(b""))):
        (tmp_path / name).write_bytes(data)
        with pytest.raises(InvalidInputError, match="the file is empty"):
            read_product(tmp_path / name)


def test_no_such_file(tmp_path):
    with pytest.raises(InvalidInputError, match=r"nothing\.fits: no such file"):
        read_product(tmp_path / "nothing.fits")
    with pytest.raises(InvalidInputError, match="no such file"):
        read_product(tmp_path)


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("../../etc/passwd", "passwd"),
        ("..\\..\\boot.ini", "boot.ini"),
        ("a\nb\x1b[31m.fits", "a?b?[31m.fits"),
        ("..", "unnamed"),
        ("", "unnamed"),
        ("x" * 500, "x" * 200),
    ],
    ids=["path", "backslashes", "control letters", "dots", "nothing", "long"],
)
def test_hostile_names_are_shown_as_plain_words(name, shown):
    assert safe_name(name) == shown
    assert refused(b"\x00", name).message.startswith(f"{shown}: ")


def test_a_hostile_header_stays_in_one_line():
    header = fits.Header([("TELESCOP", "A" * 60), ("INSTRUME", "B" * 60)])
    stream = io.BytesIO()
    fits.PrimaryHDU(header=header).writeto(stream)
    refused(stream.getvalue())


def read_or_refuse(data, read=lambda data: read_bytes(data, "mutated")):
    message = ""
    try:
        read(data)
    except InvalidInputError as error:
        message = error.message
    assert "\n" not in message


@settings(max_examples=150)
@given(st.sampled_from([STIX, SPECTROGRAM, CSV]), st.data())
def test_mutated_bytes_are_read_or_refused(original, data):
    mutated = bytearray(original)
    places = st.integers(0, len(original) - 1)
    if data.draw(st.booleans()):  # headers are where mutations hurt
        places = st.integers(0, min(len(original) - 1, 9000))
    for place, value in data.draw(st.lists(st.tuples(places, st.integers(0, 255)), max_size=12)):
        mutated[place] = value
    read_or_refuse(bytes(mutated[: data.draw(st.integers(0, len(mutated)))] if data.draw(st.booleans()) else mutated))


CARDS = [
    start for start in range(0, 14_000, 80) if STIX[start : start + 8].strip() and STIX[start + 8 : start + 10] == b"= "
]


@settings(max_examples=150)
@given(
    st.sampled_from(CARDS),
    st.one_of(
        st.integers(-(10**19), 10**19).map(str),
        st.sampled_from(["T", "F", "'X'", "''", "1E400", "NaN", "-1", "0", "'1PD(9)'", "'999999999D'", "1.5", "(1,2)"]),
    ),
)
def test_any_value_of_any_keyword_is_read_or_refused(start, value):
    mutated = bytearray(STIX)
    mutated[start + 10 : start + 80] = f"{value:>20}".ljust(70).encode()[:70]
    read_or_refuse(bytes(mutated))


@settings(max_examples=100)
@given(
    st.binary(max_size=4000) | st.binary(max_size=400).map(lambda tail: b"SIMPLE" + tail) | st.text().map(str.encode)
)
def test_any_bytes_are_refused(data):
    read_or_refuse(data)


@settings(max_examples=60)
@given(st.binary(max_size=400))
def test_any_bytes_after_a_gzip_mark_are_refused(data):
    read_or_refuse(b"\x1f\x8b" + data, lambda data: gunzip_if_needed(data, "x", 1000))


def test_unknown_units_of_a_day_name_the_column():
    day = replace(StixDay(samples=40), units=(("timedel", "parsec"),))
    assert "timedel: expected a unit of time" in refused(write_stix(day)).message

"""Our reader of binary tables says what astropy says, and copies nothing that it is not asked for."""

import io
import tracemalloc

import numpy as np
import pytest
from astropy.io import fits
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from helioscribe.domain.errors import InvalidInputError
from helioscribe.ingest.sources.fits_scan import Table, scan_fits

FORMS = {"L": "?", "B": "u1", "I": "i2", "J": "i4", "K": "i8", "E": "f4", "D": "f8"}
ZEROS = {"I": ("u2", 1 << 15), "J": ("u4", 1 << 31), "K": ("u8", 1 << 63)}


def written(*columns, rows=None, header=None, name="DATA"):
    stream = io.BytesIO()
    table = fits.BinTableHDU.from_columns(list(columns), name=name, nrows=rows or 0)
    fits.HDUList([fits.PrimaryHDU(header=fits.Header(header or [])), table]).writeto(stream)
    return stream.getvalue()


def table(data, name="DATA"):
    return Table(scan_fits(data, "file"), name, file="file")


@st.composite
def columns(draw):
    rows, made = draw(st.integers(1, 6)), []
    for number in range(draw(st.integers(1, 5))):
        letter = draw(st.sampled_from(sorted(FORMS)))
        unsigned = letter in ZEROS and draw(st.booleans())
        shape = draw(st.sampled_from([(), (3,), (2, 4), (2, 3, 2)]))
        dtype = ZEROS[letter][0] if unsigned else FORMS[letter]
        values = draw(hnp.arrays(dtype, (rows, *shape)))
        dim = f"({','.join(map(str, reversed(shape)))})" if len(shape) > 1 else None
        form = f"{int(np.prod(shape))}{letter}"
        bzero = ZEROS[letter][1] if unsigned else None
        made.append(fits.Column(name=f"Col{number}", format=form, dim=dim, bzero=bzero, array=values, unit="cs"))
    return made


@settings(max_examples=150, deadline=None)
@given(columns())
def test_columns_are_what_astropy_reads(made):
    data = written(*made)
    ours = table(data)
    with fits.open(io.BytesIO(data)) as hdus:
        theirs = hdus["DATA"].data
        assert len(ours) == len(theirs)
        for column in made:
            got, expected = ours.column(column.name.lower()), np.asarray(theirs[column.name])
            assert got.dtype.isnative
            assert got.dtype == expected.dtype.newbyteorder("=")
            assert np.array_equal(got, expected, equal_nan=got.dtype.kind == "f")
            assert ours.unit(column.name.lower()) == "cs"


def test_scaled_numbers_and_missing_ones():
    stored = np.array([1, 2, -99], "i2")
    data = written(fits.Column(name="a", format="I", array=stored))
    # Cards of the same length, so that only the meaning of the numbers changes.
    card = b"TFORM1  = 'I       '"
    assert card in data
    at = data.index(card) // 80 * 80
    end = data.index(b"END" + b" " * 77, at)
    extra = b"".join(f"{text:<80}".encode() for text in ("TSCAL1  = 0.5", "TZERO1  = 10.0", "TNULL1  = -99"))
    data = data[:end] + extra + data[end : len(data)].replace(b" " * len(extra), b"", 1)
    assert np.array_equal(table(data).column("a"), [10.5, 11.0, np.nan], equal_nan=True)


def test_header_values_are_what_astropy_reads():
    cards = [
        ("TEXT", "it's / quoted"),
        ("LONG", "x" * 200 + "end"),
        ("YES", True),
        ("NO", False),
        ("WHOLE", -17),
        ("REAL", 1.25e-7),
        ("BIG", 105034173444.28),
        ("EMPTY", ""),
        ("DATE-BEG", "2020-05-05T23:59:59.531"),
    ]
    data = written(fits.Column(name="a", format="J", array=[1]), header=cards)
    header = scan_fits(data, "file")[0].header
    assert {key: header[key] for key, _ in cards} == dict(cards)


def test_columns_that_nobody_reads_take_their_place():
    many = fits.Column(name="many", format="PJ()", array=np.array([np.array([1, 2]), np.array([3])], object))
    bits = fits.Column(name="bits", format="11X", array=np.ones((2, 11), bool))
    pairs = fits.Column(name="pairs", format="C", array=np.array([1j, 2j], "c8"))
    ours = table(written(many, bits, pairs, fits.Column(name="last", format="D", array=[1.5, 2.5])))
    assert ours.column("last").tolist() == [1.5, 2.5]
    assert not ours.has("many")


def test_a_table_without_rows():
    assert len(table(written(fits.Column(name="a", format="5J"), rows=0))) == 0
    assert table(written(fits.Column(name="a", format="5J"), rows=0)).column("a").shape == (0, 5)


def test_tables_are_found_by_name_and_what_is_missing_is_said():
    data = written(fits.Column(name="a", format="J", array=[1]), name="RATES")
    with pytest.raises(InvalidInputError, match=r"^file: no table DATA; the file has RATES$"):
        table(data)
    with pytest.raises(InvalidInputError, match=r"^file: table RATES has no column b or c; it has a$"):
        table(data, "RATES").column("b", "c")


def test_a_compressed_image_is_only_a_table():
    stream = io.BytesIO()
    fits.HDUList([fits.PrimaryHDU(), fits.CompImageHDU(np.zeros((20, 20), "i2"), name="IMAGE")]).writeto(stream)
    assert [hdu.name for hdu in scan_fits(stream.getvalue(), "file")] == ["", "IMAGE"]


def test_rubbish_after_the_last_table_does_not_matter():
    data = written(fits.Column(name="a", format="J", array=[7]))
    assert table(data + b"\x00rubbish" * 700).column("a").tolist() == [7]


def test_only_the_columns_asked_for_are_copied():
    wide = fits.Column(name="wide", format="1000D", array=np.zeros((1000, 1000)))
    data = written(wide, fits.Column(name="thin", format="D", array=np.ones(1000)))
    tracemalloc.start()
    try:
        assert table(data).column("thin").sum() == 1000
        assert tracemalloc.get_traced_memory()[1] < 1 << 20
    finally:
        tracemalloc.stop()


def test_a_row_width_that_the_columns_do_not_make():
    data = written(fits.Column(name="a", format="J", array=[1, 2]))
    wrong = data.replace(f"NAXIS1  = {4:>20}".encode(), f"NAXIS1  = {2:>20}".encode())
    with pytest.raises(InvalidInputError, match="the columns make 4 bytes a row, NAXIS1 says 2"):
        table(wrong)


def test_a_header_that_never_ends_is_given_up():
    with pytest.raises(InvalidInputError, match="the header has no END"):
        scan_fits(b"SIMPLE  =                    T".ljust(80) + b" " * (4 << 20), "file")

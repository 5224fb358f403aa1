import io
from dataclasses import replace

import numpy as np
import pytest
from astropy.io import fits
from hypothesis import given, settings
from hypothesis import strategies as st

from helioscribe.domain.errors import InvalidInputError
from helioscribe.ingest.sources.fits_scan import scan_fits
from helioscribe.ingest.sources.images.rice import open_rice

pytest.importorskip("numba", reason="the decoder needs numba")


def packed(pixels, tile=None):
    stream = io.BytesIO()
    fits.HDUList([fits.PrimaryHDU(), fits.CompImageHDU(pixels, compression_type="RICE_1", tile_shape=tile)]).writeto(
        stream
    )
    return stream.getvalue()


def both(data, shape):
    hdu = scan_fits(data, "a.fits")[1]
    with fits.open(io.BytesIO(data), do_not_scale_image_data=True) as file:
        theirs = np.array(file[1].data)
    image = open_rice(hdu, shape, "a.fits")
    if image is None:
        return None, theirs
    stripes = [stripe.copy() for _, stripe in image.stripes()]
    np.testing.assert_array_equal(np.concatenate(stripes), image.whole())
    return image.whole(), theirs


@settings(max_examples=60)
@given(
    kind=st.sampled_from(["u1", "i2", "i4"]),
    rows=st.integers(1, 40),
    columns=st.integers(1, 150),
    seed=st.integers(0, 2**32 - 1),
    width=st.sampled_from([0, 1, 5, 200, 10**9]),
    tile=st.sampled_from([None, (1, 7), (5, 9), (8, 8)]),
)
def test_pixels_are_those_of_the_library(kind, rows, columns, seed, width, tile):
    rng = np.random.default_rng(seed)
    limits = np.iinfo(kind)
    pixels = np.cumsum(rng.integers(-width, width + 1, (rows, columns)), axis=1)
    pixels = np.clip(pixels, max(limits.min, -(2**30)), min(limits.max, 2**30)).astype(kind)
    if tile is not None:
        tile = (min(tile[0], rows), min(tile[1], columns))
    ours, theirs = both(packed(pixels, tile), pixels.shape)
    np.testing.assert_array_equal(theirs, pixels)
    if ours is not None:
        np.testing.assert_array_equal(ours, pixels)


@pytest.mark.parametrize("kind", ["i2", "i4"])
def test_the_decoder_is_used(kind):
    pixels = np.random.default_rng(0).integers(-2000, 2000, (50, 300)).astype(kind)
    ours, _ = both(packed(pixels), pixels.shape)
    assert ours is not None
    np.testing.assert_array_equal(ours, pixels)


def test_broken_tiles_are_refused_or_read_within_bounds():
    pixels = np.random.default_rng(0).integers(-2000, 2000, (50, 300)).astype("i2")
    whole = bytearray(packed(pixels))
    rng = np.random.default_rng(1)
    start = bytes(whole).index(b"THEAP") if b"THEAP" in whole else 8640
    for _ in range(200):
        broken = whole.copy()
        for at in rng.integers(start + 200, len(whole), 30):
            broken[at] = rng.integers(256)
        try:
            hdu = scan_fits(bytes(broken), "a.fits")[1]
            if image := open_rice(hdu, pixels.shape, "a.fits"):
                image.whole()
        except InvalidInputError:
            pass


def test_a_short_tile_is_refused():
    data = packed(np.random.default_rng(0).integers(-2000, 2000, (4, 300)).astype("i2"))
    hdu = scan_fits(data, "a.fits")[1]
    table = bytearray(hdu.data)
    table[0:4] = (40).to_bytes(4, "big")
    with pytest.raises(InvalidInputError, match="broken"):
        open_rice(replace(hdu, data=memoryview(bytes(table))), (4, 300), "a.fits").whole()


def test_quantised_floats_are_left_to_the_library():
    data = packed(np.random.default_rng(0).normal(size=(50, 300)).astype("f4"))
    assert open_rice(scan_fits(data, "a.fits")[1], (50, 300), "a.fits") is None


def test_tiles_whose_places_add_up_to_little_are_refused():
    """Two huge numbers whose sum wraps around."""
    data = packed(np.random.default_rng(0).integers(-2000, 2000, (4, 300)).astype("i2"))
    hdu = scan_fits(data, "a.fits")[1]
    header = dict(hdu.header) | {"TFORM1": "1QB(100)", "NAXIS1": 16, "THEAP": 64}
    table = np.full((4, 2), 1 << 62, ">i8").tobytes() + bytes(hdu.data[32:])
    with pytest.raises(InvalidInputError, match="beyond the end"):
        open_rice(replace(hdu, header=header, data=memoryview(table)), (4, 300), "a.fits")


@pytest.mark.parametrize("tile", [None, (7, 11), (130, 60)])
def test_stripes_of_a_tall_image(tile):
    pixels = np.cumsum(np.random.default_rng(0).integers(-50, 50, (300, 60)), axis=1).astype("i4")
    ours, _ = both(packed(pixels, tile), pixels.shape)
    np.testing.assert_array_equal(ours, pixels)


def test_the_compiled_loop_is_kept_for_other_processes(tmp_path):
    """A loop whose key changes with each process would be compiled by each of them, which takes seconds."""
    import os
    import subprocess
    import sys

    code = (
        "import numpy as np; from helioscribe.ingest.sources.images.rice_loops import decode as d;"
        "a = np.zeros((1, 2), np.int64); d(np.zeros(5000, np.uint8), a, a, np.array((1, 8)), np.zeros((1, 8), 'i2'), 32, 4, 14, 16);"
        "print(sum(d.stats.cache_hits.values()))"
    )
    environment = os.environ | {"NUMBA_CACHE_DIR": str(tmp_path)}
    told = [
        subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True)
        for _ in range(2)
    ]
    assert [one.stdout.strip() for one in told] == ["0", "1"]

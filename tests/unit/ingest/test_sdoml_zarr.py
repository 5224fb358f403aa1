import json
import threading
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer

import numpy as np
import pytest

from helioscribe.domain.errors import InvalidInputError, NotFoundError, UnavailableError
from helioscribe.domain.times import TimeRange
from helioscribe.ingest.readers import read_bytes
from helioscribe.ingest.sources.sdoml_fits import as_fits
from helioscribe.ingest.sources.sdoml_zarr import SdomlStore
from helioscribe.ingest.sources.time_grid import join_nearest
from helioscribe.ingest.sources.zarr_files import ZarrFiles
from support.data import real_file
from support.zarr_store import CHUNK, change_attributes, make_channel, pixels_of

# Not in the order of time, as the published arrays are.
MINUTES = (6, 0, 12, 18, 30, 24, 36, 42, 48)
TIMES = [f"2014-02-03T02:{minute:02d}:11.34Z" for minute in MINUTES]
TAI = [f"2014.02.03_02:{minute:02d}:46_TAI" for minute in (0, 12, 24, 36)]


@pytest.fixture
def root(tmp_path):
    make_channel(tmp_path / "sun.zarr", times=TIMES)
    make_channel(tmp_path / "sun.zarr", name="Bz", times=TAI)
    return tmp_path / "sun.zarr"


def test_years_and_channels_are_listed(root):
    assert SdomlStore(str(root)).channels() == [("2014", "171A"), ("2014", "Bz")]


def test_images_are_chosen_by_any_keyword_and_come_by_time(root):
    channel = SdomlStore(str(root)).channel("2014", "171A")
    chosen = channel.select(where="EXPTIME < 1.95 and QUALITY == 0")
    assert list(channel.columns["EXPTIME"][chosen]) == [1.9] * 3
    assert (np.diff(channel.times[chosen]) > np.timedelta64(0, "ns")).all()
    span = TimeRange.of("2014-02-03T02:10", "2014-02-03T02:20")
    assert list(channel.select(span=span)) == [2, 3]
    assert list(channel.select(cadence=720)) == [1, 2, 5, 6, 8]


def test_pixels_are_taken_as_they_are_and_never_corrected_again(root):
    channel = SdomlStore(str(root)).channel("2014", "171A")
    image = channel.image(2)
    np.testing.assert_array_equal(image.pixels, pixels_of(2))
    assert (image.unit, image.channel, image.instrument) == ("DN / s", "171", "AIA")
    file = read_bytes(as_fits(image.pixels, image.header), "x.fits")
    np.testing.assert_allclose(file.product.pixels, pixels_of(2), rtol=1e-6)
    assert file.product.unit == "DN / s"


def test_a_map_of_an_image_has_its_header(root):
    store = SdomlStore(str(root))
    aia, hmi = store.channel("2014", "171A").image(0).to_map(), store.channel("2014", "Bz").image(0).to_map()
    assert type(aia).__name__ == "AIAMap"
    assert type(hmi).__name__ == "HMIMap"
    assert str(aia.unit) == "DN / s"
    assert str(hmi.unit) == "G"
    assert aia.wavelength.value == 171
    assert aia.scale[0].value == pytest.approx(4.8 * 16 * 973.6 / 976)
    assert aia.rsun_obs.value == pytest.approx(973.6)
    assert "NAXIS" not in store.channel("2014", "171A").header(0)


def test_a_component_of_the_field_is_no_magnetogram(root):
    image = SdomlStore(str(root)).channel("2014", "Bz").image(1)
    assert (image.channel, image.unit) == ("Bz", "G")
    assert str(image.time).startswith("2014-02-03T02:12:11")  # 35 s before TAI
    assert read_bytes(as_fits(image.pixels, image.header), "x.fits").channel == "Bz"


def test_channels_of_unequal_length_join_by_time(root):
    store = SdomlStore(str(root))
    times = {name: store.channel("2014", name).times for name in ("Bz", "171A")}
    joined = join_nearest(times, np.timedelta64(180, "s"))
    assert list(joined["Bz"]) == [0, 1, 2, 3]
    assert list(joined["171A"]) == [1, 2, 5, 6]


def test_every_chunk_is_read_once(root, monkeypatch):
    images = SdomlStore(str(root)).channel("2014", "171A").images
    read = []
    monkeypatch.setattr(
        type(images), "chunk_images", lambda self, number: read.append(number) or np.zeros((CHUNK, 32, 32))
    )
    assert [index for index, _ in images.read(range(9))] == list(range(9))
    assert sorted(read) == [0, 1]  # of the last one there is one image
    read.clear()
    few = dict(images.read([8, 0, 3]))
    assert not read  # their blocks alone are read
    monkeypatch.undo()
    whole = dict(images.read(range(9)))
    assert all(np.array_equal(few[index], whole[index]) for index in (0, 3, 8))


def test_lists_of_unequal_length_are_left_out_and_told(root):
    change_attributes(root / "2014" / "171A", EXPTIME=[2.0, 2.0])
    channel = SdomlStore(str(root)).channel("2014", "171A")
    assert channel.problems == ("sun.zarr/2014/171A: EXPTIME has 2 values for 9 images; it is left out",)
    assert len(channel.select()) == len(TIMES)
    with pytest.raises(InvalidInputError, match="no keyword EXPTIME"):
        channel.select(where="EXPTIME < 2")


def test_a_channel_without_a_time_for_each_image_is_refused(root):
    change_attributes(root / "2014" / "171A", T_OBS=TIMES[:3])
    with pytest.raises(InvalidInputError, match="no time for each of 9 images"):
        SdomlStore(str(root)).channel("2014", "171A")


def test_seconds_of_sixty_are_the_next_minute(root):
    change_attributes(root / "2014" / "171A", T_OBS=["2014-02-03T02:08:60.00Z", "never", *TIMES[2:]])
    times = SdomlStore(str(root)).channel("2014", "171A").times
    assert times[0] == np.datetime64("2014-02-03T02:09:00")
    assert np.isnat(times[1])


@pytest.mark.parametrize("damage", ["cut", "empty", "garbage", "missing", "bomb"])
def test_a_broken_chunk_is_told_and_the_others_are_read(root, damage):
    chunk = root / "2014" / "171A" / "1.0.0"
    data = bytearray(chunk.read_bytes())
    if damage == "bomb":
        data[4:8] = (1 << 31).to_bytes(4, "little")
    damaged = {"cut": data[:40], "empty": b"", "garbage": b"x" * 200, "missing": None, "bomb": data}[damage]
    chunk.unlink() if damaged is None else chunk.write_bytes(damaged)
    images = SdomlStore(str(root)).channel("2014", "171A").images
    with pytest.raises((InvalidInputError, NotFoundError), match=r"2014/171A/1\.0\.0: the chunk is"):
        images.chunk_images(1)
    assert images.chunk_images(2).shape[1:] == (32, 32)


@pytest.mark.parametrize(
    "change",
    [
        {"shape": [10**12, 512, 512]},
        {"shape": [9, 32, -32]},
        {"shape": [9, 32]},
        {"shape": "many"},
        {"chunks": [10**9, 32, 32]},
        {"chunks": [0, 32, 32]},
        {"dtype": "|O"},
        {"dtype": [["a", "<f4"]]},
        {"filters": [{"id": "pickle"}]},
        {"compressor": {"id": "pickle"}},
        {"zarr_format": 3},
    ],
    ids=str,
)
def test_a_hostile_description_is_refused(root, change):
    file = root / "2014" / "171A" / ".zarray"
    file.write_text(json.dumps(json.loads(file.read_text()) | change))
    with pytest.raises(InvalidInputError, match="sun.zarr/2014/171A"):
        SdomlStore(str(root)).channel("2014", "171A")


@pytest.mark.parametrize("text", ["", "[]", "{", "[" * 100_000])
def test_a_description_that_is_no_json_object_is_refused(root, text):
    (root / "2014" / "171A" / ".zarray").write_text(text)
    with pytest.raises(InvalidInputError, match="zarray"):
        SdomlStore(str(root)).channel("2014", "171A")


@pytest.fixture
def web(root):
    """The store on a web server of this machine."""

    class Quiet(SimpleHTTPRequestHandler):
        def log_message(self, *args):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(root.parent)))
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/sun.zarr"
    server.shutdown()
    server.server_close()
    thread.join()


def test_a_web_server_that_lists_nothing_is_probed(web):
    store = SdomlStore(web)
    assert store.channels() == [("2014", "171A"), ("2014", "Bz")]
    np.testing.assert_array_equal(store.channel("2014", "171A").image(7).pixels, pixels_of(7))


def test_a_store_that_is_not_there_is_told(tmp_path):
    with pytest.raises(NotFoundError, match="no such folder"):
        SdomlStore(str(tmp_path / "none.zarr"))
    with pytest.raises(UnavailableError):
        SdomlStore("http://127.0.0.1:9/none.zarr").channels()
    with pytest.raises(InvalidInputError, match="expected a folder"):
        SdomlStore("ftp://host/none.zarr")


def test_the_store_made_of_real_images():
    root = real_file("sdoml_zarr/sdomlv2_small.zarr/.zgroup").parent
    store = SdomlStore(str(root))
    assert store.channels() == [("2014", "171A"), ("2021", "304A")]
    channel = store.channel("2014", "171A")
    assert channel.problems == ()
    assert len(channel.select(where="EXPTIME < 2.0")) == 4
    image = channel.image(3)
    assert image.unit == "display"  # 8 bit, and it says so
    assert image.pixels.shape == (512, 512)
    assert str(image.to_map().date).startswith("2014-02-03T03:30:2")


def test_headers_are_read_once_until_they_change(tmp_path, monkeypatch):
    root, cache = tmp_path / "sun.zarr", tmp_path / "cache"
    odd = {
        "MIXED": [1, "a", None, 2.5, True, "nan", 0, 0, 0],
        "ZERO": ["a\x00", *"bcdefghi"],
        "WHOLE": [2**40, *range(7), -5],
    }
    channel = make_channel(root, times=TIMES, **odd, SHORT=[1, 2])
    fresh = SdomlStore(str(root), cache).channel("2014", "171A")
    read, asked = ZarrFiles.read_json, []
    monkeypatch.setattr(
        ZarrFiles, "read_json", lambda self, key, limit: (asked.append(key), read(self, key, limit=limit))[1]
    )
    kept = SdomlStore(str(root), cache).channel("2014", "171A")
    assert not [key for key in asked if key.endswith(".zattrs")]
    assert dict(kept.lists) == dict(fresh.lists)
    assert [type(value) for value in kept.lists["MIXED"]] == [type(value) for value in odd["MIXED"]]
    assert kept.problems == fresh.problems
    assert kept.header(0) == fresh.header(0)
    change_attributes(channel, EXPTIME=[7.5] * len(TIMES))
    assert SdomlStore(str(root), cache).channel("2014", "171A").lists["EXPTIME"] == [7.5] * len(TIMES)
    (file,) = cache.iterdir()
    file.write_bytes(b"PK rubbish")
    assert SdomlStore(str(root), cache).channel("2014", "171A").lists["EXPTIME"] == [7.5] * len(TIMES)


def test_a_cache_that_cannot_be_written_is_no_obstacle(tmp_path):
    (tmp_path / "cache").write_text("no folder")
    make_channel(tmp_path / "sun.zarr", times=TIMES)
    assert len(SdomlStore(str(tmp_path / "sun.zarr"), tmp_path / "cache").channel("2014", "171A").times) == len(TIMES)

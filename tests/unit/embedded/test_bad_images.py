"""Every bad image of a batch gets one clear line and a place in the ledger; the good ones become observations."""

import numpy as np
import pytest
from click.testing import CliRunner

from helioscribe.embedded.cli import cli
from support.data import real_file
from support.images import sun, write_image
from support.zarr_store import change_attributes, make_channel

TIMES = [f"2014-02-03T02:{minute:02d}:11.34Z" for minute in (6, 0, 12, 18, 30)]
BAD = {
    "nowhere.fits": "an image without solar coordinates",
    "mirrored.fits": "expected turned squares, none mirrored",
    "nothing.fits": "no pixel has a value",
    "eclipse.fits": "not usable, QUALITY says: eclipse",
    "short.fits": "the file is cut off",
}


def invoke(*arguments):
    return CliRunner().invoke(cli, [str(argument) for argument in arguments])


@pytest.fixture
def batch(tmp_path):
    folder = tmp_path / "batch"
    folder.mkdir()
    write_image(folder / "good.fits", sun())
    write_image(
        folder / "matrix.fits", sun(spot=(100.0, 0.0)), CROTA2=None, CDELT1=None, CDELT2=None, CD1_1=10.0, CD2_2=10.0
    )
    write_image(folder / "nowhere.fits", sun(), CTYPE1=None, CTYPE2=None, CRPIX1=None, CDELT1=None)
    write_image(folder / "mirrored.fits", sun(), CROTA2=None, PC1_1=-1.0, PC1_2=0.0, PC2_1=0.0, PC2_2=1.0)
    write_image(folder / "nothing.fits", np.full((100, 100), np.nan, np.float32))
    write_image(folder / "eclipse.fits", sun(), QUALITY=1 << 8)
    whole = write_image(folder / "short.fits", sun(spot=(0.0, 0.0)))
    whole.write_bytes(whole.read_bytes()[:100_000])
    return folder


@pytest.mark.parametrize("command", ["ingest", "detect"])
def test_bad_files_are_told_and_the_rest_goes_on(batch, home, command):
    done = invoke("--home", home, command, batch)
    assert done.exit_code == 2
    for name, told in BAD.items():
        assert f"helioscribe: {name}: " in done.stderr
        assert told in done.stderr
    assert "Traceback" not in done.output
    ledger = invoke("--home", home, "failures").stdout
    assert all(name in ledger for name in BAD)
    assert "good.fits" not in ledger + done.stderr
    assert "matrix.fits" not in ledger + done.stderr


def test_a_broken_jpeg_2000_is_told(home):
    done = invoke("--home", home, "ingest", real_file("euv_fulldisk/broken_no_codestream.jp2"))
    assert done.exit_code == 2
    assert "broken_no_codestream.jp2: a JPEG 2000 file without an image" in done.stderr
    assert "broken_no_codestream.jp2" in invoke("--home", home, "failures").stdout


def test_a_patch_is_no_full_disk(home):
    labels = real_file("magnetograms/patch_labels.csv")
    patch = next((labels.parent / "sharp").rglob("*.magnetogram.fits"))
    done = invoke("--home", home, "detect", patch, "--detector", "ar-detectnet")
    assert done.exit_code == 2
    assert "ar-detectnet does not read solar_image of HMI magnetogram patch" in done.stderr
    assert patch.name in invoke("--home", home, "failures").stdout


def test_bad_parts_of_a_store_are_told_and_the_rest_goes_on(tmp_path, home):
    store = tmp_path / "sun.zarr"
    make_channel(store, times=[TIMES[0].replace("06:11.34", "05:60.00"), *TIMES[1:]])
    change_attributes(store / "2014" / "171A", EXPTIME=[2.0, 2.0])
    cut = store / "2014" / "171A" / "1.0.0"
    cut.write_bytes(cut.read_bytes()[:-30])
    done = invoke("--home", home, "ingest", store)
    assert done.exit_code == 2
    assert done.stdout.count("obs-") == 4
    minute = ("--start", "2014-02-03T02:06:00", "--end", "2014-02-03T02:06:01")  # what 02:05:60 is
    assert invoke("--home", home, "ingest", store, *minute).stdout.count("obs-") == 1
    ledger = invoke("--home", home, "failures").stdout
    assert "EXPTIME has 2 values for 5 images; it is left out" in ledger
    assert "the chunk is cut off or broken" in ledger

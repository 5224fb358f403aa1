"""A folder with good and bad magnetograms: each bad one is told and entered, and the rest goes on."""

import json

import numpy as np
import pytest
from click.testing import CliRunner

from helioscribe.embedded.cli import cli
from helioscribe_ar_detectnet.simulation.disk import Instrument, render
from helioscribe_ar_detectnet.simulation.scenes import place_region
from support.images import write_image

SIDE = 512
SCALE = 968.66 / (976 / 4.8)
DISK = {"CDELT1": SCALE, "CDELT2": SCALE}


def field():
    placed = [place_region(np.random.default_rng(3), "BETA-GAMMA", 25, 15, leading=1)]
    scene = render(np.random.default_rng(3), placed, Instrument())
    return np.where(scene.field == 0, np.nan, scene.field)


@pytest.fixture
def folder(tmp_path):
    folder = tmp_path / "day"
    folder.mkdir()
    write_image(folder / "good.fits", field(), **DISK)
    write_image(folder / "nowcs.fits", field(), **DISK, CTYPE1=None, CTYPE2=None)
    write_image(folder / "nan.fits", np.full((64, 64), np.nan, np.float32), **DISK)
    (folder / "broken.jp2").write_bytes(b"\x00\x00\x00\x0cjP  \r\n\x87\n" + b"\x00" * 100)
    cea = {"CTYPE1": "CRLN-CEA", "CTYPE2": "CRLT-CEA", "CRVAL1": 60.0, "CDELT1": 0.03, "CDELT2": 0.03, "HARPNUM": 377}
    write_image(folder / "sharp.fits", field()[200:300, 300:450], **cea)
    (folder / "cut.fits").write_bytes((folder / "good.fits").read_bytes()[:9000])
    return folder


def test_bad_magnetograms_are_told_and_entered_and_the_rest_goes_on(folder, tmp_path):
    home = ["--home", str(tmp_path / "home")]
    done = CliRunner().invoke(cli, [*home, "detect", str(folder), "--json"], prog_name="helioscribe")
    assert done.exit_code == 2
    assert {event["event_type"] for event in json.loads(done.stdout)} == {"AR"}
    lines = done.stderr.splitlines()
    told = {
        "nowcs.fits": "an image without solar coordinates",
        "nan.fits": "no pixel has a value",
        "broken.jp2": "",
        "cut.fits": "",
        "sharp.fits": "skipped: no detector reads solar_image of HMI",
    }
    for name, reason in told.items():
        assert any(name in line and reason in line for line in lines), (name, lines)
    assert any("ar-detectnet reads solar_image HMI/MDI/GONG magnetogram" in line for line in lines)
    entered = CliRunner().invoke(cli, [*home, "failures", "--json"], prog_name="helioscribe").stdout
    assert all(name in entered for name in ("nowcs.fits", "nan.fits", "broken.jp2", "cut.fits"))
    assert "good.fits" not in entered


def test_a_day_becomes_a_film(tmp_path):
    from PIL import Image

    for hour, name in enumerate("ba"):
        write_image(tmp_path / f"{name}.fits", field(), **DISK, T_OBS=f"2014-03-01T0{hour}:00:00Z")
    paths = [str(tmp_path / f"{name}.fits") for name in "ab"]
    arguments = ["detect", *paths, "-d", "ar-detectnet", "--output", str(tmp_path / "out"), "--film"]
    done = CliRunner().invoke(cli, ["--home", str(tmp_path / "home"), *arguments], prog_name="helioscribe")
    assert done.exit_code == 0, done.stderr
    with Image.open(tmp_path / "out" / "ar-detectnet.gif") as film:
        assert film.n_frames == 2
        frame = np.asarray(film.convert("RGB").resize((100, 100)), float)
    with (
        Image.open(tmp_path / "out" / "b_ar-detectnet.png") as first,
        Image.open(tmp_path / "out" / "a_ar-detectnet.png") as last,
    ):
        far = [np.abs(frame - np.asarray(one.convert("RGB").resize((100, 100)), float)).mean() for one in (first, last)]
    assert far[0] < far[1]  # in the order of time, not of names

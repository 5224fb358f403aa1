import pytest
from click.testing import CliRunner

from helioscribe.embedded.cli import cli
from helioscribe.runtime.plots import quality
from support.images import sun, write_image
from support.zarr_store import make_channel

TIMES = [f"2014-02-03T02:{minute:02d}:11.34Z" for minute in (6, 0, 12)]


@pytest.fixture
def drawn(monkeypatch):
    """The series that were drawn, and the drawing still is."""
    seen, draw = [], quality.draw_quality
    monkeypatch.setattr(
        quality, "draw_quality", lambda series, *rest, **more: (seen.extend(series), draw(series, *rest, **more))
    )
    return seen


def invoke(*arguments):
    done = CliRunner().invoke(cli, [str(argument) for argument in arguments], catch_exceptions=False)
    assert done.exit_code == 0, done.output
    return done


def test_quality_of_ingested_images_knows_their_sensitivity(tmp_path, home, drawn):
    make_channel(tmp_path / "sun.zarr", times=TIMES)
    aia = {
        "TELESCOP": "SDO/AIA",
        "INSTRUME": "AIA_3",
        "WAVELNTH": 304,
        "CONTENT": None,
        "BUNIT": "DN/s",
        "EXPTIME": 2.9,
        "QUALITY": 1 << 8,
    }
    for number, known in enumerate(({"HS_DEGR": 0.25}, {})):
        write_image(tmp_path / f"{number}.fits", sun() + number, **aia, **known, T_OBS=f"2014-02-03T0{number}:00:00")
    invoke("--home", home, "ingest", tmp_path / "sun.zarr", tmp_path / "0.fits", tmp_path / "1.fits")
    picture = tmp_path / "qc.png"
    assert invoke("--home", home, "qc", "-o", picture).stderr.strip() == f"wrote {picture}"
    assert picture.stat().st_size > 10_000
    by_name = {one.name: one.ordered() for one in drawn}
    assert list(by_name["AIA 171"].degradation) == [0.8] * 3
    assert by_name["AIA 304"].degradation[0] == 0.25
    assert by_name["AIA 304"].degradation[1] != by_name["AIA 304"].degradation[1]  # not known
    assert list(by_name["AIA 304"].flagged) == [True, True]
    assert list(by_name["AIA 304"].exposure) == [2.9, 2.9]


def test_quality_of_a_store_says_the_same(tmp_path, drawn):
    make_channel(tmp_path / "sun.zarr", times=TIMES)
    invoke("qc", tmp_path / "sun.zarr", "--channel", "171A", "-o", tmp_path / "qc.svg")
    assert list(drawn[0].degradation) == [0.8] * 3

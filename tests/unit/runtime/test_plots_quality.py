import numpy as np
import pytest
from click.testing import CliRunner
from PIL import Image

from helioscribe.embedded.cli import cli
from helioscribe.runtime.plots.quality import QualitySeries, draw_quality
from support.zarr_store import make_channel


def series(name="171A", hours=48, gap=slice(100, 140)):
    rng = np.random.default_rng(3)
    n = hours * 10
    times = np.datetime64("2014-02-03", "ns") + np.arange(n) * np.timedelta64(360, "s")
    keep = np.ones(n, bool)
    keep[gap] = False
    flare = np.abs(np.arange(n) - 300) < 25
    one = QualitySeries(
        name=name,
        times=times,
        exposure=np.where(flare, 0.6, 2.0) + rng.normal(0, 0.002, n),
        degradation=0.8 - np.arange(n) * 1e-5,
        flagged=rng.random(n) < 0.01,
    )
    order = rng.permutation(np.flatnonzero(keep))
    return QualitySeries(
        name=name,
        times=times[order],
        exposure=one.exposure[order],
        degradation=one.degradation[order],
        flagged=one.flagged[order],
    )


def test_a_gap_is_a_step_much_longer_than_the_usual_one():
    ordered = series().ordered()
    assert list(ordered.gaps) == [99]
    assert ordered.steps[99] == 41 * 360


@pytest.mark.parametrize("dark", [False, True])
def test_several_channels_are_drawn(tmp_path, dark):
    draw_quality([series(), series("304A", gap=slice(200, 210)), series("Bz", 24)], tmp_path / "qc.png", dark=dark)
    with Image.open(tmp_path / "qc.png") as image:
        assert image.size[0] == 1320
        assert np.unique(np.asarray(image.convert("RGB")).reshape(-1, 3), axis=0).shape[0] > 100


def test_images_without_times_or_numbers_are_drawn(tmp_path):
    nothing = np.full(3, np.nan)
    times = np.array(["NaT", "2014-02-03", "NaT"], dtype="datetime64[ns]")
    one = QualitySeries(name="x", times=times, exposure=nothing, degradation=nothing, flagged=np.zeros(3, bool))
    draw_quality([one], tmp_path / "qc.svg")
    assert "not known" in (tmp_path / "qc.svg").read_text()


def test_microseconds_of_exposure_are_no_change(tmp_path):
    times = np.datetime64("2014-02-03", "ns") + np.arange(4) * np.timedelta64(360, "s")
    exposure = 1.9996 + np.array([7, -1, 3, 4]) * 1e-6
    one = QualitySeries(name="x", times=times, exposure=exposure, degradation=np.ones(4), flagged=np.zeros(4, bool))
    draw_quality([one], tmp_path / "qc.svg")
    text = (tmp_path / "qc.svg").read_text()
    assert "<!-- 2.00 -->" in text
    assert "<!-- 1e" not in text


def run(*arguments):
    return CliRunner().invoke(cli, [str(argument) for argument in arguments])


def test_a_store_and_what_was_ingested_from_it(tmp_path):
    times = [f"2014-02-03T02:{minute:02d}:11.34Z" for minute in (6, 0, 12, 40)]
    make_channel(tmp_path / "sun.zarr", times=times)
    make_channel(tmp_path / "sun.zarr", name="Bz", times=times)
    home = tmp_path / "home"
    assert run("qc", tmp_path / "sun.zarr", "-o", tmp_path / "store.png", "--channel", "171A").exit_code == 0
    assert run("--home", home, "ingest", tmp_path / "sun.zarr").exit_code == 0
    assert run("--home", home, "qc", "-o", tmp_path / "home.png").exit_code == 0
    assert all((tmp_path / f"{name}.png").stat().st_size > 10_000 for name in ("store", "home"))


def test_nothing_to_draw_and_another_format_are_told(tmp_path):
    home = tmp_path / "home"
    assert "no image of that" in str(run("--home", home, "qc", "-o", tmp_path / "x.png").exception)
    assert "expected a name that ends" in str(run("--home", home, "qc", "-o", tmp_path / "x.doc").exception)

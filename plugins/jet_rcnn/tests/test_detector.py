"""The detector on sequences: coverage, thresholds, one event of overlapping cut-outs, real jets."""

from dataclasses import replace

import numpy as np
import pytest
from click.testing import CliRunner

from helioscribe.domain.coverage import CoverageState
from helioscribe.domain.errors import InvalidInputError
from helioscribe.ingest.readers import read_product
from helioscribe.sdk.discovery import find_plugin
from helioscribe.sdk.testing import synthetic_light_curve, synthetic_sequence
from helioscribe_jet_rcnn.data.counts import counts_of
from helioscribe_jet_rcnn.detector import create
from helioscribe_jet_rcnn.evaluation import evaluate
from helioscribe_jet_rcnn.outputs import write
from support.cubes import write_cube
from support.data import DATA, real_file

MANIFEST = find_plugin("jet-rcnn").manifest


def detect(product, models, **parameters):
    return create(MANIFEST.resolve_parameters(parameters)).detect(product, models)


def jet(frames=40, shape=(80, 120), first=15, left=0):
    """A limb with a jet that grows northward from (60, 20), `left` pixels cut off in the west."""
    rng = np.random.default_rng(0)
    y, x = np.mgrid[: shape[0], : shape[1]]
    field = 60 + 60 / (1 + np.exp((y - 22 - 4 * np.sin(x / 15)) / 4)) + 8 * np.sin(x / 5) * np.cos(y / 6)
    cube = field + 2 * rng.standard_normal((frames, *shape))
    for frame in range(first, first + 9):
        top = 20 + 6 * (frame - first + 1)
        cube[frame] += 110 * np.exp(-(((x - 60) / 1.8) ** 2) / 2) * ((y > 18) & (y < top))
    return np.clip(cube, 0, 255).astype(np.uint8)[:, :, left:]


@pytest.fixture(scope="module")
def cube(tmp_path_factory):
    return read_product(write_cube(tmp_path_factory.mktemp("cube") / "a.fits", jet())).product


def test_a_jet_is_found_where_and_when_it_is(cube, models):
    found = detect(cube, models, threshold=0.1)
    best = max(found.detections, key=lambda one: one.measurements["jet_evidence"])
    west, north = 140 + 60 * 2.0, -460 + 35 * 2.01
    assert abs(best.position.tx - west) < 40
    assert abs(best.position.ty - north) < 60
    assert np.datetime64(best.peak_time.replace(tzinfo=None)) >= cube.times[12]
    assert np.datetime64(best.peak_time.replace(tzinfo=None)) <= cube.times[27]


def test_frames_in_a_wrong_order_are_no_jet(cube, models, rng):
    shuffled = replace(cube, pixels=cube.pixels[rng.permutation(len(cube.pixels))])
    assert not detect(shuffled, models, threshold=0.01).detections
    assert detect(cube, models, threshold=0.01).detections


def test_scores_are_kept_for_every_frame(cube, models):
    found = detect(cube, models)
    assert found.scores.names == ("probability", "evidence", "x1", "y1", "x2", "y2")
    np.testing.assert_array_equal(found.scores.times, cube.times)


def test_a_threshold_of_one_finds_nothing_and_says_that_it_looked(cube, models):
    found = detect(cube, models, threshold=1.0)
    assert found.detections == ()
    assert [span.state for span in found.covered] == [CoverageState.NOTHING_FOUND]


def test_gaps_and_short_stretches_are_not_observed(cube, models):
    times = cube.times.copy()
    times[20:] += np.timedelta64(600, "s")
    times[36:] += np.timedelta64(600, "s")
    found = detect(replace(cube, times=times), models, threshold=1.0)
    assert [(span.state, span.reason) for span in found.covered] == [
        (CoverageState.NOTHING_FOUND, ""),
        (CoverageState.NOT_OBSERVED, "no frames"),
        (CoverageState.NOTHING_FOUND, ""),
        (CoverageState.NOT_OBSERVED, "no frames"),
        (CoverageState.NOT_OBSERVED, "4 frames; 8 are needed"),
    ]
    assert len(found.scores.times) == 36


def test_frames_that_show_nothing_new_are_as_if_they_were_not_there(cube, models):
    broken = cube.pixels.copy()
    broken[7], broken[20], broken[30] = 0, np.nan, broken[29]
    found = detect(replace(cube, pixels=broken), models)
    there = np.delete(np.arange(40), [7, 20, 30])
    np.testing.assert_array_equal(found.scores.times, cube.times[there])
    fewer = replace(cube, pixels=cube.pixels[there], times=cube.times[there], headers=cube.headers[:37])
    np.testing.assert_array_equal(found.scores.values, detect(fewer, models).scores.values)
    with pytest.raises(InvalidInputError, match="no frame shows anything"):
        detect(replace(cube, pixels=np.zeros_like(cube.pixels)), models)


def test_faster_sequences_are_thinned_and_slow_ones_refused(cube, models):
    start = cube.times[0]
    fast = replace(cube, times=start + np.arange(40) * np.timedelta64(12, "s"))
    assert len(detect(fast, models).scores.times) == 20
    slower = replace(cube, times=start + np.arange(40) * np.timedelta64(36, "s"))
    assert len(detect(slower, models).scores.times) == 40
    slow = replace(cube, times=start + np.arange(40) * np.timedelta64(120, "s"))
    with pytest.raises(InvalidInputError, match="one frame in 120 s"):
        detect(slow, models)


def test_a_disk_that_nobody_cut_is_refused(cube, models):
    disk = tuple({**header, "CDELT1": 20.0, "CDELT2": 20.0} for header in cube.headers)
    with pytest.raises(InvalidInputError, match="a field of 2400 x 1600 arcsec; expected 1000 at most"):
        detect(replace(cube, headers=disk), models)


def test_a_stride_changes_no_encoding(cube, models):
    detect(cube, models, stride=15)
    assert models.asked == {"encoder": 40, "head": 2}


def test_other_products_are_refused(models):
    with pytest.raises(InvalidInputError, match="reads image sequences, got light_curve"):
        detect(synthetic_light_curve(), models)


def test_outputs_are_a_plot_and_a_table(cube, models, tmp_path):
    found = detect(cube, models, threshold=0.1)
    paths = write(cube, found, tmp_path, stem="a", formats=("png", "csv"), dpi=60)
    assert [path.name for path in paths] == ["a_scores.png", "a_scores.csv"]
    assert len(paths[1].read_text().splitlines()) == 41
    assert write(
        synthetic_sequence(), detect(synthetic_sequence(), models), tmp_path, stem="b", formats=("csv",), dpi=60
    )


def test_overlapping_cut_outs_give_one_event(tmp_path):
    from helioscribe.embedded.commands.detect import detect as command
    from helioscribe.embedded.platform import Embedded
    from helioscribe.ports.catalogue import EventQuery

    whole = write_cube(tmp_path / "whole.fits", jet())
    part = write_cube(tmp_path / "part.fits", jet(left=20), CRVAL1=140.0 + 20 * 2.0)
    home = tmp_path / "home"
    arguments = ["-d", "jet-rcnn", "--param", "threshold=0.1", "--home", str(home)]
    CliRunner().invoke(command, [str(whole), str(part), *arguments], catch_exceptions=False)
    with Embedded(home, work=False) as embedded:
        catalogue = embedded.platform.catalogue
        events = list(catalogue.search(EventQuery()))
        observations = {one.id for one in catalogue.observations()}
    jets = [event for event in events if set(event.observation_ids) == observations]
    assert len(observations) == 2
    assert len(jets) == 1


def test_a_sequence_that_is_too_short_is_said_to_be(tmp_path):
    from helioscribe.embedded.commands.detect import detect as command

    short = write_cube(tmp_path / "short.fits", jet()[:6])
    arguments = [str(short), "-d", "jet-rcnn", "--home", str(tmp_path / "home")]
    found = CliRunner().invoke(command, arguments, catch_exceptions=False)
    assert found.exit_code == 0
    assert found.stderr.strip() == "helioscribe: short.fits: jet-rcnn could not look: 6 frames; 8 are needed"


def test_most_real_jets_of_held_out_events_are_found(models):
    names = ("70444463", "70444467", "70444468", "70444465")  # the first of the largest event that was held out
    hits = 0
    for name in names:
        product = read_product(real_file(f"aia_jets/sequences/seq_{name}.fits")).product
        hits += bool(detect(product, models).detections)
    assert hits >= 3


def test_counts_score_as_their_rendering_does(cube, models):
    counts = counts_of(cube.pixels, np.random.default_rng(1))
    low, high = np.quantile(counts, (0.001, 0.9995))
    shown = np.round(255 * np.arcsinh(100 * np.clip((counts - low) / (high - low), 0, 1)) / np.arcsinh(100))
    first, second = (
        detect(replace(cube, pixels=pixels, unit=unit), models).scores.values
        for pixels, unit in ((counts, "DN / s"), (shown.astype(np.float32), "display"))
    )
    np.testing.assert_allclose(first[:, :2], second[:, :2], atol=0.1)


def test_the_evaluation_tells_real_from_simulated(models, tmp_path, monkeypatch):
    real_file("aia_jets/labels.csv")
    wanted = {"23"}  # a small event that was held out

    def read(path):
        return read_product(path).product

    def run(product, changed):
        return detect(product, models, **changed)

    monkeypatch.setattr("helioscribe_jet_rcnn.evaluation._evaluate._WINDOWS", 16)
    small = tmp_path / "data"
    (small / "sequences").mkdir(parents=True)
    rows = (DATA / "aia_jets/labels.csv").read_text().splitlines()
    kept = [row for row in rows[1:] if row.split(",")[-1] in wanted]
    for row in kept:
        (small / row.split(",")[1]).symlink_to(DATA / "aia_jets" / row.split(",")[1])
    (small / "labels.csv").write_text("\n".join([rows[0], *kept]))
    found = evaluate(small, read=read, detect=run, folder=tmp_path)["events that were held out"]
    assert set(found["real jets by event"]["events"]) == wanted
    assert found["all windows"]["true_positive"] + found["all windows"]["false_negative"] >= 6
    areas = found["areas under the ROC"]
    assert set(areas) == {"jet-rcnn", "running-difference energy", "frame-mean change"}
    assert all(0.5 <= area <= 1 for area in areas["frame-mean change"].values())
    assert found["disputed"]["sequences"] == 0
    assert found["real jets as counts"]["median change"] < 0.05
    assert (tmp_path / "jet-rcnn.png").stat().st_size > 10_000

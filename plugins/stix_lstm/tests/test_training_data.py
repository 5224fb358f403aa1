import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from stix_lstm_support import make_curve, quiet_counts

from helioscribe.domain.errors import InvalidInputError
from helioscribe.sdk import labels, parts
from helioscribe_stix_lstm._features import COLUMNS
from helioscribe_stix_lstm.training._compression import compressed
from helioscribe_stix_lstm.training._dataset import make_dataset
from helioscribe_stix_lstm.training._flares import flare
from helioscribe_stix_lstm.training._population import listed, summarised
from helioscribe_stix_lstm.training._quiet import quiet_parts
from helioscribe_stix_lstm.training._scenes import LENGTH, scene

OPTIONS = {"seed": 3, "sequences": 24, "sequence_steps": 60, "grouped_share": 0.5}
COLUMNS_OF_LIST = [f"LC{band}_{kind}_COUNTS_4S" for band in range(5) for kind in ("PEAK", "BKG")]


def test_compression_gives_the_values_seen_in_real_files():
    assert compressed(np.array([5.0, 15.0, 33.0, 245.0, 260.0, 900.0, 5000.0])).tolist() == [
        5,
        15,
        33,
        247,
        271,
        927,
        4863,
    ]


@given(st.integers(0, 10**7))
def test_compression_keeps_its_error_below_a_sixteenth_and_its_values(count):
    once = compressed(np.array([float(count)]))
    assert abs(once[0] - count) <= count / 16
    assert compressed(once) == once


def test_simulated_flares_rise_faster_than_they_decay_and_harden_early():
    rng, population = np.random.default_rng(0), summarised(np.random.default_rng(1))
    shapes = [flare(rng, population, LENGTH) for _ in range(60)]
    whole = [shape for shape in shapes if 200 < shape[:, 0].argmax() < LENGTH - 1500]
    rise, decay, lead = [], [], []
    for shape in whole:
        peak, above = int(shape[:, 0].argmax()), np.flatnonzero(shape[:, 0] > 0.3 * shape[:, 0].max())
        rise.append(peak - above[0])
        decay.append(above[-1] - peak)
        lead.append(peak - int(shape[:, 2].argmax()))
    assert np.median(rise) < np.median(decay)
    assert np.median(lead) > 0
    assert all((shape >= 0).all() for shape in shapes)


@given(seed=st.integers(0, 10_000), grouped=st.booleans())
def test_scene_tells_a_consistent_truth(seed, grouped):
    made = scene(np.random.default_rng(seed), summarised(np.random.default_rng(0), 50), [], grouped=grouped)
    assert made.x.shape == (LENGTH, COLUMNS)
    assert made.quiet.shape == (LENGTH, 5)
    assert np.isfinite(made.x).all()
    assert np.isfinite(made.quiet).all()
    assert set(np.unique(made.label)) <= {0.0, 1.0}
    # Asked only where something was measured.
    assert made.weight[made.x[:, 5] == 0].max(initial=0.0) == 0.0
    flaring = (made.label == 1) & (made.weight > 0)
    if flaring.sum() > 50 and not grouped:
        assert made.x[flaring, 0].mean() > made.x[(made.label == 0) & (made.weight > 0), 0].mean()


def test_dataset_is_the_same_for_the_same_seed():
    first, second = (make_dataset(OPTIONS, data=None, read=lambda path: None) for _ in range(2))
    assert first.train.arrays["x"].shape == (24, 60, COLUMNS)
    assert first.train.arrays["quiet"].shape == (24, 61, 5)
    assert first.validation.arrays["x"].shape == (12, 60, COLUMNS)
    for name, array in first.train.arrays.items():
        np.testing.assert_array_equal(array, second.train.arrays[name])


def write_list(path, rows=30):
    header = ["start_UTC", "peak_UTC", "end_UTC", *COLUMNS_OF_LIST]
    line = ["2022-01-01T00:00:00", "2022-01-01 00:02:00.5", "2022-01-01T00:10:00"]
    line += [
        text
        for peak, quiet in ((3000, 245), (400, 46), (90, 60), (800, 763), (420, 410))
        for text in (str(peak), str(quiet))
    ]
    path.write_text("\n".join([",".join(header)] + [",".join(line)] * rows))


def test_flare_list_is_read(tmp_path):
    write_list(tmp_path / "list.csv")
    population = listed(tmp_path / "list.csv")
    assert population.rise.tolist() == pytest.approx([120.5] * 30)
    assert population.decay[0] == pytest.approx(479.5)
    assert population.excess[0, 0] == pytest.approx(3000 - 245 - 2.5 * np.sqrt(245))
    assert population.excess[0, 3] == 0.0


@pytest.mark.parametrize("text", ["", "a,b\n1,2\n", "start_UTC,peak_UTC,end_UTC\nx,y,z\n"])
def test_bad_flare_list_is_refused(tmp_path, text):
    (tmp_path / "list.csv").write_text(text)
    with pytest.raises(InvalidInputError, match="list.csv"):
        listed(tmp_path / "list.csv")


def test_folder_with_quiet_day_and_list(tmp_path):
    write_list(tmp_path / "x_operational_flare_list_y.csv")
    (tmp_path / "solo_L1_stix-ql-lightcurve_20200506_V01.fits").touch()
    day = make_curve(quiet_counts(21_600), start="2020-05-06T00:00:00")
    made = make_dataset(OPTIONS, data=tmp_path, read=lambda path: day)
    assert "real" in made.description["background"]


def test_folder_without_data_says_what_is_missing(tmp_path):
    with pytest.raises(InvalidInputError, match="operational_flare_list"):
        make_dataset(OPTIONS, data=tmp_path, read=lambda path: None)


def test_a_dataset_of_the_catalogue_gives_split_and_quiet_times(tmp_path):
    """Each part learns its own files, and what people rejected is no flare."""
    flare, glitch = slice(6000, 6100), slice(9000, 9100)
    days = {}
    for name, level in (("a.fits", 1.0), ("b.fits", 3.0), ("c.fits", 9.0)):
        counts = level * quiet_counts(21_600)
        counts[flare], counts[glitch] = 5000.0, 7000.0
        days[name] = make_curve(counts, start="2022-03-01T00:00:00")
    with (tmp_path / parts.FILE).open("w", newline="") as stream:
        placed = zip(days, parts.Part, strict=True)
        parts.write_parts(stream, [parts.Placed(path=name, part=part, observation=name) for name, part in placed])
    span = {"start": "2022-03-01T06:40:00", "end": "2022-03-01T06:47:00"}
    rejected = {"start": "2022-03-01T10:00:00", "end": "2022-03-01T10:07:00"}
    with (tmp_path / labels.FILE).open("w", newline="") as stream:
        labels.write_labels(
            stream,
            [
                labels.Label(kind="event", subject="1", decision="confirm", observation="a.fits", **span),
                labels.Label(kind="event", subject="2", decision="reject", observation="a.fits", **rejected),
            ],
        )
    train, validation = quiet_parts(parts.read_parts(tmp_path), lambda path: days[path.name])
    assert [block[:, 0].max() for block in train] == [7000.0], "the flare is out, the glitch is in"
    assert len(train[0]) == 21_600 - 106 - 2 * 150, "seven minutes, and ten before and after"
    assert validation[0][:100, 0].mean() == pytest.approx(3 * 247, rel=0.05)
    made = make_dataset(OPTIONS, data=tmp_path, read=lambda path: days[path.name])
    assert made.description["split"].startswith("by split.csv of the dataset: files 1 train, 1 validation, 1 test")

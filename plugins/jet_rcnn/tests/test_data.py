"""Labels, folds, simulated jets, and windows made of real sequences."""

import numpy as np
import pytest

from helioscribe.domain.errors import InvalidInputError
from helioscribe.sdk.labels import Label, write_labels
from helioscribe.sdk.parts import Part
from helioscribe_jet_rcnn.data.kinds import CLOSE, CONFIRMED, KINDS, SIMULATED, WHOLE
from helioscribe_jet_rcnn.data.labels import FOLDS, folds_of, parts_of, read_labels
from helioscribe_jet_rcnn.data.scenes import activity, calm, erased, joined, quiet_crop
from helioscribe_jet_rcnn.data.simulation import NON_JETS, simulated_jet, simulated_other
from helioscribe_jet_rcnn.data.windows import make_windows
from support.jets import labelled, scene

HEADER = "file,label,event_group,votes_yes,votes_no\n"


def test_events_are_never_in_two_folds_and_the_largest_are_apart():
    groups = {"a": 41, "b": 33, "c": 25, "d": 24, "e": 6, "f": 6, "g": 3, "h": 1}
    folds = folds_of([labelled(group) for group, size in groups.items() for _ in range(size)])
    assert set(folds) == set(groups)
    assert len({folds[group] for group in "abcd"}) == FOLDS
    sizes = [sum(groups[group] for group in folds if folds[group] == fold) for fold in range(FOLDS)]
    assert max(sizes) == 41


@pytest.mark.parametrize("fold", range(FOLDS))
def test_choices_are_made_on_events_that_are_neither_held_out_nor_the_largest(fold):
    sizes = dict.fromkeys("abcd", 12) | dict.fromkeys("efghijkl", 3)
    every = [labelled(group) for group, size in sizes.items() for _ in range(size)]
    folds, parts = folds_of(every), parts_of(every, fold)
    assert {group for group in sizes if parts[group] is Part.TEST} == {group for group in sizes if folds[group] == fold}
    chosen = {group for group in sizes if parts[group] is Part.VALIDATION}
    assert chosen
    assert not chosen & set("abcd")
    assert len({folds[group] for group in chosen}) == 1
    assert {group for group in "abcd" if parts[group] is Part.TRAIN} == {
        group for group in "abcd" if folds[group] != fold
    }


def test_labels_say_who_agreed(tmp_path):
    (tmp_path / "aia_jets").mkdir()
    (tmp_path / "aia_jets" / "labels.csv").write_text(HEADER + "a.fits,jet,3,4,0\nb.fits,ambiguous,3,2,2\n")
    first, second = read_labels(tmp_path)
    assert (first.jet, first.group, first.votes) == (True, "3", (4, 0))
    assert second.jet is None
    assert first.path == tmp_path / "aia_jets" / "a.fits"


def test_a_dataset_of_the_catalogue_is_labelled_by_its_reviews(tmp_path):
    def event(observation, decision, *, label="", kind="CJ"):
        return Label(
            kind="event", subject="e", decision=decision, label=label, observation=observation, event_type=kind
        )

    with (tmp_path / "split.csv").open("w") as stream:
        stream.write("path,part,group,observation\n")
        stream.writelines(
            f"{name}.fits,{part},{group},{name}\n"
            for name, part, group in [
                ("a", "train", "g1"),
                ("b", "train", "g1"),
                ("c", "validation", "g0"),
                ("d", "test", "g2"),
                ("e", "test", "g2"),
            ]
        )
    with (tmp_path / "reviews.csv").open("w") as stream:
        write_labels(
            stream,
            [
                event("a", "confirm"),
                event("a", "reject"),
                event("b", "reject"),
                event("c", ""),
                event("d", "relabel", label="CJ", kind="FL"),
                event("e", "relabel", label="FL"),
            ],
        )
    found = read_labels(tmp_path)
    assert [one.jet for one in found] == [True, False, None, True, False]
    assert [one.votes for one in found] == [(1, 1), (0, 1), (0, 0), (1, 0), (0, 1)]
    assert [one.group for one in found] == ["1", "1", "0", "2", "2"]
    (tmp_path / "split.csv").write_text("path,part\n../x.fits,train\n")
    with pytest.raises(InvalidInputError, match="outside of the folder"):
        read_labels(tmp_path)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (None, "no labels.csv"),
        ("file,label\na,jet\n", "expected a column event_group"),
        (HEADER + "../../x.fits,jet,1,4,0\n", "outside"),
    ],
)
def test_folders_without_usable_labels_are_refused(tmp_path, text, said):
    if text is not None:
        (tmp_path / "labels.csv").write_text(text)
    with pytest.raises(InvalidInputError, match=said):
        read_labels(tmp_path)


@pytest.mark.parametrize("seed", range(6))
def test_a_jet_grows_away_from_its_base_and_is_narrow(seed):
    jet = simulated_jet(20, 166, np.random.default_rng(seed))
    assert 0.3 < jet.max() < 2.5
    y, x = np.mgrid[:166, :166]
    brightest = jet[int(jet.sum((1, 2)).argmax())] > 0.3
    along = np.linalg.svd(
        np.stack([x[brightest], y[brightest]]) - [[x[brightest].mean()], [y[brightest].mean()]], compute_uv=False
    )
    assert along[0] > 1.5 * along[1]


@pytest.mark.parametrize("kind", NON_JETS)
def test_what_is_no_jet_has_its_energy_in_every_frame(kind):
    rng = np.random.default_rng(2)
    jet = simulated_jet(20, 166, rng)
    other = simulated_other(jet, kind, rng)
    np.testing.assert_allclose((other**2).sum((1, 2)), (jet**2).sum((1, 2)), rtol=1e-3, atol=1e-3)


def test_sequences_that_overlap_become_one():
    parts = [scene(first=0), scene(first=26, seed=2), scene(first=13, seed=1), scene("2", first=39), scene(first=80)]
    (whole,) = joined(parts)
    assert len(whole) == 41
    np.testing.assert_array_equal(whole[15:28], parts[2].frames[2:])


@pytest.mark.parametrize("seed", range(3))
def test_a_quiet_part_does_not_hold_what_brightens_nor_its_dim_end(seed):
    one = scene()
    active = activity(one.frames)
    assert np.unravel_index(int(active.argmax()), active.shape) == pytest.approx((93, 110), abs=4)
    quiet = quiet_crop(one.frames, active, np.random.default_rng(seed))
    assert quiet is not None
    assert activity(quiet).max() < 0.3 * active.max()


def test_an_erased_event_is_gone_and_the_rest_is_as_it_was():
    one = scene()
    rest = erased(one.frames, activity(one.frames), np.random.default_rng(0))
    assert activity(rest).max() < 0.4 * activity(one.frames).max()
    np.testing.assert_array_equal(rest[:, 40:60, 10:40], one.frames[:, 40:60, 10:40])


def test_calm_frames_have_no_event():
    one = scene()
    still = calm(one.frames, np.random.default_rng(0))
    assert activity(still).max() < 0.3 * activity(one.frames).max()


def test_windows_have_both_classes_on_one_kind_of_background():
    scenes = [scene(str(group), seed=group, spot=(30 + 20 * group, 40)) for group in range(4)]
    windows = list(make_windows(scenes, 60, np.random.default_rng(3), every=False))
    assert {one.kind for one in windows} == set(KINDS) - {CONFIRMED}
    share = np.mean([one.jet for one in windows])
    assert 0.4 < share < 0.6
    simulated = [one for one in windows if one.kind == SIMULATED]
    assert all(one.lit is not None and one.lit.shape == one.frames.shape for one in simulated)
    again = list(make_windows(scenes, 60, np.random.default_rng(3), every=False))
    assert all(
        np.array_equal(one.frames, other.frames, equal_nan=True) for one, other in zip(windows, again, strict=True)
    )


@pytest.mark.parametrize("every", [True, False])
def test_what_people_said_to_hold_no_jet_is_no_jet_and_no_background(every):
    still = scene("9", seed=9, jet=False)
    scenes = [scene(str(group), seed=group, spot=(50 + 20 * group, 50)) for group in range(3)]
    windows = list(make_windows([still, *scenes], 20, np.random.default_rng(3), every=every))
    confirmed = [one for one in windows if one.group == "9"]
    assert len(confirmed) == (1 if every else 3)
    assert {one.kind for one in confirmed} == {CONFIRMED}
    assert not any(one.jet for one in confirmed)


def test_every_sequence_is_measured_whole_and_as_closely_as_quiet_fields_are():
    scenes = [scene(str(group), seed=group, spot=(50 + 20 * group, 50)) for group in range(3)]
    windows = list(make_windows(scenes, 20, np.random.default_rng(3), every=True))
    assert [one.group for one in windows if one.kind == WHOLE] == ["0", "1", "2"]
    for whole, close in zip(
        *([one.frames for one in windows if one.kind == kind] for kind in (WHOLE, CLOSE)), strict=True
    ):
        assert activity(close).max() > 0.5 * activity(whole).max()
        assert not np.array_equal(close, whole, equal_nan=True)


def test_a_world_in_which_everything_happens_has_no_quiet_part():
    busy = scene()
    busy.frames[:, 33:133] += 60 * np.random.default_rng(0).standard_normal((15, 100, 166)).astype(np.float32)
    assert quiet_crop(busy.frames, activity(busy.frames), np.random.default_rng(1)) is None

"""How a dataset is split: written, read again, and refused where it makes no sense."""

import pytest

from helioscribe.domain.errors import InvalidInputError
from helioscribe.sdk.parts import FILE, Part, Placed, read_parts, write_parts


def written(folder, *placed):
    with (folder / FILE).open("w", newline="") as stream:
        write_parts(stream, placed)
    return read_parts(folder)


def test_what_is_written_is_read(tmp_path):
    first = Placed(path="a/1, 2.fits", part=Part.TRAIN, group="7", observation="obs-1")
    parts = written(tmp_path, first, Placed(path="b.fits", part=Part.TEST), Placed(path="a/0.fits", part=Part.TRAIN))
    assert parts.at(tmp_path / "a" / "1, 2.fits") == first
    assert parts.part(tmp_path / "b.fits") is Part.TEST
    assert parts.part(tmp_path / "c.fits") is None
    assert parts.files(Part.TRAIN) == [tmp_path / "a/0.fits", tmp_path / "a/1, 2.fits"]
    assert parts.summary() == "by split.csv of the dataset: files 2 train, 0 validation, 1 test"


def test_without_a_split_the_program_is_free(tmp_path):
    assert read_parts(tmp_path) is None
    assert read_parts(None) is None


def test_a_file_by_hand_needs_two_columns(tmp_path):
    (tmp_path / FILE).write_text("path,part\na.fits,validation\n")
    assert read_parts(tmp_path).part(tmp_path / "a.fits") is Part.VALIDATION


@pytest.mark.parametrize("text", ["file,part\na,train\n", "path,part\na,training\n", "path,part\na\n"])
def test_what_makes_no_sense_is_refused(tmp_path, text):
    (tmp_path / FILE).write_text(text)
    with pytest.raises(InvalidInputError, match=r"split.csv: expected path and part"):
        read_parts(tmp_path)


def test_a_group_in_two_parts_is_refused(tmp_path):
    with pytest.raises(InvalidInputError, match="group flare 7 is in the parts train and test"):
        written(
            tmp_path,
            Placed(path="a", part=Part.TRAIN, group="flare 7"),
            Placed(path="b", part=Part.TEST, group="flare 7"),
        )

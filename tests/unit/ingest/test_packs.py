"""Frames packed as one file become a sequence; what cannot be used is told."""

from __future__ import annotations

import io
import json
import tarfile

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from helioscribe.domain.errors import HelioscribeError, InvalidInputError
from helioscribe.domain.product import ImageSequence
from helioscribe.ingest.readers import read_bytes
from helioscribe.ingest.sources.sequences.catalogue import read_catalogue
from helioscribe.ingest.sources.sequences.pack import Wishes, write_pack
from support.images import sun, write_image

AIA = {
    "TELESCOP": "SDO/AIA",
    "INSTRUME": "AIA_4",
    "CONTENT": None,
    "WAVELNTH": 304,
    "BUNIT": "DN",
    "EXPTIME": 2.0,
    "CRLT_OBS": 0.0,
    "HGLN_OBS": 0.0,
}


NONE = Wishes()


@pytest.fixture
def disk(tmp_path):
    """Write the Sun at a minute, with a spot; `changes` are header keywords."""

    def write(minute: int, *, spot=(400.0, 300.0), pixels=None, name="", **changes):
        path = tmp_path / (name or f"frame{minute:04d}.fits")
        time = f"2014-03-01T{minute // 60:02d}:{minute % 60:02d}:00Z"
        return write_image(
            path, np.nan_to_num(sun(240, spot=spot)) if pixels is None else pixels, **(AIA | {"T_OBS": time} | changes)
        )

    return write


def pack(paths, wishes=NONE) -> bytes:
    target = io.BytesIO()
    write_pack([(path.name, lambda path=path: path.open("rb")) for path in paths], target, wishes)
    return target.getvalue()


def test_the_same_frames_give_the_same_bytes_in_any_order(disk) -> None:
    paths = [disk(minute) for minute in range(3)]
    assert pack(paths) == pack(paths[::-1])


def test_frames_come_in_order_of_time_whatever_their_names(disk) -> None:
    paths = [disk(2, name="a.fits"), disk(0, name="b.fits"), disk(1, name="c.fits")]
    file = read_bytes(pack(paths), "x.tar")
    assert isinstance(file.product, ImageSequence)
    assert (file.channel, file.product.unit) == ("304", "DN / s")
    assert np.diff(file.product.times).tolist() == [60 * 10**9] * 2
    assert not any("missing" in line or "cadence" in line for line in file.quality)


@pytest.mark.parametrize("tracked", [True, False])
def test_a_cut_out_follows_the_rotation_if_it_shall(disk, tracked) -> None:
    paths = [disk(0), disk(600)]
    sequence = read_bytes(pack(paths, Wishes(cutout=(0.0, 0.0, 300.0, 200.0), tracked=tracked)), "x.tar").product
    assert sequence.pixels.shape[1:] == pytest.approx((20, 30), abs=1)
    first, later = ((16 - header["CRPIX1"]) * header["CDELT1"] for header in sequence.headers)
    # Ten hours at the equator: 13.34 deg a day as seen from the Earth.
    assert later - first == pytest.approx(93 if tracked else 0, abs=10)


def test_a_cut_out_shows_the_place_that_was_asked_for(disk) -> None:
    sequence = read_bytes(pack([disk(0), disk(1)], Wishes(cutout=(400.0, 300.0, 210.0, 210.0))), "x.tar").product
    row, column = np.unravel_index(int(sequence.pixels[0].argmax()), sequence.pixels[0].shape)
    header = sequence.headers[0]
    assert (column + 1 - header["CRPIX1"]) * header["CDELT1"] == pytest.approx(400, abs=10)
    assert (row + 1 - header["CRPIX2"]) * header["CDELT2"] == pytest.approx(300, abs=10)


def test_what_cannot_be_used_is_told_and_the_rest_is_taken(disk, tmp_path) -> None:
    bad = tmp_path / "bad.fits"
    bad.write_bytes(b"SIMPLE  =" + b" " * 50)
    eclipse = disk(5, QUALITY=1 << 13)
    other = disk(6, WAVELNTH=171)
    paths = [*(disk(minute) for minute in (0, 1, 2, 4)), bad, eclipse, other]
    said = read_bytes(pack(paths, Wishes(missing=("2014-03-01T00:03: JSOC has no image",))), "x.tar").quality
    assert any("bad.fits" in line for line in said)
    assert any("eclipse" in line for line in said)
    assert "1 frames are of SDO AIA 171 DN / s, not of SDO AIA 304 DN / s" in said
    assert "2014-03-01T00:03: JSOC has no image" in said
    assert "1 of 5 frames are missing at one in 60 s; the longest gap is 120 s" in said


def test_frames_of_a_pixel_more_or_less_are_trimmed_and_others_left_out(disk) -> None:
    small = {"CRPIX1": 10.0, "CRPIX2": 10.0, "CDELT1": 1.0, "CDELT2": 1.0, "CRVAL1": 500.0}
    shapes = [(40, 50), (40, 51), (41, 50), (20, 20)]
    paths = [disk(minute, pixels=np.ones(shape, np.float32), **small) for minute, shape in enumerate(shapes)]
    file = read_bytes(pack(paths), "x.tar")
    assert file.product.pixels.shape == (3, 40, 50)
    assert any("1 frames are of another size" in line for line in file.quality)


@pytest.mark.parametrize(
    ("wishes", "said"),
    [
        (b"[]", "cannot be read"),
        (b'{"cutout": [1, 2]}', "cannot be read"),
        (b'{"cutout": [0, 0, -5, 5]}', "expected X,Y,W,H"),
        (b'{"cutout": [0, 0, 5, 1e9]}', "at most 3000"),
        (b'{"cutout": [0, 0, NaN, 5]}', "expected X,Y,W,H"),
    ],
)
def test_wishes_are_checked(disk, wishes, said) -> None:
    with pytest.raises(InvalidInputError, match=said):
        read_bytes(tar({"a.fits": disk(0).read_bytes(), "sequence.json": wishes}), "x.tar")


def test_fewer_than_two_frames_are_no_sequence(disk) -> None:
    with pytest.raises(InvalidInputError, match="1 usable frames of one field"):
        read_bytes(pack([disk(0)]), "x.tar")


def tar(files: dict[str, bytes], **special: bytes) -> bytes:
    stream = io.BytesIO()
    with tarfile.open(fileobj=stream, mode="w") as made:
        for name, data in files.items():
            entry = tarfile.TarInfo(name)
            entry.size = len(data)
            made.addfile(entry, io.BytesIO(data))
        for name, kind in special.items():
            entry = tarfile.TarInfo(name)
            entry.type, entry.linkname = kind, "/etc/hostname"
            made.addfile(entry)
    return stream.getvalue()


def test_links_and_devices_are_no_frames(disk) -> None:
    data = tar({"a.fits": disk(0).read_bytes()}, b=tarfile.SYMTYPE, c=tarfile.LNKTYPE, d=tarfile.CHRTYPE)
    with pytest.raises(InvalidInputError, match="1 usable frames"):
        read_bytes(data, "x.tar")


def test_a_pack_in_a_pack_is_not_opened(disk) -> None:
    inner = pack([disk(0), disk(1)])
    with pytest.raises(InvalidInputError, match="a pack in a pack"):
        read_bytes(tar({"inner.tar": inner}), "x.tar")


@given(at=st.integers(0, 3000), new=st.binary(min_size=1, max_size=60))
def test_damage_never_ends_in_another_error(at, new) -> None:
    data = bytearray(tar({"a.fits": b"SIMPLE  =" + b" " * 900, "sequence.json": json.dumps({}).encode()}))
    data[at : at + len(new)] = new
    with pytest.raises(HelioscribeError):
        read_bytes(bytes(data), "damaged.tar")


def table(tmp_path, text: str):
    path = tmp_path / "jets.csv"
    path.write_text(text)
    return path


def test_a_catalogue_of_positions_becomes_jobs(tmp_path) -> None:
    path = table(
        tmp_path, "ID,date,basepoint_X,basepoint_Y\n7,2012-01-02T03:00:00,-500.5,200\n3,2011-01-01 00:00:00,990,10\n"
    )
    jobs, problems = read_catalogue(path, minutes=12)
    assert [(job.name, job.west, job.north) for job in jobs] == [
        ("jet_20110101T000000_3", 990, 10),
        ("jet_20120102T030000_7", -500.5, 200),
    ]
    assert jobs[0].span.duration.total_seconds() == 720
    assert problems == []


def test_rows_that_are_none_are_told_by_line(tmp_path) -> None:
    path = table(
        tmp_path, "date,x,y\nyesterday,1,2\n2011-01-01,west,2\n2011-01-01,1e9,2\n2011-01-01,1,nan\n2011-01-01,1,2\n"
    )
    jobs, problems = read_catalogue(path, minutes=12)
    assert len(jobs) == 1
    assert [line.split(":")[1] for line in problems] == [" line 2", " line 3", " line 4", " line 5"]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("date,x\n2011-01-01,1\n", "no column y"),
        ("", "no column start"),
        ("date,x,y\n", "no column start"),
        ("date,x,y\nnow,1,2\n", "no row with"),
    ],
)
def test_a_table_of_another_kind_is_refused(tmp_path, text, said) -> None:
    with pytest.raises(InvalidInputError, match=said):
        read_catalogue(table(tmp_path, text), minutes=12)

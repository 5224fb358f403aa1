"""A folder of magnetograms over gRPC: events, annotated disks, crops, tables and a film, in one process and on many."""

from __future__ import annotations

import csv

import numpy as np
import pytest
from PIL import Image

from support.images import write_image

pytestmark = pytest.mark.e2e

SCALE = 968.66 / (976 / 4.8)


@pytest.fixture
def day(tmp_path):
    """Two magnetograms of a simulated Sun with one region, and a file that is none."""
    from helioscribe_ar_detectnet.simulation.disk import Instrument, render
    from helioscribe_ar_detectnet.simulation.scenes import place_region

    folder = tmp_path / "day"
    folder.mkdir()
    for hour in (0, 12):
        placed = [place_region(np.random.default_rng(3), "BETA-GAMMA", 25 + 13.2 * hour / 24, 15, leading=1)]
        field = render(np.random.default_rng(3), placed, Instrument()).field
        pixels = np.where(field == 0, np.nan, field)
        write_image(
            folder / f"hmi.{hour:02d}.fits", pixels, CDELT1=SCALE, CDELT2=SCALE, T_OBS=f"2014-03-01T{hour:02d}:00:00Z"
        )
    (folder / "notes.fits").write_bytes(b"SIMPLE  =  T" + b" " * 4000)
    return folder


def test_a_folder_gives_regions_pictures_and_a_film(platform, day, tmp_path):
    looked = {one.name: one for one in platform.many.detect(day, "ar-detectnet", dpi=50)}
    assert looked.pop("notes.fits").error is not None
    pictures = []
    for name, one in sorted(looked.items()):
        regions = one.finding.detections
        assert any(region.position.tx > 0 < region.position.ty for region in regions)
        paths = platform.many.save(one.outputs, tmp_path / "plots")
        stem = f"{name.removesuffix('.fits')}_ar-detectnet"
        crops = [f"{stem}_region{number:02d}.png" for number in range(1, len(regions) + 1)]
        assert [path.name for path in paths] == [f"{stem}.png", *crops, f"{stem}.csv"]
        with paths[-1].open() as stream:
            classes = [row["ar_mtwilsoncls"] for row in csv.DictReader(stream)]
        assert classes == [region.measurements["ar_mtwilsoncls"] for region in regions]
        pictures.append(one.outputs[0])
        runs = platform.catalogue.runs(observation_id=one.observation_id)
        assert [found.id for found in runs[-1].detections] == [region.id for region in regions]
    assert len(pictures) == 2
    (film,) = platform.many.save([platform.many.film(pictures)], tmp_path / "plots")
    with Image.open(film) as frames:
        assert frames.n_frames == 2

"""Mosaic, sheets, map, ranking and page of a collection."""

import re
from dataclasses import replace

import numpy as np
import pytest

pytest.importorskip("matplotlib")
pytest.importorskip("sklearn")

from helioscribe.sdk.testing.sun import synthetic_x_ray_map  # noqa: E402
from helioscribe_stix_ssl.plots._layout import by_brightness, free_places, groups_of, picture_map  # noqa: E402
from helioscribe_stix_ssl.plots.collection import draw_collection  # noqa: E402


def test_everything_is_drawn(detect, tmp_path):
    rng = np.random.default_rng(0)
    images = []
    for number in range(12):
        image = synthetic_x_ray_map(sources=((0, 0), tuple(rng.uniform(-50, 50, 2)))[: 1 + number % 2], seed=number)
        images.append(replace(image, header={**image.header, "UID": f"</script>{number}"}))
    paths = draw_collection(images, [detect(image) for image in images], tmp_path)
    assert [path.name for path in paths] == [
        "mosaic.png",
        "contact_sheets.png",
        "embedding_map.png",
        "ranking.png",
        "images.html",
    ]
    assert min(path.stat().st_size for path in paths) > 5000
    page = paths[-1].read_text()
    assert page.count("</script>") == 1
    assert re.findall(r"(?:src|href)=", page) == []


def test_order_of_the_mosaic_goes_by_brightness():
    seen = np.zeros((6, 2, 2), np.float32)
    seen[:, 0, 0] = [0, 0, 1, 1, 0.5, 0.5]
    seen[:] = seen[:, :1, :1]
    assert by_brightness(seen, np.array([7, 7, 2, 2, 5, 5])).tolist() == [0, 1, 4, 5, 2, 3]


def test_dense_groups_and_those_alone():
    rng = np.random.default_rng(0)
    points = np.concatenate([rng.normal(0, 0.1, (30, 2)), rng.normal(9, 0.1, (30, 2)), [[4.5, 4.5]]])
    groups = groups_of(points)
    assert groups[-1] == -1
    assert len(set(groups[:30].tolist()) - {-1}) >= 1
    assert set(groups[:30].tolist()) & set(groups[30:60].tolist()) <= {-1}


def test_no_number_hides_an_image_of_a_small_cluster():
    rng = np.random.default_rng(3)
    points = np.concatenate([rng.normal(0, 1, (150, 2)), [[0.1, 0.0], [0.2, 0.1], [3.0, 3.0]]])
    group = np.concatenate([rng.integers(0, 4, 150), [7, 8, 9]])
    found = free_places(points, group, clear=0.3)
    assert sorted(found) == [0, 1, 2, 3, 7, 8, 9]
    spots = np.array([spot for _, spot in found.values()])
    others = [np.vstack([points, np.delete(spots, one, axis=0)]) for one in range(len(spots))]
    assert min(np.linalg.norm(rest - spot, axis=1).min() for rest, spot in zip(others, spots, strict=True)) >= 0.3
    assert all(group[row] == one for one, (row, _) in found.items())


def test_a_picture_has_no_wide_gaps_and_keeps_the_order():
    rng = np.random.default_rng(0)
    far = np.concatenate([rng.normal(0, 1, (40, 5)), rng.normal(60, 1, (40, 5))])
    places = picture_map(far)
    assert max(np.diff(np.sort(axis)).max() / np.ptp(axis) for axis in places.T) < 0.25
    assert len({side > np.median(places[:, 0]) for side in places[:40, 0]}) == 1

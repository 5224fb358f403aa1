"""Mosaic, sheets, map, ranking and page of a collection."""

import re
from dataclasses import replace

import numpy as np
import pytest

pytest.importorskip("matplotlib")
pytest.importorskip("sklearn")

from helioscribe.sdk.testing.sun import synthetic_x_ray_map  # noqa: E402
from helioscribe_stix_ssl.plots._layout import by_brightness, groups_of  # noqa: E402
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

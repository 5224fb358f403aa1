"""Images as dots in a plane."""

import numpy as np

from helioscribe.domain.embedding import Scored
from helioscribe.web.drawings.neighbours import side_by_side
from helioscribe.web.drawings.scatter import HEIGHT, WIDTH, alike, scatter


def said(number, **scores):
    return Scored(subject=f"obs-{number}", scores={"cluster": number % 7, "anomaly": 0.1, **scores})


def test_every_image_lies_at_its_scores_the_oddest_on_top():
    images = [said(0, pc1=-1, pc2=5), said(1, pc1=3, pc2=1, anomaly=-0.2), said(2, pc1=1, pc2=3), said(3, pc1=2)]
    drawn = scatter(images, "pc1", "pc2")
    assert (drawn.total, drawn.across.ends, drawn.up.ends) == (3, (-1, 3), (1, 5))
    assert [dot.subject for dot in drawn.dots][-1] == "obs-1"
    at = {dot.subject: (dot.x, dot.y) for dot in drawn.dots}
    assert at["obs-0"][0] < at["obs-2"][0] < at["obs-1"][0]
    assert at["obs-0"][1] < at["obs-2"][1] < at["obs-1"][1]  # a page counts from the top
    assert all(0 < x < WIDTH and 0 < y < HEIGHT for x, y in at.values())
    assert [dot.odd for dot in drawn.dots] == [False, False, True]


def test_of_very_many_the_oddest_and_some_others_are_drawn():
    images = [said(number, pc1=number, pc2=0, anomaly=number / 5000) for number in range(5000)]
    drawn = scatter(images, "pc1", "pc2")
    assert (len(drawn.dots) <= 450, drawn.total) == (True, 5000)
    names = {dot.subject for dot in drawn.dots}
    assert {f"obs-{number}" for number in range(150)} < names
    assert {dot.y for dot in drawn.dots} == {HEIGHT / 2}


def test_without_the_scores_there_is_no_map():
    assert scatter([said(0, pc1=1)], "pc1", "pc2") is None
    assert scatter([], "pc1", "pc2") is None
    assert alike([said(0)]) is alike([]) is None


def clouds(*, apart, size=20):
    rng = np.random.default_rng(0)
    return np.concatenate([rng.normal(0, 1, (size, 5)) + apart * row for row in np.eye(5)[:3]])


def test_what_is_near_in_many_dimensions_lies_side_by_side():
    points = clouds(apart=20)
    plane = side_by_side(points)
    np.testing.assert_array_equal(plane, side_by_side(points))
    away = np.linalg.norm(plane[:, None] - plane, axis=2)
    np.fill_diagonal(away, np.inf)
    assert (away.argmin(axis=1) // 20 == np.arange(60) // 20).all()
    far = [
        away[first * 20 : first * 20 + 20, second * 20 : second * 20 + 20].min()
        for first, second in ((0, 1), (0, 2), (1, 2))
    ]
    assert min(far) > 2 * np.median(away.min(axis=1))


def test_few_equal_or_flat_points_have_places_too():
    for points in (
        np.zeros((1, 3)),
        np.zeros((9, 3)),
        np.eye(3),
        np.repeat(np.eye(4), 5, axis=0),
        np.arange(6.0)[:, None],
    ):
        plane = side_by_side(points)
        assert plane.shape == (len(points), 2)
        assert np.isfinite(plane).all()


def test_one_that_is_far_from_all_does_not_press_the_others_together():
    points = np.vstack([clouds(apart=1), np.full((1, 5), 500.0)])
    drawn = alike(
        said(number, **dict(zip(("pc1", "pc2", "pc3", "pc4", "pc5"), map(float, one), strict=True)))
        for number, one in enumerate(points)
    )
    x = np.array([dot.x for dot in drawn.dots if dot.subject != "obs-60"])
    assert np.ptp(np.quantile(x, [0.1, 0.9])) > WIDTH / 3
    assert (drawn.across, drawn.total) == (None, 61)


def test_names_of_clusters_do_not_lie_over_each_other():
    images = [said(number, multiple=number, anomaly=number, cluster=number) for number in (0, 1, 2, 500, 1000)]
    images += [said(2.1, multiple=2, anomaly=3, cluster=2)]
    assert [number for number, _ in scatter(images, "multiple", "anomaly").names] == [2, 500, 1000]

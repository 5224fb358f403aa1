"""Images as dots in a plane."""

from helioscribe.domain.embedding import Scored
from helioscribe.web.drawings.scatter import HEIGHT, WIDTH, scatter


def said(number, **scores):
    return Scored(subject=f"obs-{number}", scores={"cluster": number % 7, "anomaly": 0.1, **scores})


def test_every_image_lies_at_its_scores_the_oddest_on_top():
    images = [said(0, pc1=-1, pc2=5), said(1, pc1=3, pc2=1, anomaly=-0.2), said(2, pc1=1, pc2=3), said(3, pc1=2)]
    drawn = scatter(images, "pc1", "pc2")
    assert (drawn.total, drawn.widths, drawn.heights) == (3, (-1, 3), (1, 5))
    assert [dot.subject for dot in drawn.dots][-1] == "obs-1"
    at = {dot.subject: (dot.x, dot.y) for dot in drawn.dots}
    assert at["obs-0"][0] < at["obs-2"][0] < at["obs-1"][0]
    assert at["obs-0"][1] < at["obs-2"][1] < at["obs-1"][1]  # a page counts from the top
    assert all(0 < x < WIDTH and 0 < y < HEIGHT for x, y in at.values())
    assert [dot.odd for dot in drawn.dots] == [False, False, True]


def test_of_very_many_the_oddest_and_some_others_are_drawn():
    images = [said(number, pc1=number, pc2=0, anomaly=number / 5000) for number in range(5000)]
    drawn = scatter(images, "pc1", "pc2")
    assert (len(drawn.dots) <= 600, drawn.total) == (True, 5000)
    names = {dot.subject for dot in drawn.dots}
    assert {f"obs-{number}" for number in range(200)} < names
    assert {dot.y for dot in drawn.dots} == {HEIGHT / 2}


def test_without_the_scores_there_is_no_map():
    assert scatter([said(0, pc1=1)], "pc1", "pc2") is None
    assert scatter([], "pc1", "pc2") is None

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from helioscribe_ar_detectnet._grid import SQUARES, decode, encode, within
from helioscribe_ar_detectnet._grouping import group_rectangles, overlap, suppress

# Answers of cv2.groupRectangles, OpenCV 4.14: rectangles (x, y, width, height), groupThreshold, eps, groups. Of 3000
# random cases 4 differ, where OpenCV's rounding to whole pixels decides whether a group lies within another.
RECORDED = [
    (
        [
            [377, 278, 63, 84],
            [377, 281, 59, 85],
            [380, 280, 60, 85],
            [383, 282, 62, 82],
            [124, 396, 28, 49],
            [124, 392, 31, 52],
            [125, 392, 27, 47],
            [121, 396, 28, 51],
            [121, 394, 30, 52],
        ],
        2,
        0.5,
        [(123, 394, 29, 50), (379, 280, 61, 84)],
    ),
    (
        [
            [142, 323, 24, 34],
            [141, 322, 24, 31],
            [125, 293, 27, 28],
            [127, 289, 24, 31],
            [130, 293, 21, 28],
            [128, 288, 23, 31],
            [125, 293, 25, 28],
        ],
        2,
        0.2,
        [(127, 291, 24, 29)],
    ),
    (
        [
            [249, -1, 39, 69],
            [249, -1, 39, 66],
            [245, 5, 39, 69],
            [245, 1, 36, 70],
            [247, 3, 37, 70],
            [50, 50, 46, 56],
            [48, 49, 45, 53],
            [44, 53, 41, 56],
            [47, 51, 43, 52],
        ],
        1,
        0.2,
        [(47, 51, 44, 54), (247, 1, 38, 69)],
    ),
    (
        [[60, 74, 49, 70], [63, 71, 49, 72], [63, 73, 44, 73], [64, 70, 45, 69], [63, 72, 43, 71]],
        1,
        0.2,
        [(63, 72, 46, 71)],
    ),
    (
        [
            [302, 8, 73, 84],
            [305, 3, 71, 88],
            [308, 9, 72, 86],
            [227, 292, 19, 36],
            [174, 51, 64, 59],
            [173, 56, 59, 61],
        ],
        2,
        0.1,
        [(305, 7, 72, 86)],
    ),
    ([[10, 10, 20, 20], [100, 100, 20, 20]], 1, 0.2, []),
]


@pytest.mark.parametrize(("rects", "least", "eps", "theirs"), RECORDED)
def test_groups_are_those_of_opencv(rects, least, eps, theirs):
    boxes = np.array([[x, y, x + w, y + h] for x, y, w, h in rects], float)
    ours, _ = group_rectangles(boxes, least=least, eps=eps)
    mine = sorted((round(x1), round(y1), round(x2 - x1), round(y2 - y1)) for x1, y1, x2, y2 in ours)
    assert len(mine) == len(theirs)
    assert np.allclose(np.reshape(mine, (-1, 4)), np.reshape(theirs, (-1, 4)), atol=1)


@given(st.integers(0, 2**16), st.integers(1, 3))
def test_groups_do_not_depend_on_the_order(seed, least):
    rng = np.random.default_rng(seed)
    low = rng.integers(0, 60, (rng.integers(1, 25), 2))
    boxes = np.hstack([low, low + rng.integers(10, 40, low.shape)]).astype(float)
    order = rng.permutation(len(boxes))
    one, _ = group_rectangles(boxes, least=least, eps=0.3)
    other, _ = group_rectangles(boxes[order], least=least, eps=0.3)
    assert np.allclose(one[np.lexsort(one.T)], other[np.lexsort(other.T)])


@pytest.mark.parametrize("grouping", ["nms", "group"])
@given(
    objects=st.lists(
        st.tuples(st.integers(10, 380), st.integers(10, 380), st.integers(16, 90), st.integers(16, 60)), max_size=3
    )
)
def test_boxes_come_back_from_the_grid(grouping, objects):
    boxes = np.array([[x, y, x + w, y + h] for x, y, w, h in objects], float).reshape(-1, 4)
    if len(boxes) > 1 and np.triu(overlap(boxes + [-8, -8, 8, 8], boxes + [-8, -8, 8, 8]), 1).max() > 0:
        return
    target = encode(boxes)
    found = decode(target.coverage, target.corners, threshold=0.5, grouping=grouping, eps=0.2)
    assert len(found.boxes) == len(boxes)
    if len(boxes):
        assert overlap(boxes, found.boxes).max(axis=1).min() > 0.99


def test_nothing_gives_nothing():
    target = encode(np.empty((0, 4)))
    assert len(decode(target.coverage, target.corners, threshold=0.5).boxes) == 0
    assert not within(np.empty((0, 4))).any()


def test_neighbours_whose_boxes_overlap_have_squares_and_boxes_of_their_own():
    boxes = np.array([[100.0, 100.0, 160.0, 140.0], [140.0, 110.0, 200.0, 150.0]])
    target = encode(boxes)
    assert target.share[target.coverage > 0].sum() == pytest.approx(2)
    found = decode(target.coverage, target.corners, threshold=0.5)
    assert np.sort(found.boxes, axis=0).tolist() == np.sort(boxes, axis=0).tolist()
    assert set(target.size[0][target.coverage > 0]) == {60.0}


def test_squares_that_a_box_touches():
    touched = within(np.array([[7.0, 16.0, 9.0, 23.0]]))
    assert touched.shape == (SQUARES, SQUARES)
    assert np.argwhere(touched).tolist() == [[2, 0], [2, 1]]


def test_overlap_of_boxes():
    a = np.array([[0.0, 0.0, 10.0, 10.0]])
    b = np.array([[0.0, 0.0, 10.0, 10.0], [5.0, 0.0, 15.0, 10.0], [20.0, 20.0, 30.0, 30.0], [3.0, 3.0, 3.0, 3.0]])
    assert overlap(a, b)[0] == pytest.approx([1.0, 1 / 3, 0.0, 0.0])


def test_the_best_of_overlapping_boxes_stays():
    boxes = np.array([[0, 0, 10, 10], [1, 0, 11, 10], [50, 50, 60, 60]], float)
    assert suppress(boxes, np.array([0.5, 0.9, 0.3])).tolist() == [1, 2]

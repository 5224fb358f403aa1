"""What both of two runs saw, and what only one did."""

from helioscribe.domain.comparison import compare
from helioscribe.domain.sighting import Sighting
from support.factories import at, make_detection, make_method, make_observation, make_provenance


def sightings(version, *spans, event_type="FL"):
    method = make_method(model_version=version, model_sha256=version * 64)
    provenance = make_provenance(make_observation(), method=method)
    return [
        Sighting.of(make_detection(*span, provenance=provenance, event_type=event_type), at(2000)) for span in spans
    ]


def test_pairs_are_one_to_one_and_the_rest_is_alone():
    first = sightings("1", (10, 20), (30, 60), (100, 110))
    second = sightings("2", (11, 21), (30, 44), (44, 60), (200, 210))
    found = compare(first, second)
    assert [(a.detection.time_range.start, b.detection.time_range.start) for a, b in found.both] == [
        (at(10), at(11)),
        (at(30), at(44)),
    ]
    assert [one.detection.time_range.start for one in found.only_first] == [at(100)]
    assert [one.detection.time_range.start for one in found.only_second] == [at(30), at(200)]


def test_other_classes_are_not_the_same():
    found = compare(sightings("1", (10, 20)), sightings("2", (10, 20), event_type="CE"))
    assert (len(found.only_first), len(found.only_second), found.both) == (1, 1, ())
    assert compare([], []).both == ()

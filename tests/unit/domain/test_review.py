"""What can be said of what."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from helioscribe.domain.errors import InvalidInputError
from helioscribe.domain.review import (
    CLUSTER,
    Review,
    Standing,
    SubjectKind,
    Verdict,
    check_cluster,
    cluster_id,
    is_hidden,
)
from support.factories import at, make_event


def make(kind="event", verdict="confirm", **changes):
    values = {"subject": "stix-ssl/1/7" if kind == "cluster" else "evt-1", "by": "Anna", "at": at()}
    return Review(kind=SubjectKind(kind), verdict=Verdict(verdict), **values | changes)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"verdict": "discard"}, "is not possible for events; expected one of comment, confirm"),
        ({"kind": "image", "verdict": "confirm"}, "expected one of comment, discard, keep, label"),
        ({"verdict": "relabel"}, "relabel needs one of AR"),
        ({"verdict": "relabel", "label": "flare"}, "relabel needs one of AR"),
        ({"verdict": "confirm", "label": "FL"}, "belongs to relabel and label"),
        ({"kind": "image", "verdict": "label", "label": "  "}, "belongs to relabel and label"),
        ({"verdict": "rate"}, "belongs to rate"),
        ({"verdict": "rate", "rating": 1.5}, "from 0 to 1"),
        ({"verdict": "rate", "rating": float("nan")}, "from 0 to 1"),
        ({"verdict": "confirm", "rating": 0.5}, "belongs to rate"),
        ({"verdict": "comment"}, "needs words"),
        ({"by": " "}, "name of the reviewer"),
        ({"subject": ""}, "the id of event"),
        ({"at": at().replace(tzinfo=None)}, "no time zone"),
        ({"comment": "x" * 4001}, "at most"),
        ({"kind": "cluster", "verdict": "keep", "subject": "7"}, "detector/model version/number"),
    ],
)
def test_what_makes_no_sense_is_refused(changes, said) -> None:
    with pytest.raises(InvalidInputError, match=said):
        make(**changes)


def test_who_said_it_and_when_make_the_review() -> None:
    assert make().id == make(revision=3, version=2).id
    assert len({make().id, make(by="Bo").id, make(at=at(1)).id, make(comment="why").id}) == 4


@given(st.integers(0, 10**9 - 1))
def test_names_of_clusters_are_read_back(number) -> None:
    name = cluster_id("stix-ssl", "20261121T014500-3fa9c2", number)
    assert check_cluster(name) == name


def test_a_label_outlives_decisions() -> None:
    relabelled = Standing.after(None, make(verdict="relabel", label="CJ"))
    assert (relabelled.decision, relabelled.label) == (Verdict.RELABEL, "CJ")
    confirmed = Standing.after(relabelled, make())
    assert (confirmed.decision, confirmed.label, confirmed.version) == (Verdict.CONFIRM, "CJ", 2)
    labelled = Standing.after(None, make("image", "label", label="loop"))
    assert Standing.after(labelled, make("image", "discard")).label == "loop"


def test_an_event_without_images_and_cluster_hides_only_by_itself() -> None:
    event = make_event(observation_ids=())
    assert not is_hidden(event, lambda *_: Verdict.DISCARD if _[0] is not SubjectKind.EVENT else None)
    assert is_hidden(event, lambda *_: Verdict.REJECT)


def test_confirming_beats_discarding() -> None:
    event = make_event(attributes={CLUSTER: "a/1/1"})
    assert not is_hidden(event, lambda kind, _: Verdict.CONFIRM if kind is SubjectKind.EVENT else Verdict.DISCARD)

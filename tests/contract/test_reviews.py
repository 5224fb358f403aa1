"""What every `Catalogue` does with what people say."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest

from helioscribe.domain.errors import NotFoundError
from helioscribe.domain.review import CLUSTER, DETECTED_AS, Review, Reviewed, Standing, SubjectKind, Verdict
from helioscribe.ports.catalogue import Catalogue, EventQuery
from support.factories import at, make_change, make_event, make_observation

IMAGES = [make_observation(f"map {number}") for number in range(3)]
GROUP = "stix-ssl/1/7"


def review(subject, verdict, minutes=0.0, **changes):
    kind = SubjectKind.EVENT if subject.startswith("evt-") else SubjectKind.IMAGE
    values = {"kind": kind, "subject": subject, "verdict": verdict, "by": "Anna", "at": at(minutes)}
    return Review(**values | changes)


def group_review(verdict, minutes=0.0):
    return review(GROUP, verdict, minutes, kind=SubjectKind.CLUSTER)


@pytest.fixture
def known(catalogue: Catalogue) -> Catalogue:
    """Three images; an event of the first and one of the first two, both of one cluster; and one of no image."""
    for one in IMAGES:
        catalogue.add_observation(one)
    ids = [one.id for one in IMAGES]
    events = [
        make_event(id="evt-one", observation_ids=(ids[0],), attributes={CLUSTER: GROUP}, detector="stix-ssl"),
        make_event(id="evt-two", observation_ids=(ids[0], ids[1]), attributes={CLUSTER: GROUP}, detector="stix-ssl"),
        make_event(id="evt-xxx", observation_ids=()),
    ]
    catalogue.apply([make_change(event) for event in events], associated=[])
    return catalogue


def found(catalogue, reviewed=Reviewed.STANDING):
    return "".join(sorted(event.id[4] for event in catalogue.search(EventQuery(reviewed=reviewed))))


def test_comes_back_with_its_version(known) -> None:
    first = review("evt-one", Verdict.RELABEL, label="CJ", comment="moves – outwards", revision=1)
    second = review("evt-one", Verdict.RATE, 1, rating=0.25, by="Bo\0b", revision=1)
    assert known.add_review(first) == replace(first, version=1)
    assert known.add_review(second).version == 2
    assert [(one.version, one.verdict) for one in known.reviews(SubjectKind.EVENT, "evt-one")] == [
        (1, Verdict.RELABEL),
        (2, Verdict.RATE),
    ]
    assert known.reviews(SubjectKind.EVENT, "evt-two") == []


def test_the_same_word_twice_changes_nothing(known) -> None:
    said = review("evt-one", Verdict.REJECT)
    assert known.add_review(said) == known.add_review(said)
    assert len(known.reviews(SubjectKind.EVENT, "evt-one")) == 1


@pytest.mark.parametrize("subject", ["evt-nope", "obs-nope"])
def test_of_what_is_not_known(known, subject) -> None:
    verdict = Verdict.CONFIRM if subject.startswith("evt") else Verdict.KEEP
    with pytest.raises(NotFoundError, match=subject):
        known.add_review(review(subject, verdict))


def test_the_last_word_of_each_kind_stands(known) -> None:
    said = [
        review("evt-one", Verdict.RATE, 1, rating=0.5),
        review("evt-one", Verdict.REJECT, 2),
        review("evt-one", Verdict.COMMENT, 3, comment="saw it elsewhere"),
        review("evt-one", Verdict.RELABEL, 4, label="ER"),
        review("evt-one", Verdict.RATE, 5, rating=1.0, by="Bea"),
    ]
    for one in said:
        known.add_review(one)
    known.add_review(review("evt-two", Verdict.REJECT, 6))
    expected = Standing(
        kind=SubjectKind.EVENT,
        subject="evt-one",
        decision=Verdict.RELABEL,
        label="ER",
        rating=1.0,
        version=5,
        by="Bea",
        at=at(5),
    )
    stand = known.standings(SubjectKind.EVENT)
    assert stand[0] == expected
    assert [one.subject for one in stand] == ["evt-one", "evt-two"]
    assert known.standings(SubjectKind.EVENT, decision=Verdict.RELABEL) == [expected]
    assert known.standings(SubjectKind.EVENT, subjects=["evt-one", "evt-xxx"]) == [expected]
    assert known.standings(SubjectKind.EVENT, subjects=[]) == known.standings(SubjectKind.IMAGE) == []
    assert known.standings(SubjectKind.EVENT, limit=1) == [expected]


def test_a_relabelled_event_has_its_class_from_then_on(known) -> None:
    flare = known.event("evt-one")
    said = review("evt-one", Verdict.RELABEL, label="CJ", revision=1)
    known.add_review(said)
    known.add_review(said)
    jet = known.event("evt-one")
    assert jet == replace(flare, event_type="CJ", revision=2, attributes={**flare.attributes, DETECTED_AS: "FL"})
    assert [one.id for one in known.search(EventQuery(event_types=("CJ",)))] == ["evt-one"]
    assert "evt-one" not in {one.id for one in known.search(EventQuery(event_types=("FL",)))}
    assert known.event("evt-one", revision=1) == flare
    assert known.watch()[-1].reason == "relabelled from FL to CJ by Anna"
    assert found(known, Reviewed.RELABELLED) == "o"
    known.add_review(review("evt-one", Verdict.CONFIRM, 1))
    stands = known.standings(SubjectKind.EVENT)[0]
    assert (stands.decision, stands.label, known.event("evt-one").revision) == (Verdict.CONFIRM, "CJ", 2)
    known.add_review(review("evt-one", Verdict.RELABEL, 2, label="ER"))
    assert known.event("evt-one").attributes[DETECTED_AS] == "FL"
    known.add_review(review("evt-one", Verdict.RELABEL, 3, label="FL"))
    assert known.event("evt-one") == replace(flare, revision=4)


def test_an_import_leaves_the_class_that_people_gave(known) -> None:
    known.add_review(review("evt-xxx", Verdict.RELABEL, label="CJ"))
    brighter = make_event(id="evt-xxx", observation_ids=(), attributes={"fl_peakflux": 2.0})
    assert known.import_events([make_event(id="evt-xxx", observation_ids=()), brighter]) == 1
    after = known.event("evt-xxx")
    assert (after.event_type, after.attributes) == ("CJ", {"fl_peakflux": 2.0, DETECTED_AS: "FL"})
    assert known.import_events([brighter]) == 0


def test_rejected_events_are_out_of_sight_until_confirmed(known) -> None:
    known.add_review(review("evt-one", Verdict.REJECT))
    assert found(known) == "tx"
    assert found(known, Reviewed.ANY) == "otx"
    assert found(known, Reviewed.REJECTED) == "o"
    assert found(known, Reviewed.UNREVIEWED) == "tx"
    known.add_review(review("evt-one", Verdict.CONFIRM, 1))
    assert found(known) == "otx"
    assert found(known, Reviewed.CONFIRMED) == "o"
    assert found(known, Reviewed.UNREVIEWED) == "tx"
    assert known.event("evt-one").revision == 1  # the record is the detector's


def test_a_decision_is_taken_back(known) -> None:
    for number, verdict in enumerate((Verdict.CONFIRM, Verdict.REJECT, Verdict.UNDO)):
        known.add_review(review("evt-one", verdict, number))
    (standing,) = known.standings(SubjectKind.EVENT, subjects=["evt-one"])
    assert (standing.decision, standing.version) == (None, 3)
    assert found(known) == found(known, Reviewed.UNREVIEWED) == "otx"
    known.add_review(group_review(Verdict.DISCARD, 4))
    assert found(known) == "x"
    known.add_review(group_review(Verdict.UNDO, 5))
    assert found(known) == "otx"


def test_events_go_with_all_their_images_and_come_back(known) -> None:
    known.add_review(review(IMAGES[0].id, Verdict.DISCARD))
    assert found(known) == "tx"
    known.add_review(review(IMAGES[1].id, Verdict.DISCARD, 1))
    assert found(known) == "x"
    known.add_review(review(IMAGES[0].id, Verdict.LABEL, 2, label="side lobes"))
    assert found(known) == "x"
    known.add_review(review(IMAGES[0].id, Verdict.KEEP, 3))
    assert found(known) == "otx"


def test_events_go_with_their_cluster_unless_an_image_is_kept(known) -> None:
    known.add_review(group_review(Verdict.DISCARD))
    assert found(known) == "x"
    known.add_review(review(IMAGES[1].id, Verdict.KEEP, 1))
    assert found(known) == "tx"
    known.add_review(review("evt-one", Verdict.CONFIRM, 2))
    assert found(known) == "otx"
    known.add_review(group_review(Verdict.KEEP, 3))
    assert found(known, Reviewed.REJECTED) == ""


def test_what_comes_later_goes_with_what_was_said_before(known) -> None:
    known.add_review(group_review(Verdict.DISCARD))
    known.add_review(review(IMAGES[2].id, Verdict.DISCARD))
    later = [
        make_event(id="evt-late", attributes={CLUSTER: GROUP}, detector="stix-ssl", observation_ids=()),
        make_event(id="evt-image", observation_ids=(IMAGES[2].id,)),
        replace(known.event("evt-xxx"), revision=2, observation_ids=(IMAGES[2].id,)),
    ]
    known.apply([make_change(event) for event in later], associated=[])
    assert found(known) == ""
    known.apply([make_change(replace(later[2], revision=3, observation_ids=(IMAGES[1].id,)))], associated=[])
    assert found(known) == "x"


def test_two_at_a_time_get_versions_of_their_own(known) -> None:
    said = [review("evt-one", Verdict.COMMENT, number, comment=f"{number}") for number in range(16)]
    with ThreadPoolExecutor(4) as pool:
        versions = [one.version for one in pool.map(known.add_review, said)]
    assert sorted(versions) == list(range(1, 17))
    assert known.standings(SubjectKind.EVENT)[0].version == 16


def test_what_reviews_hide_is_no_news(known: Catalogue) -> None:
    def newest(**asked):
        return [one.event.id for one in known.newest_changes(EventQuery(**asked))]

    assert newest() == ["evt-xxx", "evt-two", "evt-one"]
    known.add_review(review("evt-two", Verdict.REJECT))
    assert newest() == ["evt-xxx", "evt-one"]
    assert newest(reviewed=Reviewed.ANY) == ["evt-xxx", "evt-two", "evt-one"]

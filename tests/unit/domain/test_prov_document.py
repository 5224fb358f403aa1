"""Provenance as others read it: W3C PROV JSON."""

import json
from dataclasses import replace

import prov.model as prov
import pytest

from helioscribe.domain.prov_document import Origins, RunOf, prov_document
from helioscribe.domain.review import Review, SubjectKind, Verdict
from support.factories import at, make_card, make_detection, make_event, make_method, make_observation, make_provenance

OBSERVATION = make_observation()
CARD = make_card(dataset={"digest": "d" * 64, "name": "quiet days"})
METHOD = make_method(model_sha256=CARD.sha256)
DETECTION = make_detection(provenance=make_provenance(OBSERVATION, method=METHOD))
FIRST = make_event(detection_ids=(DETECTION.id,), observation_ids=(OBSERVATION.id,))


def origins(**changes):
    values = {
        "revisions": [(FIRST, at(), "opened"), (replace(FIRST, revision=2), at(5), "a better model")],
        "runs": [RunOf(detection=DETECTION, at=at(3))],
        "observations": {OBSERVATION.id: OBSERVATION},
        "cards": {CARD.sha256: CARD},
        "reviews": [
            Review(
                kind=SubjectKind.EVENT,
                subject=FIRST.id,
                verdict=Verdict.RATE,
                rating=0.5,
                by="Zoë",
                at=at(9),
                revision=2,
            )
        ],
    }
    return Origins(**values | changes)


def read(document):
    return prov.ProvDocument.deserialize(content=json.dumps(document, allow_nan=False), format="json")


def related(document, kind):
    return {tuple(str(value) for _, value in one.formal_attributes if value) for one in document.get_records(kind)}


def test_another_program_finds_the_way_from_the_record_to_the_file():
    document = read(prov_document(origins()))
    derived = {pair[:2] for pair in related(document, prov.ProvDerivation)}
    product, file = f"sha256:{OBSERVATION.product_sha256}", f"sha256:{OBSERVATION.sha256}"
    for pair in [
        (f"hs:{FIRST.id}.r2", f"hs:{DETECTION.id}"),
        (f"hs:{FIRST.id}.r2", f"hs:{FIRST.id}.r1"),
        (f"hs:{DETECTION.id}", product),
        (product, file),
    ]:
        assert pair in derived
    used = {pair[1] for pair in related(document, prov.ProvUsage)}
    assert {product, f"sha256:{CARD.sha256}", f"hs:dataset.{'d' * 64}", f"hs:{DETECTION.id}"} <= used


def test_parameters_versions_people_and_institutes_are_told():
    text = read(prov_document(origins())).get_provn()
    for said in (
        "hsv:parameter.threshold",
        'hsv:version="0.1.0"',
        "Zoë",
        "prov:Organization",
        "prov:Plan",
        "prov:Person",
        "hsv:recipe.epochs=20",
    ):
        assert said in text


def test_every_end_of_a_relation_is_described():
    document = read(prov_document(origins()))
    known = {str(one.identifier) for one in document.get_records((prov.ProvEntity, prov.ProvActivity, prov.ProvAgent))}
    for one in document.get_records(prov.ProvRelation):
        ends = {str(value) for name, value in one.formal_attributes if value and "time" not in str(name).lower()}
        assert ends <= known


def test_what_is_not_known_is_left_out():
    document = read(
        prov_document(origins(observations={}, cards={}, reviews=[], runs=[RunOf(detection=DETECTION, at=None)]))
    )
    assert not [one for one in document.get_records(prov.ProvEntity) if "Observation" in str(one.get_asserted_types())]


@pytest.mark.parametrize("name", ["ivo://helio-informatics.org/FL_1 2", "evt<script>", "ü" * 200])
def test_records_of_other_catalogues_have_an_author(name):
    imported = make_event(id=name, detection_ids=(), observation_ids=(), frm_institute="SSXT")
    document = read(
        prov_document(origins(revisions=[(imported, at(), "imported")], runs=[], observations={}, cards={}, reviews=[]))
    )
    assert len(related(document, prov.ProvAttribution)) == 1

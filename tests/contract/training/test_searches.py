"""Searches: a job a cell, and a page of what came of them."""

import pytest

from helioscribe.domain.errors import InvalidInputError, NotFoundError
from helioscribe.training.reports.search import look_at, search_page
from helioscribe.training.search import make_plan
from support.training_place import BOTH, ORDER

pytestmark = BOTH


def test_a_search_is_a_job_a_cell_and_its_results_a_page(place):
    plan = make_plan(ORDER, {"space": {"learning_rate": [0.01, 0.001], "optimizer": ["adam", "sgd"]}})
    ordered = place.service.submit_search(plan)
    assert ordered.id == plan.id
    assert len({cell.job_id for cell in ordered.cells}) == len(place.service.list_jobs()) == 4
    assert all(one.best is None for one in look_at(ordered, place.service))
    place.work()
    assert place.service.search(plan.id) == ordered == place.service.submit_search(plan)
    found = look_at(ordered, place.service)
    assert [one.best for one in found] == sorted(one.best for one in found)
    assert found[0].options == {"learning_rate": 0.01, "optimizer": "adam"}
    page = search_page(ordered, found)
    assert page.count("<svg") == 2
    assert page.count("<tr") == 5
    with pytest.raises(NotFoundError):
        place.service.search("search-nope")


def test_a_search_with_a_cell_that_cannot_be_orders_nothing(place):
    plan = make_plan(ORDER, {"space": {"epochs": [1, 0]}})
    with pytest.raises(InvalidInputError, match="epochs"):
        place.service.submit_search(plan)
    assert place.service.list_jobs() == []

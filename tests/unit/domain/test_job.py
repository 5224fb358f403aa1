"""Jobs, failures and models: names and small rules. The life of a job is in the contract of job stores."""

import pytest

from helioscribe.domain.errors import InvalidInputError
from helioscribe.domain.job import JobKind, JobOrder, JobState, job_id, new_job
from helioscribe.domain.model import weights_digest
from support.factories import at, make_card, make_failure


def test_same_work_same_job() -> None:
    assert job_id(JobKind.DETECT, "k") == job_id(JobKind.DETECT, "k")
    assert len({job_id(kind, key) for kind in JobKind for key in ("k", "l")}) == 2 * len(JobKind)


def test_new_job_owns_its_payload() -> None:
    payload = {"parameters": {"threshold": 0.3}}
    job = new_job(JobOrder(kind=JobKind.DETECT, key="k", payload=payload, max_attempts=3), now=at())
    payload["parameters"]["threshold"] = 9.0
    assert job.payload == {"parameters": {"threshold": 0.3}}
    assert (job.state, job.max_attempts, job.created) == (JobState.QUEUED, 3, at())


@pytest.mark.parametrize("attempts", [0, -1])
def test_new_job_may_be_tried(attempts: int) -> None:
    with pytest.raises(InvalidInputError):
        new_job(JobOrder(kind=JobKind.DETECT, key="k", max_attempts=attempts), now=at())


def test_failure_is_one_entry_for_stage_input_and_kind() -> None:
    assert make_failure().id == make_failure(at=at(5), message="other", job_id="").id
    changes = [{"stage": "detect"}, {"subject": "x"}, {"sha256": ""}, {"code": "internal"}]
    assert len({make_failure(**change).id for change in changes} | {make_failure().id}) == 5


def test_weights_have_a_digest() -> None:
    assert make_card().sha256 == make_card(notes="x").sha256 != make_card("2.0.0").sha256
    assert weights_digest({}) == ""

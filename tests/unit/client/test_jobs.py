"""Work that is watched, cancelled, or left alone by who asked for it."""

import sys
import threading

import pytest

from helioscribe.client import Client
from helioscribe.domain.errors import CancelledError, DeadlineError, UnavailableError
from helioscribe.domain.job import JobState
from support.tiny_plugin import make_curve
from support.waiting import eventually

PATIENT = """
    import threading
    from helioscribe.domain.detection import DetectionResult

    WORKING, STOPPED = threading.Event(), threading.Event()

    class Patient:
        def detect(self, product, models):
            try:
                for _ in range(2000):
                    models["graph"](x=product.counts[:, :2].astype("float32"))
                    WORKING.set()
                    STOPPED.wait(0.01)
            except BaseException:
                STOPPED.set()
                raise
            return DetectionResult()

    def create(parameters):
        return Patient()
"""


def module_of(platform):
    """Return the module of the detector's code, once it is imported."""
    name = platform.inference.host.manifest("tiny").entry.partition(":")[0]
    eventually(lambda: name in sys.modules)
    return sys.modules[name]


@pytest.mark.parametrize("platform", [PATIENT], indirect=True)
def test_work_stops_when_its_deadline_has_passed(platform, client, observation):
    for what in (make_curve(), observation.id):
        with pytest.raises(DeadlineError):
            client.detect(what, "tiny", timeout=1.0)
        module = module_of(platform)
        assert module.STOPPED.wait(10)
        module.STOPPED.clear()
    assert client.catalogue.runs(observation_id=observation.id) == []


@pytest.mark.parametrize("platform", [PATIENT], indirect=True)
def test_work_stops_when_the_caller_has_gone(platform, client):
    gone = Client(platform.url)
    errors = []

    def ask():
        try:
            gone.detect(make_curve(), "tiny")
        except (CancelledError, UnavailableError, ValueError) as error:
            errors.append(error)

    thread = threading.Thread(target=ask)
    thread.start()
    module = module_of(platform)
    assert module.WORKING.wait(10)
    gone.close()
    assert module.STOPPED.wait(10)
    thread.join(10)
    assert len(errors) == 1


@pytest.mark.parametrize("platform", [PATIENT], indirect=True)
def test_a_running_job_can_be_cancelled(platform, client, observation):
    platform.work()
    job = client.submit(observation.id, "tiny")
    assert module_of(platform).WORKING.wait(10)
    assert client.cancel(job.id).cancel_requested
    assert module_of(platform).STOPPED.wait(10)
    assert [seen.state for seen in client.watch(job.id)][-1] is JobState.CANCELLED


def test_a_job_can_be_watched_to_its_end(platform, client, observation):
    job = client.submit(observation.id, "tiny")
    assert client.submit(observation.id, "tiny") == job
    watched = client.watch(job.id)
    assert next(watched).state is JobState.QUEUED
    platform.work()
    states = [seen.state for seen in watched]
    assert states[-1] is JobState.DONE
    assert client.wait(job).result["detections"] == 1


def test_waiting_has_an_end(client, observation):
    with pytest.raises(DeadlineError, match="goes on"):
        client.wait(client.submit(observation.id, "tiny"), timeout=0.3)

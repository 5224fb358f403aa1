import json
import urllib.error
from urllib.request import urlopen

import pytest

from helioscribe.domain.errors import InvalidInputError, UnavailableError
from helioscribe.runtime import probe
from helioscribe.runtime.monitor import Health, Monitor


def absent():
    raise UnavailableError("the broker does not answer")


def broken():
    raise ZeroDivisionError


@pytest.fixture
def serving():
    running = []

    def start(**checks):
        running.append(Monitor("127.0.0.1:0", Health(checks=checks)))
        return f"http://127.0.0.1:{running[-1].port}"

    yield start
    for monitor in running:
        monitor.stop()


def get(url):
    try:
        with urlopen(url, timeout=5) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, error.read().decode()


def test_all_well(serving):
    status, body = get(f"{serving(queue=lambda: None)}/healthz")
    assert (status, json.loads(body)) == (200, {"queue": "ok"})


def test_what_is_wrong_is_named_and_a_defect_is_not_shown(serving):
    url = serving(queue=absent, artifacts=broken, catalogue=lambda: None)
    status, body = get(f"{url}/healthz")
    assert status == 503
    assert json.loads(body) == {
        "queue": "the broker does not answer",
        "artifacts": "a defect; the log says more",
        "catalogue": "ok",
    }
    assert get(f"{url}/livez")[0] == 200


def test_metrics_are_what_prometheus_reads(serving):
    from prometheus_client.parser import text_string_to_metric_families

    status, body = get(f"{serving()}/metrics")
    assert status == 200
    assert {"helioscribe_jobs", "helioscribe_calls"} <= {family.name for family in text_string_to_metric_families(body)}


def test_nothing_else_is_served(serving):
    assert get(f"{serving()}/../etc/passwd")[0] == 404


def test_things_are_asked_once_in_a_while_however_often_one_looks():
    asked = []
    health = Health(checks={"queue": lambda: asked.append(1)})
    assert [health.look() for _ in range(5)] == [{"queue": "ok"}] * 5
    assert len(asked) == 1


def test_an_address_that_is_none_or_taken(serving):
    with pytest.raises(InvalidInputError, match="MONITOR_ADDRESS"):
        Monitor("nowhere", Health())
    with pytest.raises(UnavailableError):
        Monitor(serving().removeprefix("http://"), Health())


def test_the_probe_says_what_healthz_says(serving, monkeypatch, capsys):
    for url, status, text in ((serving(queue=absent), 1, "does not answer"), (serving(queue=lambda: None), 0, "ok")):
        monkeypatch.setenv("HELIOSCRIBE_MONITOR_ADDRESS", url.removeprefix("http://"))
        assert probe.main() == status
        assert text in capsys.readouterr().out
    monkeypatch.setenv("HELIOSCRIBE_MONITOR_ADDRESS", "0.0.0.0:1")
    assert probe.main() == 1

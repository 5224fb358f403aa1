"""What the containers promise beside working: little power, honest health, metrics. Run by scripts/compose-test.sh."""

import io
import json
import os
import subprocess
import time
from urllib.request import urlopen

import pytest

from helioscribe.domain.job import JobState
from support.containers import containers
from support.curves import stix_csv

pytestmark = [
    pytest.mark.e2e,
    pytest.mark.skipif("STACK_HOST" not in os.environ, reason="scripts/compose-test.sh brings the containers up"),
]

SERVICES = ("catalogue", "association", "ingest", "inference", "training", "web")
FETCH = "import sys, urllib.request as u; sys.stdout.write(u.urlopen('http://127.0.0.1:9464/{}').read().decode())"


def compose(*arguments):
    command = ["docker", "compose", "-f", "docker-compose.yml", "-f", "deploy/test/compose.yml", *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def inside(service, *command):
    return compose("exec", "-T", service, *command)


@pytest.mark.parametrize("service", SERVICES)
def test_a_process_can_do_no_more_than_it_must(service):
    status = inside(service, "cat", "/proc/1/status").stdout
    lines = dict(line.split(":", 1) for line in status.splitlines())
    assert lines["Uid"].split() == ["10001"] * 4
    assert lines["CapEff"].strip() == lines["CapBnd"].strip() == "0" * 16
    assert lines["NoNewPrivs"].strip() == "1"
    assert "Read-only" in inside(service, "touch", "/opt/helioscribe/x").stderr


@pytest.mark.parametrize("service", SERVICES)
def test_a_process_tells_its_metrics_and_its_health(service):
    assert "process_resident_memory_bytes" in inside(service, "python3", "-c", FETCH.format("metrics")).stdout
    health = json.loads(inside(service, "python3", "-c", FETCH.format("healthz")).stdout)
    assert set(health.values()) == {"ok"}


def test_stores_are_reached_by_nobody_outside():
    for service in ("postgres", "rabbitmq", "s3"):
        assert compose("port", service, "5432").stdout.strip() in ("", ":0")
    assert "OK" not in inside("association", "python3", "-c", "import socket; socket.create_connection(('1.1.1.1', 53), 2); print('OK')").stdout


def test_the_page_shows_what_the_catalogue_has():
    address = f"http://{os.environ['STACK_HOST']}:{os.environ['WEB_PORT']}"
    with urlopen(f"{address}/healthz", timeout=5) as answer:
        assert json.load(answer)["status"] == "ok"
    with urlopen(f"{address}/", timeout=10) as answer:
        assert "Helioscribe" in answer.read().decode()


def test_health_says_so_when_the_broker_is_down_and_work_goes_on_when_it_is_back():
    compose("stop", "-t", "1", "rabbitmq")
    try:
        time.sleep(3)
        health = json.loads(inside("ingest", "python3", "-m", "helioscribe.runtime.probe").stdout)
        assert health["catalogue"] == "ok"
        assert "broker" in health["queue"]
    finally:
        compose("up", "-d", "--wait", "--no-build", "--no-recreate", "rabbitmq")
    with containers() as client:
        job = client.ingest(io.BytesIO(stix_csv(7)), name="after.csv")
        assert client.wait(job, timeout=90).state is JobState.DONE

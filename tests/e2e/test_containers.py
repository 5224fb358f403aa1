"""What the containers promise beside working: little power, honest health, metrics. Run by scripts/compose-test.sh."""

import io
import json
import os
import subprocess
import time
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import pytest

from helioscribe.adapters.rpc import RpcTraining
from helioscribe.domain.job import TERMINAL, JobState
from helioscribe.domain.training_run import TrainingOrder
from support.containers import calling, containers, operator
from support.curves import stix_csv
from support.waiting import eventually

pytestmark = [
    pytest.mark.e2e,
    pytest.mark.skipif("STACK_HOST" not in os.environ, reason="scripts/compose-test.sh brings the containers up"),
]

PROMETHEUS = ("--profile", "observability", "exec", "-T", "prometheus", "promtool", "query", "instant", "--format=json")
SERVICES = ("catalogue", "association", "ingest", "inference", "training", "web")
FETCH = "import sys, urllib.request as u; sys.stdout.write(u.urlopen('http://127.0.0.1:9464/{}').read().decode())"


def compose(*arguments):
    command = ["docker", "compose", "-f", "docker-compose.yml", "-f", "deploy/test/compose.yml", *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def in_postgres(command, **streams):
    """Run one of Postgres' own programs beside the server, as docs/operations.md does."""
    told = f"PGPASSWORD=$(cat $POSTGRES_PASSWORD_FILE) {command}"
    files = ("-f", "docker-compose.yml", "-f", "deploy/test/compose.yml")
    return subprocess.run(
        ["docker", "compose", *files, "exec", "-T", "postgres", "sh", "-c", told], check=True, **streams
    ).stdout


def inside(service, *command):
    return compose("exec", "-T", service, *command)


def site():
    return f"http://{os.environ['STACK_HOST']}:{os.environ['WEB_PORT']}"


def asked(method, path, body=None, *, token=None):
    headers = {"Authorization": f"Bearer {operator() if token is None else token}", "Content-Type": "application/json"}
    with urlopen(Request(f"{site()}{path}", json.dumps(body).encode(), headers, method=method), timeout=20) as answer:
        return json.load(answer)


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
    assert (
        "OK"
        not in inside(
            "association", "python3", "-c", "import socket; socket.create_connection(('1.1.1.1', 53), 2); print('OK')"
        ).stdout
    )


def test_prometheus_sees_every_process():
    def up():
        said = compose(*PROMETHEUS, "http://127.0.0.1:9090", "min by (service) (up)").stdout
        return {one["metric"]["service"]: one["value"][1] for one in json.loads(said or "[]")}

    eventually(lambda: up() == dict.fromkeys(SERVICES, "1"), seconds=60)


@pytest.mark.timeout(900)
def test_a_model_is_trained_and_registered():
    with calling("TRAINING_PORT") as caller, containers() as client:
        service = RpcTraining(caller)
        options = {"epochs": 1, "sequences": 32, "hidden_size": 8, "trees": 2}
        job = service.submit(TrainingOrder(detector="stix-lstm", options=options))
        eventually(lambda: service.get(job.id).job.state in TERMINAL, seconds=840)
        ended = service.get(job.id).job
        assert ended.state is JobState.DONE, ended.error
        assert ended.result["version"] in {card.version for card in client.registry.cards("stix-lstm")}


def test_a_record_is_written_and_withdrawn_over_http():
    flare = {
        "event_type": "FL",
        "event_starttime": "2023-05-01T00:00:00",
        "event_endtime": "2023-05-01T00:10:00",
        "frm_name": "by eye",
        "obs_observatory": "GOES",
        "obs_instrument": "XRS",
        "kb_archivid": "ivo://example.edu/FL_1",
    }
    with pytest.raises(HTTPError, match="401"):
        asked("POST", "/api/events", flare, token="")
    (made,) = asked("POST", "/api/events", flare)["events"]
    with containers() as client:
        assert client.event(made["id"]).frm_name == "by eye"
        assert asked("DELETE", f"/api/events/{made['id']}?reason=test")["status"] == "retracted"
        assert client.event(made["id"]).status.value == "retracted"


def test_a_backfill_runs_and_is_seen_on_the_page():
    with containers() as client:
        client.wait(client.ingest(io.BytesIO(stix_csv(3)), name="old.csv", detectors=[]), timeout=90)
        job = client.wait(client.backfill("stix-lstm", "2021-03-01", "2021-04-01"), timeout=120)
        assert job.result["observations"] + job.result["known"] >= 1
    with urlopen(f"{site()}/jobs", timeout=10) as page:
        assert job.id in page.read().decode()


def test_the_page_shows_what_the_catalogue_has():
    with urlopen(f"{site()}/healthz", timeout=5) as answer:
        assert json.load(answer)["status"] == "ok"
    with urlopen(f"{site()}/", timeout=10) as answer:
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


def test_a_lost_database_and_a_lost_broker_come_back_from_a_dump(tmp_path):
    """The disaster drill of docs/operations.md."""
    count = "psql -h 127.0.0.1 -U helioscribe -Atc 'SELECT (SELECT count(*) FROM events), (SELECT count(*) FROM jobs)'"
    with containers() as client:
        client.wait(client.ingest(io.BytesIO(stix_csv(11)), name="before.csv"), timeout=90)
    before = in_postgres(count, capture_output=True)
    with (tmp_path / "catalogue.dump").open("wb") as dump:
        in_postgres("pg_dump -h 127.0.0.1 -U helioscribe --format=custom helioscribe", stdout=dump)

    compose("rm", "--stop", "--force", "--volumes", "postgres", "rabbitmq")
    for volume in ("database", "broker"):
        name = f"{os.environ['COMPOSE_PROJECT_NAME']}_{volume}"
        subprocess.run(["docker", "volume", "rm", name], check=True, capture_output=True)

    began = time.monotonic()
    assert compose("up", "--detach", "--wait", "--no-build", "postgres", "rabbitmq").returncode == 0
    with (tmp_path / "catalogue.dump").open("rb") as dump:
        in_postgres(
            "pg_restore -h 127.0.0.1 -U helioscribe --no-owner --exit-on-error --dbname=helioscribe", stdin=dump
        )
    assert in_postgres(count, capture_output=True) == before
    # Without a database for a minute they count as unhealthy, and `up` would not wait for them to be well again.
    compose("restart", *SERVICES)
    back = compose("up", "--detach", "--wait", "--no-build")
    assert back.returncode == 0, back.stderr
    with containers() as client:
        job = client.wait(client.ingest(io.BytesIO(stix_csv(12)), name="after-all.csv"), timeout=90)
        assert job.state is JobState.DONE
    print(f"\nrestored and working after {time.monotonic() - began:.0f} s, with", before.decode().strip())

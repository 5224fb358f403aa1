"""scripts/make-secrets.py makes what docker-compose.yml and the services read."""

import json
import subprocess
import sys
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from helioscribe.domain.errors import PermissionDeniedError
from helioscribe.runtime.auth import TokenFile

ROOT = Path(__file__).parents[3]


def make(folder):
    subprocess.run([sys.executable, ROOT / "scripts" / "make-secrets.py", folder], check=True, capture_output=True)
    return {str(path.relative_to(folder)): path.read_text() for path in folder.rglob("*") if path.is_file()}


def test_tokens_open_what_they_should(tmp_path):
    made = make(tmp_path / "secrets")
    tokens = TokenFile(tmp_path / "secrets" / "tokens" / "tokens.json")
    assert tokens.check(made["service_token"], "worker", "a test").name == "services"
    assert tokens.check(made["admin_token"], "jobs", "a test").name == "operator"
    with pytest.raises(PermissionDeniedError):
        tokens.check(made["service_token"], "admin", "a test")
    assert made["service_token"] not in made["tokens/tokens.json"]


def test_urls_and_servers_agree(tmp_path):
    made = make(tmp_path / "secrets")
    assert urlsplit(made["catalogue_url"]).password == made["postgres_password"]
    assert f"default_pass = {urlsplit(made['queue_url']).password}\n" in made["rabbitmq.conf"]
    (identity,) = json.loads(made["s3_identities.json"])["identities"]
    artifacts = urlsplit(made["artifacts_url"])
    assert identity["credentials"] == [{"accessKey": artifacts.username, "secretKey": artifacts.password}]


def test_what_is_there_stays_and_nobody_else_looks_in(tmp_path):
    folder = tmp_path / "secrets"
    assert make(folder) == make(folder)
    assert folder.stat().st_mode & 0o077 == 0


def test_the_compose_file_names_only_secrets_that_are_made(tmp_path):
    made = make(tmp_path / "secrets")
    lines = (ROOT / "docker-compose.yml").read_text().splitlines()
    named = {line.split("}/", 1)[1].split('"')[0] for line in lines if '{file: "${SECRETS' in line}
    assert len(named) == 8
    assert named <= set(made)

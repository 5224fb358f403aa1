#!/usr/bin/env python3
"""Make the secrets that docker-compose.yml reads, once; what is there already stays. Needs nothing but Python.

Usage: make-secrets.py [FOLDER]. The folder, ``secrets`` by default, opens to nobody else. The files in it are readable,
because the containers' own users must read them through it.
"""

from __future__ import annotations

import hashlib
import json
import secrets
import sys
from datetime import UTC, datetime
from pathlib import Path

# The web service does what its visitors' own tokens allow them: it writes records and reviews, and tries jobs again.
SERVICE_SCOPES = ("read", "write", "review", "jobs", "train", "worker")
ADMIN_SCOPES = ("admin",)


def main(folder: Path) -> None:
    """Write all files that are missing and say where the operator's token lies."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    database, broker = keep(folder, "postgres_password"), keep(folder, "broker_password")
    key, secret = keep(folder, "s3_key"), keep(folder, "s3_secret")
    keep(folder, "grafana_password")
    keep(folder, "catalogue_url", f"postgresql+psycopg://helioscribe:{database}@postgres/helioscribe")
    keep(folder, "queue_url", f"amqp://helioscribe:{broker}@rabbitmq:5672//")
    keep(folder, "artifacts_url", f"s3://{key}:{secret}@s3:9000/helioscribe?secure=0")
    keep(folder, "rabbitmq.conf", f"default_user = helioscribe\ndefault_pass = {broker}\n")
    identity = {"name": "helioscribe", "credentials": [{"accessKey": key, "secretKey": secret}], "actions": ["Admin"]}
    keep(folder, "s3_identities.json", json.dumps({"identities": [identity]}))
    service = keep(folder, "service_token", f"hs_{secrets.token_urlsafe(32)}")
    admin = keep(folder, "admin_token", f"hs_{secrets.token_urlsafe(32)}")
    tokens = [entry("services", service, SERVICE_SCOPES), entry("operator", admin, ADMIN_SCOPES)]
    (folder / "tokens").mkdir(exist_ok=True)  # mounted as a folder, so that a changed file is seen
    keep(folder, "tokens/tokens.json", json.dumps(tokens, indent=1))
    sys.stdout.write(f"secrets are in {folder}; the operator's token is {folder / 'admin_token'}\n")


def keep(folder: Path, name: str, text: str | None = None) -> str:
    """Return what a file holds; if there is none, write `text`, or something that nobody can guess."""
    file = folder / name
    if not file.exists():
        file.write_text(text if text is not None else secrets.token_hex(20), encoding="utf-8")
        file.chmod(0o644)
    return file.read_text(encoding="utf-8").strip()


def entry(name: str, token: str, scopes: tuple[str, ...]) -> dict[str, object]:
    """Return what a tokens file keeps of a token, as ``helioscribe tokens new`` writes it."""
    digest = hashlib.sha256(token.encode()).hexdigest()
    now = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    return {"name": name, "sha256": digest, "scopes": list(scopes), "created": now, "revoked": False}


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).resolve().parents[1] / "secrets")

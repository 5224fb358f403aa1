#!/usr/bin/env python3
"""Write the digests of the images that we do not build beside their tags, as the registry has them now.

Change a tag, run ``make pin``, read the difference, commit it. Needs Docker's buildx and a registry that answers.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
STORES = tuple(f"deploy/k8s/stores/{name}.yaml" for name in ("postgres", "rabbitmq", "s3"))
FILES = ("docker-compose.yml", "services/Dockerfile", *STORES)
PINNED = re.compile(r"(?P<image>[a-z0-9][\w.-]*(:\d+(?=/))?(/[\w./-]+)?:[\w.-]+)@sha256:(?P<digest>[0-9a-f]{64})")


@cache
def digest_of(image: str) -> str:
    """Return the digest of an image's index, which covers all architectures."""
    # As JSON: buildx prints its usual table for a format that begins with the manifest, whatever follows.
    command = ["docker", "buildx", "imagetools", "inspect", image, "--format", "{{json .Manifest}}"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603  # names from our own files
    if done.returncode:
        sys.exit(f"{image}: {done.stderr.strip() or 'no answer'}")
    digest: str = json.loads(done.stdout)["digest"]
    return digest.removeprefix("sha256:")


def pin(text: str) -> str:
    """Return a file's text with the digests of now."""
    return PINNED.sub(lambda found: f"{found['image']}@sha256:{digest_of(found['image'])}", text)


if __name__ == "__main__":
    if subprocess.run(["docker", "buildx", "version"], capture_output=True, check=False).returncode:  # noqa: S607
        sys.exit("docker has no buildx, which asks registries; install its plugin")
    for name in FILES:
        path = ROOT / name
        before = path.read_text(encoding="utf-8")
        after = pin(before)
        path.write_text(after, encoding="utf-8")
        sys.stdout.write(f"{name}: {'changed' if after != before else 'as it was'}\n")

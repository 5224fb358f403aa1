"""`make pin`: which images are pinned, and what is written beside their tags."""

import runpy
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
DIGEST = "8fa68438e9f38c23ced8653f9a10dd03651d98c798af1d654f2788896dbee5e6"
# What buildx 0.19 says of `--format '{{json .Manifest}}'`; with a format that begins otherwise it prints its table.
DOCKER = f"""#!/bin/sh
[ "$6" = '{{{{json .Manifest}}}}' ] || {{ echo 'Name: x'; exit 0; }}
case "$4" in *absent*) echo "$4: not found" >&2; exit 1;; esac
echo '{{"mediaType": "application/vnd.oci.image.index.v1+json", "digest": "sha256:{DIGEST}", "size": 276}}'
"""


@pytest.fixture
def script(tmp_path, monkeypatch):
    docker = tmp_path / "docker"
    docker.write_text(DOCKER)
    docker.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    return runpy.run_path(str(ROOT / "scripts" / "pin-images.py"))


@pytest.mark.parametrize(
    "image", ["postgres:17.6-bookworm", "chrislusf/seaweedfs:4.44", "127.0.0.1:5000/team/demo:1.0"]
)
def test_the_digest_is_replaced_and_nothing_else(script, image):
    line = "    image: ${{S3_IMAGE:-{}@sha256:{}}} # why\n"
    assert script["pin"](line.format(image, "0" * 64)) == line.format(image, DIGEST)


def test_every_image_that_is_not_ours_is_pinned(script):
    pinned = [
        found["image"] for name in script["FILES"] for found in script["PINNED"].finditer((ROOT / name).read_text())
    ]
    assert {image.partition(":")[0] for image in pinned} == {
        "postgres",
        "rabbitmq",
        "chrislusf/seaweedfs",
        "prom/prometheus",
        "grafana/grafana",
        "python",
    }


def test_an_image_that_the_registry_lacks_ends_it_in_one_line(script):
    with pytest.raises(SystemExit, match="absent:1: absent:1: not found"):
        script["pin"](f"absent:1@sha256:{'0' * 64}")

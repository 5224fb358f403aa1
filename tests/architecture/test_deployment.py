"""Compose file, Dockerfile and manifests name what there is."""

import re
import runpy
import tomllib
from dataclasses import fields
from pathlib import Path

import pytest
import yaml

from helioscribe.runtime.settings import Settings

ROOT = Path(__file__).parents[2]
COMPOSE = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
DOCKERFILE = (ROOT / "services" / "Dockerfile").read_text()
MANIFESTS = sorted((ROOT / "deploy" / "k8s").rglob("*.yaml"))
OURS = {name: one for name, one in COMPOSE["services"].items() if "build" in one}
EXTRAS = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["optional-dependencies"]
PINNED = re.compile(r"[\w./-]+:[\w.-]+@sha256:[0-9a-f]{64}")


def foreign_images():
    """Images that we do not build, by the file and the name they are used under."""
    found = {("compose", name): one["image"] for name, one in COMPOSE["services"].items() if "build" not in one}
    found["Dockerfile", "base"] = re.search(r"^ARG BASE_IMAGE=(.*)$", DOCKERFILE, re.MULTILINE)[1]
    for path in MANIFESTS:
        images = re.findall(r"image: (\S+)", path.read_text())
        for image in images:
            if not image.startswith("helioscribe/"):
                found["k8s", path.stem] = image
    return {place: re.sub(r"^\$\{\w+:-(.*)\}$", r"\1", image) for place, image in found.items()}


@pytest.mark.parametrize(("place", "image"), foreign_images().items(), ids=str)
def test_images_of_others_are_pinned_by_version_and_digest(place, image):
    assert PINNED.fullmatch(image)
    assert not re.search(r":(latest|\d+)@", image)


def test_compose_and_the_cluster_run_the_same_servers():
    images = foreign_images()
    assert {name: image for (where, name), image in images.items() if where == "k8s"} == {
        name: images["compose", name] for name in ("postgres", "rabbitmq", "s3")
    }


@pytest.mark.parametrize("service", OURS)
def test_each_service_has_its_target_and_the_target_its_extra(service):
    target = OURS[service]["build"]["target"]
    assert f" AS {target}\n" in DOCKERFILE
    (extra,) = re.findall(
        rf"^FROM service AS {target}\n(?:EXPOSE .*\n)?COPY --from=deps-(\S+)", DOCKERFILE, re.MULTILINE
    )
    assert f"./install-extra.sh {extra}\n" in DOCKERFILE
    assert f"COPY --from=asked /build/{extra}.txt ./\n" in DOCKERFILE
    assert extra in EXTRAS


@pytest.mark.parametrize("service", OURS)
def test_the_lock_file_has_a_version_of_every_library(service):
    asked = runpy.run_path(str(ROOT / "services" / "requirements.py"))["asked"]
    names = {re.match(r"[\w.-]+", line)[0].lower() for line in asked(EXTRAS, OURS[service]["build"]["target"])}
    locked = set(re.findall(r"^([\w.-]+)==", (ROOT / "services" / "constraints.txt").read_text().lower(), re.MULTILINE))
    assert names
    assert names <= locked


def test_only_settings_that_there_are():
    known = {f"HELIOSCRIBE_{field.name.upper()}" for field in fields(Settings)} | {"HELIOSCRIBE_VERSION"}
    texts = [(ROOT / "docker-compose.yml").read_text(), DOCKERFILE, *(path.read_text() for path in MANIFESTS)]
    named = {name for text in texts for name in re.findall(r"HELIOSCRIBE_[A-Z_]+", text)}
    assert named
    assert {name.removesuffix("_FILE") if name.removesuffix("_FILE") in known else name for name in named} <= known


@pytest.mark.parametrize("service", OURS)
def test_a_container_of_ours_can_do_no_more_than_it_must(service):
    one = OURS[service]
    assert (one["read_only"], one["cap_drop"], one["security_opt"]) == (True, ["ALL"], ["no-new-privileges:true"])
    assert set(one["deploy"]["resources"]["limits"]) == {"memory", "cpus"}
    assert all(port.startswith("127.0.0.1:") for port in one.get("ports", ()))

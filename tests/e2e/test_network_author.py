"""A stranger writes a detector with a network: installs, checks, trains and ships it, outside of this repository."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from helioscribe.domain.identity import digest
from support.curves import stix_csv

pytestmark = pytest.mark.e2e

NAME, PACKAGE = "my-network", "my_network_detector"
SCRIPT = Path(sys.executable).with_name("helioscribe")


@pytest.fixture(scope="module")
def author(tmp_path_factory):
    """Runs a program where the plugin is installed; its folder, and where it was installed, come along."""
    folder = tmp_path_factory.mktemp("author")
    known = {name: value for name, value in os.environ.items() if not name.startswith("HELIOSCRIBE_")}
    environment = known | {
        "PYTHONPATH": str(folder / "site"),
        "HELIOSCRIBE_HOME": str(folder / "home"),
        "OMP_NUM_THREADS": "1",
    }

    def run(*command):
        done = subprocess.run(
            [str(word) for word in command], env=environment, cwd=folder, capture_output=True, text=True, timeout=240
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    run(SCRIPT, "detectors", "new", NAME, "--network")
    pip = (sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--no-index", "--no-build-isolation")
    run(*pip, "--target", folder / "site", folder / NAME)
    return run, folder


def test_the_scaffold_keeps_its_promises_and_passes_its_own_tests(author):
    run, folder = author
    assert "FAILED" not in run(SCRIPT, "detectors", "check", NAME)
    run(sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", folder / NAME / "tests")


def test_it_is_trained_serves_and_can_be_shipped(author):
    run, folder = author
    order = ("train", NAME, "--set", "epochs=2", "--set", "curves=16", "--set", "batch_size=2", "--promote", "--json")
    made = json.loads(run(SCRIPT, *order))
    (folder / "curve.csv").write_bytes(stix_csv(7))
    (event,) = json.loads(run(SCRIPT, "detect", "curve.csv", "-d", NAME, "--json"))
    assert f"model_version={made['version']}" in event["frm_paramset"]
    told = tomllib.loads(run(SCRIPT, "models", "files", NAME, made["version"], "-o", folder / NAME / PACKAGE))
    manifest = tomllib.loads((folder / NAME / PACKAGE / "detector.toml").read_text(encoding="utf-8"))
    graph = manifest["models"]["network"]
    assert told["model_version"] == made["version"]
    assert told["models"]["network"] == {key: graph[key] for key in ("file", "inputs", "outputs", "example")} | {
        "sha256": digest((folder / NAME / PACKAGE / "network.onnx").read_bytes())
    }
    assert set(told["parameters"]) == {"threshold"}

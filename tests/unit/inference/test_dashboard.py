"""Dashboard and alerts ask for nothing that no process tells."""

import json
import re
import runpy
from pathlib import Path

import pytest
from prometheus_client import CollectorRegistry

from helioscribe.domain.serving import GraphUsage
from helioscribe.inference.usage import UsageCollector
from helioscribe.ports.census import Census
from helioscribe.runtime.census import CensusCollector
from helioscribe.runtime.metrics import metrics

FOLDER = Path(__file__).parents[3] / "deploy" / "compose"
PROMETHEUS_OWN = {"up"}


class Anything:
    def take(self):
        return Census(jobs={}, waiting={}, coverage_lag={}, failures={}, pending=0)

    def usage(self):
        return [GraphUsage(name="a.b", version="1")]


@pytest.fixture(scope="module")
def told():
    registry = CollectorRegistry()
    registry.register(CensusCollector(Anything()))
    registry.register(UsageCollector(Anything()))
    families = [*registry.collect(), *metrics().registry.collect()]
    endings = {"counter": ("_total",), "histogram": ("_bucket", "_sum", "_count")}
    return {family.name + ending for family in families for ending in endings.get(family.type, ("",))}


def expressions():
    dashboard = json.loads((FOLDER / "dashboard.json").read_text())
    yield from (target["expr"] for panel in dashboard["panels"] for target in panel["targets"])
    yield from re.findall(r"expr: (.*)", (FOLDER / "alerts.yml").read_text())


@pytest.mark.parametrize("expression", list(expressions()))
def test_every_metric_that_is_asked_for_is_told(expression, told):
    asked = set(re.findall(r"\b(?:helioscribe|nv|process)_\w+", expression)) | PROMETHEUS_OWN & set(re.findall(r"\w+", expression))
    assert asked
    assert asked <= told | PROMETHEUS_OWN


def test_the_dashboard_is_what_its_script_writes():
    made = runpy.run_path(str(FOLDER.parents[1] / "scripts" / "make-dashboard.py"))["dashboard"]()
    assert json.loads((FOLDER / "dashboard.json").read_text()) == made

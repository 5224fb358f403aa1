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
    asked = set(re.findall(r"\b(?:helioscribe|nv|process)_\w+", expression)) | PROMETHEUS_OWN & set(
        re.findall(r"\w+", expression)
    )
    assert asked
    assert asked <= told | PROMETHEUS_OWN


def test_the_dashboard_is_what_its_script_writes():
    made = runpy.run_path(str(FOLDER.parents[1] / "scripts" / "make-dashboard.py"))["dashboard"]()
    assert json.loads((FOLDER / "dashboard.json").read_text()) == made


GRAFANA_UNITS = {"short", "s", "µs", "ops", "bytes"}  # ids of its list of units


def test_panels_have_a_title_a_unit_and_a_place_of_their_own():
    dashboard = json.loads((FOLDER / "dashboard.json").read_text())
    panels = dashboard["panels"]
    for values in (
        [panel["id"] for panel in panels],
        [panel["title"] for panel in panels],
        [str(panel["gridPos"]) for panel in panels],
    ):
        assert len(set(values)) == len(panels)
    assert {panel["fieldConfig"]["defaults"]["unit"] for panel in panels} <= GRAFANA_UNITS
    assert "$" not in json.dumps(dashboard), "a variable that nobody defines"


@pytest.mark.parametrize(
    ("expression", "text"),
    [
        *(
            (target["expr"], target["legendFormat"])
            for panel in json.loads((FOLDER / "dashboard.json").read_text())["panels"]
            for target in panel["targets"]
        ),
        *re.findall(r'expr: (.*)\n(?:.*\n)?.*summary: "(.*)"', (FOLDER / "alerts.yml").read_text()),
    ],
)
def test_legends_and_alerts_name_labels_that_are_left(expression, text):
    assert set(re.findall(r"{{ *(?:\$labels\.)?(\w+) *}}", text)) <= labels_of(expression)


def labels_of(expression):
    if grouped := re.findall(r"by \(([^)]*)\)", expression):
        return {label.strip() for group in grouped for label in group.split(",")}
    (metric,) = set(LABELS) & set(re.findall(r"\w+", expression))
    return LABELS[metric]


LABELS = {
    "helioscribe_jobs": {"kind", "state"},
    "helioscribe_queue_age_seconds": {"kind"},
    "helioscribe_coverage_lag_seconds": {"detector"},
    "helioscribe_failures": {"stage"},
    "helioscribe_pending_detections": set(),
} | dict.fromkeys(("up", "process_resident_memory_bytes", "process_cpu_seconds_total"), {"service", "instance"})

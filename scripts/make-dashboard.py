#!/usr/bin/env python3
"""Write deploy/compose/dashboard.json for Grafana: panels as a table, so that one can read them."""

from __future__ import annotations

import json
from pathlib import Path

PANELS = (
    # title, unit, expression, legend
    ("Jobs waiting and running", "short", 'helioscribe_jobs{state=~"queued|running"}', "{{kind}} {{state}}"),
    ("Age of the oldest waiting job", "s", "helioscribe_queue_age_seconds", "{{kind}}"),
    ("Attempts at jobs", "ops", "sum by (kind, outcome) (rate(helioscribe_jobs_total[5m]))", "{{kind}} {{outcome}}"),
    (
        "Wait before the first attempt, 95 %",
        "s",
        "histogram_quantile(0.95, sum by (kind, le) (rate(helioscribe_job_wait_seconds_bucket[5m])))",
        "{{kind}}",
    ),
    (
        "Length of an attempt, 95 %",
        "s",
        "histogram_quantile(0.95, sum by (kind, le) (rate(helioscribe_job_duration_seconds_bucket[5m])))",
        "{{kind}}",
    ),
    ("Time since the newest covered observation", "s", "helioscribe_coverage_lag_seconds", "{{detector}}"),
    ("Failure ledger", "short", "helioscribe_failures", "{{stage}}"),
    ("Detections without an event yet", "short", "helioscribe_pending_detections", "pending"),
    ("Inferences", "ops", "sum by (model) (rate(nv_inference_count[5m]))", "{{model}}"),
    (
        "Items in a batch",
        "short",
        "sum by (model) (rate(nv_inference_count[5m])) / sum by (model) (rate(nv_inference_exec_count[5m]))",
        "{{model}}",
    ),
    (
        "Wait for the model, mean",
        "µs",
        (
            "sum by (model) (rate(nv_inference_queue_duration_us[5m]))"
            " / sum by (model) (rate(nv_inference_request_success[5m]))"
        ),
        "{{model}}",
    ),
    ("Inference requests that failed", "ops", "sum by (model) (rate(nv_inference_request_failure[5m]))", "{{model}}"),
    ("gRPC calls", "ops", "sum by (method, code) (rate(helioscribe_calls_total[5m]))", "{{method}} {{code}}"),
    (
        "gRPC latency, 99 %",
        "s",
        "histogram_quantile(0.99, sum by (method, le) (rate(helioscribe_call_duration_seconds_bucket[5m])))",
        "{{method}}",
    ),
    ("Memory of processes", "bytes", "process_resident_memory_bytes", "{{service}} {{instance}}"),
    ("Cores used", "short", "rate(process_cpu_seconds_total[5m])", "{{service}} {{instance}}"),
)
WIDTH, HEIGHT = 12, 8


def panel(number: int, title: str, unit: str, expression: str, legend: str) -> dict[str, object]:
    """Return a time series in its place, two a row."""
    return {
        "id": number + 1,
        "title": title,
        "type": "timeseries",
        "datasource": {"type": "prometheus", "uid": "prometheus"},
        "gridPos": {"x": WIDTH * (number % 2), "y": HEIGHT * (number // 2), "w": WIDTH, "h": HEIGHT},
        "fieldConfig": {"defaults": {"unit": unit, "min": 0}, "overrides": []},
        "targets": [{"refId": "A", "expr": expression, "legendFormat": legend}],
    }


def dashboard() -> dict[str, object]:
    """Return what Grafana reads."""
    return {
        "uid": "helioscribe",
        "title": "Helioscribe",
        "schemaVersion": 39,
        "refresh": "30s",
        "time": {"from": "now-6h", "to": "now"},
        "panels": [panel(number, *described) for number, described in enumerate(PANELS)],
    }


if __name__ == "__main__":
    text = json.dumps(dashboard(), indent=1, ensure_ascii=False) + "\n"
    (Path(__file__).resolve().parents[1] / "deploy" / "compose" / "dashboard.json").write_text(text, encoding="utf-8")

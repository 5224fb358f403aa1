#!/usr/bin/env bash
# Holds what Prometheus is given to its own checker: the configuration, the alerts, and when they fire.
set -euo pipefail
cd "$(dirname "$0")/../deploy/compose"
if ! command -v promtool >/dev/null; then
    echo "prometheus: no promtool here, so configuration and alerts are not checked"
    exit 0
fi
promtool check config --syntax-only prometheus.yml
promtool check rules alerts.yml
promtool test rules alerts.test.yml

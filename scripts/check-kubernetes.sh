#!/usr/bin/env bash
# Builds every overlay and holds what comes out to the schemas of Kubernetes; needs no cluster and no network.
set -euo pipefail
cd "$(dirname "$0")/.."
if ! command -v kubectl >/dev/null; then
    echo "kubernetes: no kubectl here, so the manifests are not checked"
    exit 0
fi
manifests=$(mktemp -d)
trap 'rm -rf "$manifests"' EXIT
for overlay in deploy/k8s/overlays/*/; do
    kubectl kustomize "$overlay" >"$manifests/$(basename "$overlay").yaml"
done
"${BIN:-.venv/bin}/kubernetes-validate" --strict --kubernetes-version 1.32 --quiet "$manifests"/*.yaml
echo "kubernetes: $(ls "$manifests" | wc -l) overlays are valid"

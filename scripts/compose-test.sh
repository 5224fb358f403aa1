#!/usr/bin/env bash
# Builds every image, brings the whole platform up in containers, walks through it from outside, and takes it down.
# Where there is no engine one is installed (Debian, root); where no registry answers, the base image and the servers
# are made from Debian's packages (deploy/test). KEEP=1 leaves everything running.
set -euo pipefail
cd "$(dirname "$0")/.."
state=$PWD/.run/docker
mkdir -p "$state" wheels
scripts/container-engine.sh start
export DOCKER_CONFIG=$state/config DOCKER_HOST=${DOCKER_HOST:-unix://$state/docker.sock}

# A project, secrets and ports of its own: a platform that runs on this machine is left alone.
export COMPOSE_PROJECT_NAME=helioscribe-test BASE_IMAGE=localhost/helioscribe-base:bookworm
export PIP_CONF=${PIP_CONF:-$state/pip.conf} CA_CERTS=${CA_CERTS:-/etc/ssl/certs/ca-certificates.crt}
[ -e "$PIP_CONF" ] || pip config list 2>/dev/null | sed -n "s/^global\.\(.*\)='\(.*\)'$/\1 = \2/p" | sed '1i [global]' >"$PIP_CONF"
export SECRETS=$state/secrets CATALOGUE_PORT=51051 INGEST_PORT=51052 INFERENCE_PORT=51053 TRAINING_PORT=51054 WEB_PORT=51080
python3 scripts/make-secrets.py "$SECRETS"
compose() { docker compose -f docker-compose.yml -f deploy/test/compose.yml "$@"; }

finish() {
    status=$?
    [ "$status" -eq 0 ] || { compose ps -a; compose logs --tail 40; }
    if [ -z "${KEEP:-}" ]; then
        compose --profile observability down --volumes --timeout 5
        rm -rf "$SECRETS"
        scripts/container-engine.sh stop
    fi
    exit "$status"
}
trap finish EXIT

compose --profile observability build --quiet
compose up --detach --wait --wait-timeout 300 --no-build
compose --profile observability up --detach --wait --wait-timeout 60 --no-build prometheus # Grafana has no package
export STACK_HOST=127.0.0.1 STACK_TOKEN_FILE=$SECRETS/admin_token
"${VENV:-.venv}/bin/python" -m pytest -q -k containers tests/e2e/test_walk.py tests/e2e/test_containers.py
compose ps --format 'table {{.Service}}\t{{.Status}}'

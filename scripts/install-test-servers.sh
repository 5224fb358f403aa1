#!/usr/bin/env bash
# Install the real servers that the tests start themselves: Postgres, RabbitMQ and Prometheus, and a clock that can be
# turned.
# (The S3 server comes from the Python environment.) Needs root on a Debian-like system; elsewhere it only tells
# what is missing, and the tests that need a missing server say that they are skipped.
set -euo pipefail

missing=()
ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1 || command -v initdb >/dev/null || missing+=(postgresql)
command -v rabbitmq-server >/dev/null || [ -x /usr/lib/rabbitmq/bin/rabbitmq-server ] || missing+=(rabbitmq-server)
[ -e /usr/lib/x86_64-linux-gnu/faketime/libfaketime.so.1 ] || missing+=(libfaketime)
command -v prometheus >/dev/null || missing+=(prometheus)

if [ ${#missing[@]} -eq 0 ]; then
    echo "test servers: all there"
elif [ "$(id -u)" -eq 0 ] && command -v apt-get >/dev/null; then
    export DEBIAN_FRONTEND=noninteractive
    apt-get update -qq
    apt-get install -y -qq --no-install-recommends "${missing[@]}"
else
    echo "test servers missing: ${missing[*]} (install them with your package manager)"
fi

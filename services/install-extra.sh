#!/bin/sh
# Installs the libraries of one extra into /opt/venv, as the lock file has them, and leaves the platform itself out.
set -eu
/opt/venv/bin/pip install --quiet --cache-dir /cache --find-links /wheels --constraint constraints.txt ".[$1]"
/opt/venv/bin/pip uninstall --quiet --yes helioscribe

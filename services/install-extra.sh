#!/bin/sh
# Installs what an extra asks for into /opt/venv, in the versions of the lock file.
exec /opt/venv/bin/pip install --quiet --cache-dir /cache --find-links /wheels --constraint constraints.txt \
    --requirement "$1.txt"

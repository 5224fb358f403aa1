"""Asks the process in this container for its health: ``python -m helioscribe.runtime.probe``."""

from __future__ import annotations

import os
import sys
import urllib.error
import urllib.request

__all__ = ["main"]

_PATIENCE = 4.0


def main() -> int:
    """Print the answer of ``/healthz``; return 0 if the process is healthy, 1 otherwise."""
    port = os.environ.get("HELIOSCRIBE_MONITOR_ADDRESS", ":9464").rpartition(":")[2]
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz", timeout=_PATIENCE) as answer:
            sys.stdout.write(answer.read().decode())
            return 0
    except urllib.error.HTTPError as error:
        sys.stdout.write(error.read().decode(errors="replace"))
    except OSError as error:
        sys.stdout.write(f"no answer on port {port}: {error}\n")
    return 1


if __name__ == "__main__":
    sys.exit(main())

"""``python -m helioscribe.sdk.testing NAME``: check an installed plugin where only the base package is installed."""

from __future__ import annotations

import sys

from helioscribe.domain.errors import HelioscribeError
from helioscribe.sdk.testing.conformance import check_plugin


def main() -> int:
    """Print the report. Return 0 if all checks passed, 1 if not, 2 for wrong usage."""
    if len(sys.argv) != 2:
        sys.stderr.write("usage: python -m helioscribe.sdk.testing DETECTOR\n")
        return 2
    try:
        report = check_plugin(sys.argv[1])
    except HelioscribeError as error:
        sys.stderr.write(f"{error.message}\n")
        return 2
    for finding in report.findings:
        sys.stdout.write(f"{'ok  ' if finding.passed else 'FAIL'} {finding.name}: {finding.message}\n")
    return 0 if report.passed else 1


if __name__ == "__main__":
    sys.exit(main())

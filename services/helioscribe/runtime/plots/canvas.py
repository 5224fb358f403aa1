"""Where all plots begin: colours for the page they are for, and one drawing at a time."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from helioscribe.domain.libraries import load
from helioscribe.runtime.plots.palette import DARK, LIGHT, Palette

__all__ = ["drawing"]

# matplotlib's text layout is not made for threads.
_ONE_AT_A_TIME = threading.Lock()


@contextmanager
def drawing(*, dark: bool) -> Iterator[Palette]:
    """Draw with the colours of a dark or a light page, alone in the process."""
    load("matplotlib")
    from matplotlib import rc_context

    look = DARK if dark else LIGHT
    with _ONE_AT_A_TIME, rc_context(look.settings()):
        yield look

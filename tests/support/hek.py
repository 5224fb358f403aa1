"""Rows of HEK's interface: a small one, and replies of HEK's server that were recorded."""

from __future__ import annotations

import gzip
import json
from typing import Any

from support.data import real_file

__all__ = ["ROW", "real_rows"]

ROW = {
    "event_type": "FL",
    "event_starttime": "2022-03-28T11:00:00",
    "event_endtime": "2022-03-28T12:00:00",
    "frm_name": "by eye",
    "obs_observatory": "Solar Orbiter",
    "obs_instrument": "STIX",
    "kb_archivid": "ivo://example.edu/FL_1",
    "fl_goescls": "M4.0",
}

_REPLIES = ("hek_fi_query.json", "hek_fl_20110809.json", "hek_fl_peakflux_query.json", "hek_all_20130201.json.gz")


def real_rows() -> list[dict[str, Any]]:
    """Return 116 rows of HEK, active regions, coronal holes, flares and a filament; skips the test without data."""
    rows: list[dict[str, Any]] = []
    for name in _REPLIES:
        data = real_file(f"hek/{name}").read_bytes()
        text = gzip.decompress(data) if name.endswith(".gz") else data
        rows += json.loads(text.decode("iso-8859-1"))["result"]
    return rows

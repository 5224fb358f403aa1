from pathlib import Path

import numpy as np
import pytest

from helioscribe.ingest.stix_table import stix_columns
from support.stix import StixDay, write_stix

NAMES = ["control_index", "time", "timedel", "triggers", "triggers_comp_err", "rcr"]


def test_columns_stand_in_the_published_order_with_the_files_own_numbers(tmp_path: Path):
    path = tmp_path / "day.fits"
    write_stix(StixDay(), path)
    columns = stix_columns(path)
    assert columns is not None
    bands = [f"{kind}_ch{band}" for band in range(5) for kind in ("counts", "counts_err")]
    assert list(columns) == NAMES + bands
    assert len({len(column) for column in columns.values()}) == 1
    assert (np.diff(columns["time"]) > 0).all()


def test_other_files_have_no_such_columns(tmp_path: Path):
    path = tmp_path / "curve.csv"
    path.write_text("utc,ebin1\n")
    assert stix_columns(path) is None


def test_a_missing_file_is_told(tmp_path: Path):
    with pytest.raises(FileNotFoundError):
        stix_columns(tmp_path / "none.fits")

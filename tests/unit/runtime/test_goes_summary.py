"""NOAA's summaries of GOES flares as events."""

import io

import pytest

from helioscribe.domain.errors import InvalidInputError
from helioscribe.runtime.catalogues.reading import read_events, rows_of
from support.data import real_file

h5py = pytest.importorskip("h5py")


def summary(*, without=(), **changed):
    columns = {
        "flare_id": [7, 7, 7, 8, 9, 9],
        "status": [b"EVENT_START", b"EVENT_PEAK", b"EVENT_END", b"EVENT_START", b"EVENT_START", b"EVENT_PEAK"],
        "time": [0.0, 600.0, 1200.0, 2000.0, 3000.0, 3060.0],
        "flare_class": [b"", b"X1.2", b"", b"", b"", b"C3.0"],
        "xrsb_flux": [1e-6, 1.2e-4, 5e-5, 1e-6, 1e-6, 3e-6],
    } | changed
    stream = io.BytesIO()
    with h5py.File(stream, "w") as file:
        file.attrs["platform"] = "g16"
        for name, column in columns.items():
            if name not in without:
                file[name] = column
        if "time" in file:
            file["time"].attrs["units"] = "seconds since 2000-01-01 12:00:00"
    return stream.getvalue()


def read(path):
    failed = []
    events = list(read_events(path, failed=lambda where, error: failed.append(f"{where}: {error.message}")))
    return events, failed


def test_start_peak_and_end_become_one_flare(tmp_path):
    path = tmp_path / "summary.nc"
    path.write_bytes(summary())
    events, failed = read(path)
    assert [(event.attributes["fl_goescls"], str(event.event_peaktime)[:19]) for event in events] == [
        ("X1.2", "2000-01-01 12:10:00"),
        ("C3.0", "2000-01-01 12:51:00"),
    ]
    assert str(events[0].event_endtime)[11:19] == "12:20:00"
    assert events[1].event_endtime == events[1].event_peaktime  # its end is in the next file
    assert events[0].obs_observatory == "GOES-16"
    assert failed == ["summary.nc, flare 8: no row EVENT_PEAK"]


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (summary(without=("status",)), "no summary of GOES flares"),
        (summary(time=[0.0]), "columns of unequal length"),
        (summary()[:500], "broken netCDF"),
    ],
)
def test_other_netcdf_is_refused(data, message):
    with pytest.raises(InvalidInputError, match=message):
        list(rows_of(data))


def test_a_real_day():
    events, failed = read(real_file("xray_goes_rhessi/goes/sci_xrsf-l2-flsum_g15_d20101016_v1-0-0.nc"))
    assert failed == []
    assert [event.attributes["fl_goescls"] for event in events] == ["B3.6", "B1.8", "C1.0", "M4.5"]

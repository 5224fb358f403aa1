"""JSOC, replayed by a web server of our own: recorded answers to queries, and exports that go wrong in every way."""

import socket
from datetime import timedelta

import pytest

from helioscribe.domain.errors import DeadlineError, InvalidInputError, NotFoundError, UnavailableError
from helioscribe.domain.times import TimeRange
from helioscribe.ingest.sources.jsoc import CutOut, JsocArchive
from helioscribe.ingest.sources.jsoc_server import JsocServer
from support.data import real_file
from support.jsoc import replay

HOUR = TimeRange.of("2020-01-01T01:00", "2020-01-01T02:00")
CUT = CutOut(x=100, y=-200, width=60, height=60, time=HOUR.start)


class Clock:
    """Time passes only where somebody waits."""

    def __init__(self):
        self.now, self.rests = 1e9, []

    def sleep(self, seconds):
        self.rests.append(seconds)
        self.now += seconds

    def __call__(self):
        return self.now


@pytest.fixture
def jsoc():
    with replay() as server:
        server.recorded["aia.lev1_euv_12s"] = aia()
        yield server


def aia(n=6, **columns):
    slots = [f"2020-01-01T01:{12 * k // 60:02d}:{12 * k % 60:02d}Z" for k in range(n)]
    values = {
        "T_REC": slots,
        "T_OBS": [s[:-1] + ".34Z" for s in slots],
        "QUALITY": ["0x00000000"] * n,
        "WAVELNTH": ["171"] * n,
    }
    return {"status": 0, "count": n, "keywords": [{"name": k, "values": v} for k, v in (values | columns).items()]}


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def archive(jsoc, clock):
    def make(**changes):
        server = JsocServer(url=jsoc.url, sleep=clock.sleep, clock=clock, pause=1.0)
        return JsocArchive(**{"email": "known@example.org", "server": server} | changes)

    return make


def fetched(archive, folder, product="aia-171", span=HOUR):
    records = list(archive.search(product, span))
    return list(archive.deliver(records, folder))


def errors(deliveries):
    return [type(delivery.error) for delivery in deliveries if delivery.error]


def test_recorded_records_of_aia(jsoc, archive):
    jsoc.load(real_file("jsoc/rs_list_aia.lev1_euv_12s_20200101.json"))
    jsoc.recorded.pop("aia.lev1_euv_12s")
    records = list(archive().search("aia-193", HOUR))
    assert [record.locator for record in records] == ["aia.lev1_euv_12s[2020-01-01T01:00:35Z][193]{image}"]
    assert records[0].name == "aia.lev1_euv_12s.2020-01-01T010035Z.193.image.fits"
    assert str(records[0].time_range.start) == "2020-01-01 01:00:41.840000+00:00"


def test_recorded_records_of_hmi_are_in_tai(jsoc, archive):
    jsoc.load(real_file("jsoc/rs_list_hmi.M_45s_20200101.json"))
    records = list(archive().search("hmi-magnetogram", TimeRange.of("2020-01-01T00:00", "2020-01-01T00:01")))
    # T_REC 00:00:45 TAI was observed at 00:00:37 TAI, which is midnight UTC.
    assert [record.locator for record in records] == ["hmi.M_45s[2020.01.01_00:00:45_TAI][2]{magnetogram}"]
    assert records[0].time_range.start.isoformat() == "2020-01-01T00:00:00+00:00"


def test_no_records_and_unknown_series(jsoc, archive):
    jsoc.recorded["aia.lev1_euv_12s"] = {"status": 0, "count": 0}
    assert list(archive().search("aia-171", HOUR)) == []
    with pytest.raises(InvalidInputError, match="status=4"):
        list(archive().search("aia-1600", HOUR))
    with pytest.raises(InvalidInputError, match="unknown product"):
        list(archive().search("aia-172", HOUR))
    with pytest.raises(InvalidInputError, match="more than a year"):
        list(archive().search("aia-171", TimeRange.of("2010-01-01", "2020-01-01")))


def test_records_without_an_image_are_passed_over(jsoc, archive):
    quality = ["0x00000000", "0x80000000", "0x40000000", "0x00000000", "?", "0x00000000"]
    times = [f"2020-01-01T01:00:{k}0.3Z" for k in range(5)] + ["MISSING"]
    jsoc.recorded["aia.lev1_euv_12s"] = aia(QUALITY=quality, T_OBS=times)
    assert [r.time_range.start.second for r in archive().search("aia-171", HOUR)] == [0, 20, 30]


def test_long_spans_are_asked_by_day_and_thinned_to_a_cadence(jsoc, archive):
    records = list(archive(cadence=36).search("aia-171", TimeRange.of("2020-01-01T00:30", "2020-01-03")))
    assert [r.time_range.start.second for r in records] == [0, 36, 0]
    assert len([question for question in jsoc.asked if question.get("op") == "rs_list"]) == 2


def test_files_come_once(jsoc, archive, tmp_path):
    first, again = fetched(archive(), tmp_path), fetched(archive(), tmp_path)
    assert len(first) == 6
    assert errors(first + again) == []
    assert sorted(d.path for d in first) == sorted(d.path for d in again)
    assert all(delivery.path.read_bytes().startswith(b"SIMPLE") for delivery in first)
    assert len(jsoc.exports) == 1
    assert not list((tmp_path / "exports").iterdir())


@pytest.mark.parametrize("statuses", [[1, 2, 2, 1], [6, 6, 2], [2] * 12])
def test_exports_are_waited_for_with_growing_pauses(jsoc, archive, clock, tmp_path, statuses):
    jsoc.statuses = list(statuses)
    assert errors(fetched(archive(), tmp_path)) == []
    assert len(jsoc.exports) == 1
    assert len(clock.rests) >= len(statuses)
    assert max(clock.rests) <= 120


def test_too_many_pending_is_waited_for(jsoc, archive, tmp_path):
    jsoc.refusals = [7, 7, 7]
    assert errors(fetched(archive(), tmp_path)) == []


def test_no_more_exports_at_a_time_than_allowed(jsoc, archive, tmp_path):
    most, status = [], jsoc._status
    ready = set()

    def counted(name):
        most.append(len(jsoc.exports) - len(ready))
        answer = status(name)
        if answer["status"] == 0:
            ready.add(name)
        return answer

    jsoc._status = counted
    jsoc.statuses = [1, 1, 1]
    assert len(fetched(archive(export={"size": 1, "pending": 2}), tmp_path)) == 6
    assert max(most) == 2


def test_a_bad_record_does_not_sink_the_others(jsoc, archive, tmp_path):
    records = [record.locator for record in archive().search("aia-171", HOUR)]
    jsoc.bad = {records[2]}
    deliveries = fetched(archive(), tmp_path)
    assert [d.record.locator for d in deliveries if d.error] == [records[2]]
    assert "status 4: a record has no image" in next(d.error.message for d in deliveries if d.error)
    assert len([d for d in deliveries if d.path]) == 5


def test_a_record_without_a_file_is_told(jsoc, archive, tmp_path):
    jsoc.without = {record.locator for record in archive().search("aia-171", HOUR)} - {"x"}
    jsoc.without.pop()
    deliveries = fetched(archive(), tmp_path)
    assert errors(deliveries) == [NotFoundError] * 5


@pytest.mark.parametrize("status", [3, 5, 12])
def test_other_statuses_end_it(jsoc, archive, tmp_path, status):
    jsoc.refusals = [status] * 20
    deliveries = fetched(archive(), tmp_path)
    assert errors(deliveries) == [InvalidInputError] * 6
    assert f"status {status}" in deliveries[0].error.message


def test_a_hung_export_is_asked_for_again_and_given_up_at_last(jsoc, archive, clock, tmp_path):
    jsoc.forever = True
    limits = {"hung": 300, "renewals": 2, "deadline": 1e6}
    deliveries = fetched(archive(export=limits), tmp_path)
    assert errors(deliveries) == [DeadlineError] * 6
    assert len(jsoc.exports) == 3
    assert not list((tmp_path / "exports").iterdir())


def test_an_export_that_stays_unknown_is_asked_for_again(jsoc, archive, tmp_path):
    jsoc.statuses = [6] * 6
    assert errors(fetched(archive(), tmp_path)) == []
    assert len(jsoc.exports) == 2


def test_what_an_ended_process_asked_for_is_gone_on_with(jsoc, archive, tmp_path):
    jsoc.forever = True
    late = fetched(archive(export={"deadline": 60}, cutout=CUT), tmp_path)
    assert errors(late) == [DeadlineError] * 6
    assert "goes on with it" in late[0].error.message
    assert len(list((tmp_path / "exports").glob("*.json"))) == 1
    jsoc.forever = False
    assert errors(fetched(archive(cutout=CUT), tmp_path)) == []
    assert len(jsoc.exports) == 1


def test_a_broken_note_is_no_obstacle(jsoc, archive, tmp_path):
    (tmp_path / "exports").mkdir()
    for number, text in enumerate(("", "[]", "{}", '{"process": {}, "records": 3}')):
        (tmp_path / "exports" / f"{number}.json").write_text(text)
    assert errors(fetched(archive(), tmp_path)) == []


def test_outages_are_ridden_out(jsoc, archive, tmp_path):
    jsoc.outages = [503, 0, 200, 502, 0, 200, 0, 200]
    assert errors(fetched(archive(), tmp_path)) == []


def test_a_long_outage_is_told_and_nothing_is_lost(jsoc, archive, tmp_path):
    records = list(archive().search("aia-171", HOUR))
    jsoc.statuses = [1]
    ask = jsoc._request
    jsoc._request = lambda query: (ask(query), jsoc.outages.extend([503] * 10))[0]
    assert errors(archive().deliver(records, tmp_path)) == [UnavailableError] * 6
    jsoc.outages.clear()
    assert errors(archive().deliver(records, tmp_path)) == []
    assert len(jsoc.exports) == 1
    jsoc.outages = [503] * 10
    with pytest.raises(UnavailableError, match="503"):
        list(archive().search("aia-171", HOUR))


@pytest.mark.parametrize("damage", ["cut", "html"])
def test_a_broken_file_is_brought_again(jsoc, archive, tmp_path, damage):
    jsoc.damage = [damage] * 2
    deliveries = fetched(archive(), tmp_path)
    assert errors(deliveries) == []
    assert not list(tmp_path.glob("*.unchecked*"))
    jsoc.damage = [damage] * 100
    assert errors(fetched(archive(), tmp_path / "other")) == [UnavailableError] * 6


def test_a_cut_out_is_asked_for_and_an_image_that_was_not_cut_is_refused(jsoc, archive, tmp_path):
    jsoc.damage = ["large"] * 4
    deliveries = fetched(archive(cutout=CUT), tmp_path)
    assert errors(deliveries) == [UnavailableError]
    assert "more than the cut-out has" in next(d.error.message for d in deliveries if d.error)
    asked = next(question for question in jsoc.asked if question.get("op") == "exp_request")
    process = asked["process=n"]
    for part in ("im_patch", "t_ref=2020-01-01T01:00:00", "t=1", "x=100", "y=-200", "width=60", "locunits=arcsec"):
        assert part in process
    whole = {record.name for record in archive().search("aia-171", HOUR)}
    assert not whole & {delivery.record.name for delivery in deliveries}


def test_both_sides_of_a_cut_out_are_looked_at(jsoc, archive, tmp_path):
    jsoc.damage = ["tall"] * 100
    deliveries = fetched(archive(cutout=CUT), tmp_path)
    assert errors(deliveries) == [UnavailableError] * 6
    assert "400 pixels on axis 2, more than the cut-out has" in deliveries[0].error.message


def test_a_cut_out_may_follow_the_sun(jsoc, archive, tmp_path):
    fetched(archive(cutout=CutOut(x=100, y=-200, width=60, height=60, time=HOUR.start, tracked=True)), tmp_path)
    asked = next(question for question in jsoc.asked if question.get("op") == "exp_request")
    assert ",t=0," in asked["process=n"]
    with pytest.raises(InvalidInputError, match="only a place on the disk"):
        CutOut(x=1100, y=0, width=60, height=60, time=HOUR.start, tracked=True)


def test_a_silent_server_holds_nobody_for_ever(jsoc, archive):
    before = socket.getdefaulttimeout()
    socket.setdefaulttimeout(0.3)
    try:
        jsoc.outages = [-1] * 5
        with pytest.raises(UnavailableError, match="does not answer"):
            list(archive().search("aia-171", HOUR))
    finally:
        socket.setdefaulttimeout(before)


def test_an_unknown_address_is_told_at_once(jsoc, archive, tmp_path):
    with pytest.raises(InvalidInputError, match="register one at"):
        fetched(archive(email="stranger@example.org"), tmp_path)
    assert not jsoc.exports


@pytest.mark.parametrize("field", [(9999, 0, 10, 10), (0, 0, 0, 10), (0, 0, 10, float("nan"))])
def test_impossible_cut_outs_are_refused(field):
    with pytest.raises(InvalidInputError, match="cut-out"):
        CutOut(**dict(zip(("x", "y", "width", "height"), field, strict=True)), time=HOUR.start)


def test_time_ends_an_endless_queue(jsoc, archive, tmp_path):
    jsoc.refusals = [7] * 10_000
    deliveries = fetched(archive(export={"deadline": timedelta(hours=1).total_seconds()}), tmp_path)
    assert errors(deliveries) == [DeadlineError] * 6
    assert "its turn did not come" in deliveries[0].error.message

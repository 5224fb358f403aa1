import http.server
import json
import socket
import threading
from urllib.parse import parse_qs, urlsplit

import pytest

from helioscribe.domain.errors import InvalidInputError, UnavailableError
from helioscribe.domain.times import TimeRange
from helioscribe.ingest.sources.jsoc import Cutout, Jsoc
from support.data import real_file
from support.images import sun, write_image

SPAN = TimeRange.of("2020-01-01T00:00:00", "2020-01-01T00:02:00")


class Server(http.server.ThreadingHTTPServer):
    """A JSOC that answers as it is told: every export gets its statuses one after the other."""

    daemon_threads = True

    def __init__(self, image):
        super().__init__(("127.0.0.1", 0), _Handler)
        self.image, self.listing = image, {"status": 0, "count": 0}
        self.submits, self.statuses, self.asked = [], {}, []
        self.script = lambda numbers, attempt: [1, 0]
        self.trouble = []

    def answer(self, query):
        self.asked.append(query["op"])
        if self.trouble and (fault := self.trouble.pop(0)):
            return fault
        if query["op"] == "rs_list":
            return self.listing
        if query["op"] == "exp_request":
            return self.submit(query)
        return self.state(query["requestid"])

    def submit(self, query):
        numbers = [int(one.strip("#")) for one in query["ds"].split("[:")[1].split("]")[0].split(",")]
        statuses = list(self.script(numbers, len(self.submits)))
        if statuses[0] == 7:
            self.script = lambda numbers, attempt: statuses[1:]
            return {"status": 7, "error": "too many pending requests"}
        self.submits.append(query)
        request = f"JSOC_20200101_{len(self.submits)}"
        self.statuses[request] = (statuses, numbers)
        return self.state(request)

    def state(self, request):
        statuses, numbers = self.statuses[request]
        status = statuses.pop(0) if len(statuses) > 1 else statuses[0]
        answer = {"status": status, "requestid": request}
        if status == 4:
            answer["error"] = "a record has no image"
        if status == 0:
            answer |= {"dir": "/SUM1/S1", "data": [{"record": f"r{n}", "filename": f"image.{n}.fits"} for n in numbers]}
        return answer


class _Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        url = urlsplit(self.path)
        if url.path.startswith("/SUM1"):
            self.reply(self.server.image)
            return
        answer = self.server.answer({key: value[0] for key, value in parse_qs(url.query).items()})
        if answer == "hang":
            threading.Event().wait(3)
        elif answer == "reset":
            self.connection.shutdown(socket.SHUT_RDWR)
        elif isinstance(answer, int):
            self.send_error(answer)
        else:
            self.reply(json.dumps(answer).encode() if isinstance(answer, dict) else answer)

    def reply(self, body):
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *args):
        pass


@pytest.fixture
def server(tmp_path):
    with Server(write_image(tmp_path / "one.fits", sun()).read_bytes()) as made:
        threading.Thread(target=made.serve_forever, daemon=True).start()
        yield made
        made.shutdown()


class Clock:
    def __init__(self):
        self.now, self.pauses = 0.0, []

    def wait(self, seconds):
        self.now += seconds
        self.pauses.append(seconds)


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def jsoc(server, clock):
    return Jsoc(
        email="someone@example.org", server=f"http://127.0.0.1:{server.server_port}", deadline=600.0, timeout=2.0, tries=2,
        wait=clock.wait, clock=lambda: clock.now, jitter=lambda: 0.5,
    )  # fmt: skip


def listing(count, quality=lambda n: 0):
    values = {
        "T_REC": [f"2020.01.01_00:{n:02d}:00_TAI" for n in range(count)],
        "T_OBS": [f"2020.01.01_00:{n:02d}:37_TAI" for n in range(count)],
        "QUALITY": [f"0x{quality(n):08x}" for n in range(count)], "WAVELNTH": ["6173.0"] * count,
        "*recnum*": [str(100 + n) for n in range(count)],
    }  # fmt: skip
    return {"status": 0, "count": count, "keywords": [{"name": name, "values": column} for name, column in values.items()]}


def records(server, jsoc, count, **changes):
    server.listing = listing(count, **changes)
    return jsoc.query("hmi", TimeRange.of("2020-01-01T00:00:00", "2020-01-01T01:00:00"))


def test_real_answers_are_understood(server, jsoc):
    server.listing = json.loads(real_file("jsoc/rs_list_hmi.M_45s_20200101.json").read_text())
    found = jsoc.query("hmi-45s", TimeRange.of("2019-12-31T23:50:00", "2020-01-01T00:10:00"))
    assert [one.t_rec for one in found] == server.listing["keywords"][[k["name"] for k in server.listing["keywords"]].index("T_REC")]["values"]
    assert all(str(one.time)[:10] in ("2019-12-31", "2020-01-01") for one in found)
    server.listing = json.loads(real_file("jsoc/rs_list_empty.json").read_text())
    assert jsoc.query("hmi", SPAN) == []
    server.listing = json.loads(real_file("jsoc/error_unknown_series.json").read_text())
    with pytest.raises(InvalidInputError, match="hmi"):
        jsoc.query("hmi", SPAN)


def test_slots_without_an_image_are_left_out(server, jsoc):
    found = records(server, jsoc, 4, quality=lambda n: 0x80000000 if n == 2 else 0x400)
    assert [one.number for one in found] == [100, 101, 103]


def test_an_export_comes_after_a_while(server, jsoc, clock, tmp_path):
    server.script = lambda numbers, attempt: [2, 1, 1, 0]
    done = []
    result = jsoc.export("hmi", records(server, jsoc, 3), tmp_path / "out", progress=done.append)
    assert sorted(path.name for path in result.files) == ["image.100.fits", "image.101.fits", "image.102.fits"]
    assert result.missing == {}
    assert done == [3]
    assert clock.pauses == sorted(clock.pauses)  # it asks ever less often
    again = jsoc.export("hmi", records(server, jsoc, 3), tmp_path / "out")
    assert len(again.files) == 3
    assert len(server.submits) == 1


def test_a_cut_out_is_asked_for_in_jsocs_words(server, jsoc, tmp_path):
    cutout = Cutout(x=300.0, y=-200.0, width=300.0, height=300.0, time="2020-01-01T00:00:00")
    jsoc.export("aia", records(server, jsoc, 1), tmp_path, cutout=cutout)
    words = server.submits[0]["process=n"]
    assert "im_patch" in words
    assert "x=300.0,y=-200.0,width=300.0" in words


def test_a_bad_record_does_not_sink_the_others(server, jsoc, tmp_path):
    server.script = lambda numbers, attempt: [1, 4] if 105 in numbers else [1, 0]
    result = jsoc.export("hmi", records(server, jsoc, 9), tmp_path)
    assert len(result.files) == 8
    assert list(result.missing) == ["2020.01.01_00:05:00_TAI"]
    assert "no image" in result.missing["2020.01.01_00:05:00_TAI"]


def test_a_new_request_may_be_unknown_for_a_moment(server, jsoc, tmp_path):
    server.script = lambda numbers, attempt: [2, 6, 6, 1, 0]
    assert len(jsoc.export("hmi", records(server, jsoc, 1), tmp_path).files) == 1
    server.script = lambda numbers, attempt: [6]
    assert len(jsoc.export("hmi", records(server, jsoc, 2)[1:], tmp_path).missing) == 1


def test_too_many_pending_requests_wait(server, jsoc, clock, tmp_path):
    server.script = lambda numbers, attempt: [7, 1, 0]
    assert len(jsoc.export("hmi", records(server, jsoc, 1), tmp_path).files) == 1
    assert clock.pauses


def test_a_request_that_never_ends_is_asked_for_once_more(server, jsoc, tmp_path):
    server.script = lambda numbers, attempt: [1] if attempt == 0 else [1, 0]
    assert len(jsoc.export("hmi", records(server, jsoc, 1), tmp_path).files) == 1
    assert len(server.submits) == 2
    server.script = lambda numbers, attempt: [1]
    result = jsoc.export("hmi", records(server, jsoc, 2)[1:], tmp_path)
    assert "did not end" in next(iter(result.missing.values()))


def test_an_interrupted_export_goes_on_with_its_request(server, jsoc, clock, tmp_path):
    class Killed(Exception):
        pass

    def killed(seconds):
        raise Killed

    server.script = lambda numbers, attempt: [1, 1, 0]
    found = records(server, jsoc, 2)
    with pytest.raises(Killed):
        Jsoc(email=jsoc.email, server=jsoc.server, wait=killed).export("hmi", found, tmp_path)
    assert len(jsoc.export("hmi", found, tmp_path).files) == 2
    assert len(server.submits) == 1


@pytest.mark.parametrize("fault", [503, "reset", b"<html>maintenance</html>"])
def test_an_outage_is_waited_out(server, jsoc, tmp_path, fault):
    found = records(server, jsoc, 1)
    server.trouble = [fault, fault]
    assert len(jsoc.export("hmi", found, tmp_path).files) == 1


def test_a_long_outage_is_told(server, jsoc):
    server.trouble = [503] * 10
    with pytest.raises(UnavailableError, match="does not answer"):
        jsoc.query("hmi", SPAN)


def test_a_silent_server_holds_nobody_for_ever(server, jsoc):
    before = socket.getdefaulttimeout()
    socket.setdefaulttimeout(0.3)
    try:
        server.trouble = ["hang"] * 5
        with pytest.raises(UnavailableError):
            jsoc.query("hmi", SPAN)
    finally:
        socket.setdefaulttimeout(before)


def test_what_is_no_fits_is_not_kept(server, jsoc, tmp_path):
    server.image = b"<html>gone</html>"
    result = jsoc.export("hmi", records(server, jsoc, 1), tmp_path / "out")
    assert "no FITS" in next(iter(result.missing.values()))
    assert not list((tmp_path / "out").glob("*.fits"))


def test_names_of_files_lead_nowhere_else(server, jsoc, tmp_path):
    state = server.state
    server.state = lambda request: state(request) | {"data": [{"record": "r", "filename": "../../etc/passwd"}]}
    result = jsoc.export("hmi", records(server, jsoc, 1), tmp_path / "out")
    assert "no address" in next(iter(result.missing.values()))


def test_an_address_and_a_known_product_are_needed(jsoc, server, tmp_path):
    with pytest.raises(InvalidInputError, match="email"):
        Jsoc(server=jsoc.server).export("hmi", [], tmp_path)
    with pytest.raises(InvalidInputError, match="unknown product"):
        jsoc.query("eve", SPAN)


def test_a_record_for_which_nothing_comes_is_told(server, jsoc, tmp_path):
    state = server.state

    def without(request):
        answer = state(request)
        if "data" in answer:
            answer["data"] = [one for one in answer["data"] if one["record"] != "r101"]
        return answer

    server.state = without
    result = jsoc.export("hmi", records(server, jsoc, 4), tmp_path)
    assert sorted(path.name for path in result.files) == ["image.100.fits", "image.102.fits", "image.103.fits"]
    assert list(result.missing) == ["2020.01.01_00:01:00_TAI"]


def test_records_without_a_number_are_not_taken_for_others(server, jsoc, tmp_path):
    found = records(server, jsoc, 2)
    server.listing["keywords"] = [one for one in server.listing["keywords"] if one["name"] != "*recnum*"]
    unknown = jsoc.query("hmi", TimeRange.of("2020-01-01T00:00:00", "2020-01-01T01:00:00"))
    assert len(found) == len(unknown) == 2
    result = jsoc.export("hmi", unknown, tmp_path)
    assert result.files == ()
    assert len(result.missing) == 2
    assert server.submits == []

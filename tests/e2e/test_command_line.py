"""The console script as people and scripts use it."""

import csv
import json
import os
import re
import signal
import subprocess
import sys
import time
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from urllib.request import urlopen

import pytest

from helioscribe.client import Client
from support.stix import LAYOUTS, Flare, StixDay, write_stix
from support.waiting import eventually

pytestmark = pytest.mark.e2e

SCRIPT = Path(sys.executable).with_name("helioscribe")
README = Path(__file__).parents[2] / "README.md"
FLARE = Flare(start=3600, peak=3900, end=5400, counts=20_000)
DAY = StixDay(samples=2400, flares=(FLARE,))
LIGHT = 338.4


@pytest.fixture(scope="module")
def cli(tmp_path_factory):
    home = tmp_path_factory.mktemp("home")
    environment = {k: v for k, v in os.environ.items() if not k.startswith("HELIOSCRIBE_")}

    def run(*arguments, status=0, where=home, **also):
        command = [str(SCRIPT), "--home", str(where), *map(str, arguments)]
        done = subprocess.run(command, env=environment | also, capture_output=True, text=True, timeout=120, check=False)
        assert done.returncode == status, done.stdout + done.stderr
        assert "Traceback" not in done.stderr
        return done

    return run


@pytest.fixture(scope="module")
def day(tmp_path_factory):
    path = tmp_path_factory.mktemp("files") / "solo_L1_stix-ql-lightcurve_20220328_V02.fits"
    write_stix(DAY, path)
    return path


@pytest.fixture(scope="module")
def found(cli, day):
    done = cli("detect", day, "--detector", "stix-lstm", "--json")
    return json.loads(done.stdout), done


def test_a_flare_is_found_where_it_was_put(found):
    (event,) = [one for one in found[0] if one["hs_detector"] == "stix-lstm"]
    peak = datetime.fromisoformat(event["event_peaktime"])
    put = datetime.fromisoformat(DAY.start) + timedelta(seconds=FLARE.peak + LIGHT)
    assert abs(peak - put) < timedelta(seconds=60)
    assert (event["event_type"], event["obs_instrument"]) == ("FL", "STIX")
    delay = peak - datetime.fromisoformat(event["hs_observer_peaktime"])
    assert delay == timedelta(seconds=LIGHT)


def test_json_is_all_that_standard_output_holds(found):
    _, done = found
    assert done.stdout.lstrip().startswith("[")
    assert done.stderr == ""


def test_the_same_file_twice_gives_the_same_events(cli, day, found):
    assert json.loads(cli("detect", day, "-d", "stix-lstm", "--json").stdout) == found[0]


@pytest.fixture
def bad(tmp_path):
    whole = write_stix(StixDay(samples=50))
    contents = {
        "empty.fits": b"",
        "short.fits": whole[:5000],
        "random.bin": bytes(range(256)) * 40,
        "words.txt": b"hello\n",
        "columns.fits": write_stix(StixDay(samples=50, without=("time",))),
        "broken.fits.gz": b"\x1f\x8bbroken",
        "units.fits": write_stix(StixDay(samples=50, units=(("time", "keV"),))),
        "rows.fits": write_stix(StixDay(samples=50, order=[])),
        "back.fits": write_stix(StixDay(samples=50, order=range(49, -1, -1), layout=LAYOUTS["L1A"])),
    }
    for name, data in contents.items():
        (tmp_path / name).write_bytes(data)
    return tmp_path


@pytest.mark.parametrize("name", ["empty.fits", "short.fits", "words.txt"])
def test_a_bad_file_is_one_line_and_usage(cli, bad, name):
    (line,) = cli("detect", bad / name, status=2).stderr.splitlines()
    assert line.startswith(f"helioscribe: {name}: ")


def test_a_folder_of_bad_files_is_one_line_a_file(cli, bad):
    lines = cli("detect", bad, status=2).stderr.splitlines()
    names = sorted(path.name for path in bad.iterdir())
    assert len(lines) == len(names), lines
    assert [any(name in line for line in lines) for name in names] == [True] * len(names)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("detect", "/nowhere/file.fits"), "no such file or folder"),
        (("detect", "{day}", "-d", "giant"), "no detector 'giant'"),
        (("detect", "{day}", "-d", "stix-lstm", "-p", "speed=1"), "no parameter 'speed'"),
        (("detect", "{day}", "-d", "stix-lstm", "-p", "threshold=high"), "parameter threshold: expected float"),
        (("detect", "{day}", "-p", "threshold=1"), "--param needs --detector"),
        (("events", "show", "evt-00000000000000000000000000000000"), "evt-0000"),
        (("events", "search", "--start", "yesterday"), "not a time"),
        (("models", "promote", "stix-lstm", "99"), "no model stix-lstm 99"),
        (("plot", "{day}", "-o", "plot.xyz"), "ends in .png"),
        (("nonsense",), "No such command"),
    ],
)
def test_wrong_usage_ends_with_2(cli, day, found, arguments, said):
    done = cli(*(part.format(day=day) for part in arguments), status=2)
    assert said in done.stderr
    assert done.stdout == ""


def test_events_are_searched_shown_and_exported(cli, found, tmp_path):
    (event,) = found[0]
    ours = ("--detector", "stix-lstm")
    searched = cli("events", "search", *ours, "--json", "--type", "fl", "--start", "2022-03-28")
    assert json.loads(searched.stdout) == found[0]
    assert json.loads(cli("events", "search", *ours, "--json", "--end", "2022-03-27").stdout) == []
    shown = json.loads(cli("events", "show", event["kb_archivid"][:12], "--json").stdout)
    assert shown.items() >= event.items()
    assert shown["hs_detections"].startswith("det-")
    cli("events", "export", *ours, "-o", tmp_path / "events.csv")
    with (tmp_path / "events.csv").open(newline="") as file:
        (row,) = csv.DictReader(file)
    assert row["kb_archivid"] == event["kb_archivid"]
    assert json.loads(cli("events", "export", *ours, "--format", "json").stdout) == found[0]
    assert "there may be more than these 1" in cli("events", "export", *ours, "--limit", "1").stderr
    assert "there may be more" not in cli("events", "search", *ours).stderr


def test_models_are_listed_promoted_and_rolled_back(cli):
    (card,) = json.loads(cli("models", "list", "stix-lstm", "--json").stdout)
    assert card["aliases"] == ["champion"]
    version = card["version"]
    done = cli("models", "promote", "stix-lstm", version, "--alias", "shadow", "--reason", "to see")
    assert done.stdout.strip() == f"stix-lstm: shadow is {version}, was nobody"
    assert "had no other champion before" in cli("models", "rollback", "stix-lstm", status=2).stderr
    history = json.loads(cli("models", "show", "stix-lstm", version).stdout)["history"]
    assert [(line["alias"], line["reason"]) for line in history][-1] == ("shadow", "to see")


def test_without_a_command_it_tells_the_commands():
    done = subprocess.run([SCRIPT], capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 2
    assert done.stderr.startswith("Usage: helioscribe [OPTIONS] COMMAND")
    assert "\n  backfill " in done.stderr


def test_the_doctor_finds_nothing_wrong(cli):
    findings = json.loads(cli("doctor", "--json").stdout)
    assert {one["state"] for one in findings} <= {"ok", "absent"}
    assert {"python", "home", "detector stix-lstm", "model stix-lstm"} <= {one["topic"] for one in findings}


def test_the_doctor_says_that_a_gpu_is_not_there(cli):
    told = cli("doctor", "--json", status=1, HELIOSCRIBE_DEVICES="cuda:99").stdout
    found = {one["topic"]: one for one in json.loads(told)}
    assert found["devices"]["state"] == "wrong"
    assert "cuda:99 was asked for" in found["devices"]["text"]
    assert "model stix-lstm" not in found


def test_the_doctor_says_what_is_wrong(cli, tmp_path):
    (tmp_path / "catalogue.sqlite").write_bytes(
        b"no database at all, and longer than a header of one hundred bytes" * 3
    )
    assert "wrong" in cli("doctor", status=1, where=tmp_path).stdout


def test_a_plot_is_a_picture(cli, day, found, tmp_path):
    for what in (day, found[0][0]["kb_archivid"]):
        cli("plot", what, "-o", tmp_path / "plot.png")
        assert (tmp_path / "plot.png").read_bytes().startswith(b"\x89PNG")


def test_detectors_are_listed(cli):
    listed = {one["id"]: one["state"] for one in json.loads(cli("detectors", "list", "--json").stdout)}
    assert listed["stix-lstm"] == "compatible"


def test_outputs_are_the_quick_look_and_the_detector_s_own(cli, day, found, tmp_path):
    cli("detect", day, "-d", "stix-lstm", "--output", tmp_path / "out")
    names = {path.name for path in (tmp_path / "out").iterdir()}
    stem = day.name.partition(".")[0]
    assert {f"{stem}.png", f"{stem}_stix-lstm_anomalies.csv", f"{stem}_stix-lstm_light_curves.png"} <= names
    cli("detect", day, "-d", "stix-lstm", "--output", tmp_path / "again", "--format", "svg", "--dpi", "60")
    own = [path.suffix for path in (tmp_path / "again").glob("*_stix-lstm_*")]
    assert set(own) == {".svg"}


def test_csv_that_was_converted_is_read_again(cli, day, tmp_path):
    assert "counts_err" in cli("convert", day).stdout
    cli("convert", day, "-o", tmp_path / "day.csv")
    with (tmp_path / "day.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == DAY.samples
    assert {"control_index", "time", "timedel", "triggers", "rcr", "counts_ch0", "counts_err_ch4"} <= set(rows[0])
    observation = json.loads(cli("ingest", tmp_path / "day.csv", "--json").stdout)
    assert observation[0]["observation_id"].startswith("obs-")


def test_a_bad_file_stops_no_other(cli, day, found, tmp_path):
    (tmp_path / "words.txt").write_bytes(b"hello\n")
    done = cli("detect", tmp_path / "words.txt", day, tmp_path / "none.fits", "-d", "stix-lstm", "--json", status=2)
    assert json.loads(done.stdout) == found[0]
    assert [line.partition(":")[0] for line in done.stderr.splitlines()] == ["helioscribe"] * 2
    ledger = json.loads(cli("failures", "--json").stdout)
    assert "none.fits" not in {entry["input"] for entry in ledger}  # a slip of the pen is no lost observation
    (entry,) = [entry for entry in ledger if entry["input"] == "words.txt"]
    assert "words.txt" in cli("jobs", "retry", entry["job"], status=2).stderr
    assert json.loads(cli("jobs", "list", "--state", "failed", "--json").stdout)


def test_an_address_where_nobody_is_fails(cli):
    done = cli("detect", "http://127.0.0.1:9/day.fits", status=1)
    assert "cannot be reached" in done.stderr
    assert len(done.stderr.splitlines()) == 1


def test_tokens_are_made_listed_and_revoked(cli):
    assert cli("tokens", "new", "visitor", "--scope", "read").stdout.startswith("hs_")
    cli("tokens", "revoke", "visitor")
    (token,) = json.loads(cli("tokens", "list", "--json").stdout)
    assert (token["name"], token["state"]) == ("visitor", "revoked")


@pytest.mark.parametrize("command", ["--help", "detectors list"])
def test_a_reader_that_goes_away_is_no_failure(cli, found, command):
    environment = {k: v for k, v in os.environ.items() if not k.startswith("HELIOSCRIBE_")}
    done = subprocess.run(
        f"{SCRIPT} {command} | true; exit ${{PIPESTATUS[0]}}",
        shell=True,
        executable="/bin/bash",
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")


def test_the_demo_runs_on_any_machine(tmp_path):
    environment = {k: v for k, v in os.environ.items() if not k.startswith("HELIOSCRIBE_")}
    environment |= {"HELIOSCRIBE_DATA": str(tmp_path / "none"), "HELIOSCRIBE_HOME": str(tmp_path / "home")}
    command = [str(SCRIPT), "demo", "--no-serve"]
    done = subprocess.run(
        command, env=environment, cwd=tmp_path, capture_output=True, text=True, timeout=120, check=False
    )
    assert done.returncode == 0, done.stderr
    told = re.findall(r"^    (FL .*)  evt-", README.read_text(encoding="utf-8"), re.MULTILINE)
    assert len(told) == 6
    assert [line for line in told if line not in done.stdout] == []
    assert len(list((tmp_path / "home" / "outputs").glob("go15*.png"))) == 2


@contextmanager
def running(*arguments, home):
    environment = {k: v for k, v in os.environ.items() if not k.startswith("HELIOSCRIBE_")}
    command = [str(SCRIPT), "--home", str(home), *map(str, arguments)]
    environment["PYTHONUNBUFFERED"] = "1"
    process = subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    try:
        yield process
    finally:
        process.kill()
        process.communicate()


def interrupted(process, by=signal.SIGINT):
    process.send_signal(by)
    begun = time.monotonic()
    _, errors = process.communicate(timeout=20)
    assert time.monotonic() - begun < 15
    assert "Traceback" not in errors
    return process.returncode


def test_up_serves_programs_and_people_until_it_is_interrupted(tmp_path, day):
    with running("up", "--http-port", "0", "--grpc-port", "0", home=tmp_path) as process:
        where = dict(process.stdout.readline().split() for _ in range(3))
        with Client(where["gRPC"]) as sun:
            sun.wait(sun.ingest(day, detectors=["stix-lstm"]), timeout=60)
            # The event is written a moment after the detection job has ended.
            eventually(lambda: list(sun.events(event_types=("FL",))))
            (event,) = sun.events(event_types=("FL",))
        with urlopen(f"{where['pages']}events/{event.id}", timeout=20) as page:
            assert event.frm_specificid in page.read().decode()
        assert interrupted(process) == 0


def test_a_watched_folder_is_taken_in(tmp_path, day):
    folder = tmp_path / "incoming"
    folder.mkdir()
    (folder / "first.fits").write_bytes(day.read_bytes())
    with running("ingest", folder, "--watch", home=tmp_path / "home") as process:
        process.stdout.readline()
        assert "first.fits" in process.stdout.readline()
        (folder / "second.csv").write_text("utc,cts_4_10keV\n2022-01-01T00:00:00,5\n2022-01-01T00:00:04,6\n")
        process.stdout.readline()
        assert "second.csv" in process.stdout.readline()
        assert interrupted(process, by=signal.SIGTERM) == 130

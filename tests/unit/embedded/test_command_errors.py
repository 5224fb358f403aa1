"""What a person reads whose file, folder or option cannot be used: one line, and an exit status."""

import errno
import sys
from pathlib import Path

import pytest

from helioscribe.embedded import cli


def said(monkeypatch, capsys, *arguments):
    monkeypatch.setattr(sys, "argv", ["helioscribe", *map(str, arguments)])
    with pytest.raises(SystemExit) as ended:
        cli.main()
    lines = capsys.readouterr().err.splitlines()
    assert len(lines) == 1
    return ended.value.code, lines[0]


@pytest.mark.parametrize(
    ("number", "name", "status", "line"),
    [
        (errno.EACCES, "plots/x.csv", 2, "helioscribe: plots/x.csv: Permission denied"),
        (errno.ENOSPC, None, 1, "helioscribe: this machine: No space left on device"),
    ],
)
def test_what_the_machine_refuses_is_no_defect(monkeypatch, capsys, number, name, status, line):
    def refuse(*_arguments, **_options):
        raise OSError(number, "No space left on device" if name is None else "Permission denied", name)

    monkeypatch.setattr(cli, "cli", refuse)
    assert said(monkeypatch, capsys) == (status, line)


def test_files_of_records_that_cannot_be_read(monkeypatch, capsys, tmp_path):
    (tmp_path / "empty.csv").touch()
    command = ("--home", tmp_path / "home", "events", "import")
    status, line = said(monkeypatch, capsys, *command, tmp_path / "none.csv")
    assert status == 2
    assert "none.csv' does not exist" in line
    assert said(monkeypatch, capsys, *command, tmp_path / "empty.csv") == (
        2,
        "helioscribe: empty.csv: the file is empty",
    )
    monkeypatch.setattr(sys, "argv", ["helioscribe", "--home", str(tmp_path / "home"), "failures"])
    with pytest.raises(SystemExit):
        cli.main()
    told = capsys.readouterr().out
    assert "empty.csv: the file is empty" in told
    assert "none.csv" not in told


@pytest.mark.parametrize(
    "command", [("detect", "a.fits"), ("models", "promote", "stix-lstm", "2"), ("train", "stix-lstm")]
)
def test_a_folder_is_not_taken_for_the_platform_that_is_named(monkeypatch, capsys, command):
    monkeypatch.setenv("HELIOSCRIBE_CATALOGUE", "grpc://127.0.0.1:1")
    status, line = said(monkeypatch, capsys, *command)
    assert status == 2
    assert "HELIOSCRIBE_CATALOGUE names a platform elsewhere" in line


def test_options_that_would_do_nothing_are_refused(monkeypatch, capsys, tmp_path):
    status, line = said(monkeypatch, capsys, "ingest", tmp_path, "--where", "EXPTIME < 2")
    assert status == 2
    assert "zarr stores" in line


def test_a_detector_does_not_take_the_name_of_another(monkeypatch, capsys, tmp_path):
    status, line = said(monkeypatch, capsys, "detectors", "new", "xray-threshold", "--in", tmp_path)
    assert status == 2
    assert "installed already" in line
    assert not list(tmp_path.iterdir())


def test_where_a_dataset_is_from_needs_two_words(monkeypatch, capsys, tmp_path):
    status, line = said(monkeypatch, capsys, "datasets", "add", tmp_path, "--from", "hunters")
    assert (status, line) == (2, "helioscribe: --from 'hunters': expected key=value")


def test_records_are_written_into_what_is_no_file(monkeypatch, capsys, tmp_path):
    status, _ = said(monkeypatch, capsys, "--home", tmp_path / "home", "events", "export", "-o", "/dev/null")
    assert status == 0
    assert Path("/dev/null").is_char_device()

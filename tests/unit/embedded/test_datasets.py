"""Folders are kept as versions."""

import json

from click.testing import CliRunner

from helioscribe.embedded.cli import cli


def run(home, *words):
    found = CliRunner().invoke(cli, [*words, "--home", str(home)])
    assert found.exit_code == 0, found.output
    return found.output


def test_a_folder_becomes_a_version_and_the_same_again_the_same(tmp_path):
    folder = tmp_path / "jets"
    (folder / "sub").mkdir(parents=True)
    (folder / "sub" / "a.fits").write_bytes(b"one")
    (folder / ".hidden").write_bytes(b"not this")
    first = run(tmp_path / "home", "datasets", "add", str(folder), "--from", "labels=reviews").strip()
    assert run(tmp_path / "home", "datasets", "add", str(folder), "--from", "labels=reviews").strip() == first
    (folder / "b.fits").write_bytes(b"two")
    second = run(tmp_path / "home", "datasets", "add", str(folder)).strip()
    listed = json.loads(run(tmp_path / "home", "datasets", "list", "jets", "--json"))
    assert {one["id"] for one in listed} == {first, second}
    shown = json.loads(run(tmp_path / "home", "datasets", "show", first))
    assert [one["path"] for one in shown["files"]] == ["sub/a.fits"]
    assert shown["lineage"] == {"labels": "reviews"}

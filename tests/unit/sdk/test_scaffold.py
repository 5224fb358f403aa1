"""New plugins: their files, and names that are refused. The walk of an author is in tests/e2e."""

import re

import pytest

from helioscribe.domain.errors import ConflictError, InvalidInputError
from helioscribe.domain.identity import digest
from helioscribe.sdk.manifest_file import parse_manifest
from helioscribe.sdk.scaffold import write_plugin


@pytest.mark.parametrize("network", [False, True])
def test_the_manifest_of_a_new_plugin_is_valid_and_nothing_is_left_to_fill_in(tmp_path, network):
    written = write_plugin("quiet-sun", tmp_path, network=network)
    package = tmp_path / "quiet-sun" / "quiet_sun_detector"
    manifest = parse_manifest((package / "detector.toml").read_text())
    assert (manifest.id, manifest.entry.partition(".")[0]) == ("quiet-sun", "quiet_sun_detector")
    assert [digest((package / one.file).read_bytes()) for one in manifest.models.values()] == [
        one.sha256 for one in manifest.models.values()
    ]
    assert bool(manifest.models) is bool(manifest.training) is network
    assert [path.name for path in written if re.search(rb"@[A-Z0-9]{4,}@", path.read_bytes())] == []


@pytest.mark.parametrize("name", ["", "Quiet", "quiet_sun", "../quiet", "quiet-", "1sun", "q" * 61])
def test_a_name_of_another_form_is_refused(tmp_path, name):
    with pytest.raises(InvalidInputError, match="expected lower-case words joined by '-'"):
        write_plugin(name, tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_what_is_there_is_kept(tmp_path):
    (tmp_path / "quiet-sun").mkdir()
    with pytest.raises(ConflictError, match="exists already"):
        write_plugin("quiet-sun", tmp_path)
    assert list((tmp_path / "quiet-sun").iterdir()) == []

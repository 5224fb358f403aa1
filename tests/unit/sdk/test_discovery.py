"""Plugins as they lie on disk: found by metadata, never imported."""

import sys

import pytest

from helioscribe.domain.errors import NotFoundError
from helioscribe.sdk.discovery import PluginState, discover, find_package, find_plugin
from support.tiny_plugin import make_plugin


@pytest.fixture
def install(tmp_path, monkeypatch):
    """Lay out a distribution as pip does, on a path of its own."""
    monkeypatch.syspath_prepend(tmp_path)

    def install(distribution, *, name="tiny", value=None, package=None, edit=None):
        package = package or distribution.replace("-", "_")
        make_plugin(tmp_path, package, code="raise AssertionError('imported')")
        if edit:
            manifest = tmp_path / package / "detector.toml"
            manifest.write_text(edit(manifest.read_text()))
        info = tmp_path / f"{package}-1.0.dist-info"
        info.mkdir()
        (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {distribution}\nVersion: 1.0\n")
        value = value or f"{package}:detector.toml"
        (info / "entry_points.txt").write_text(f"[helioscribe.detectors]\n{name} = {value}\n")
        return package

    return install


def test_a_sound_plugin_is_compatible_and_not_imported(install, tmp_path):
    package = install("tiny-one")
    plugin = find_plugin("tiny")
    assert (plugin.state, plugin.error, plugin.distribution, plugin.version) == (
        PluginState.COMPATIBLE,
        "",
        "tiny-one",
        "1.0",
    )
    assert plugin.root == tmp_path / package
    assert plugin.manifest is not None
    assert plugin.manifest.event_types == ("FL",)
    assert package not in sys.modules


@pytest.mark.parametrize(
    ("options", "state", "message"),
    [
        ({"edit": lambda t: t.replace(">=1,<2", ">=9")}, PluginState.INCOMPATIBLE, "needs host API >=9"),
        ({"edit": lambda t: t.replace("schema_version = 1", "")}, PluginState.FAILED, "schema_version is missing"),
        ({"edit": lambda t: "not [ toml"}, PluginState.FAILED, "detector.toml: "),
        ({"edit": lambda t: t.replace('"tiny"', '"giant"')}, PluginState.FAILED, "names the manifest of giant"),
        ({"edit": lambda t: t + "#" * (2 << 20)}, PluginState.FAILED, "larger than"),
        ({"value": "tiny_one:create"}, PluginState.FAILED, "expected package:detector.toml"),
        ({"value": "tiny_one:other.toml"}, PluginState.FAILED, "other.toml is missing in package tiny_one"),
        ({"value": "nowhere_at_all:detector.toml"}, PluginState.FAILED, "package nowhere_at_all is not installed"),
    ],
)
def test_what_is_wrong_with_a_plugin_is_said_and_harms_no_other(install, options, state, message):
    install("tiny-one", **options)
    plugin = find_plugin("tiny")
    assert plugin.state is state
    assert message in plugin.error
    assert "\n" not in plugin.error
    assert find_plugin("stix-lstm").state is PluginState.COMPATIBLE


def test_two_of_one_name_both_fail(install):
    install("tiny-one")
    install("tiny-two")
    both = [plugin for plugin in discover() if plugin.name == "tiny"]
    assert [plugin.state for plugin in both] == [PluginState.FAILED, PluginState.FAILED]
    assert {plugin.error for plugin in both} == {"several distributions contain a detector tiny: tiny-one, tiny-two"}


def test_an_unknown_name():
    with pytest.raises(NotFoundError, match="no detector 'giant' is installed; installed: .*stix-lstm"):
        find_plugin("giant")


def test_packages_are_found_without_importing_their_parents(tmp_path, monkeypatch):
    monkeypatch.syspath_prepend(tmp_path)
    inner = tmp_path / "outer_package" / "inner"
    inner.mkdir(parents=True)
    (tmp_path / "outer_package" / "__init__.py").write_text("raise AssertionError('imported')")
    (inner / "__init__.py").write_text("raise AssertionError('imported')")
    assert find_package("outer_package.inner") == inner
    with pytest.raises(NotFoundError):
        find_package("outer_package.nothing")

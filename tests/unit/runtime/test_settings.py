"""Settings from the environment."""

import pytest

from helioscribe.domain.errors import InvalidInputError
from helioscribe.runtime.settings import Settings, default_home


def test_defaults_need_nothing():
    settings = Settings.from_environment({"PATH": "/bin"})
    assert settings == Settings()
    assert settings.worker_name


def test_variables_become_values_of_their_types():
    settings = Settings.from_environment(
        {
            "HELIOSCRIBE_LEASE": "12.5",
            "HELIOSCRIBE_CONCURRENCY": "7",
            "HELIOSCRIBE_INSECURE": "Yes",
            "HELIOSCRIBE_CATALOGUE": "grpc://catalogue:1",
            "HELIOSCRIBE_WORKER": "w",
        }
    )
    assert (settings.lease, settings.concurrency, settings.insecure) == (12.5, 7, True)
    assert (settings.catalogue, settings.worker_name) == ("grpc://catalogue:1", "w")


@pytest.mark.parametrize(
    ("name", "value", "message"),
    [
        ("LEASE", "soon", "HELIOSCRIBE_LEASE: expected float, got 'soon'"),
        ("LEASE", "0", "HELIOSCRIBE_LEASE: expected more than 0"),
        ("LEASE", "nan", "HELIOSCRIBE_LEASE: expected more than 0"),
        ("CONCURRENCY", "-1", "HELIOSCRIBE_CONCURRENCY: expected more than 0"),
        ("INSECURE", "maybe", "HELIOSCRIBE_INSECURE: expected bool"),
        ("LOG_FORMAT", "xml", "HELIOSCRIBE_LOG_FORMAT: expected text or json"),
        ("LEESE", "1", "HELIOSCRIBE_LEESE: no such setting"),
        ("TOKEN_FILE", "/nowhere/token", "HELIOSCRIBE_TOKEN_FILE: .*No such file"),
    ],
)
def test_what_is_wrong_is_named(name, value, message):
    with pytest.raises(InvalidInputError, match=message) as caught:
        Settings.from_environment({f"HELIOSCRIBE_{name}": value})
    assert "\n" not in caught.value.message


def test_secrets_may_lie_in_files(tmp_path):
    (tmp_path / "token").write_text("secret\n")
    settings = Settings.from_environment({"HELIOSCRIBE_TOKEN_FILE": str(tmp_path / "token")})
    assert settings.token == "secret"


def test_the_file_of_tokens_stays_a_path():
    assert Settings.from_environment({"HELIOSCRIBE_TOKENS_FILE": "/tokens"}).tokens_file == "/tokens"


def test_what_others_read_is_no_mistake():
    assert Settings.from_environment({"HELIOSCRIBE_HOME": "/x", "HELIOSCRIBE_DATA": "/y"}) == Settings()


def test_the_embedded_platform_keeps_all_below_its_home(tmp_path):
    settings = Settings.embedded(tmp_path)
    assert settings.catalogue == f"sqlite:///{tmp_path.resolve() / 'catalogue.sqlite'}"
    assert settings.artifacts == (tmp_path.resolve() / "artifacts").as_uri()
    assert settings.queue == "local:"


def test_the_home_is_named_or_in_the_users_folder(monkeypatch, tmp_path):
    monkeypatch.delenv("HELIOSCRIBE_HOME", raising=False)
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    assert default_home() == tmp_path / "helioscribe"
    monkeypatch.setenv("HELIOSCRIBE_HOME", str(tmp_path / "mine"))
    assert default_home() == tmp_path / "mine"

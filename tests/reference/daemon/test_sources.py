"""Settings from a file, the environment and flags, judged before anything is opened."""

from pathlib import Path

import pytest
from tests.reference.talk import Json

from dbal_reference.daemon.settings import Settings, SettingsError
from dbal_reference.daemon.sources import names, read_settings

LEAST = {"database": "memory:", "websocket": "127.0.0.1:0"}
SECRETS = 'database = "postgresql://dbal:hunter2@db/app"\nhttp = ":8080"\n'


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "dbal.toml"


def refusal(flags: Json, file: Path | None = None, **environment: str) -> str:
    """What is said of settings that cannot be."""
    with pytest.raises(SettingsError) as refused:
        read_settings(file, environment, flags)
    return str(refused.value)


def test_flags_win_over_the_environment_and_that_over_the_file(file: Path) -> None:
    file.write_text('http = ":1"\ngrpc = ":1"\nmonitor = ":1"\n[limits]\nconnections = 7\n')
    environment = {"DBAL_DATABASE": "memory:", "DBAL_GRPC": ":2", "DBAL_MONITOR": ":2"}
    settings = read_settings(file, environment, {"monitor": ":3", "stdio": None})
    told = (settings.http, settings.grpc, settings.monitor, settings.limits.connections)
    assert told == (":1", ":2", ":3", 7)


def test_every_setting_has_a_variable_and_what_is_text_there_is_read() -> None:
    environment = {
        "DBAL_CONFORMANCE": "true",
        "DBAL_ORIGINS": "https://a.example, https://b.example",
        "DBAL_LIMITS_IDLE_S": "90",
        "DBAL_LOG_LEVEL": "debug",
        "DBAL_AUDIT_FILE": "audit.jsonl",
        "DBAL_TLS_CLIENT_CA": "",  # as compose files leave out
        "DBAL_PORT": "tcp://10.0.0.1:80",  # Kubernetes, of a service of that name
    }
    settings = read_settings(None, environment, LEAST)
    assert settings.conformance is True
    assert settings.origins == ("https://a.example", "https://b.example")
    assert (settings.limits.idle_s, settings.log.level) == (90.0, "debug")
    assert settings.audit.file == Path("audit.jsonl")
    assert set(names()) > {"database", "tls.key", "limits.connections", "user"}


@pytest.mark.parametrize(
    ("flags", "told"),
    [
        ({"database": "memory:"}, "websocket: no door is open"),
        ({"database": "memory:", "monitor": ":1"}, "websocket: no door is open"),
        ({"websocket": ":1"}, "database: it is missing"),
        ({**LEAST, "websocket": "127.0.0.1"}, "websocket: '127.0.0.1' is no address"),
        ({**LEAST, "http": "127.0.0.1:65536"}, "http: '127.0.0.1:65536' is no address"),
        ({**LEAST, "http": "example.com:80"}, "http: 'example.com' is no IP address"),
        ({**LEAST, "http": "0.0.0.0:80"}, "http: 0.0.0.0:80 is beyond loopback"),
        ({**LEAST, "grpc": "[::]:80"}, "grpc: [::]:80 is beyond loopback"),
        ({**LEAST, "monitor": "0.0.0.0:80"}, "monitor: 0.0.0.0:80 is beyond loopback"),
        ({**LEAST, "limits.in_flight": "31"}, "limits.in_flight: Expected `int` >= 32 (flag)"),
        ({**LEAST, "limits.idle_s": "59"}, "limits.idle_s: Expected `float` >= 60"),
        ({**LEAST, "limits.message_bytes": "9"}, "limits.message_bytes: Expected `int` >= 1048576"),
        ({**LEAST, "limits.more": "1"}, "limits.more: there is no such setting (flag)"),
        ({**LEAST, "log.level": "loud"}, "log.level: Invalid enum value 'loud'"),
        ({**LEAST, "tls.key": "x"}, "tls: certificate and key are given together"),
        ({**LEAST, "tls.client_ca": "x"}, "tls.client_ca: it needs tls.certificate"),
        ({**LEAST, "audit.file": "x", "audit.database": "y"}, "audit: give file or database"),
        ({**LEAST, "database_file": "x"}, "database_file: give database or database_file"),
        ({"websocket": ":1", "database_file": "/nowhere"}, "database_file: /nowhere cannot be"),
    ],
)
def test_what_is_wrong_is_said_with_the_name_of_the_setting(flags: Json, told: str) -> None:
    assert refusal(flags).startswith(told)


def test_what_is_wrong_in_the_environment_is_said_to_be_from_there() -> None:
    told = refusal(LEAST, DBAL_LIMITS_THREADS="many")
    assert told.startswith("limits.threads: Expected `int`")
    assert told.endswith("(environment)")


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("http = ", "is no TOML"),
        ("http = 80\n", "http: Expected `str | null`, got `int`"),
        ("[limit]\nconnections = 5\n", "limit.connections: there is no such setting"),
        ('http = "\xff"\n', "is no TOML"),
    ],
)
def test_a_file_that_is_wrong_is_named(file: Path, text: str, told: str) -> None:
    file.write_bytes(text.encode("latin-1"))
    assert told in refusal(LEAST, file)
    assert str(file) in refusal(LEAST, file)


@pytest.mark.parametrize("mode", [0o644, 0o604, 0o602])
def test_a_file_with_secrets_that_everybody_may_read_is_refused(file: Path, mode: int) -> None:
    file.write_text(SECRETS)
    file.chmod(mode)
    told = refusal({}, file)
    assert f"{file}: it holds secrets, and everybody may read it" in told
    assert "hunter2" not in told
    file.chmod(0o640)
    assert read_settings(file, {}, {}).http == ":8080"


def test_a_file_without_secrets_may_be_anybody_s(file: Path) -> None:
    file.write_text('websocket = ":1"\ndatabase = "sqlite:app.db"\n')
    file.chmod(0o644)
    assert read_settings(file, {}, {}).websocket == ":1"
    file.write_text('websocket = ":1"\nbootstrap_token = "hunter2"\n')
    assert "everybody may read it" in refusal({"database": "memory:"}, file)


def test_secrets_may_be_in_files_of_their_own(tmp_path: Path) -> None:
    token, url = tmp_path / "token", tmp_path / "url"
    token.write_text("secret\n")
    url.write_text("memory:\n")
    for file in (token, url):
        file.chmod(0o400)
    given = {"bootstrap_token_file": str(token), "database_file": str(url), "stdio": "true"}
    settings = read_settings(None, {}, given)
    assert (settings.bootstrap_token, settings.database) == ("secret", "memory:")
    token.chmod(0o444)
    assert "everybody may read it" in refusal(given)
    token.chmod(0o600)
    token.write_text("\n")
    assert refusal(given) == f"bootstrap_token_file: {token} is empty"


def test_settings_that_are_printed_tell_no_secret() -> None:
    settings = read_settings(
        None,
        {"DBAL_BOOTSTRAP_TOKEN": "hunter2"},
        {**LEAST, "database": "postgresql://u:hunter2@h/d"},
    )
    assert isinstance(settings, Settings)
    assert "hunter2" not in repr(settings)


def test_a_public_address_needs_tls_or_to_be_told() -> None:
    public = {**LEAST, "websocket": "0.0.0.0:1"}
    assert "there is no TLS" in refusal(public)
    assert read_settings(None, {}, {**public, "insecure": "true"})
    assert read_settings(None, {}, {**public, "tls.certificate": "a", "tls.key": "b"})
    monitored = {**LEAST, "monitor": "0.0.0.0:1"}
    assert read_settings(None, {}, {**monitored, "monitor_insecure": "true"})

import msgspec
import pytest

from dbal_conform.core.errors import InputError
from dbal_conform.core.manifest import Connect, Manifest, Ready, Start, fill, unknown_placeholders

FULL = {
    "target": "my-dbal",
    "implementation": {"name": "my-dbal", "version": "2.3.1", "language": "rust"},
    "transport": "websocket",
    "start": {
        "command": ["./my-dbal", "--listen", "127.0.0.1:{port}"],
        "env": {"MY_SECRET": "{bootstrap_token}"},
        "ready": {"hello": "30s"},
    },
    "connect": {"url": "ws://127.0.0.1:{port}/rpc", "token": {"env": "MY_TOKEN"}},
    "databases": ["sqlite", "postgres:17"],
    "control": "conformance",
    "claims": ["joins"],
    "baseline": "deviations.yaml",
}


def test_the_manifest_of_the_design_is_one() -> None:
    manifest = msgspec.convert(FULL, Manifest)
    assert manifest.claims == ("joins",)
    assert [text for _, text in manifest.texts()] == [
        "./my-dbal",
        "--listen",
        "127.0.0.1:{port}",
        "{bootstrap_token}",
        "ws://127.0.0.1:{port}/rpc",
    ]


def test_a_short_manifest_is_careful_by_default() -> None:
    manifest = msgspec.convert({"target": "x", "transport": "http"}, Manifest)
    assert (manifest.control, manifest.claims, manifest.texts()) == ("public", "hello", ())


def test_each_text_is_told_with_its_path() -> None:
    manifest = msgspec.convert(
        {
            "target": "x",
            "transport": "in-process",
            "connect": {"options": {"db": "{database.url}"}},
        },
        Manifest,
    )
    assert manifest.texts() == ((("connect", "options", "db"), "{database.url}"),)


def test_placeholders_are_filled_in_and_other_braces_stay() -> None:
    values = {"port": "8080", "database.url": "sqlite:{port}"}
    assert fill("{port}:{database.url}:{}:{1}:{{", values) == "8080:sqlite:{port}:{}:{1}:{{"


def test_a_placeholder_without_a_value_is_refused() -> None:
    with pytest.raises(InputError, match=r"\{port\} in 'x \{port\}': there is none"):
        fill("x {port}", {})


def test_unknown_placeholders_are_named() -> None:
    assert unknown_placeholders("{port}{prot}{database.url}{x.y}") == ("prot", "x.y")


def test_databases_are_told_without_a_password() -> None:
    written = FULL | {"databases": ["sqlite", "postgresql://me:hush@db.example/app"]}
    told = msgspec.convert(written, Manifest).specs
    assert told[0] == "sqlite"
    assert "hush" not in told[1]
    assert "db.example" in told[1]


def test_what_nobody_starts_is_shared_by_all_who_test_it() -> None:
    running = Manifest("mine", "websocket", connect=Connect(url="ws://host/rpc"))
    assert running.is_shared
    assert not Manifest("mine", "websocket", start=Start(command=("./mine",))).is_shared
    assert not Manifest("mine", "in-process").is_shared


def test_how_long_it_may_take_to_be_ready_is_told_in_seconds() -> None:
    assert Manifest("mine", "stdio").ready_s is None
    assert Manifest("mine", "stdio", start=Start(command=("./mine",))).ready_s is None
    assert Manifest("mine", "stdio", start=Start(ready=Ready("2m"))).ready_s == 120.0
    assert Manifest("mine", "stdio", start=Start(ready=Ready("500ms"))).ready_s == 0.5

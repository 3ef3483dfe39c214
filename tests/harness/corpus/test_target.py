from pathlib import Path

import pytest

from dbal_conform.core.errors import InputError
from dbal_conform.corpus.target import find_targets, load_target, packaged_targets

MANIFEST = """\
target: mine
transport: in-process
connect: {entry: "mine:open", options: {database: "{database.url}"}}
databases: [sqlite]
control: conformance
"""


WEB = """\
target: mine
transport: websocket
start: {command: [./mine], ready: {hello: 30s}}
connect: {url: "ws://127.0.0.1:{port}/rpc", tls: {ca: ca.pem}}
"""


def manifest(folder: Path, text: str = MANIFEST) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / "target.yaml"
    file.write_text(text, encoding="utf-8")
    return file


def test_a_manifest_is_read_and_nothing_is_started(tmp_path: Path) -> None:
    target = load_target(manifest(tmp_path))
    assert (target.name, target.folder) == ("mine", tmp_path)


ALL = [target.name for target in packaged_targets()]
ADAPTERS = {"mariadb", "memory", "postgres", "sqlite"}
TRANSPORTS = {"grpc", "http", "stdio", "websocket"}


def test_the_reference_ships_on_every_adapter_and_transport() -> None:
    assert {f"reference-{name}" for name in ADAPTERS | TRANSPORTS} <= set(ALL)
    assert sorted(ALL) == ALL


@pytest.mark.parametrize(
    ("wanted", "names"),
    [
        (["reference-memory"], ["reference-memory"]),
        (["reference-*"], ALL),
        (["reference-websocket", "reference-*"], [ALL[-1], *ALL[:-1]]),
    ],
)
def test_targets_are_named_or_globbed(wanted: list[str], names: list[str]) -> None:
    assert [target.name for target in find_targets(wanted)] == names


def test_a_target_is_named_by_its_file_or_folder(tmp_path: Path) -> None:
    file = manifest(tmp_path)
    assert find_targets([str(file)]) == find_targets([str(tmp_path)])


def test_two_targets_of_one_name_are_refused(tmp_path: Path) -> None:
    files = [str(manifest(tmp_path / name)) for name in "ab"]
    with pytest.raises(InputError, match="two targets are called 'mine'"):
        find_targets(files)


def test_a_target_that_is_not_there_is_refused_with_those_that_are(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"no target 'nobody': .* reference-memory, reference-"):
        find_targets(["nobody"])
    with pytest.raises(InputError, match=r"target\.yaml:1:1: cannot be read"):
        find_targets([str(tmp_path / "target.yaml")])


@pytest.mark.parametrize(
    ("text", "why"),
    [
        (MANIFEST + "target: again\n", r":6:1: .*twice"),
        (MANIFEST + "colour: red\n", r":6:1: .*colour"),
        (MANIFEST.replace("in-process", "pigeon"), r":2:12: "),
        (MANIFEST.replace("{database.url}", "{databse.url}"), r":3:51: .*nothing stands for"),
        (MANIFEST.replace('entry: "mine:open", ', ""), r":1:1: .*needs connect\.entry"),
        (MANIFEST.replace("in-process", "http"), r":3:18: .*only in-process has an entry"),
        (MANIFEST + "start: {command: [./mine]}\n", r":6:8: .*in-process starts nothing"),
        (WEB.replace("url:", "entry:"), r":1:1: .*websocket needs connect\.url, as in ws://"),
        (WEB.replace("[./mine]", "[]"), r":3:8: .*name a command or a container"),
        (WEB.replace("command: [./mine]", "container: {}"), r":3:20: .*name exactly one of image"),
        (WEB.replace("30s", "soon"), r":3:\d+: .*'soon': write 30s"),
        (
            WEB.replace("ca.pem}}", "ca.pem}, token: {env: MINE}}"),
            r":4:\d+: .*what is started gets the token",
        ),
        ("target: mine\ntransport: stdio\n", r":1:1: .*stdio needs start\.command"),
        (MANIFEST.replace("conformance", "yes"), r":5:10: "),
        ("- not\n- a mapping\n", r":1:1: "),
        ("target: [", r":\d+:\d+: "),
    ],
)
def test_a_bad_manifest_is_refused_with_its_place(tmp_path: Path, text: str, why: str) -> None:
    with pytest.raises(InputError, match=rf"target\.yaml{why}"):
        load_target(manifest(tmp_path, text))

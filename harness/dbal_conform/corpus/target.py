"""From `target.yaml` to a manifest, and from what a user names to targets."""

import re
from collections.abc import Iterable, Sequence
from fnmatch import fnmatchcase
from pathlib import Path
from typing import NamedTuple

from dbal_conform.core.database import database_of
from dbal_conform.core.errors import InputError
from dbal_conform.core.manifest import (
    Connect,
    Manifest,
    TokenFromEnv,
    TransportName,
    unknown_placeholders,
)
from dbal_conform.core.selection import Control
from dbal_conform.corpus.gate import admit
from dbal_conform.corpus.locate import targets_root
from dbal_conform.corpus.source import Finding, read_source

MANIFEST = "target.yaml"
DEFAULT_TARGET = "reference-sqlite"
URLS = {
    "websocket": "ws://127.0.0.1:{port}/rpc",
    "http": "http://127.0.0.1:{port}/rpc",
    "grpc": "grpc://127.0.0.1:{port}",
}

_SCHEMES: dict[str, TransportName] = {
    "ws": "websocket",
    "wss": "websocket",
    "http": "http",
    "https": "http",
    "grpc": "grpc",
    "grpcs": "grpc",
}
_DURATION = re.compile(r"[1-9][0-9]{0,4}(?:ms|s|m)")


class Target(NamedTuple):
    """A manifest and the folder that its paths start from."""

    manifest: Manifest
    folder: Path

    @property
    def name(self) -> str:
        """What the user calls it by."""
        return self.manifest.target


def load_target(file: Path) -> Target:
    """Read one manifest; it starts nothing.

    Raises:
        InputError: the file cannot be read, is not strict YAML or not a manifest.
    """
    source = read_source(file)
    manifest = admit(source, Manifest, "target")
    if findings := list(_findings(manifest)):
        raise source.error(findings)
    return Target(manifest, file.absolute().parent)


def target_of_url(url: str, token_env: str, control: Control) -> Target:
    """Return a target that runs already, as if a manifest said so; `url` is its name.

    Raises:
        InputError: it is no URL of a target.
    """
    scheme, _, rest = url.partition("://")
    transport = _SCHEMES.get(scheme)
    if transport is None or not rest or "@" in rest:
        known = ", ".join(f"{each}://" for each in _SCHEMES)
        raise InputError(f"--url: write {known} and a host; the token goes into {token_env}")
    connect = Connect(url=url, token=TokenFromEnv(token_env))
    return Target(Manifest(url, transport, connect=connect, control=control), Path.cwd())


def packaged_targets() -> tuple[Target, ...]:
    """Return every target that ships with the harness, by name."""
    files = sorted(targets_root().glob(f"*/{MANIFEST}"))
    return tuple(sorted((load_target(file) for file in files), key=lambda target: target.name))


def find_targets(wanted: Sequence[str]) -> tuple[Target, ...]:
    """Return the targets that the user named, each once, in the order of naming.

    Args:
        wanted: names or globs of packaged targets, manifest files, or folders that hold one.

    Raises:
        InputError: something named is not there, or two targets have one name.
    """
    found: dict[str, Target] = {}
    for text in wanted:
        for target in _named(text):
            known = found.setdefault(target.name, target)
            if known.folder != target.folder:
                raise InputError(
                    f"two targets are called {target.name!r}: {known.folder} and {target.folder};"
                    " rename one"
                )
    return tuple(found.values())


def _named(text: str) -> tuple[Target, ...]:
    path = Path(text)
    if path.suffix in (".yaml", ".yml") or path.is_file():
        return (load_target(path),)
    if (path / MANIFEST).is_file():
        return (load_target(path / MANIFEST),)
    packaged = packaged_targets()
    found = tuple(target for target in packaged if fnmatchcase(target.name, text))
    if not found:
        names = ", ".join(target.name for target in packaged)
        raise InputError(f"no target {text!r}: name a manifest (my/{MANIFEST}) or one of {names}")
    return found


def _findings(manifest: Manifest) -> Iterable[Finding]:
    for path, text in manifest.texts():
        for name in unknown_placeholders(text):
            yield Finding(path, f"nothing stands for {{{name}}}")
    for key, specs in (("databases", manifest.databases), ("also", manifest.also)):
        for place, spec in enumerate(specs):
            try:
                database_of(spec)
            except InputError as error:
                yield Finding((key, place), str(error))
    yield from _of_connect(manifest)
    yield from _of_start(manifest)


def _of_connect(manifest: Manifest) -> Iterable[Finding]:
    connect, transport = manifest.connect, manifest.transport
    if transport == "in-process":
        if connect.entry is None:
            yield Finding((), "in-process needs connect.entry: `module:factory`")
    elif connect.entry is not None:
        yield Finding(("connect", "entry"), f"only in-process has an entry: {transport}")
    if transport in ("websocket", "http", "grpc") and connect.url is None:
        yield Finding((), f"{transport} needs connect.url, as in {URLS[transport]}")
    if connect.token is not None and manifest.start is not None:
        why = "what is started gets the token of the run in DBAL_BOOTSTRAP_TOKEN"
        yield Finding(("connect", "token"), why)


def _of_start(manifest: Manifest) -> Iterable[Finding]:
    start = manifest.start
    if start is None:
        if manifest.transport == "stdio":
            yield Finding((), "stdio needs start.command: the program that has the pipes")
        return
    if manifest.transport == "in-process":
        yield Finding(("start",), "in-process starts nothing: connect.entry is called")
    if start.container is None and not start.command:
        yield Finding(("start",), "name a command or a container")
    container = start.container
    if container is not None and (container.image is None) is (container.build is None):
        yield Finding(("start", "container"), "name exactly one of image and build")
    if start.ready is not None and not _DURATION.fullmatch(start.ready.hello):
        yield Finding(("start", "ready", "hello"), f"{start.ready.hello!r}: write 30s or 2m")

"""The cases that ship, kept as they were last read: 2,000 of them take 0.3 s to read from YAML.

One file in the user's cache folder holds them. It is taken only for the very same vectors, contract
and reader, and only whole; whatever else it is, the vectors are read anew and the file is replaced.
"""

import hashlib
import os
import tempfile
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

from platformdirs import user_cache_path

from dbal_conform.core.pack import Pack
from dbal_conform.version import VERSION

SWITCH = "DBAL_CONFORM_CACHE"
"""Environment variable: a folder to keep it in, or `off`."""


def kept_cases(digest: Callable[[], str], read: Callable[[], Pack]) -> Pack:
    """Return the cases that `read` returns, from the cache where it holds these very ones.

    Args:
        digest: the suite hash of what `read` reads; asked again after a reading, so that files
            changed meanwhile are not kept under the hash of what they were.
        read: reads and checks the cases; what it raises is passed on, and nothing is kept.
    """
    if (folder := _folder()) is None:
        return read()
    file = folder / "cases.jsonl"
    before = digest()
    if (kept := _load(file, _key(before))) is not None:
        return kept
    cases = read()
    if digest() == before:
        with suppress(OSError):  # no room or no right to write: the next run reads again
            _save(file, _key(before), cases)
    return cases


def _folder() -> Path | None:
    asked = os.environ.get(SWITCH)
    if asked == "off":
        return None
    return Path(asked) if asked else user_cache_path("dbal-conform", appauthor=False)


def _key(digest: str) -> str:
    """Name the vectors and the modules that made cases of them, which change under a version."""
    parts = [VERSION, digest, *_reader()]
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()


def _reader() -> Iterator[str]:
    for package in ("core", "corpus"):
        for module in sorted(Path(__file__).parents[1].joinpath(package).rglob("*.py")):
            state = module.stat()
            yield f"{module} {state.st_size} {state.st_mtime_ns}"


def _load(file: Path, key: str) -> Pack | None:
    try:
        content = file.read_bytes()
    except OSError:
        return None
    head, _, body = content.partition(b"\n")
    if head.decode(errors="replace") != f"{key} {hashlib.sha256(body).hexdigest()}":
        return None
    return Pack(body.splitlines())


def _save(file: Path, key: str, cases: Pack) -> None:
    body = b"\n".join(cases.packed)
    file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    # A file of its own first: whole or not at all, whoever else is writing.
    with tempfile.TemporaryDirectory(dir=file.parent) as own:
        new = Path(own, file.name)
        new.write_bytes(f"{key} {hashlib.sha256(body).hexdigest()}\n".encode() + body)
        new.replace(file)

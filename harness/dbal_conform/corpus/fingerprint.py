"""The suite hash: which vectors and which contract a run was about, down to the byte."""

import hashlib
from collections.abc import Iterable, Iterator
from pathlib import Path

from dbal_conform.core.errors import InputError
from dbal_conform.corpus.load import vector_files
from dbal_conform.corpus.locate import cases_root, schema_root


def suite_hash(paths: Iterable[Path] = (), schema: Path | None = None) -> str:
    """Return the SHA-256 over the sorted lines `SHA-256  path` of every vector and contract file.

    Line ends are normalised, so that a checkout on Windows has the same hash. Arguments are as for
    `load_corpus` and `load_contract`.

    Raises:
        InputError: a file cannot be read.
    """
    contract = schema or schema_root()
    lines = [
        *(_line("schema", contract, file) for file in sorted(contract.rglob("*.yaml"))),
        *(_line("cases", root, file) for root, file in _vectors(tuple(paths) or (cases_root(),))),
    ]
    return hashlib.sha256("".join(sorted(lines)).encode()).hexdigest()


def _vectors(paths: Iterable[Path]) -> Iterator[tuple[Path, Path]]:
    for path in paths:
        root = path if path.is_dir() else path.parent
        yield from ((root, file) for file in vector_files(path))


def _line(kind: str, root: Path, file: Path) -> str:
    try:
        content = file.read_bytes().replace(b"\r\n", b"\n")
    except OSError as error:
        raise InputError(f"{file}:1:1: cannot be read: {error.strerror}") from error
    digest = hashlib.sha256(content).hexdigest()
    return f"{digest}  {kind}/{file.relative_to(root).as_posix()}\n"

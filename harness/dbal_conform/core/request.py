"""What a user asks of a run, in the words of the command line."""

import msgspec

from dbal_conform.core.errors import InputError
from dbal_conform.core.messages import Json
from dbal_conform.core.selection import Control, Profile, Selection


class RunRequest(msgspec.Struct, frozen=True, omit_defaults=True):
    """All that decides which trials a run has and in which order; kept in the run file's header.

    `targets` are names, globs or manifests, `paths` files or folders of cases (the packaged suite
    when empty), `schema` a folder in place of the packaged contract. Paths stand as they were
    given. `only` are the trials that may run (`--rerun-failed`): case, target and database of each.
    `url` is that of a target that runs already and has no manifest; the variable `token_env` holds
    its bootstrap token.
    """

    targets: tuple[str, ...] = ()
    url: str | None = None
    token_env: str | None = None
    control: Control | None = None
    databases: tuple[str, ...] = ()
    paths: tuple[str, ...] = ()
    profile: Profile | None = None
    selection: Selection = Selection()
    slow: bool = False  # also the cases that wait in real time
    shard: str | None = None
    seed: int | None = None
    schema: str | None = None
    baseline: str | None = None
    timeout_s: float | None = None
    retries: int = 0
    only: tuple[tuple[str, str, str], ...] | None = None


def filter_of(request: RunRequest) -> dict[str, Json]:
    """Return what narrows the suite, for the header; empty when all of it is run."""
    selection = _plain(request.selection)
    paths: dict[str, Json] = {"paths": list(request.paths)} if request.paths else {}
    rerun: dict[str, Json] = {} if request.only is None else {"rerun": len(request.only)}
    return {**selection, **paths, **rerun}


def to_header(request: RunRequest) -> dict[str, Json]:
    """Return `request` as the header of a run file holds it."""
    return _plain(request)


def from_header(written: dict[str, Json]) -> RunRequest:
    """Read back what `to_header` wrote.

    Raises:
        InputError: it is not that: another version wrote the file, or another hand.
    """
    try:
        return msgspec.convert(written, RunRequest, strict=False)
    except msgspec.ValidationError as error:
        raise InputError(f"its header does not tell how to go on: {error}") from error


def _plain(model: msgspec.Struct) -> dict[str, Json]:
    """Return `model` just as it comes back from a file: with lists, never tuples."""
    plain: dict[str, Json] = msgspec.json.decode(msgspec.json.encode(model))
    return plain

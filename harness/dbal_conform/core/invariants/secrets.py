"""Values that no reply may hold: tokens, passwords and sensitive fields that a case planted."""

import json
from collections.abc import Iterable, Iterator
from typing import Final

import msgspec

from dbal_conform.core.contract import Contract
from dbal_conform.core.messages import Json
from dbal_conform.core.patterns.context import below

SUBSTRING: Final = 8  # code points; a shorter value stands in longer texts by chance
SHORTEST: Final = 4  # below this a value is a word, and proves nothing
_PASSWORDS: Final = {"Credential.set", "Credential.verify"}


class Secrets:
    """The secrets of one trial. Values are only ever added, so a race may share them."""

    def __init__(self, contract: Contract) -> None:
        self._sensitive = {
            name: frozenset(entity.sensitive) for name, entity in contract.entities.items()
        }
        self._names = frozenset({"password", "token"}).union(*self._sensitive.values())
        self._planted: dict[str, bytes] = {}

    @property
    def values(self) -> frozenset[str]:
        """Every value that was planted."""
        return frozenset(self._planted)

    def plant(self, value: Json) -> None:
        """Let no reply hold `value`; what is no text, or too short to tell, is left out."""
        if isinstance(value, str) and len(value) >= SHORTEST and not value.isspace():
            text = _encoded(value)
            self._planted[value] = text[1:-1] if len(value) >= SUBSTRING else text

    def plant_args(self, method: str, args: dict[str, Json]) -> None:
        """Plant what a call gives away: passwords, tokens, and sensitive fields of its data."""
        entity, _, operation = method.partition(".")
        if method in _PASSWORDS:
            self.plant(args.get("password"))
        elif method == "Session.getByToken":
            self.plant(args.get("token"))
        names = self._sensitive.get(entity)
        if names and operation in _WRITES:
            for data in _rows(args):
                self.plant_row(names, data)

    def plant_fixtures(self, fixtures: dict[str, Json]) -> None:
        """Plant the passwords and sensitive fields of fixtures."""
        for entity, rows in fixtures.items():
            names = self._sensitive.get(entity, frozenset()) | {"password"}
            for row in rows if isinstance(rows, list) else ():
                if isinstance(row, dict):
                    self.plant_row(names, row)

    def plant_row(self, names: frozenset[str], row: dict[str, Json]) -> None:
        """Plant the members of `row` that are among `names`."""
        for name in names & row.keys():
            self.plant(row[name])

    def found_in(self, value: Json) -> tuple[str, str] | None:
        """Return where in `value` a secret stands, and which; None if it holds none."""
        encoded = _encoded(value)
        for secret, text in list(self._planted.items()):
            if text in encoded and (path := _place(secret, value)) is not None:
                return path, secret
        return None

    def said_openly(self, secret: str, sent: Iterable[Json]) -> bool:
        """Whether the case itself said `secret` where it is none, so that it may come back."""
        for args in sent:
            for path, leaf in _leaves(args, ""):
                name = path.rpartition("/")[2]
                if secret in leaf and name not in self._names:
                    return True
        return False


_WRITES: Final = {
    "create", "update", "upsert", "updateByField", "createMany", "updateMany",
}  # fmt: skip


def _encoded(value: Json) -> bytes:
    try:
        return msgspec.json.encode(value)
    except UnicodeEncodeError:  # a lone surrogate
        return json.dumps(value, ensure_ascii=False).encode("utf-8", "surrogatepass")


def _place(secret: str, value: Json) -> str | None:
    for path, leaf in _leaves(value, ""):
        if leaf == secret or (len(secret) >= SUBSTRING and secret in leaf):
            return path
    return None


def _rows(args: dict[str, Json]) -> Iterator[dict[str, Json]]:
    items = args.get("items")
    parts = [args.get("data"), args.get("create"), args.get("update")]
    for part in (*parts, *(items if isinstance(items, list) else ())):
        if isinstance(part, dict):
            yield part


def _leaves(node: Json, path: str) -> Iterator[tuple[str, str]]:
    match node:
        case str():
            yield path, node
        case dict():
            for key, value in node.items():
                yield below(path, key), key
                yield from _leaves(value, below(path, key))
        case list():
            for index, value in enumerate(node):
                yield from _leaves(value, f"{path}/{index}")
        case _:
            return

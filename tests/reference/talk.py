"""Talking to a target in messages, as a client would; worlds are made by conformance.reset."""

import json
from collections.abc import Iterator
from itertools import count
from pathlib import Path
from typing import Any, TypeAlias

import pytest

from dbal_reference.conformance import Target, open_target

Json: TypeAlias = Any

BOOTSTRAP = "bootstrap-token-of-the-tests"
ROLES = ("public", "user", "moderator", "admin", "god", "supergod")
EVERYBODY = {role: {"role": role} for role in ROLES} | {
    "stranger": {"role": "admin", "tenant": "other"},
    "neighbour": {"role": "user"},
}


class Refusal(Exception):  # noqa: N818 -- what a call was answered with
    """An error reply; `fields` maps the paths of findings to their codes, in order."""

    def __init__(self, error: dict[str, Any]) -> None:
        super().__init__(json.dumps(error))
        self.code: int = error["code"]
        self.name: str = error["data"]["name"]
        self.details: dict[str, Any] = error["data"]["details"]
        self.reason: str | None = self.details.get("reason")
        self.fields = {entry["field"]: entry["code"] for entry in self.details.get("fields", [])}
        self.whole = error


class Talk:
    """One connection to one target; `actor` is a name of the latest reset, `system` or None."""

    def __init__(self, target: Target) -> None:
        self.target = target
        self.actors: dict[str, Any] = {}
        self.tenants: dict[str, str] = {}
        self.rows: dict[str, Any] = {}
        self._ids = count(1)

    def reset(self, *, actors: Json = None, **fixtures: Json) -> "Talk":
        """A new world: everybody, unless other actors are given, and rows by entity."""
        made = self.call(
            "conformance.reset",
            "system",
            actors=EVERYBODY if actors is None else actors,
            fixtures=fixtures,
        )
        self.actors, self.tenants, self.rows = made["actors"], made["tenants"], made["rows"]
        return self

    def token(self, actor: str | None) -> str | None:
        """What the actor shows."""
        if actor is None:
            return None
        return BOOTSTRAP if actor == "system" else self.actors[actor]["token"]

    def call(
        self,
        method: str,
        actor: str | None = None,
        /,
        meta: Json = None,
        **args: Json,
    ) -> Json:
        """The result; raises Refusal for an error."""
        members = dict(meta or {})
        if actor is not None:
            members.setdefault("token", self.token(actor))
        params = {**args, "meta": members} if members else args
        return self.send({"method": method, "params": params})

    def send(self, request: dict[str, Any]) -> Json:
        """The result of a whole request; version and id are added where they are missing."""
        request = {"jsonrpc": "2.0", "id": next(self._ids), **request}
        reply = self.raw(json.dumps(request).encode())
        assert reply["id"] == request["id"]
        if "error" in reply:
            raise Refusal(reply["error"])
        return reply["result"]

    def raw(self, message: bytes) -> Json:
        """The reply to any bytes, whole."""
        reply = json.loads(self.target.handle(message))
        assert reply.keys() in ({"jsonrpc", "id", "result"}, {"jsonrpc", "id", "error"})
        return reply

    def refused(
        self,
        method: str,
        actor: str | None = None,
        /,
        meta: Json = None,
        **args: Json,
    ) -> Refusal:
        """The refusal, after which the stored rows are what they were (CALL-ATOM-001)."""
        before = self.call("conformance.digest", "system")
        with pytest.raises(Refusal) as caught:
            self.call(method, actor, meta=meta, **args)
        assert self.call("conformance.digest", "system") == before
        return caught.value

    def audit(self, since: int = 0) -> list[dict[str, Any]]:
        """Records after a seq."""
        records: list[dict[str, Any]] = self.call("conformance.audit", "system", since=since)[
            "records"
        ]
        return records


def open_talk(database: str, *, schema: Path | None = None) -> Iterator[Talk]:
    """A target that is closed afterwards."""
    settings = {"database": database, "bootstrap_token": BOOTSTRAP}
    target = open_target(settings if schema is None else {**settings, "schema": str(schema)})
    yield Talk(target)
    target.close()


@pytest.fixture(scope="module", params=["memory:", "sqlite:FILE"])
def open_target_talk(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Talk]:
    """One target for a module, on each adapter in turn."""
    place: Path = tmp_path_factory.mktemp("database") / "rows.db"
    yield from open_talk(str(request.param).replace("FILE", str(place)))


@pytest.fixture
def talk(open_target_talk: Talk) -> Talk:
    """The module's target in a new world with everybody in it."""
    return open_target_talk.reset()

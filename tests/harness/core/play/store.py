"""A target that keeps rows, and offers the public operations alone."""

from collections.abc import Iterable
from typing import Any

import msgspec
from tests.harness.core.play.scripted import CONTRACT, NOW, fault, page, uuid

from dbal_conform.core.messages import Fault, Json, Request, Value
from dbal_conform.core.play import TrialPlay
from dbal_conform.core.play.actions import Machine, Race, Send
from dbal_conform.core.suite import Case
from dbal_conform.core.verdict import TrialResult

TOKEN = "the-bootstrap-token"


class Store:
    """Answers from rows that it keeps; `refuse` names methods that it refuses, `odd` what else."""

    def __init__(self, refuse: Iterable[str] = (), *, keeps: str = "", most: int = 100) -> None:
        self.rows: dict[str, list[dict[str, Json]]] = {name: [] for name in CONTRACT.entities}
        self.seen: list[Request] = []
        self.odd: dict[str, Json] = {"dbal.health": {"status": "ok", "database": True}}
        self._refuse = frozenset(refuse)
        self._keeps = keeps
        self._most = most
        self._made = 0

    def play(self, case: Case, **more: Any) -> TrialResult:  # noqa: ANN401 -- of TrialPlay
        trial = TrialPlay(case, CONTRACT, bootstrap_token=TOKEN, control="public", **more)
        self._drive(trial)
        return trial.result()

    def _drive(self, machine: Machine) -> None:
        while (action := machine.next_action()) is not None:
            if isinstance(action, Race):
                for branch in action.branches:
                    self._drive(branch)
                machine.receive(None)
                continue
            assert isinstance(action, Send)
            self.seen.append(action.request)
            answer = self._answer(action.request)
            machine.receive(msgspec.structs.replace(answer, id=action.request.id), took_ms=1.0)

    def methods(self) -> list[str]:
        return [request.method for request in self.seen]

    def _answer(self, request: Request) -> Value | Fault:
        entity, _, operation = request.method.partition(".")
        if request.method in self._refuse:
            return fault("FORBIDDEN")
        if request.method in self.odd:
            return Value(0, self.odd[request.method])
        args: Any = request.args
        if operation == "create":
            return self._create(entity, args["data"])
        if operation == "list":
            return self._list(entity, args)
        if operation == "delete":
            return self._delete(entity, args["id"])
        if operation == "set":
            self.rows[entity].append({"username": args["username"]})
        return Value(0, True)  # noqa: FBT003 -- what such methods answer

    def _create(self, entity: str, data: dict[str, Json]) -> Value | Fault:
        self._made += 1
        if self._made > self._most:
            return fault("RATE_LIMIT_EXCEEDED", retryAfter=1)
        row: dict[str, Json] = {"id": uuid(self._made), "createdAt": NOW + self._made, **data}
        self.rows[entity].append(row)
        return Value(0, {name: value for name, value in row.items() if name != "token"})

    def _list(self, entity: str, args: dict[str, Any]) -> Value | Fault:
        if len(self.rows[entity]) > 3 and args["limit"] > 2:
            return fault("VALIDATION_ERROR", fields={"limit": "limit"})
        start = (args["page"] - 1) * args["limit"]
        found: list[Json] = [*self.rows[entity][start : start + args["limit"]]]
        more = start + args["limit"] < len(self.rows[entity])
        return Value(0, page(found, hasMore=more))

    def _delete(self, entity: str, key: str) -> Value | Fault:
        if entity == self._keeps:
            return fault("CONFLICT", reason="referenced")
        primary = CONTRACT.entities[entity].primary
        self.rows[entity] = [row for row in self.rows[entity] if row.get(primary) != key]
        if entity == "User":
            self.rows["Session"] = [r for r in self.rows["Session"] if r["userId"] != key]
            self.rows["Credential"] = []
        return Value(0, True)  # noqa: FBT003 -- see above

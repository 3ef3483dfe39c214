"""A target that says what a script tells it to, and is honest about everything else."""

from collections.abc import Iterable
from itertools import count
from typing import Any

import msgspec

from dbal_conform.core.messages import Fault, Json, Outcome, Request, Silence, Value
from dbal_conform.core.play import TrialPlay
from dbal_conform.core.play.actions import (
    Action,
    Answer,
    Await,
    Environment,
    Launch,
    Machine,
    Mend,
    Pause,
    Race,
    Send,
    SendRaw,
    Unable,
)
from dbal_conform.core.suite import Case
from dbal_conform.core.verdict import TrialResult
from dbal_conform.corpus.contract import load_contract

CONTRACT = load_contract()
BOOTSTRAP = "bootstrap-of-the-tests"
NOW = 1_700_000_000_000
DONE = Value(0, value=True)
EMPTY: dict[str, Json] = {"User": {"count": 0, "sha256": "e3b0"}}
_TENANTS = {"default": "11111111-1111-4111-8111-111111111111"}


def uuid(number: int) -> str:
    return f"00000000-0000-4000-8000-{number:012}"


def row(entity: str, **fields: Json) -> dict[str, Json]:
    """A whole row, as a good target would show it to `system`."""
    values: dict[str, Json] = {}
    for name, field in CONTRACT.entities[entity].fields.items():
        if not field.sensitive:
            values[name] = None if field.nullable else _VALUES[field.type]
    return values | fields


_VALUES: dict[str, Json] = {
    "uuid": uuid(1),
    "string": "x",
    "text": "x",
    "email": "x@example.com",
    "integer": 1,
    "bigint": NOW,
    "double": 0.5,
    "boolean": False,
    "enum": "user",
    "datetime": "2026-01-01T00:00:00.000Z",
    "json": {},
}


def page(rows: list[Json], **members: Json) -> dict[str, Json]:
    """A page that adds up, its rows being all there are."""
    whole: dict[str, Json] = {
        "data": rows,
        "total": len(rows),
        "page": 1,
        "limit": 20,
        "hasMore": False,
        "nextCursor": None,
    }
    return whole | members


def fault(name: str, **members: Any) -> Fault:  # noqa: ANN401 -- members of many types
    """A failure as a good target would tell it; `fields`, `reason`, ... go into its details."""
    spec = CONTRACT.errors.get(name)
    details: dict[str, Json] = {}
    fields = members.pop("fields", None)
    if isinstance(fields, dict):
        details["fields"] = [
            {"field": field, "code": code, "message": "is wrong"} for field, code in fields.items()
        ]
    for key in ("reason", "retryAfter", "capability", "outcome", "rule"):
        if key in members:
            details[key] = members.pop(key)
    details |= members.pop("details", {})
    given: dict[str, Any] = {
        "code": spec.code if spec else 500,
        "retryable": spec.retryable if spec else False,
        "message": "it failed",
        **members,
    }
    return Fault(0, name, details=details, **given)


class Scripted:
    """Answers calls from `replies`, in order; `conformance.*` it answers by itself.

    `control` holds replies for methods of `conformance.*`, used up before it answers by itself.
    """

    def __init__(
        self,
        replies: Iterable[Outcome] = (),
        *,
        control: dict[str, list[Outcome]] | None = None,
        took_ms: float = 1.0,
        unable: str = "",
        unmended: str = "",
    ) -> None:
        self.replies = list(replies)
        self.control = control or {}
        self.took_ms = took_ms
        self.unable = unable
        self.unmended = unmended
        self.seen: list[Request] = []
        self.actions: list[Action] = []
        self.records: list[Json] = []
        self.now = NOW
        self.frozen = False
        self._users: dict[str, str] = {}
        self._launched: dict[str, Outcome] = {}
        self._seq = count(1)

    def drive(self, machine: Machine) -> None:
        while (action := machine.next_action()) is not None:
            self.actions.append(action)
            machine.receive(self.answer(action), took_ms=self.took_ms)

    def answer(self, action: Action) -> Answer:  # noqa: PLR0911 -- one for each action
        match action:
            case Send(request):
                return self.reply(request)
            case SendRaw(raw):
                return msgspec.structs.replace(self.replies.pop(0), id=raw.id)
            case Launch(name, request):
                self._launched[name] = self.reply(request)
                return None
            case Await(name):
                return self._launched.pop(name)
            case Race(branches):
                for branch in branches:
                    self.drive(branch)
                return None
            case Pause():
                return None
            case Environment():
                return Unable(self.unable) if self.unable else None
            case Mend():
                return Unable(self.unmended) if self.unmended else None

    def reply(self, request: Request) -> Outcome:
        self.seen.append(request)
        if request.method.startswith("conformance."):
            scripted = self.control.get(request.method)
            outcome = scripted.pop(0) if scripted else Value(0, self._own(request))
        elif self.replies:
            outcome = self.replies.pop(0)
        else:
            outcome = fault("INTERNAL_ERROR", message=f"no reply to {request.method} in the script")
        self._record(request, outcome)
        wrong_id = isinstance(outcome, Value | Fault) and outcome.id != 0
        return outcome if wrong_id else msgspec.structs.replace(outcome, id=request.id)

    def _own(self, request: Request) -> Json:
        match request.method:
            case "conformance.reset":
                return self._reset(request.args)
            case "conformance.clock":
                return self._clock(request.args)
            case "conformance.digest":
                return EMPTY
            case "conformance.audit":
                return {"records": self.records, "next": len(self.records)}
            case _:
                return True

    def _reset(self, args: dict[str, Json]) -> Json:
        self.records = []
        self.frozen = False
        actors: dict[str, Json] = {}
        tenants: dict[str, Json] = dict(_TENANTS)
        written = args.get("actors", {})
        assert isinstance(written, dict)
        for number, (name, actor) in enumerate(written.items(), 100):
            assert isinstance(actor, dict)
            label = actor.get("tenant", "default")
            if isinstance(label, str):
                tenants.setdefault(label, f"22222222-2222-4222-8222-{len(tenants):012}")
            token = f"token-of-{name}-for-tests"
            self._users[token] = uuid(number)
            actors[name] = {
                "id": uuid(number),
                "username": name.ljust(3, "_"),
                "token": token,
                "tenantId": tenants[label] if isinstance(label, str) else None,
            }
        return {"actors": actors, "tenants": tenants, "rows": _rows(args.get("fixtures", {}))}

    def _clock(self, args: dict[str, Json]) -> Json:
        advance, frozen, to = args.get("advance"), args.get("frozen"), args.get("set")
        self.now = to if isinstance(to, int) else self.now
        self.now += advance if isinstance(advance, int) else 0
        self.frozen = frozen if isinstance(frozen, bool) else self.frozen
        return {"now": self.now, "frozen": self.frozen}

    def _record(self, request: Request, outcome: Outcome) -> None:
        spec = CONTRACT.operations.get(request.method)
        if spec is None or not spec.audited or isinstance(outcome, Silence):
            return
        entity, _, operation = request.method.partition(".")
        code = outcome.name if isinstance(outcome, Fault) else None
        token = request.meta.get("token")
        user = "anonymous" if token is None else self._users.get(str(token), "system")
        self.records.append(
            {
                "seq": next(self._seq),
                "timestamp": "2026-01-01T00:00:00.000Z",
                "user": user,
                "role": None,
                "tenant": None,
                "operation": operation,
                "entity": None if entity == "dbal" else entity,
                "id": None,
                "success": code is None,
                "code": code,
                "requestId": request.meta.get("requestId"),
                "securityIncident": code in ("SANDBOX_VIOLATION", "MALICIOUS_CODE_DETECTED"),
            }
        )


def _rows(fixtures: Json) -> Json:
    assert isinstance(fixtures, dict)
    named: dict[str, Json] = {}
    number = count(10)
    for entity, rows in fixtures.items():
        assert isinstance(rows, list)
        for written in rows:
            assert isinstance(written, dict)
            fields = {name: value for name, value in written.items() if name != "$as"}
            name = written.get("$as")
            if isinstance(name, str):
                named[name] = row(entity, id=uuid(next(number))) | fields
    return named


def play(case: Case, target: Scripted, **options: Any) -> TrialResult:  # noqa: ANN401 -- as TrialPlay
    """Play a case to its end against a scripted target."""
    machine = TrialPlay(case, CONTRACT, bootstrap_token=BOOTSTRAP, **options)
    target.drive(machine)
    return machine.result()

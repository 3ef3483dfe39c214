"""A world made with the bootstrap token and the public operations alone, and cleaned up after."""

import hashlib
import hmac
from typing import Final

import msgspec

from dbal_conform.core.binding import bind, unescaped
from dbal_conform.core.messages import Fault, Json
from dbal_conform.core.play.calls import bound
from dbal_conform.core.play.flow import Flow, StoppedError
from dbal_conform.core.play.listing import Rows, ask, listed
from dbal_conform.core.play.stage import Stage
from dbal_conform.core.suite import Actor
from dbal_conform.core.verdict import Verdict

UNSET = msgspec.UNSET
DEFAULT_TENANT: Final = "default"
SHORTEST_USERNAME: Final = 3  # names of actors are padded to it (CTL-RESET-004)
SESSION_MS: Final = 24 * 3_600_000
MOST_SWEEPS: Final = 4  # rows that others refer to go once those are gone
_STEP: Final = "world"


class PublicWorld:
    """A world without `conformance.reset`. What cannot be made so could not run, and says why."""

    def open(self, stage: Stage) -> Flow[None]:
        """Empty the target, then make users, fixtures in their order, and sessions of the users."""
        case = stage.setting.case
        if "migrations" in case.requires:
            reason = "a migration cannot be taken back without conformance.reset"
            raise StoppedError(Verdict.COULD_NOT_RUN, reason)
        yield from _empty(stage)
        _tenant(stage, DEFAULT_TENANT)
        for name, actor in case.actors.items():
            yield from _make_user(stage, name, actor)
        for entity, rows in case.fixtures.items():
            for place, row in enumerate(rows):
                yield from _make_row(stage, entity, row, f"fixtures.{entity}[{place}]")
        for name in case.actors:
            yield from _make_session(stage, name)

    def close(self, stage: Stage) -> Flow[None]:
        """Leave nothing behind."""
        for handle in stage.handles.values():  # most have ended: this one call more is no matter
            token = stage.token(handle.actor)
            yield from ask(stage, "dbal.rollback", {"tx": handle.tx}, _STEP, token=token)
        yield from _empty(stage)


def _empty(stage: Stage) -> Flow[None]:
    """Delete every row that the system can list.

    Raises:
        StoppedError: some cannot be deleted.
    """
    stage.digests.clear()
    names: list[str] | None = None
    for _ in range(MOST_SWEEPS):
        left: Rows | None = yield from listed(stage, _STEP, names)
        if left is None:
            raise StoppedError(Verdict.COULD_NOT_RUN, "the system cannot list all that is stored")
        names = [name for name, rows in left.items() if rows]
        if not names:
            return
        for entity in reversed(names):  # what is defined later is likely to refer to the earlier
            yield from _delete(stage, entity, left[entity])
    told = ", ".join(names or ())
    raise StoppedError(Verdict.COULD_NOT_RUN, f"rows of {told} cannot be deleted")


def _delete(stage: Stage, entity: str, rows: list[dict[str, Json]]) -> Flow[None]:
    kind = stage.setting.contract.entities[entity]
    own = stage.setting.contract.operations.get(f"{entity}.delete")
    argument = "id" if own is None or "id" in own.arguments else kind.primary
    for row in rows:
        args: dict[str, Json] = {argument: row.get(kind.primary)}
        yield from ask(stage, f"{entity}.delete", args, _STEP)


def _make_user(stage: Stage, name: str, actor: Actor) -> Flow[None]:
    tenant = DEFAULT_TENANT if actor.tenant is UNSET else actor.tenant
    data: dict[str, Json] = {
        "username": name.ljust(SHORTEST_USERNAME, "_"),
        "email": f"{name}@actors.example",
        "role": actor.role,
        "tenantId": None if tenant is None else _tenant(stage, str(tenant)),
    }
    user = yield from _made(stage, "User.create", {"data": data}, f"actors.{name}")
    token = _derived(stage, f"token {name}").hex()
    stage.setting.secrets.plant(token)
    stage.tokens[name] = token
    members = {member: user.get(member) for member in ("id", "username", "tenantId", "createdAt")}
    stage.scope.actors[name] = {**members, "token": token}


def _make_session(stage: Stage, name: str) -> Flow[None]:
    """Let an actor in: after the fixtures, for a password set later ends it (AUT-TOK-004)."""
    actor = stage.scope.actors[name]
    known = actor if isinstance(actor, dict) else {}
    created = known.pop("createdAt", None)
    session: dict[str, Json] = {
        "userId": known.get("id"),
        "token": known.get("token"),
        "expiresAt": (created if isinstance(created, int) else 0) + SESSION_MS,
    }
    yield from _made(stage, "Session.create", {"data": session}, f"actors.{name}")


def _make_row(stage: Stage, entity: str, written: dict[str, Json], place: str) -> Flow[None]:
    """Make a fixture through `create`, or `Credential.set` where there is none."""
    row = {key: value for key, value in written.items() if key != "$as"}
    given = yield from bound(stage, lambda: _bound(row, stage), _STEP)
    contract = stage.setting.contract
    tenancy = contract.entities[entity].tenancy if entity in contract.entities else None
    field = tenancy.get("field") if isinstance(tenancy, dict) else None
    if isinstance(field, str):
        label = row.get(field, DEFAULT_TENANT)
        given[field] = None if label is None else _tenant(stage, str(label))
    stage.setting.secrets.plant_fixtures({entity: [given]})
    if entity == "Credential":
        yield from _made(stage, "Credential.set", given, place)
        return
    made = yield from _made(stage, f"{entity}.create", {"data": given}, place)
    name = written.get("$as")
    if isinstance(name, str):
        stage.scope.names[name] = made


def _bound(row: dict[str, Json], stage: Stage) -> dict[str, Json]:
    return {unescaped(key): bind(value, stage.scope) for key, value in row.items()}


def _made(stage: Stage, method: str, args: dict[str, Json], place: str) -> Flow[dict[str, Json]]:
    """Make one row; return it.

    Raises:
        StoppedError: the public operations do not allow it.
    """
    outcome = yield from ask(stage, method, args, _STEP)
    if isinstance(outcome, Fault):
        told = f"{method}: {outcome.name} {outcome.details}"
        reason = f"{place} cannot be made without conformance.reset: {told}"
        raise StoppedError(Verdict.COULD_NOT_RUN, reason)
    return outcome.value if isinstance(outcome.value, dict) else {}


def _tenant(stage: Stage, label: str) -> str:
    """Return the uuid of a label: the same in every world of a case, since nothing else is."""
    known = stage.scope.tenants.get(label)
    if isinstance(known, str):
        return known
    digits = list(_derived(stage, f"tenant {label}").hex()[:32])
    digits[12], digits[16] = "4", "8"
    text = "".join(digits)
    made = f"{text[:8]}-{text[8:12]}-{text[12:16]}-{text[16:20]}-{text[20:]}"
    stage.scope.tenants[label] = made
    return made


def _derived(stage: Stage, name: str) -> bytes:
    """Return bytes that nobody can guess who does not know the bootstrap token."""
    key = stage.setting.bootstrap_token.encode("utf-8", "surrogatepass")
    text = f"{stage.setting.case.id}\0{stage.mark}\0{name}"
    return hmac.new(key, text.encode("utf-8", "surrogatepass"), hashlib.sha256).digest()

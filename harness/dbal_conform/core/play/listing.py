"""What is stored and what time it is, as far as public operations tell."""

import hashlib
import json
from collections.abc import Collection
from typing import Final

from dbal_conform.core.messages import Fault, Json, Request, Value
from dbal_conform.core.play.actions import Send
from dbal_conform.core.play.answers import received
from dbal_conform.core.play.flow import Flow, StoppedError
from dbal_conform.core.play.stage import Digest, Stage
from dbal_conform.core.verdict import Verdict

MOST_PAGES: Final = 50  # of one entity; what holds more is no target to try things on
_UNCOUNTED: Final = {"Session": ("lastActivity",)}  # as for a digest (CTL-DIGEST-001)

Rows = dict[str, list[dict[str, Json]]]


def ask(
    stage: Stage, method: str, args: dict[str, Json], step: str, *, token: str | None = None
) -> Flow[Value | Fault]:
    """Make one call of our own, as the system or with `token`: nothing of it is judged.

    Raises:
        DeadError: no usable reply came.
    """
    meta: dict[str, Json] = {"token": token or stage.setting.bootstrap_token}
    request = Request(next(stage.ids), method, args, meta)
    answer, took_ms = yield Send(request, stage.time_left_s)
    return received(stage, step, request, answer, took_ms)


def listed(stage: Stage, step: str, names: Collection[str] | None = None) -> Flow[Rows | None]:
    """Return every row that the system sees, by entity; None where a list is refused.

    `names` are the entities to look at, else all.
    """
    rows: Rows = {}
    for name, entity in stage.setting.contract.entities.items():
        if "list" not in entity.operations or (names is not None and name not in names):
            continue
        found = yield from _all(stage, name, entity.max_limit, step)
        if found is None:
            return None
        rows[name] = found
    return rows


def digest_of(rows: Rows) -> Digest:
    """Return rows as a digest; their order is not part of it."""
    return {
        name: {"count": len(found), "sha256": _hash(name, found)} for name, found in rows.items()
    }


def time_told(stage: Stage, step: str) -> Flow[int]:
    """Return the target's time in epoch ms, as a row tells it that is made and deleted again.

    Raises:
        StoppedError: none can be made.
    """
    name = f"time-{next(stage.ids)}"
    data: dict[str, Json] = {"username": name, "email": f"{name}@actors.example"}
    outcome = yield from ask(stage, "User.create", {"data": data}, step)
    match outcome:
        case Value(value={"id": key, "createdAt": int(now_ms)}):
            yield from ask(stage, "User.delete", {"id": key}, step)
            return now_ms
        case _:
            reason = "it needs the target's clock, which public operations do not tell"
            raise StoppedError(Verdict.COULD_NOT_RUN, reason)


def _all(stage: Stage, entity: str, limit: int, step: str) -> Flow[list[dict[str, Json]] | None]:
    """Return all rows of an entity, in smaller pages where a reply would be too long."""
    rows: list[dict[str, Json]] = []
    page = 1
    while page <= MOST_PAGES:
        args: dict[str, Json] = {"limit": limit, "page": page}
        outcome = yield from ask(stage, f"{entity}.list", args, step)
        match outcome:
            case Value(value={"data": list(found), "hasMore": bool(more)}):
                rows += [row for row in found if isinstance(row, dict)]
                if not more:
                    return rows
                page += 1
            case Fault(name="VALIDATION_ERROR") if limit > 1:  # RPC-MSG-008
                rows, page, limit = [], 1, limit // 4 or 1
            case _:
                return None
    return None


def _hash(entity: str, rows: list[dict[str, Json]]) -> str:
    hidden = _UNCOUNTED.get(entity, ())
    texts = sorted(
        json.dumps({k: v for k, v in row.items() if k not in hidden}, sort_keys=True)
        for row in rows
    )
    return hashlib.sha256("\n".join(texts).encode()).hexdigest()

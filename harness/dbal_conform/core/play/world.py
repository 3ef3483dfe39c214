"""The isolated state that one pass sees: how it is made, and what it is made of."""

from typing import Protocol

import msgspec

from dbal_conform.core.binding import bind, unescaped
from dbal_conform.core.messages import Fault, Json, Value
from dbal_conform.core.play.calls import bound
from dbal_conform.core.play.control import control
from dbal_conform.core.play.flow import Flow, StoppedError
from dbal_conform.core.play.public import PublicWorld
from dbal_conform.core.play.stage import Stage
from dbal_conform.core.suite import Actor
from dbal_conform.core.verdict import Mismatch, Verdict

UNSET = msgspec.UNSET
_STEP = "world"
_GENERATORS = ("$now", "$bigint", "$repeat")
_NO_CONTROL = {"UNAUTHORIZED", "FORBIDDEN"}
_METHOD_NOT_FOUND = -32601


class World(Protocol):
    """Makes the world of a pass: fixtures, actors, and a clock that tells the time."""

    def open(self, stage: Stage) -> Flow[None]:
        """Make it, and tell the stage what it may name.

        Raises:
            StoppedError: the target cannot, or did not.
        """
        ...

    def close(self, stage: Stage) -> Flow[None]:
        """Leave the target to the next world.

        Raises:
            StoppedError: it cannot be left so.
        """
        ...


class ConformanceWorld:
    """A world made by `conformance.reset` (contract.md section 17)."""

    def open(self, stage: Stage) -> Flow[None]:
        """Empty the target and put actors and fixtures in."""
        case = stage.setting.case
        written: dict[str, Json] = {name: list(rows) for name, rows in case.fixtures.items()}
        if _asks_clock(written):  # the time before a reset is not the time after it
            yield from control(stage, "conformance.reset", {}, _STEP)
        fixtures = yield from bound(stage, lambda: _fixtures(written, stage), _STEP)
        args: dict[str, Json] = {}
        if case.actors:
            args["actors"] = {name: _actor(actor) for name, actor in case.actors.items()}
        if isinstance(fixtures, dict) and fixtures:
            args["fixtures"] = fixtures
            stage.setting.secrets.plant_fixtures(fixtures)
        outcome = yield from control(stage, "conformance.reset", args, _STEP)
        stage.frozen_ms = None
        _settle(stage, outcome)

    def close(self, stage: Stage) -> Flow[None]:
        """Leave it as it is: the next reset empties it."""
        del stage
        yield from ()


def _settle(stage: Stage, outcome: Value | Fault) -> None:
    match outcome:
        case Fault():
            unfit = outcome.name in _NO_CONTROL or outcome.code == _METHOD_NOT_FOUND
            reason = f"conformance.reset was refused: {outcome.name}: {outcome.message}"
            if unfit:
                raise StoppedError(Verdict.COULD_NOT_RUN, reason)
            mismatch = Mismatch("", reason, UNSET, outcome.details, "CTL-RESET-001")
            stage.broken(mismatch, _STEP)
            raise StoppedError(Verdict.FAIL, reason)
        case Value(value={"actors": dict(actors), "tenants": dict(tenants), "rows": dict(rows)}):
            stage.scope.actors, stage.scope.tenants = actors, tenants
            stage.scope.names = rows
            for name, actor in actors.items():
                token = actor.get("token") if isinstance(actor, dict) else None
                stage.tokens[name] = token if isinstance(token, str) else None
                stage.setting.secrets.plant(token)
            _whole(stage)
        case _:
            why = "tells no actors, tenants and rows"
            stage.broken(Mismatch("", why, UNSET, outcome.value, "CTL-RESET-001"), _STEP)
            raise StoppedError(Verdict.FAIL, f"conformance.reset {why}")


def _whole(stage: Stage) -> None:
    missing = [name for name in stage.setting.case.actors if not stage.tokens.get(name)]
    if missing:
        reason = f"conformance.reset made no actor {', '.join(missing)}"
        stage.broken(Mismatch("/actors", reason, requirement="CTL-RESET-004"), _STEP)
        raise StoppedError(Verdict.FAIL, reason)


def _actor(actor: Actor) -> Json:
    written: dict[str, Json] = {"role": actor.role}
    if actor.tenant is not UNSET:
        written["tenant"] = actor.tenant
    return written


def _fixtures(node: Json, stage: Stage) -> Json:
    """Put generators in; references and escaped dollars in text are the server's (section 20)."""
    match node:
        case dict():
            if len(node) == 1 and next(iter(node)) in _GENERATORS:
                return bind(node, stage.scope)
            return {unescaped(key): _fixtures(value, stage) for key, value in node.items()}
        case list():
            return [_fixtures(item, stage) for item in node]
        case _:
            return node


def _asks_clock(node: Json) -> bool:
    match node:
        case dict():
            return "$now" in node or any(map(_asks_clock, node.values()))
        case list():
            return any(map(_asks_clock, node))
        case _:
            return False


WORLDS: dict[str, World] = {"conformance": ConformanceWorld(), "public": PublicWorld()}

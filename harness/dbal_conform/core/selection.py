"""Which cases a run is about, and which of them a target can be asked at all."""

from collections.abc import Mapping
from fnmatch import fnmatchcase
from typing import Literal, NamedTuple, TypeAlias

import msgspec

from dbal_conform.core.contract import Requirement
from dbal_conform.core.errors import InputError
from dbal_conform.core.expression import Test, compile_expression, names_of
from dbal_conform.core.suite import Case
from dbal_conform.core.verdict import Verdict

Control: TypeAlias = Literal["conformance", "public"]
Profile: TypeAlias = Literal["core", "public", "full"]
PROFILES: tuple[Profile, ...] = ("core", "public", "full")

CONTROL_NEEDS = frozenset({"clock", "audit", "digest", "faults.target"})
ENVIRONMENT_NEEDS = frozenset({"server-database", "faults.database", "faults.network"})
EMBEDDED = frozenset({"memory", "sqlite"})
JSON_TRANSPORTS = frozenset({"in-process", "stdio", "websocket", "http"})
ONE_CONNECTION = frozenset({"in-process", "stdio"})


class Site(msgspec.Struct, frozen=True):
    """A target on a database, before it was asked anything: a column of the plan.

    `kind` is the database's family (memory, sqlite, postgres, mysql, mongo), `offers` the needs
    that its environment can serve.
    """

    target: str
    database: str
    kind: str
    transport: str
    control: Control
    profile: Profile
    offers: tuple[str, ...] = ()


class Selection(msgspec.Struct, frozen=True, omit_defaults=True):
    """The filters of a run; empty, it is the whole suite. Globs are allowed in the lists."""

    expression: str = ""
    tags: tuple[str, ...] = ()
    requirements: tuple[str, ...] = ()
    capabilities: tuple[str, ...] = ()


class Settled(NamedTuple):
    """The verdict of a trial that need not be played, and why."""

    verdict: Verdict
    reason: str


class Selector:
    """A selection made ready to be asked about many cases.

    Raises:
        InputError: the expression is not one.
    """

    def __init__(self, selection: Selection, requirements: Mapping[str, Requirement]) -> None:
        self._selection = selection
        self._requirements = requirements
        expression = selection.expression
        self._test: Test | None = compile_expression(expression) if expression else None

    def selects(self, case: Case) -> bool:
        """Tell whether the filters let `case` through."""
        chosen = self._selection
        if self._test is not None:
            names = names_of((case.id, *case.tags, *case.needs, *case.flags))
            if not self._test(names):
                return False
        return (
            _any_matches(chosen.tags, case.tags)
            and _any_matches(chosen.requirements, case.covers)
            and _any_matches(chosen.capabilities, case.requires)
        )

    def belongs(self, case: Case, profile: Profile) -> bool:
        """Tell whether `case` is part of what `profile` sets out to show."""
        match profile:
            case "full":
                return True
            case "public":  # a migration could not be taken back
                return CONTROL_NEEDS.isdisjoint(case.needs) and "migrations" not in case.requires
            case "core":  # pragma: no branch -- the last, as mypy checks
                keywords = {self._requirements[each].keyword for each in case.covers}
                return "MUST" in keywords and not case.requires


def settle(case: Case, site: Site) -> Settled | None:
    """Return what the plan alone says of a trial, or None when it is to be played.

    A thing that the target is not makes the trial not applicable; a thing that its control or its
    environment lacks means that it could not run.
    """
    found = [settled for need in case.needs if (settled := _lack(need, site)) is not None]
    # What the target is not, no machine could make up for: say so first.
    found.sort(key=lambda settled: settled.verdict is not Verdict.NOT_APPLICABLE)
    return found[0] if found else None


def _lack(need: str, site: Site) -> Settled | None:
    if need == "slow" or need in site.offers:
        return None
    if need in CONTROL_NEEDS:
        return _lack_of_control(need, site)
    if need in ENVIRONMENT_NEEDS:
        return _lack_of_server(need, site)
    if need == "connections":
        return _lack_of_connections(site)
    kind, _, transport = need.partition(".")
    if kind != "transport":
        raise InputError(f"unknown need {need!r}: correct the case, or update dbal-conform")
    return _lack_of_transport(transport, site)


def _lack_of_control(need: str, site: Site) -> Settled | None:
    if site.control == "conformance":
        return None
    reason = f"needs the target's control ({need}), and its manifest says `control: public`"
    return Settled(Verdict.COULD_NOT_RUN, reason)


def _lack_of_connections(site: Site) -> Settled | None:
    if site.transport not in ONE_CONNECTION:
        return None
    reason = f"needs several connections; {site.transport} has one"
    return Settled(Verdict.NOT_APPLICABLE, reason)


def _lack_of_transport(wanted: str, site: Site) -> Settled | None:
    if wanted == site.transport or (wanted == "json" and site.transport in JSON_TRANSPORTS):
        return None
    reason = f"is about {wanted}; the target is reached by {site.transport}"
    return Settled(Verdict.NOT_APPLICABLE, reason)


def _lack_of_server(need: str, site: Site) -> Settled | None:
    if site.kind in EMBEDDED:
        reason = f"needs {need}; {site.database} is embedded"
        return Settled(Verdict.NOT_APPLICABLE, reason)
    if need == "server-database":
        return None
    reason = f"the environment of {site.database} lacks {need}"
    if need == "faults.database" and "://" in site.database:
        reason += ": a server that exists is not ours to kill; name an image, as in postgres:17"
    elif need == "faults.network" and "://" in site.database:
        reason += ": its URL asks for encryption, behind which no statement is seen"
    return Settled(Verdict.COULD_NOT_RUN, reason)


def offers_of(site: Site) -> tuple[str, ...]:
    """Return the needs beside control that `site` meets: its environment's and its transport's."""
    meets = [f"transport.{site.transport}", *site.offers]
    if site.transport in JSON_TRANSPORTS:
        meets.append("transport.json")
    if site.transport not in ONE_CONNECTION:
        meets.append("connections")
    if site.kind not in EMBEDDED:
        meets.append("server-database")
    return tuple(meets)


def _any_matches(patterns: tuple[str, ...], names: tuple[str, ...]) -> bool:
    return not patterns or any(fnmatchcase(name, pattern) for pattern in patterns for name in names)

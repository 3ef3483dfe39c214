"""Whether a trial can be played at all, and whether it is played inverted."""

from collections.abc import Collection
from typing import Final

from dbal_conform.core.contract import Contract
from dbal_conform.core.play.flow import StoppedError
from dbal_conform.core.play.uses import refuses_anything
from dbal_conform.core.play.world import WORLDS
from dbal_conform.core.suite import Case
from dbal_conform.core.verdict import Verdict

OF_CONTROL: Final = frozenset({"clock", "audit", "digest", "faults.target"})
ALWAYS: Final = frozenset({"slow"})  # about time only: a filter leaves it out, never the target
_OF_KIND: Final = ("transport.", "connections", "server-database")


def admit(case: Case, offers: Collection[str], control: str) -> None:
    """See that what the case needs is there.

    Raises:
        StoppedError: it is not: not_applicable where transport or kind of database are others,
            could_not_run where control or environment lack something.
    """
    offered = {*offers, *ALWAYS, *(OF_CONTROL if control == "conformance" else ())}
    lacking = [need for need in case.needs if need not in offered]
    for need in lacking:
        if need.startswith(_OF_KIND):
            raise StoppedError(Verdict.NOT_APPLICABLE, f"it is about {need}, which is not here")
    if lacking:
        reason = f"it needs {', '.join(lacking)}, which is not offered here"
        raise StoppedError(Verdict.COULD_NOT_RUN, reason)
    if control not in WORLDS:
        reason = f"it needs a clean world, and control {control!r} has no conformance.reset"
        raise StoppedError(Verdict.COULD_NOT_RUN, reason)


def unclaimed(case: Case, contract: Contract, claims: Collection[str]) -> frozenset[str]:
    """Return the capabilities that the case requires and the target does not claim.

    Raises:
        StoppedError: what is missing refuses nothing, so there is nothing to see (rule 12).
    """
    implied = {
        name
        for claim in claims
        if claim in contract.capabilities
        for name in contract.capabilities[claim].implies
    }
    missing = frozenset(case.requires) - implied - frozenset(claims)
    if missing and not any(
        refuses_anything(contract.capabilities[name])
        for name in missing
        if name in contract.capabilities
    ):
        reason = f"{', '.join(sorted(missing))} is not claimed, and refuses nothing"
        raise StoppedError(Verdict.NOT_APPLICABLE, reason)
    return missing

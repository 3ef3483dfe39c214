"""The header of a run file: who is tested with what, and the words that reports will need."""

from collections.abc import Iterable, Sequence

from dbal_conform.core.contract import Contract
from dbal_conform.core.ledger import CapabilityNote, CaseNote, RequirementNote, group_of
from dbal_conform.core.pack import Pack
from dbal_conform.core.plan import Plan
from dbal_conform.core.selection import Site
from dbal_conform.core.suite import Case


def planned_cases(plan: Plan) -> Pack:
    """Return the cases that have a trial, in their order; a shard has not all of them."""
    return plan.cases.chosen(sorted({trial.case for trial in plan.trials}))


def case_notes(cases: Iterable[Case]) -> dict[str, CaseNote]:
    """Return what reports say about each case."""
    return {
        case.id: CaseNote(
            title=case.title,
            source=case.source,
            line=case.line,
            requires=case.requires,
            flags=case.flags,
        )
        for case in cases
    }


def requirement_notes(
    cases: Iterable[Case], contract: Contract, *, whole: bool = False
) -> dict[str, RequirementNote]:
    """Return the requirements that reports of a run tell of.

    `whole`: the run is of all that ships, so all of the contract. Else those of the groups that
    the cases cover some of, so that what they leave out is seen, and those that every reply is
    held to.
    """
    groups = {group_of(each) for case in cases for each in case.covers}
    return {
        name: RequirementNote(requirement.keyword, requirement.text, requirement.proof)
        for name, requirement in contract.requirements.items()
        if whole or group_of(name) in groups or name.startswith(INVARIANT_AREAS)
    }


# Requirements that a breach may cite although no case of the run covers their group.
INVARIANT_AREAS = ("ACL-HIDE", "AUD-", "CALL-ATOM", "CAP-CLAIM", "ERR-", "QRY-PAGE", "RPC-MSG")


def capability_notes(contract: Contract) -> dict[str, CapabilityNote]:
    """Return what reports say about each capability."""
    return {
        name: CapabilityNote(capability.means, capability.databases)
        for name, capability in contract.capabilities.items()
    }


def profile_of(sites: Sequence[Site]) -> str:
    """Return the profile of a run; targets under different control may have different ones."""
    profiles = {site.profile for site in sites}
    return profiles.pop() if len(profiles) == 1 else "mixed"

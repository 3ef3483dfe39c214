"""Closed result schemas: what each operation of the contract may answer, compiled once.

`Judge(contract).result(value, report)` checks a result, decodes its bigints by type, and notes each
breach under the requirement that it is one of.
"""

from dbal_conform.core.contract import Contract
from dbal_conform.core.results.judge import Judge
from dbal_conform.core.results.report import Asked, Report

__all__ = ["Asked", "Judge", "Report", "judge_of"]

_judges: list[Judge] = []  # a process knows one contract, tests a few
_KEPT = 4


def judge_of(contract: Contract) -> Judge:
    """Return the judge of a contract, made once; contracts are told apart by identity."""
    for judge in _judges:
        if judge.contract is contract:
            return judge
    judge = Judge(contract)
    _judges.append(judge)
    del _judges[:-_KEPT]
    return judge

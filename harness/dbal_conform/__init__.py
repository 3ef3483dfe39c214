"""Replay shared vectors against any implementation of the DBAL contract.

Everything a user may rely on is named in `__all__`; the rest may change without notice.
"""

from dbal_conform.core.errors import (
    ConformError,
    CouldNotRunError,
    HarnessError,
    InputError,
    TargetError,
)
from dbal_conform.core.suite import Case, Suite
from dbal_conform.core.verdict import Mismatch, TrialResult, Verdict

__all__ = [
    "Case",
    "ConformError",
    "CouldNotRunError",
    "HarnessError",
    "InputError",
    "Mismatch",
    "Suite",
    "TargetError",
    "TrialResult",
    "Verdict",
]

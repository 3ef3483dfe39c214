"""The public names, pinned: to change one is to change this file, and a line in CHANGELOG.md."""

import inspect
from types import ModuleType

import pytest

import dbal_conform
import dbal_reference

PUBLIC = {
    dbal_conform: [
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
    ],
    dbal_reference: [
        "Auth",
        "CapabilityError",
        "ConflictError",
        "DBALClient",
        "DatabaseError",
        "DbalError",
        "EntityClient",
        "ForbiddenError",
        "Group",
        "Groups",
        "InternalError",
        "MaliciousCodeError",
        "Migration",
        "NotFoundError",
        "Page",
        "RateLimitError",
        "SandboxViolationError",
        "SchemaError",
        "TimeoutExceededError",
        "Transaction",
        "UnauthorizedError",
        "ValidationFailedError",
    ],
}


@pytest.mark.parametrize("package", PUBLIC, ids=lambda package: package.__name__)
def test_public_names_are_pinned_and_sorted(package: ModuleType) -> None:
    assert package.__all__ == PUBLIC[package]
    assert package.__all__ == sorted(package.__all__)


@pytest.mark.parametrize("package", PUBLIC, ids=lambda package: package.__name__)
def test_each_public_name_has_a_docstring_of_its_own(package: ModuleType) -> None:
    for name in package.__all__:
        member = getattr(package, name)
        assert inspect.getdoc(member), name
        assert "__doc__" in vars(member), name

"""What errors of the driver mean, by class, code and label; no server is needed."""

import pytest
from pymongo.errors import (
    AutoReconnect,
    BulkWriteError,
    DuplicateKeyError,
    ExecutionTimeout,
    InvalidOperation,
    NetworkTimeout,
    NotPrimaryError,
    OperationFailure,
    PyMongoError,
    ServerSelectionTimeoutError,
)

from dbal_reference.adapters import (
    OverdueError,
    UnavailableError,
    UniqueViolation,
    WriteConflictError,
)
from dbal_reference.adapters.mongo.errors import HopelessError, meaning


def failure(code: int) -> OperationFailure:
    return OperationFailure("words that nobody reads", code, {})


def transient() -> PyMongoError:
    error = failure(999)
    error._add_error_label("TransientTransactionError")  # noqa: SLF001 -- as the driver does
    return error


@pytest.mark.parametrize(
    ("error", "wanted"),
    [
        (failure(112), WriteConflictError),
        (failure(24), WriteConflictError),
        (failure(246), WriteConflictError),
        (transient(), WriteConflictError),
        (failure(251), UnavailableError),
        (failure(50), OverdueError),
        (failure(262), OverdueError),
        (ExecutionTimeout("", 50), OverdueError),
        (NetworkTimeout(""), OverdueError),
        (failure(18), HopelessError),
        (failure(13), HopelessError),
        (failure(91), UnavailableError),
        (failure(11600), UnavailableError),
        (failure(14031), UnavailableError),
        (NotPrimaryError(""), UnavailableError),
        (AutoReconnect(""), UnavailableError),
        (ServerSelectionTimeoutError(""), UnavailableError),
        (InvalidOperation("Cannot use MongoClient after close"), UnavailableError),
    ],
)
def test_an_error_is_known_by_its_code(error: Exception, wanted: type[Exception]) -> None:
    for in_transaction in (True, False):
        assert type(meaning(error, in_transaction=in_transaction)) is wanted


@pytest.mark.parametrize(
    "error",
    [
        DuplicateKeyError("", 11000),
        BulkWriteError({"writeErrors": [{"index": 1, "code": 11000, "errmsg": "E11000"}]}),
    ],
)
def test_a_value_taken_by_who_does_not_wait_ends_a_transaction(error: Exception) -> None:
    assert type(meaning(error, in_transaction=True)) is WriteConflictError
    assert type(meaning(error, in_transaction=False)) is UniqueViolation


@pytest.mark.parametrize("error", [failure(9), failure(40324), KeyError("a defect of ours")])
def test_what_is_no_fault_of_the_database_is_told_as_it_is(error: Exception) -> None:
    assert meaning(error, in_transaction=True) is error

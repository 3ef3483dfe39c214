import msgspec
import pytest
from tests.harness.reporters import sample

from dbal_conform.core.ledger import Header
from dbal_conform.core.messages import Json
from dbal_conform.core.verdict import TrialResult, Verdict
from dbal_conform.reporters.findings import replay

RESULT = TrialResult("s/case[a=b c]", "mine", "sqlite", Verdict.FAIL)


def header(columns: int, **request: Json) -> Header:
    whole = Header("1", "t", "1.0", "0", "full", 7, 1, "", columns=sample.COLUMNS[:columns])
    return msgspec.structs.replace(whole, request=request)


@pytest.mark.parametrize(
    ("asked", "words"),
    [
        (header(1), "dbal-conform run --target mine"),
        (header(1, targets=["my/target.yaml"]), "dbal-conform run --target my/target.yaml"),
        (header(2, targets=["my/target.yaml", "x"]), "dbal-conform run --target mine"),
        (
            header(1, paths=["my cases", "b.yaml"]),
            "dbal-conform run 'my cases' b.yaml --target mine",
        ),
    ],
)
def test_names_what_the_user_named(asked: Header, words: str) -> None:
    rest = " --database sqlite -k 's/case[a=b c]' --seed 7"
    assert replay(asked, RESULT) == words + rest


def test_takes_schema_and_slow_along() -> None:
    words = replay(header(1, schema="my-schema", slow=True), RESULT)
    assert " --schema my-schema --slow -k " in words

import msgspec
import pytest

from dbal_conform.core.errors import InputError
from dbal_conform.core.request import RunRequest, filter_of, from_header, to_header
from dbal_conform.core.selection import Selection

FULL = RunRequest(
    targets=("reference-*",),
    databases=("sqlite",),
    paths=("cases/users",),
    profile="core",
    selection=Selection("a and b", ("t",), ("R-*",), ("joins",)),
    shard="1/2",
    seed=7,
    schema="my/schema",
    baseline="deviations.yaml",
    timeout_s=2.5,
    retries=1,
)


@pytest.mark.parametrize("request_", [RunRequest(), FULL])
def test_a_request_survives_the_run_file(request_: RunRequest) -> None:
    line = msgspec.json.encode(to_header(request_))
    assert from_header(msgspec.json.decode(line)) == request_


@pytest.mark.parametrize("written", [{"targets": "x"}, {"seed": "soon"}, {"profile": "half"}])
def test_a_request_of_another_hand_is_refused(written: dict[str, object]) -> None:
    with pytest.raises(InputError, match="does not tell how to go on"):
        from_header(written)  # type: ignore[arg-type]  # any JSON


def test_the_whole_suite_has_no_filter() -> None:
    assert filter_of(RunRequest(targets=("x",), shard="1/2", seed=3)) == {}


def test_a_filter_tells_all_that_narrows_the_suite() -> None:
    assert filter_of(FULL) == {
        "expression": "a and b",
        "tags": ["t"],
        "requirements": ["R-*"],
        "capabilities": ["joins"],
        "paths": ["cases/users"],
    }

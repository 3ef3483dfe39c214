from tests.harness.core.play.scripted import CONTRACT, fault

from dbal_conform.core.binding import Scope
from dbal_conform.core.contract import Tolerances
from dbal_conform.core.messages import Fault, Json
from dbal_conform.core.patterns import Context, ErrorCheck
from dbal_conform.core.suite import ErrorPattern


def misses(pattern: ErrorPattern, came: Fault) -> list[tuple[str, str]]:
    context = Context(Tolerances(1000, 1e-6, 1e-12), Scope())
    ErrorCheck(pattern, CONTRACT.errors).apply(came, context)
    return [(miss.path, miss.why) for miss in context.found]


def test_the_short_form_compares_the_code() -> None:
    pattern = ErrorPattern(code=422)
    assert misses(pattern, fault("VALIDATION_ERROR")) == []
    assert misses(pattern, fault("VALIDATION_ERROR", code=-32601)) == []  # CPT-SHORT-002
    assert misses(pattern, fault("NOT_FOUND")) == [("/code", "differs")]
    assert misses(pattern, fault("NO_SUCH_NAME", code=404)) == [("/code", "differs")]


def test_keys_within_a_path_are_written_as_keys_are() -> None:
    wanted = {"filter.$$where": "unknown_field", "filter.x.$gt": "$any"}
    came = fault("VALIDATION_ERROR", fields={"filter.$where": "unknown_field", "filter.x.$gt": "x"})
    assert misses(ErrorPattern(fields=wanted), came) == []


def test_findings_that_are_none_are_told() -> None:
    findings: list[Json] = [7, {"code": "type"}, {"field": 1, "code": "type"}]
    came = fault("VALIDATION_ERROR", details={"fields": findings})
    assert [path for path, _ in misses(ErrorPattern(fields={}), came)] == [
        f"/details/fields/{at}" for at in range(3)
    ]


def test_a_failure_without_findings_lacks_each_that_was_wanted() -> None:
    wanted = ErrorPattern(fields={"a": "type", "b": "null"})
    assert [path for path, _ in misses(wanted, fault("NOT_FOUND"))] == ["/details/fields"] * 2


def test_details_reason_and_retry_after_are_patterns() -> None:
    wanted = ErrorPattern(
        details={"rule": {"$match": "MC-[0-9]+"}}, reason="$any", retryAfter={"$gt": 0}
    )
    came = fault("CONFLICT", rule="MC-01", reason="unique", retryAfter=3)
    assert misses(wanted, came) == []
    assert [path for path, _ in misses(wanted, fault("CONFLICT"))] == [
        "/details/rule", "/details/reason", "/details/retryAfter",
    ]  # fmt: skip

from typing import Any

import msgspec
import pytest

from dbal_conform.core.shortform import ORIGIN, Expected, Named, Operation, ShortReader, form_of
from dbal_conform.core.suite import Call, ErrorPattern, Expect, Suite

Members = dict[str, Any]


def reader(source: str = "users/crud.yaml") -> ShortReader:
    return ShortReader({"User": "id", "Probe": "code"}, lambda at: len(at) * 10, source)


def suite(document: list[Any]) -> Suite:
    reading = reader()
    read = reading.read(msgspec.convert(document, form_of(document)))
    assert reading.found == []
    return read


def call(operation: Members) -> Call:
    (step,) = suite([operation]).cases[0].steps
    assert isinstance(step, Call)
    return step


def complaints(document: list[Any]) -> list[str]:
    reading = reader()
    reading.read(msgspec.convert(document, form_of(document)))
    return [item.message for item in reading.found]


@pytest.mark.parametrize(
    ("action", "entity", "given", "args"),
    [
        ("create", "User", {"username": "a"}, {"data": {"username": "a"}}),
        ("read", "User", {"id": "x"}, {"id": "x"}),
        ("delete", "User", {"id": "$prev.id"}, {"id": "$prev.id"}),
        ("read", "Probe", {"code": "A"}, {"id": "A"}),
        ("read", "Probe", {"id": "A"}, {"id": "A"}),
        ("update", "User", {"id": "x", "email": "e"}, {"id": "x", "data": {"email": "e"}}),
        ("update", "Probe", {"code": "A", "id": 1}, {"id": "A", "data": {"id": 1}}),
        ("update", "Unheard", {"id": "x", "a": 1}, {"id": "x", "data": {"a": 1}}),
        ("createMany", "User", [{"username": "a"}], {"items": [{"username": "a"}]}),
        ("createMany", "User", {"items": []}, {"items": []}),
        ("list", "User", {"limit": 3}, {"limit": 3}),
        ("getTree", "ComponentNode", {"pageId": "$steps[0].id"}, {"pageId": "$steps[0].id"}),
        ("count", "User", {}, {}),
    ],
)
def test_actions_become_calls_of_the_system(
    action: str, entity: str, given: object, args: object
) -> None:
    found = call({"action": action, "entity": entity, "input": given})
    assert (found.call, found.as_, found.args) == (f"{entity}.{action}", "system", args)


def test_input_may_be_left_out() -> None:
    assert call({"action": "list", "entity": "User"}).args == {}


@pytest.mark.parametrize(
    ("expected", "wanted"),
    [
        ({"status": "success"}, Expect(ok={"$any": True})),
        ({"status": "success", "output": True}, Expect(ok=True)),
        ({"status": "success", "output": None}, Expect(ok=None)),
        (
            {"status": "error", "error": {"code": 404, "message": "gone"}},
            Expect(error=ErrorPattern(code=404)),
        ),
        (
            {"status": "error", "error": {"code": 403, "name": "SANDBOX_VIOLATION"}},
            Expect(error=ErrorPattern("SANDBOX_VIOLATION")),
        ),
    ],
)
def test_what_is_expected_is_read(expected: Members, wanted: Expect) -> None:
    assert call({"action": "list", "entity": "User", "expected": expected}).expect == wanted


def test_nothing_expected_is_success() -> None:
    assert call({"action": "list", "entity": "User"}).expect is None


def test_a_bare_list_is_one_case() -> None:
    found = suite([{"action": "list", "entity": "User"}, {"action": "count", "entity": "User"}])
    assert [case.id for case in found.cases] == ["users.crud/operations"]
    assert [step.line for step in found.cases[0].steps] == [10, 10]
    assert found.cases[0].covers == ("CPT-SHORT-001",)


def test_named_lists_are_cases_that_cover_what_they_show() -> None:
    failing = {"status": "error", "error": {"code": 404}}
    found = suite(
        [
            {"name": "User CRUD!", "operations": [{"action": "list", "entity": "User"}]},
            {
                "name": "Error handling",
                "description": "of errors",
                "operations": [
                    {"action": "read", "entity": "User", "input": {"id": "x"}, "expected": failing}
                ],
            },
        ]
    )
    assert (found.suite, found.contract, found.source) == ("users.crud", "1.0", "users/crud.yaml")
    assert [case.id for case in found.cases] == [
        "users.crud/user-crud",
        "users.crud/error-handling",
    ]
    assert found.cases[1].covers == ("CPT-SHORT-001", "CPT-SHORT-002")
    assert {case.origin for case in found.cases} == {ORIGIN}
    assert [case.line for case in found.cases] == [10, 10]


@pytest.mark.parametrize(
    ("operation", "complaint"),
    [
        (
            {"action": "read", "entity": "User", "input": {"name": "x"}},
            "which row? give its key, id",
        ),
        ({"action": "read", "entity": "Probe"}, "which row? give its key, code"),
        ({"action": "delete", "entity": "User", "input": {"id": 1, "a": 2}}, "here is also a"),
        ({"action": "list", "entity": "User", "input": []}, "a list is the input of createMany"),
        ({"action": "list", "entity": "User", "input": {"a": "$5"}}, "begins like a reference"),
        (
            {
                "action": "list",
                "entity": "User",
                "expected": {"status": "success", "output": {"$x": 1}},
            },
            "$x is no operator",
        ),
    ],
)
def test_what_cannot_be_meant_is_told(operation: Members, complaint: str) -> None:
    (message,) = complaints([operation])
    assert complaint in message


def test_two_names_that_become_one_id_are_told() -> None:
    operations = [{"action": "list", "entity": "User"}]
    assert complaints([{"name": n, "operations": operations} for n in ("a b", "A-B", "???")]) == [
        "two cases become users.crud/a-b: rename one"
    ]
    assert suite([{"name": "???", "operations": operations}]).cases[0].id == "users.crud/unnamed"


@pytest.mark.parametrize(
    ("form", "members"),
    [
        (Expected, {"status": "error"}),
        (Expected, {"status": "success", "error": {"code": 1}}),
        (Expected, {"status": "error", "error": {"code": 1}, "output": 1}),
        (Expected, {"status": "error", "error": {"message": "x"}}),
        (Named, {"name": "a", "operations": []}),
        (Operation, {"action": "list"}),
    ],
)
def test_forms_refuse_what_contradicts_itself(form: type[Any], members: Members) -> None:
    with pytest.raises(msgspec.ValidationError):
        msgspec.convert(members, form)


def test_an_empty_list_is_of_the_longer_notation() -> None:
    assert form_of([]) == tuple[Named, ...]
    assert form_of(["x"]) == tuple[Named, ...]

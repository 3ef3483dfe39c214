import msgspec
import pytest
from tests.harness.core.play.scripted import CONTRACT, row, uuid
from tests.harness.core.results.judging import JUDGE, breaches, judged

from dbal_conform.core.errors import HarnessError
from dbal_conform.core.messages import Json
from dbal_conform.core.results import judge_of
from dbal_conform.core.results.judge import Judge

HELLO: dict[str, Json] = {
    "contract": "1.0",
    "implementation": {"name": "x", "version": "1"},
    "capabilities": ["ttl"],
    "limits": {
        "maxRequestBytes": 1, "maxReplyBytes": 1, "defaultDeadlineMs": 1, "maxInFlight": 1,
    },
    "backend": {"name": "memory", "version": "1"},
    "conformance": True,
}  # fmt: skip


@pytest.mark.parametrize(
    ("method", "value"),
    [
        ("dbal.hello", HELLO),
        ("dbal.health", {"status": "degraded", "database": False}),
        ("dbal.begin", {"tx": "t"}),
        ("dbal.commit", True),
        ("dbal.schema", [{"entity": "Post"}]),
        ("dbal.migrate", {"changes": [{"entity": "X", "change": "add_entity"}], "applied": True}),
        ("Credential.getFirstLogin", False),
        ("Post.count", 0),
        ("InstalledPackage.validate", {"valid": True, "errors": []}),
        ("InstalledPackage.validate", {"valid": False, "errors": [{"field": "x", "code": "type"}]}),
        ("conformance.digest", {"Post": {"count": 0, "sha256": "a"}}),
        ("conformance.clock", {"now": 1, "frozen": False}),
        ("conformance.audit", {"records": [], "next": 0}),
        ("conformance.reset", {"actors": {}, "tenants": {}, "rows": {}}),
        ("Unknown.method", object),
    ],
)
def test_what_is_of_its_form_is_returned_as_it_is(method: str, value: Json) -> None:
    decoded, found = judged(method, value)
    assert found == []
    assert decoded is value or decoded == value


@pytest.mark.parametrize(
    ("method", "value", "found"),
    [
        ("dbal.hello", {**HELLO, "contract": "2.0", "host": "db"},
         [("/contract", "SYS-HELLO-001"), ("/host", "CPT-TOL-004")]),
        ("dbal.hello", {**HELLO, "capabilities": "ttl"}, [("/capabilities", "CAP-CLAIM-001")]),
        ("dbal.health", {"status": "fine", "database": 1},
         [("/status", "SYS-HEALTH-001"), ("/database", "CPT-TOL-004")]),
        ("dbal.health", None, [("", "SYS-HEALTH-001")]),
        ("dbal.begin", {}, [("/tx", "TXN-BASE-001")]),
        ("dbal.commit", 1, [("", "CPT-TOL-004")]),
        ("dbal.schema", {}, [("", "SYS-SCHEMA-001")]),
        ("Post.count", -1, [("", "GEN-BULK-002")]),
        ("Post.count", 1.5, [("", "GEN-BULK-002")]),
        ("InstalledPackage.validate", {"valid": True, "errors": [{"field": "x", "code": "type"}]},
         [("/valid", "PKG-VALID-001")]),
        ("InstalledPackage.validate", {"valid": False, "errors": [{"field": "x", "code": "odd"}]},
         [("/errors/0/code", "ERR-FORM-003")]),
        ("conformance.digest", [], [("", "CPT-TOL-004")]),
        ("conformance.digest", {"a/b": {"count": 0}}, [("/a~1b/sha256", "CTL-DIGEST-001")]),
        ("Post.aggregate", {"groups": {}, "hasMore": False}, [("/groups", "QRY-AGG-001")]),
    ],
)  # fmt: skip
def test_what_is_not_of_its_form_is_told(
    method: str, value: Json, found: list[tuple[str, str]]
) -> None:
    assert breaches(method, value) == found


def test_whole_counts_and_sums_of_groups_are_decoded() -> None:
    assert judged("Post.count", 3.0) == (3, [])
    told: Json = {
        "groups": [{"key": {}, "values": {"n": {"$bigint": "9007199254740993"}, "x": 1.5}}],
        "hasMore": False,
    }
    assert judged("Post.aggregate", told)[0] == {
        "groups": [{"key": {}, "values": {"n": 9007199254740993, "x": 1.5}}],
        "hasMore": False,
    }


def test_a_tree_holds_each_node_once_at_any_depth() -> None:
    def node(number: int, *children: Json) -> Json:
        return {**row("ComponentNode", id=uuid(number)), "children": [*children]}

    good: Json = [node(1, node(2)), node(3)]
    assert judged("ComponentNode.getTree", good) == (good, [])
    assert breaches("ComponentNode.getTree", [node(1, node(1))]) == [
        ("/0/children/0", "CMP-TREE-003")
    ]
    assert breaches("ComponentNode.getTree", {}) == [("", "CMP-TREE-001")]
    assert breaches("ComponentNode.getTree", [7]) == [("/0", "CMP-TREE-001")]
    odd: Json = {"id": 7, "children": []}
    assert ("/0/id", "TYP-NUM-006") in breaches("ComponentNode.getTree", [odd])


def test_a_judge_is_made_once_for_a_contract() -> None:
    other = msgspec.structs.replace(CONTRACT, version="1.1")
    assert judge_of(CONTRACT) is JUDGE
    assert judge_of(other) is judge_of(other)
    assert judge_of(other) is not JUDGE


def test_a_result_of_a_kind_that_nobody_knows_is_our_mistake() -> None:
    strange = msgspec.structs.replace(CONTRACT.operations["Post.read"], result="riddle")
    contract = msgspec.structs.replace(CONTRACT, operations={"Post.read": strange})
    with pytest.raises(HarnessError, match="riddle"):
        Judge(contract)

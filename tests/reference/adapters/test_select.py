"""Reading, the same on every adapter (section 8)."""

from collections.abc import Sequence

import pytest
from tests.reference.adapters.world import keys_of, row, rows_of, select, soon, store, thing

from dbal_reference.adapters import Adapter, Row
from dbal_reference.query.predicate import (
    FALSE,
    TRUE,
    And,
    Compare,
    CompareFields,
    In,
    IsNull,
    Not,
    Operator,
    Or,
    Order,
    Predicate,
    Through,
)

YES = True
FULL = {
    "name": "ann",
    "label": " Tab\t'quote' \"é\U0001f600 ",
    "amount": -3,
    "big": 2**63 - 1,
    "ratio": 0.1 + 0.2,
    "flag": True,
    "at": "2024-02-29T00:00:00.001Z",
    "kind": "b",
    "data": {"n": None, "list": [1, 1.5, "1", True, {}], "": []},
    "path": "/a",
    "tenantId": "00000000-0000-4000-8000-000000000001",
}


def keys(rows: Sequence[Row]) -> list[str]:
    return [found["id"] for found in rows]


def test_every_type_comes_back_as_it_went_in(adapter: Adapter) -> None:
    stored = [thing("1", **FULL), thing("2", big=-(2**63), ratio=5e-324, flag=False, data=[])]
    store(adapter, "Thing", *stored)
    found = rows_of(adapter, "Thing")
    assert found == stored
    assert [type(v) for v in found[0].values()] == [type(v) for v in stored[0].values()]


@pytest.mark.parametrize("ratio", [1.7976931348623157e308, 2.2250738585072014e-308, 1 / 3, 1e22])
def test_doubles_come_back_bit_for_bit(adapter: Adapter, ratio: float) -> None:
    store(adapter, "Thing", thing("1", ratio=ratio))
    assert rows_of(adapter, "Thing")[0]["ratio"].hex() == ratio.hex()
    assert keys_of(adapter, "Thing", In("ratio", (ratio, 4.0))) == ["1"]


def test_a_row_read_can_be_altered_without_altering_what_is_stored(adapter: Adapter) -> None:
    given = thing("1", data={"a": [1]})
    store(adapter, "Thing", given)
    given["data"]["a"].append(2)
    rows_of(adapter, "Thing")[0]["data"]["a"].append(3)
    assert rows_of(adapter, "Thing")[0]["data"] == {"a": [1]}


@pytest.mark.parametrize(
    ("where", "expected"),
    [
        (TRUE, "1234"),
        (FALSE, ""),
        (And(()), "1234"),
        (Or(()), ""),
        (IsNull("label"), "4"),
        (Compare("label", "eq", "a"), "1"),
        (Not(Compare("label", "eq", "a")), "234"),
        (Not(Compare("label", "contains", "a")), "24"),
        (Not(Or((Compare("label", "gt", "A"), FALSE))), "24"),
        (Not(And((Compare("label", "eq", "a"), IsNull("label")))), "1234"),
        (Not(Not(Compare("label", "eq", "a"))), "1"),
        (In("label", ("a", "zz", "A")), "12"),
        (Not(In("label", ("a",))), "234"),
        (In("label", ()), ""),
        (Not(In("label", ())), "1234"),
        (In("amount", (1, 3)), "13"),
        (Compare("flag", "eq", YES), "1"),
        (Not(Compare("flag", "eq", YES)), "234"),
        (Compare("flag", "lt", YES), "2"),
        (CompareFields("amount", "eq", "big"), "1"),
        (Not(CompareFields("amount", "eq", "big")), "234"),
        (CompareFields("amount", "lt", "big"), "3"),
        (Compare("amount", "gte", 3), "34"),
        (Compare("amount", "lte", 1.5), "1"),
    ],
)
def test_logic_is_two_valued(adapter: Adapter, where: Predicate, expected: str) -> None:
    store(
        adapter,
        "Thing",
        thing("1", label="a", amount=1, big=1, flag=True),
        thing("2", label="A", amount=2, flag=False),
        thing("3", label="ab", amount=3, big=2**62),
        thing("4", amount=4),
    )
    assert keys_of(adapter, "Thing", where) == list(expected)
    with adapter.unit(write=False, deadline=soon()) as unit:
        assert unit.count("Thing", where) == len(expected)


@pytest.mark.parametrize("op", ["contains", "startsWith", "endsWith"])
@pytest.mark.parametrize(
    "text", ["%", "_", "*", "?", "\\", "[", "'", '"', "É", "\U0001f600", "a\n"]
)
def test_text_is_searched_literally(adapter: Adapter, op: Operator, text: str) -> None:
    store(
        adapter,
        "Thing",
        *(thing(str(n), label=each) for n, each in enumerate(["abc", text, f"x{text}y", "é"])),
        thing("5", label=f"{text}z"),
        thing("6", label=f"z{text}"),
        thing("7", label=""),
        thing("8"),
    )
    expected = {"contains": "1256", "startsWith": "15", "endsWith": "16"}[op]
    assert keys_of(adapter, "Thing", Compare("label", op, text)) == list(expected)


@pytest.mark.parametrize("op", ["contains", "startsWith", "endsWith"])
def test_the_empty_text_is_in_every_value(adapter: Adapter, op: Operator) -> None:
    store(adapter, "Thing", thing("1", label=""), thing("2", label="x"), thing("3"))
    assert keys_of(adapter, "Thing", Compare("label", op, "")) == ["1", "2"]


@pytest.mark.parametrize("op", ["startsWith", "endsWith"])
def test_a_text_longer_than_the_value_is_neither_its_start_nor_end(
    adapter: Adapter, op: Operator
) -> None:
    store(adapter, "Thing", thing("1", label="ab"))
    assert keys_of(adapter, "Thing", Compare("label", op, "abab")) == []


@pytest.mark.parametrize("impossible", ["a\ud800", "a\0", "\udfff"])
def test_text_that_no_row_can_hold_matches_nothing(adapter: Adapter, impossible: str) -> None:
    store(
        adapter, "Thing", thing("1", label="a"), thing("2", label="a\ufffd"), thing("3", label="")
    )
    assert keys_of(adapter, "Thing", Compare("label", "eq", impossible)) == []
    assert keys_of(adapter, "Thing", Compare("label", "contains", impossible)) == []
    assert keys_of(adapter, "Thing", In("label", (impossible, "a"))) == ["1"]


def test_integers_beyond_the_range_still_compare(adapter: Adapter) -> None:
    store(adapter, "Thing", thing("1", big=2**63 - 1), thing("2", big=-(2**63)))
    assert keys_of(adapter, "Thing", Compare("big", "lt", 2**63)) == ["1", "2"]
    assert keys_of(adapter, "Thing", Compare("big", "eq", 2**63)) == []
    assert keys_of(adapter, "Thing", Compare("big", "gt", -(10**400))) == ["1", "2"]


def test_integers_above_two_to_the_53_compare_exactly(adapter: Adapter) -> None:
    store(adapter, "Thing", thing("1", big=2**53), thing("2", big=2**53 + 1))
    assert keys_of(adapter, "Thing", Compare("big", "eq", 2**53 + 1)) == ["2"]
    assert keys_of(adapter, "Thing", Compare("big", "gt", 2**53)) == ["2"]
    assert keys_of(adapter, "Thing", In("big", (2**53 + 1, 2**53 + 2))) == ["2"]


def test_strings_order_by_code_point_and_null_is_lowest(adapter: Adapter) -> None:
    labels = ["\U0001f600", "\uffff", "é", "z", "a", "Z", " ", "", None]
    store(adapter, "Thing", *(thing(str(n), label=text) for n, text in enumerate(labels)))
    with adapter.unit(write=False, deadline=soon()) as unit:
        up = unit.select(select("Thing", TRUE, Order("label")))
        down = unit.select(select("Thing", TRUE, Order("label", descending=True)))
    assert [found["label"] for found in up] == labels[::-1]
    assert [found["label"] for found in down] == labels


def test_long_texts_order_by_what_is_far_behind(adapter: Adapter) -> None:
    """MariaDB sorts by the first 1024 bytes unless told otherwise."""
    labels = ["é" * 9000 + end for end in "cab"]
    store(adapter, "Thing", *(thing(str(n), label=text) for n, text in enumerate(labels)))
    with adapter.unit(write=False, deadline=soon()) as unit:
        found = unit.select(select("Thing", TRUE, Order("label")))
        behind = unit.select(select("Thing", TRUE, Order("label"), after=(labels[1], "1")))
    assert keys(found) == ["1", "2", "0"]
    assert keys(behind) == ["2", "0"]


def test_rows_equal_in_the_sort_come_by_key(adapter: Adapter) -> None:
    store(adapter, "Thing", *(thing(k, amount=int(k) % 2) for k in "31524"))
    with adapter.unit(write=False, deadline=soon()) as unit:
        found = unit.select(select("Thing", TRUE, Order("amount", descending=True)))
    assert keys(found) == list("13524")


def test_limit_and_offset_cut_the_order(adapter: Adapter) -> None:
    store(adapter, "Thing", *(thing(k) for k in "12345"))
    with adapter.unit(write=False, deadline=soon()) as unit:
        assert keys(unit.select(select("Thing", limit=2))) == ["1", "2"]
        assert keys(unit.select(select("Thing", limit=2, offset=3))) == ["4", "5"]
        assert keys(unit.select(select("Thing", offset=4))) == ["5"]
        assert unit.select(select("Thing", limit=2, offset=9)) == []
        assert unit.select(select("Thing", limit=0)) == []


def test_through_a_reference_missing_rows_are_all_null(adapter: Adapter) -> None:
    store(adapter, "Owner", row("Owner", code="o", handle="h"))
    store(adapter, "Thing", thing("1", ownerCode="o"), thing("2"))
    store(adapter, "Thing", thing("3", parentId="1"), thing("4", parentId="2"))

    def owned(part: Predicate) -> Predicate:
        return Through("ownerCode", "Owner", "code", part)

    def below(part: Predicate) -> Predicate:
        return Through("parentId", "Thing", "id", part)

    assert keys_of(adapter, "Thing", owned(Compare("handle", "eq", "h"))) == ["1"]
    assert keys_of(adapter, "Thing", owned(IsNull("handle"))) == ["2", "3", "4"]
    assert keys_of(adapter, "Thing", owned(Not(Compare("handle", "eq", "x")))) == list("1234")
    assert keys_of(adapter, "Thing", Not(owned(Compare("handle", "eq", "h")))) == ["2", "3", "4"]
    assert keys_of(adapter, "Thing", below(owned(Compare("handle", "eq", "h")))) == ["3"]
    assert keys_of(adapter, "Thing", below(owned(IsNull("handle")))) == ["1", "2", "4"]


def test_a_list_of_a_thousand_operands_is_one_question(adapter: Adapter) -> None:
    store(adapter, "Thing", *(thing(f"{n:04}", amount=n, ratio=n / 7) for n in range(1200)))
    with adapter.unit(write=False, deadline=soon()) as unit:
        assert unit.count("Thing", In("amount", tuple(range(1000)))) == 1000
        assert unit.count("Thing", Not(In("ratio", tuple(n / 7 for n in range(999))))) == 201
        assert unit.count("Thing", In("id", tuple(f"{n:04}" for n in range(0, 2000, 2)))) == 600

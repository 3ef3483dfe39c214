"""Writing and uniqueness, the same on every adapter."""

import pytest
from tests.reference.adapters.world import keys_of, row, rows_of, soon, store, thing

from dbal_reference.adapters import Adapter, UniqueViolation
from dbal_reference.query.predicate import TRUE


def test_update_sets_the_same_fields_of_the_rows_named(adapter: Adapter) -> None:
    store(adapter, "Thing", *(thing(k, label="old", amount=int(k)) for k in "123"))
    with adapter.unit(write=True, deadline=soon()) as unit:
        unit.update("Thing", ["1"], {"flag": True, "data": [1], "ratio": 2.0})
        unit.update("Thing", ["1", "3", "no such key"], {"label": "new"})
        unit.update("Thing", [], {"label": "nobody"})
        unit.update("Thing", ["2"], {})
    assert rows_of(adapter, "Thing") == [
        thing("1", label="new", amount=1, flag=True, data=[1], ratio=2.0),
        thing("2", label="old", amount=2),
        thing("3", label="new", amount=3),
    ]


def test_replace_sets_each_row_to_its_own_values(adapter: Adapter) -> None:
    store(adapter, "Thing", *(thing(k, label=k) for k in "123"))
    new = [thing("1", amount=7), thing("3", flag=False, data={"a": None})]
    with adapter.unit(write=True, deadline=soon()) as unit:
        unit.replace("Thing", [*new, thing("no such key")])
        unit.replace("Thing", [])
    assert rows_of(adapter, "Thing") == [new[0], thing("2", label="2"), new[1]]


def test_delete_removes_the_rows_named_and_no_others(adapter: Adapter) -> None:
    store(adapter, "Thing", *(thing(k) for k in "1234"))
    with adapter.unit(write=True, deadline=soon()) as unit:
        unit.delete("Thing", ["2"])
        unit.delete("Thing", ["3", "4", "no such key"])
        unit.delete("Thing", [])
    assert keys_of(adapter, "Thing") == ["1"]


def test_a_key_can_be_changed(adapter: Adapter) -> None:
    store(adapter, "Owner", row("Owner", code="a", handle="h"))
    with adapter.unit(write=True, deadline=soon()) as unit:
        unit.update("Owner", ["a"], {"code": "b"})
        unit.insert("Owner", [row("Owner", code="a", handle="i")])
    assert keys_of(adapter, "Owner") == ["a", "b"]


def conflicts(adapter: Adapter, *rows: dict[str, object]) -> bool:
    try:
        store(adapter, "Thing", *rows)
    except UniqueViolation:
        return True
    return False


def test_a_key_belongs_to_one_row(adapter: Adapter) -> None:
    store(adapter, "Thing", thing("1"))
    assert conflicts(adapter, thing("1", label="other"))
    assert rows_of(adapter, "Thing") == [thing("1")]


def test_a_unique_value_belongs_to_one_row_and_null_to_any_number(adapter: Adapter) -> None:
    store(adapter, "Thing", thing("1", name="x"), thing("2"), thing("3"))
    assert conflicts(adapter, thing("4", name="x"))
    assert not conflicts(adapter, thing("5", name="X"), thing("6", name="x "), thing("7", name=""))


def test_within_a_tenant_the_null_tenant_is_one_tenant(adapter: Adapter) -> None:
    store(adapter, "Thing", thing("1", path="/a"), thing("2", path="/a", tenantId="t"))
    assert conflicts(adapter, thing("3", path="/a"))
    assert conflicts(adapter, thing("3", path="/a", tenantId="t"))
    assert not conflicts(adapter, thing("4", path="/a", tenantId="u"))
    assert not conflicts(adapter, thing("5"), thing("6"), thing("7", tenantId="t"))


def test_a_null_in_a_combined_unique_conflicts_with_nothing(adapter: Adapter) -> None:
    at = "2024-01-01T00:00:00.000Z"
    store(adapter, "Thing", thing("1", kind="k", at=at), thing("2", kind="k"), thing("3", at=at))
    assert not conflicts(adapter, thing("4", kind="k"), thing("5", at=at), thing("6"))
    assert conflicts(adapter, thing("7", kind="k", at=at))


def test_equal_values_among_the_rows_of_one_insert_conflict(adapter: Adapter) -> None:
    assert conflicts(adapter, thing("1", name="x"), thing("2", name="x"))
    assert keys_of(adapter, "Thing") == []


def test_an_update_may_keep_its_value_but_not_take_another_rows(adapter: Adapter) -> None:
    store(adapter, "Thing", thing("1", name="a"), thing("2", name="b"), thing("3"))
    with adapter.unit(write=True, deadline=soon()) as unit:
        unit.update("Thing", ["1"], {"name": "a"})
        unit.replace("Thing", [thing("2", name="b", amount=5)])
        with pytest.raises(UniqueViolation):
            unit.update("Thing", ["1"], {"name": "b"})
        with pytest.raises(UniqueViolation):
            unit.update("Thing", ["1", "3"], {"name": "c"})
        with pytest.raises(UniqueViolation):
            unit.replace("Thing", [thing("3", label="kept?"), thing("1", name="b")])
    assert rows_of(adapter, "Thing") == [
        thing("1", name="a"),
        thing("2", name="b", amount=5),
        thing("3"),
    ]


def test_what_is_deleted_or_changed_frees_its_value_at_once(adapter: Adapter) -> None:
    store(adapter, "Thing", thing("1", name="a", path="/p"), thing("2", name="b"))
    with adapter.unit(write=True, deadline=soon()) as unit:
        unit.delete("Thing", ["1"])
        unit.update("Thing", ["2"], {"name": "c"})
        unit.insert("Thing", [thing("3", name="a", path="/p"), thing("4", name="b")])
    assert keys_of(adapter, "Thing") == ["2", "3", "4"]


def test_a_method_that_fails_has_done_nothing_and_the_unit_goes_on(adapter: Adapter) -> None:
    with adapter.unit(write=True, deadline=soon()) as unit:
        unit.insert("Thing", [thing("1", name="a")])
        with pytest.raises(UniqueViolation):
            unit.insert("Thing", [thing("2"), thing("3", name="a")])
        assert unit.count("Thing", TRUE) == 1
        unit.insert("Thing", [thing("4")])
    assert keys_of(adapter, "Thing") == ["1", "4"]


def test_a_unit_that_reads_does_not_write(adapter: Adapter) -> None:
    store(adapter, "Thing", thing("1"))
    with adapter.unit(write=False, deadline=soon()) as unit:
        with pytest.raises(RuntimeError):
            unit.insert("Thing", [thing("2")])
        with pytest.raises(RuntimeError):
            unit.update("Thing", ["1"], {"label": "x"})
        with pytest.raises(RuntimeError):
            unit.replace("Thing", [thing("1", label="x")])
        with pytest.raises(RuntimeError):
            unit.delete("Thing", ["1"])
    assert rows_of(adapter, "Thing") == [thing("1")]

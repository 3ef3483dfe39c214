"""Cascades and restrictions, the same on every adapter (ENT-FK)."""

import pytest
from tests.reference.adapters.world import keys_of, row, rows_of, soon, store, thing

from dbal_reference.adapters import Adapter, ReferencedError, UniqueViolation


def owner(code: str) -> dict[str, object]:
    return row("Owner", code=code, handle=f"h{code}")


def delete(adapter: Adapter, entity: str, *keys: str) -> None:
    with adapter.unit(write=True, deadline=soon()) as unit:
        unit.delete(entity, keys)


def test_deleting_follows_cascades_to_any_depth_and_nothing_else(adapter: Adapter) -> None:
    store(adapter, "Thing", thing("1"), thing("2", parentId="1"), thing("3", parentId="2"))
    store(adapter, "Thing", thing("4", parentId="4"), thing("5", parentId="3"), thing("6"))
    delete(adapter, "Thing", "1")
    assert keys_of(adapter, "Thing") == ["4", "6"]
    delete(adapter, "Thing", "4")
    assert keys_of(adapter, "Thing") == ["6"]


def test_a_chain_of_three_thousand_is_deleted_whole(adapter: Adapter) -> None:
    chain = [thing(str(n), parentId=str(n - 1) if n else None) for n in range(3000)]
    store(adapter, "Thing", *chain, thing("other"))
    delete(adapter, "Thing", "0")
    assert keys_of(adapter, "Thing") == ["other"]


def test_a_chain_that_ends_in_a_restriction_stays_whole(adapter: Adapter) -> None:
    chain = [thing(str(n), parentId=str(n - 1) if n else None) for n in range(1500)]
    store(adapter, "Thing", *chain)
    store(adapter, "Lock", row("Lock", id="l", thingId="700"))
    with pytest.raises(ReferencedError):
        delete(adapter, "Thing", "0")
    assert len(keys_of(adapter, "Thing")) == 1500


def test_set_null_lets_the_row_stay_and_touches_nothing_else_of_it(adapter: Adapter) -> None:
    store(adapter, "Owner", owner("a"), owner("b"))
    store(adapter, "Thing", thing("1", ownerCode="a", label="x"), thing("2", ownerCode="b"))
    delete(adapter, "Owner", "a")
    assert rows_of(adapter, "Thing") == [thing("1", label="x"), thing("2", ownerCode="b")]


def test_a_restriction_stops_the_delete(adapter: Adapter) -> None:
    store(adapter, "Thing", thing("1"), thing("2"))
    store(adapter, "Lock", row("Lock", id="l", thingId="1"), row("Lock", id="free"))
    with pytest.raises(ReferencedError):
        delete(adapter, "Thing", "2", "1")
    assert keys_of(adapter, "Thing") == ["1", "2"]
    delete(adapter, "Lock", "l")
    delete(adapter, "Thing", "2", "1")
    assert keys_of(adapter, "Thing") == []


def test_a_cascade_that_meets_a_restriction_deletes_nothing(adapter: Adapter) -> None:
    store(adapter, "Thing", thing("1"), thing("2", parentId="1"), thing("3", parentId="2"))
    store(adapter, "Lock", row("Lock", id="l", thingId="3"))
    with pytest.raises(ReferencedError):
        delete(adapter, "Thing", "1")
    assert keys_of(adapter, "Thing") == ["1", "2", "3"]


def test_all_kinds_of_reference_to_one_row_are_followed_at_once(adapter: Adapter) -> None:
    store(adapter, "Owner", owner("a"), owner("b"))
    store(adapter, "Badge", row("Badge", handle="ha"), row("Badge", handle="hb"))
    store(
        adapter,
        "Note",
        row("Note", id="1", ownerCode="a"),
        row("Note", id="2", ownerCode="b", handle="ha"),
        row("Note", id="3", handle="hb", fixed="ha"),
    )
    delete(adapter, "Owner", "a")
    assert keys_of(adapter, "Badge") == ["hb"]
    assert rows_of(adapter, "Note") == [row("Note", id="2", ownerCode="b")]


def rename(adapter: Adapter, key: str, **changes: str) -> None:
    with adapter.unit(write=True, deadline=soon()) as unit:
        unit.update("Owner", [key], changes)


def test_a_cascade_on_update_keeps_references_equal_even_in_a_key(adapter: Adapter) -> None:
    store(adapter, "Owner", owner("a"), owner("b"))
    store(adapter, "Badge", row("Badge", handle="ha"), row("Badge", handle="hb"))
    store(adapter, "Note", row("Note", id="1", ownerCode="a", handle="ha"))
    rename(adapter, "a", handle="new", code="z")
    assert keys_of(adapter, "Badge") == ["hb", "new"]
    assert rows_of(adapter, "Note") == [row("Note", id="1", ownerCode="z")]


def test_a_replace_that_renames_is_followed_too(adapter: Adapter) -> None:
    store(adapter, "Owner", owner("a"))
    store(adapter, "Badge", row("Badge", handle="ha"))
    with adapter.unit(write=True, deadline=soon()) as unit:
        unit.replace("Owner", [row("Owner", code="a", handle="new")])
    assert keys_of(adapter, "Badge") == ["new"]


def test_a_restriction_on_update_stops_the_rename_but_not_other_changes(adapter: Adapter) -> None:
    store(adapter, "Owner", owner("a"))
    store(adapter, "Note", row("Note", id="1", fixed="ha"))
    with pytest.raises(ReferencedError):
        rename(adapter, "a", handle="new")
    rename(adapter, "a", handle="ha")
    assert keys_of(adapter, "Owner") == ["a"]


def test_a_rename_onto_a_taken_value_changes_nothing(adapter: Adapter) -> None:
    store(adapter, "Owner", owner("a"), owner("b"))
    store(adapter, "Badge", row("Badge", handle="ha"), row("Badge", handle="hb"))
    with pytest.raises(UniqueViolation):
        rename(adapter, "a", handle="hb")
    assert keys_of(adapter, "Badge") == ["ha", "hb"]


def test_a_reference_to_no_row_is_refused(adapter: Adapter) -> None:
    store(adapter, "Thing", thing("1"))
    with pytest.raises(ReferencedError):
        store(adapter, "Thing", thing("2", parentId="none"))
    with pytest.raises(ReferencedError):
        store(adapter, "Thing", thing("3", parentId="4"), thing("4"))
    with (
        pytest.raises(ReferencedError),
        adapter.unit(write=True, deadline=soon()) as unit,
    ):
        unit.update("Thing", ["1"], {"ownerCode": "none"})
    assert rows_of(adapter, "Thing") == [thing("1")]


def test_a_batch_may_hold_both_ends_of_a_restriction(adapter: Adapter) -> None:
    store(adapter, "Thing", thing("1"))
    store(adapter, "Lock", row("Lock", id="l", thingId="1"))
    with adapter.unit(write=True, deadline=soon()) as unit:
        unit.delete("Lock", ["l"])
        unit.delete("Thing", ["1"])
    assert keys_of(adapter, "Thing") == []

"""list and count: paging by number and by cursor (QRY-PAGE, QRY-SORT, GEN-COUNT)."""

from typing import Any

import pytest
from tests.reference.talk import Json, Talk

PAGE = {"data", "total", "page", "limit", "hasMore", "nextCursor"}


def probes(talk: Talk, number: int, **more: Json) -> Talk:
    rows = [{"code": f"P{i:02}", "amount": i % 3, **more} for i in range(number)]
    return talk.reset(Probe=rows)


def codes(page: dict[str, Any]) -> list[str]:
    return [row["code"] for row in page["data"]]


def test_a_page_has_six_members_and_the_limits_of_its_entity(talk: Talk) -> None:
    probes(talk, 7)
    page = talk.call("Probe.list", "admin")
    assert page.keys() == PAGE
    assert codes(page) == ["P00", "P01", "P02", "P03", "P04"]
    assert (page["total"], page["page"], page["limit"], page["hasMore"]) == (7, 1, 5, True)
    assert isinstance(page["nextCursor"], str)


def test_the_last_page_says_so_and_one_beyond_is_empty(talk: Talk) -> None:
    probes(talk, 6)
    last = talk.call("Probe.list", "admin", page=2, limit=3)
    assert (codes(last), last["hasMore"], last["nextCursor"]) == (
        ["P03", "P04", "P05"],
        False,
        None,
    )
    beyond = talk.call("Probe.list", "admin", page=10**12, limit=10)
    assert beyond == {
        "data": [],
        "total": 6,
        "page": 10**12,
        "limit": 10,
        "hasMore": False,
        "nextCursor": None,
    }


@pytest.mark.parametrize(
    ("args", "fields"),
    [
        ({"limit": 0}, {"limit": "min"}),
        ({"limit": 11}, {"limit": "max"}),
        ({"limit": 1.5}, {"limit": "type"}),
        ({"limit": "5"}, {"limit": "type"}),
        ({"limit": None}, {"limit": "null"}),
        ({"page": 0}, {"page": "min"}),
        ({"page": True}, {"page": "type"}),
        ({"page": 2**53}, {"page": "max"}),
        ({"cursor": 5}, {"cursor": "type"}),
        ({"cursor": "nonsense"}, {"cursor": "cursor"}),
        ({"cursor": "x", "page": 1}, {"cursor": "cursor"}),
        ({"sort": [{"field": "nope"}]}, {"sort[0].field": "unknown_field"}),
        (
            {"filter": {"nope": 1}, "zzz": 1},
            {"filter.nope": "unknown_field", "zzz": "unknown_field"},
        ),
        ({"select": []}, {"select": "empty"}),
    ],
)
def test_mistakes_in_arguments(talk: Talk, args: dict[str, Any], fields: dict[str, str]) -> None:
    assert talk.refused("Probe.list", "admin", **args).fields == fields


def test_integers_may_be_written_with_an_empty_fraction(talk: Talk) -> None:
    probes(talk, 3)
    page = talk.raw(
        b'{"jsonrpc":"2.0","id":1,"method":"Probe.list","params":{"limit":2.0,"page":1e0,'
        b'"meta":{"token":"%s"}}}' % str(talk.token("admin")).encode()
    )
    assert page["result"]["limit"] == 2
    refused = talk.raw(
        b'{"jsonrpc":"2.0","id":1,"method":"Probe.list","params":{"limit":1.00000000000000000001,'
        b'"meta":{"token":"%s"}}}' % str(talk.token("admin")).encode()
    )
    assert refused["error"]["data"]["details"]["fields"][0]["code"] == "type"


def test_cursors_visit_every_row_once_whatever_comes_and_goes(talk: Talk) -> None:
    probes(talk, 9)
    args: dict[str, Any] = {"sort": [{"field": "amount", "direction": "desc"}], "limit": 2}
    seen: list[str] = []
    page = talk.call("Probe.list", "admin", **args)
    while True:
        seen += codes(page)
        if not page["hasMore"]:
            break
        talk.call("Probe.delete", "admin", id=page["data"][-1]["code"])
        talk.call("Probe.create", "admin", data={"code": f"NEW-{len(seen)}", "amount": 5})
        page = talk.call("Probe.list", "admin", **args, cursor=page["nextCursor"])
        assert (page["total"], page["page"]) == (None, None)
    assert seen == ["P02", "P05", "P08", "P01", "P04", "P07", "P00", "P03", "P06"]


def test_cursors_pass_nulls_in_both_directions(talk: Talk) -> None:
    rows: list[dict[str, Any]] = [{"code": f"P{i}", "ratio": [None, 1.5][i % 2]} for i in range(6)]
    talk.reset(Probe=rows)
    for direction, order in (("asc", "024135"), ("desc", "135024")):
        args: dict[str, Any] = {"sort": [{"field": "ratio", "direction": direction}], "limit": 1}
        page = talk.call("Probe.list", "admin", **args)
        seen = codes(page)
        while page["hasMore"]:
            page = talk.call("Probe.list", "admin", **args, cursor=page["nextCursor"])
            seen += codes(page)
        assert "".join(code[1] for code in seen) == order


def test_a_cursor_is_good_for_its_own_list_only(talk: Talk) -> None:
    probes(talk, 6)
    cursor = talk.call("Probe.list", "admin", filter={"amount": {"gte": 0}})["nextCursor"]
    same = talk.call("Probe.list", "admin", filter={"amount": {"gte": 0}}, cursor=cursor, limit=1)
    assert codes(same) == ["P05"]
    last = cursor[:-1] + ("A" if cursor[-1] != "A" else "B")
    for args in (
        {"cursor": last, "filter": {"amount": {"gte": 0}}},
        {"cursor": cursor, "filter": {"amount": {"gte": 1}}},
        {"cursor": cursor},
        {"cursor": cursor, "filter": {"amount": {"gte": 0}}, "sort": {"amount": "asc"}},
    ):
        assert talk.refused("Probe.list", "admin", **args).fields == {"cursor": "cursor"}
    refusal = talk.refused("User.list", "admin", cursor=cursor)
    assert refusal.fields == {"cursor": "cursor"}


def test_a_cursor_grants_nothing(talk: Talk) -> None:
    probes(talk, 6)
    cursor = talk.call("Probe.list", "admin")["nextCursor"]
    assert talk.call("Probe.list", "stranger", cursor=cursor)["data"] == []


def test_totals_count_visible_rows_only(talk: Talk) -> None:
    talk.reset(
        Probe=[
            {"code": "A", "amount": 13},
            {"code": "B", "amount": 13, "label": "open"},
            {"code": "C", "amount": 1},
            {"code": "D", "amount": 1, "tenantId": "other"},
        ]
    )
    page = talk.call("Probe.list", "moderator", limit=1)
    assert (codes(page), page["total"], page["hasMore"]) == (["B"], 2, True)
    assert talk.call("Probe.count", "moderator") == 2
    assert talk.call("Probe.count", "supergod") == 4
    assert talk.call("Probe.count", "supergod", meta={"tenant": talk.tenants["other"]}) == 1


def test_count_takes_a_filter(talk: Talk) -> None:
    assert talk.call("User.count", "admin", filter={"role": "admin"}) == 1
    assert talk.call("User.count", "user") == 1
    assert talk.refused("User.count").name == "UNAUTHORIZED"


def test_hidden_fields_do_not_exist_for_whom_they_are_hidden(talk: Talk) -> None:
    talk.reset(Probe=[{"code": "A", "secretNote": "s", "ratio": 1.5}])
    row = talk.call("Probe.list", "moderator")["data"][0]
    assert "secretNote" not in row
    assert row["ratio"] == 1.5  # hidden by one rule, shown by another (ACL-HIDE-004)
    for args, path in (
        ({"filter": {"secretNote": "s"}}, "filter.secretNote"),
        ({"sort": {"secretNote": "asc"}}, "sort[0].field"),
        ({"select": ["secretNote"]}, "select[0]"),
    ):
        assert talk.refused("Probe.list", "moderator", **args).fields == {path: "unknown_field"}

"""Random rows, predicates and orders over the world, of values from small pools, so they meet."""

from typing import Any

from hypothesis import strategies as st
from tests.reference.adapters.world import WORLD, thing

from dbal_reference.adapters import Row
from dbal_reference.query.predicate import (
    Always,
    And,
    Compare,
    CompareFields,
    In,
    IsNull,
    Not,
    Or,
    Order,
    Predicate,
    Through,
)

TEXTS = [
    "",
    "a",
    "A",
    "ab",
    "b",
    "é",
    "e\u0301",
    "%",
    "_",
    "\U0001f600",
    "\uffff",
    "a ",
    "'",
    "\\",
    "\n",
]
POOLS: dict[str, list[Any]] = {
    "label": TEXTS,
    "name": TEXTS,
    "amount": [-2, -1, 0, 1, 2, 2**31 - 1],
    "big": [-(2**63), -1, 0, 2, 2**53, 2**53 + 1, 2**63 - 1],
    "ratio": [-1.5, -0.1, 0.0, 0.1, 0.30000000000000004, 2.0, 9007199254740992.0, 1e308],
    "flag": [True, False],
    "at": ["2024-01-01T00:00:00.000Z", "2024-01-01T00:00:00.001Z", "1969-12-31T23:59:59.999Z"],
    "kind": ["a", "b", "z"],
    "tenantId": ["t1", "t2"],
    "path": ["/", "/a"],
    "ownerCode": ["o1", "o2"],
    "parentId": ["0", "1", "2"],
    "id": [str(n) for n in range(12)],
    "handle": ["h1", "h2", "h3"],
    "code": ["o1", "o2", "o3"],
}
TEXTUAL = ["label", "name", "path", "handle"]
ORDERED = ["amount", "big", "ratio", "at", "label"]
NULLABLE = ["label", "big", "ratio", "flag", "at", "kind", "tenantId", "ownerCode", "parentId"]
COMPARABLE = [("amount", "big"), ("big", "ratio"), ("label", "kind"), ("amount", "amount")]


def value(field: str) -> st.SearchStrategy[Any]:
    return st.sampled_from(POOLS[field])


def leaves(fields: list[str]) -> st.SearchStrategy[Predicate]:
    names = st.sampled_from(fields)
    ordered = st.sampled_from([f for f in fields if f in ORDERED] or fields)
    textual = st.sampled_from([f for f in fields if f in TEXTUAL])
    return st.one_of(
        st.builds(Always, value=st.booleans()),
        st.builds(IsNull, names),
        names.flatmap(lambda f: st.builds(Compare, st.just(f), st.just("eq"), value(f))),
        ordered.flatmap(
            lambda f: st.builds(
                Compare, st.just(f), st.sampled_from(["gt", "gte", "lt", "lte"]), value(f)
            )
        ),
        textual.flatmap(
            lambda f: st.builds(
                Compare,
                st.just(f),
                st.sampled_from(["contains", "startsWith", "endsWith"]),
                value(f),
            )
        ),
        names.flatmap(
            lambda f: st.builds(In, st.just(f), st.lists(value(f), max_size=5).map(tuple))
        ),
    )


def trees(leaf: st.SearchStrategy[Predicate]) -> st.SearchStrategy[Predicate]:
    return st.recursive(
        leaf,
        lambda part: st.one_of(
            st.builds(Not, part),
            st.builds(And, st.lists(part, max_size=3).map(tuple)),
            st.builds(Or, st.lists(part, max_size=3).map(tuple)),
        ),
        max_leaves=8,
    )


OF_OWNER = trees(leaves(["code", "handle"]))
OF_THING = leaves([f for f in POOLS if f in WORLD.entities["Thing"].fields]) | st.sampled_from(
    COMPARABLE
).flatmap(
    lambda pair: st.builds(
        CompareFields,
        st.just(pair[0]),
        st.sampled_from(["eq", "gt", "gte", "lt", "lte"]),
        st.just(pair[1]),
    )
)
PREDICATES: st.SearchStrategy[Predicate] = trees(
    OF_THING
    | st.builds(Through, st.just("ownerCode"), st.just("Owner"), st.just("code"), OF_OWNER)
    | st.builds(Through, st.just("parentId"), st.just("Thing"), st.just("id"), trees(OF_THING))
)


@st.composite
def things(draw: st.DrawFn, keys: list[str] | None = None) -> Row:
    """Make a row without unique values."""
    values = {f: draw(st.none() | value(f)) for f in NULLABLE}
    key = draw(st.sampled_from(keys or POOLS["id"]))
    return thing(key, amount=draw(value("amount")), **values)


@st.composite
def forests(draw: st.DrawFn) -> list[Row]:
    """Make rows whose parents come before them; combined uniques are avoided."""
    rows = []
    for n in range(draw(st.integers(0, 12))):
        row = draw(things([str(n)]))
        if row["parentId"] is not None and int(row["parentId"]) > n:
            row["parentId"] = None
        rows.append({**row, "path": f"/{n}", "name": f"{n}", "kind": None})
    return rows


@st.composite
def orders(draw: st.DrawFn) -> tuple[Order, ...]:
    fields = draw(st.lists(st.sampled_from([*NULLABLE, "amount"]), max_size=3, unique=True))
    entries = [Order(field, draw(st.booleans())) for field in (*fields, "id")]
    return tuple(entries)

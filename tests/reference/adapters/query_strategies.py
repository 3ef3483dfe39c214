"""Random JSON, places in it, words, relations and aggregates over the world."""

import json
from typing import Any

from hypothesis import strategies as st
from tests.reference.adapters.strategies import OF_OWNER, OF_THING, trees
from tests.reference.adapters.world import thing

from dbal_reference.adapters import Row
from dbal_reference.query.groups import Aggregate, Function, Metric
from dbal_reference.query.predicate import (
    TRUE,
    HasWord,
    Inside,
    Kind,
    Link,
    Order,
    PlaceOperator,
    Predicate,
    Through,
)

NAMES = [
    "a",
    "b",
    "a/b",
    "a.b",
    'q"',
    "'",
    "$",
    "$.a",
    "",
    "0",
    "*",
    "\\",
    "é",
    "\n",
    "A",
    "%s",
    "?",
]
OFTEN = st.just("a") | st.sampled_from(NAMES)  # so that paths lead somewhere
SCALARS: list[Any] = [
    *(None, True, False, "", "a", "A", "ab", "1", "true", "null", "%", 'x"y', "\U0001f600", "é"),
    *(0, 1, -1, 1.5, 0.1, 0.30000000000000004, 2**53 - 1, 1e300 / 1e285, 5e-324, -0.0),
]
JSON: st.SearchStrategy[Any] = st.recursive(
    st.sampled_from(SCALARS),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(OFTEN, inner, max_size=3),
    max_leaves=6,
)
PATHS = st.lists(OFTEN | st.just(0) | st.integers(0, 2), min_size=1, max_size=3).map(tuple)
OF_KIND: dict[Kind, list[Any]] = {
    "string": [value for value in SCALARS if isinstance(value, str)],
    "number": [float(value) for value in SCALARS if type(value) in (int, float)],
    "boolean": [True, False],
}
ORDERING: list[PlaceOperator] = ["gt", "gte", "lt", "lte"]
OPERATORS: dict[Kind, list[PlaceOperator]] = {
    "string": ["eq", *ORDERING, "contains", "startsWith", "endsWith"],
    "number": ["eq", *ORDERING],
    "boolean": ["eq"],
}


@st.composite
def insides(draw: st.DrawFn, field: str = "data", *, text: bool = False) -> Inside:
    path, kind = draw(PATHS), draw(st.sampled_from(sorted(OF_KIND)))
    operand = st.sampled_from(OF_KIND[kind])
    match draw(st.sampled_from(["isNull", "in", "compare"])):
        case "isNull":
            return Inside(field, path, "isNull", text=text)
        case "in":
            members = tuple(draw(st.lists(operand, max_size=4)))
            return Inside(field, path, "in", members, kind, text)
        case _:
            op = draw(st.sampled_from(OPERATORS[kind]))
            return Inside(field, path, op, draw(operand), kind, text)


PLACES = trees(insides())
PLACES_IN_TEXT = trees(insides("written", text=True))
BLANKS = st.sampled_from(["", "", " ", "\n\t", "\r"])


def spelt(draw: st.DrawFn, value: Any) -> str:  # noqa: ANN401 -- any JSON
    """Write JSON as others may: blanks anywhere, needless escapes, numbers in any form."""

    def joined(parts: list[str], ends: str) -> str:
        inner = ",".join(f"{draw(BLANKS)}{part}{draw(BLANKS)}" for part in parts)
        return f"{ends[0]}{draw(BLANKS) if not parts else inner}{ends[1]}"

    match value:
        case str():
            return f'"{"".join(spelt_letter(draw, letter) for letter in value)}"'
        case dict():
            members = [
                f"{spelt(draw, name)}{draw(BLANKS)}:{draw(BLANKS)}{spelt(draw, member)}"
                for name, member in value.items()
            ]
            return joined(members, "{}")
        case list():
            return joined([spelt(draw, member) for member in value], "[]")
        case float() | int() if not isinstance(value, bool):
            forms = [json.dumps(value), f"{value:.17e}", f"{value:.20E}"]
            return draw(st.sampled_from(forms))
        case _:
            return json.dumps(value)


def spelt_letter(draw: st.DrawFn, letter: str) -> str:
    plain = json.dumps(letter, ensure_ascii=False)[1:-1]
    units = letter.encode("utf-16-be").hex()
    escaped = "".join(f"\\u{units[at : at + 4]}" for at in range(0, len(units), 4))
    odd = f"\\u{escaped[2:].upper()}" if len(units) == 4 else escaped
    return draw(st.sampled_from([plain, plain, escaped, odd, "\\/" if letter == "/" else plain]))


@st.composite
def boxes(draw: st.DrawFn) -> list[Row]:
    """Make rows that hold JSON."""
    values = draw(st.lists(st.none() | JSON, max_size=8))
    return [thing(str(n), data=value, name=str(n)) for n, value in enumerate(values)]


@st.composite
def boxes_of_text(draw: st.DrawFn) -> list[Row]:
    """Make rows that hold JSON as text."""
    values = draw(st.lists(JSON, max_size=6))
    return [
        thing(str(n), written=f"{draw(BLANKS)}{spelt(draw, value)}{draw(BLANKS)}", name=str(n))
        for n, value in enumerate(values)
    ]


LETTERS = ["cat", "CAT", "dog", "cats", "x9z", "é", "\u212a", "\u017f"]  # some fold to ASCII
PIECES = [*LETTERS, "_", "-", " ", "\n", "%", "[", ""]
TEXTS = st.lists(st.sampled_from(PIECES), max_size=5).map("".join)
WORDS = trees(
    st.builds(
        HasWord, st.sampled_from(["label", "kind"]), st.sampled_from(["cat", "dog", "x9z", "cats"])
    )
)


@st.composite
def texts(draw: st.DrawFn) -> list[Row]:
    """Make rows with something to search."""
    values = draw(st.lists(st.tuples(st.none() | TEXTS, st.none() | TEXTS), max_size=8))
    return [
        thing(str(n), label=label, kind=kind, name=str(n)) for n, (label, kind) in enumerate(values)
    ]


SEEN_OWNER = st.just(TRUE) | OF_OWNER
SEEN_THING = st.just(TRUE) | trees(OF_THING)
TO_OWNER = ("ownerCode", "Owner", "code")
TO_PARENT = ("parentId", "Thing", "id")


def joins(depth: int = 3) -> st.SearchStrategy[Predicate]:
    """Conditions on rows that are related, and seen or not."""
    parent = trees(OF_THING) if depth == 1 else trees(OF_THING) | joins(depth - 1)
    joined = st.just(value=True)
    return st.builds(Through, *map(st.just, TO_OWNER), OF_OWNER, SEEN_OWNER, joined) | st.builds(
        Through, *map(st.just, TO_PARENT), parent, SEEN_THING, joined
    )


JOINS = trees(joins() | OF_THING)


@st.composite
def joined_orders(draw: st.DrawFn) -> tuple[Order, ...]:
    """Make orders over related rows."""
    parent = Link(*TO_PARENT, seen=draw(SEEN_THING))
    grandparent = Link(*TO_PARENT, seen=draw(SEEN_THING))
    owner = Link(*TO_OWNER, seen=draw(SEEN_OWNER))
    choices = {
        "parent.amount": (parent,),
        "parent.flag": (parent,),
        "parent.parent.big": (parent, grandparent),
        "parent.owner.handle": (parent, owner),
        "owner.handle": (owner,),
        "ratio": (),
    }
    names = draw(st.lists(st.sampled_from(sorted(choices)), min_size=1, max_size=3, unique=True))
    entries = [Order(name, draw(st.booleans()), choices[name]) for name in names]
    return (*entries, Order("id"))


NUMBERS = ["amount", "big", "ratio"]
COMPARED = [*NUMBERS, "label", "at", "name"]
FUNCTIONS: list[tuple[Function, list[str]]] = [
    ("sum", NUMBERS),
    ("avg", NUMBERS),
    ("min", COMPARED),
    ("max", COMPARED),
]
METRICS = st.just(Metric("count")) | st.sampled_from(FUNCTIONS).flatmap(
    lambda pair: st.builds(Metric, st.just(pair[0]), st.sampled_from(pair[1]))
)
GROUPED = ["label", "flag", "kind", "big", "ratio", "at", "tenantId", "ownerCode", "amount"]


def aggregates(where: st.SearchStrategy[Predicate]) -> st.SearchStrategy[Aggregate]:
    return st.builds(
        Aggregate,
        st.just("Thing"),
        where,
        st.lists(METRICS, min_size=1, max_size=4, unique=True).map(tuple),
        st.lists(st.sampled_from(GROUPED), max_size=2, unique=True).map(tuple),
    )

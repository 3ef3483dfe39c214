import pytest
from hypothesis import given
from hypothesis import strategies as st

from dbal_conform.core.binding import (
    REPEAT_MAX,
    ClockNeededError,
    Scope,
    UnboundError,
    as_text,
    bind,
    is_late,
    offset_ms,
)
from dbal_conform.core.errors import InputError
from dbal_conform.core.messages import Json

SCOPE = Scope(
    names={"bob": {"id": "b", "tags": ["x", {"deep": 1}], "none": None}, "n": 3, "t": True},
    actors={"ann": {"token": "secret"}},
    tenants={"other": "uuid"},
    steps={0: {"id": "first"}, 2: [7]},
    prev={"id": "last"},
    now_ms=1_000_000,
    i=4,
)

json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)


@pytest.mark.parametrize(
    ("written", "bound"),
    [
        ("$bob.id", "b"),
        ("$bob.tags[1].deep", 1),
        ("$bob.tags.0", "x"),
        ("$bob.none", None),
        ("$bob", SCOPE.names["bob"]),
        ("$actor.ann.token", "secret"),
        ("$tenant.other", "uuid"),
        ("$prev.id", "last"),
        ("$steps[0].id", "first"),
        ("$steps[2]", [7]),
        ("$now", 1_000_000),
        ("$i", 4),
        ("u${i}@x.${bob.id}", "u4@x.b"),
        ("${n} ${t} ${bob.none}", "3 true null"),
        ("$$x", "$x"),
        ("$$", "$"),
        ("$${i}", "${i}"),
        ("$$${i}", "$4"),
        ("a$$b", "a$$b"),
        ("$5.00", "$5.00"),
        ("$ ", "$ "),
        ("cost: $", "cost: $"),
        ("$bob.", "$bob."),
        ("$bob\n", "$bob\n"),
        ({"$now": "+1h"}, 4_600_000),
        ({"$now": True}, 1_000_000),
        ({"$bigint": "9007199254740993"}, {"$bigint": "9007199254740993"}),
        ({"$repeat": ["ab", 3]}, "ababab"),
        ({"$repeat": ["${i}", 2]}, "44"),
        ({"$repeat": [["u${i}"], 3]}, ["u0", "u1", "u2"]),
        ({"$repeat": [{"code": "P${i}"}, 2]}, [{"code": "P0"}, {"code": "P1"}]),
        ({"$repeat": [7, 2]}, [7, 7]),
        ({"$repeat": ["a", 0]}, ""),
        ({"$$where": "$bob.id"}, {"$where": "b"}),
        ({"$unknown": 1}, {"$unknown": 1}),
        ([1, ["$n"]], [1, [3]]),
    ],
)
def test_what_is_written_stands_for(written: Json, bound: Json) -> None:
    assert bind(written, SCOPE) == bound


@pytest.mark.parametrize(
    "reference",
    ["$nobody", "$bob.nope", "$bob.tags[2]", "$bob.tags.x", "$bob.none.x", "$steps[1]",
     "$steps.x", "$steps", "$n[0]", "a${bob}", "a${bob.tags}"],
)  # fmt: skip
def test_a_reference_to_nothing_cannot_be_bound(reference: str) -> None:
    with pytest.raises(UnboundError):
        bind({"deep": [reference]}, SCOPE)


@pytest.mark.parametrize("name", ["$prev", "$i"])
def test_what_is_not_there_yet_cannot_be_bound(name: str) -> None:
    with pytest.raises(UnboundError, match="nothing so far has that name"):
        bind(name, Scope())


@pytest.mark.parametrize("written", ["$now", {"$now": "-1s"}, "at ${now}"])
def test_the_clock_is_asked_for_before_it_is_named(written: Json) -> None:
    with pytest.raises(ClockNeededError):
        bind(written, Scope())


@pytest.mark.parametrize(
    "written",
    [{"$repeat": "a"}, {"$repeat": ["a", -1]}, {"$repeat": ["a", True]}, {"$repeat": ["a", "2"]},
     {"$repeat": [["a"] * 9, REPEAT_MAX]}, {"$now": "1 hour"}, {"$now": 5}, {"$now": "+"}],
)  # fmt: skip
def test_a_malformed_generator_is_the_authors_mistake(written: Json) -> None:
    with pytest.raises(InputError):
        bind(written, SCOPE)


@pytest.mark.parametrize(
    ("written", "size"),
    [("+1h", 3_600_000), ("-1h30m", -5_400_000), ("500ms", 500), ("2d", 172_800_000), (None, 0)],
)
def test_offsets_are_durations_with_a_sign(written: Json, size: int) -> None:
    assert offset_ms(written) == size


def test_text_takes_scalars_only() -> None:
    assert [as_text(value) for value in ("x", True, False, None, 7, 1.5)] == [
        "x", "true", "false", "null", "7", "1.5",
    ]  # fmt: skip
    with pytest.raises(UnboundError, match="cannot stand within text"):
        as_text(["a" * 100])


def test_a_text_that_stands_for_itself_is_told_from_one_that_does_not() -> None:
    late = ["$bob", "$a.b[1]", "a${i}", "$$x${i}"]
    assert all(map(is_late, late))
    assert not any(map(is_late, ["plain", "$$bob", "$${i}", "$5", "a $b"]))


def test_what_has_nothing_to_bind_is_not_copied() -> None:
    node: Json = {"a": [1, "x", {"b": None}], "c": {}}
    assert bind(node, SCOPE) is node


def test_a_branch_writes_only_its_own_names() -> None:
    branch = SCOPE.branch(1)
    branch.names["mine"] = 1
    branch.steps[9] = 1
    assert (branch.i, "mine" in SCOPE.names, 9 in SCOPE.steps) == (1, False, False)
    assert bind("$bob.id", branch) == "b"


@given(json_values)
def test_no_input_crashes_the_binder(node: Json) -> None:
    try:
        bind(node, Scope())
    except (UnboundError, ClockNeededError, InputError):
        return


@given(json_values)
def test_escaping_every_dollar_gives_back_the_data(node: Json) -> None:
    assert bind(escaped(node), Scope()) == node


def escaped(node: Json) -> Json:
    match node:
        case str():
            text = node.replace("${", "$${")
            return (
                "$" + node.replace("${", "$${")
                if node.startswith("$") and not node.startswith("${")
                else text
            )
        case dict():
            return {
                "$" + key if key.startswith("$") else key: escaped(value)
                for key, value in node.items()
            }
        case list():
            return [escaped(item) for item in node]
        case _:
            return node

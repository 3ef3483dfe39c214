"""Laws of the matcher, over any JSON."""

from collections.abc import Iterator
from random import Random

from hypothesis import given
from hypothesis import strategies as st

from dbal_conform.core.binding import ClockNeededError, Scope, UnboundError
from dbal_conform.core.contract import Tolerances
from dbal_conform.core.errors import InputError
from dbal_conform.core.messages import Json
from dbal_conform.core.patterns import match

TOLERANCES = Tolerances(1000, 1e-6, 1e-12)
OPERATORS = ["$any", "$absent", "$type", "$uuid", "$now", "$match", "$gt", "$gte", "$lt", "$lte",
             "$len", "$unordered", "$contains", "$each", "$exact", "$not", "$all_of", "$one_of",
             "$approx", "$bigint", "$repeat", "$set", "$x", "$$x"]  # fmt: skip

plain = st.text(st.characters(exclude_characters="$"), max_size=8)
scalars = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | plain
data = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(plain, inner, max_size=4),
    max_leaves=12,
)
wild = st.recursive(
    scalars | st.text(max_size=8) | st.sampled_from(["$a", "$now", "$any", "a${b}", "$$x"]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(OPERATORS) | st.text(max_size=4), inner, max_size=3)
    ),
    max_leaves=10,
)


def matches(pattern: Json, actual: Json) -> bool:
    return not match(pattern, actual, tolerances=TOLERANCES, now_ms=0)


@given(data)
def test_everything_matches_itself(value: Json) -> None:
    assert matches(value, value)
    assert matches({"$exact": value}, value)


@given(st.dictionaries(plain, data, max_size=5), st.dictionaries(plain, data, max_size=5))
def test_more_in_the_reply_never_breaks_a_match(
    pattern: dict[str, Json], extra: dict[str, Json]
) -> None:
    assert matches(pattern, {**extra, **pattern})


@given(st.dictionaries(plain, data, max_size=5), st.dictionaries(plain, data, max_size=5))
def test_exact_notices_every_member_more(pattern: dict[str, Json], extra: dict[str, Json]) -> None:
    more = bool(extra.keys() - pattern.keys())
    assert matches({"$exact": pattern}, {**extra, **pattern}) is not more


@given(data, st.data())
def test_a_change_of_any_leaf_is_noticed(value: Json, draw: st.DataObject) -> None:
    places = list(leaves(value, ()))
    place = draw.draw(st.sampled_from(places))
    new = draw.draw(scalars.filter(lambda new: differs(at(value, place), new)))
    misses = match(value, replaced(value, place, new), tolerances=TOLERANCES)
    pointer = "".join(f"/{str(key).replace('~', '~0').replace('/', '~1')}" for key in place)
    assert [miss.path for miss in misses] == [pointer]


@given(st.lists(data, max_size=5), st.randoms(use_true_random=False))
def test_unordered_takes_every_order(items: list[Json], random: Random) -> None:
    shuffled = list(items)
    random.shuffle(shuffled)
    assert matches({"$unordered": items}, shuffled)


@given(wild, wild)
def test_no_input_crashes_the_matcher(pattern: Json, actual: Json) -> None:
    scope = Scope(names={"a": actual, "b": 1})
    try:
        misses = match(pattern, actual, tolerances=TOLERANCES, scope=scope)
    except (InputError, UnboundError, ClockNeededError):
        return
    assert all(miss.path == "" or miss.path.startswith("/") for miss in misses)


def leaves(node: Json, path: tuple[str | int, ...]) -> Iterator[tuple[str | int, ...]]:
    if isinstance(node, dict) and node:
        for key, value in node.items():
            yield from leaves(value, (*path, key))
    elif isinstance(node, list) and node:
        for index, value in enumerate(node):
            yield from leaves(value, (*path, index))
    else:
        yield path


def at(node: Json, path: tuple[str | int, ...]) -> Json:
    for key in path:
        node = node[key]  # type: ignore[index]  # the path was taken from it
    return node


def replaced(node: Json, path: tuple[str | int, ...], new: Json) -> Json:
    if not path:
        return new
    key, *rest = path
    if isinstance(node, dict):
        return {**node, str(key): replaced(node[str(key)], tuple(rest), new)}
    assert isinstance(node, list)
    assert isinstance(key, int)
    return [*node[:key], replaced(node[key], tuple(rest), new), *node[key + 1 :]]


def differs(one: Json, other: Json) -> bool:
    """Whether they differ by more than the tolerances forgive."""
    numbers = (int, float)
    if isinstance(one, bool) or isinstance(other, bool):
        return one is not other
    if isinstance(one, numbers) and isinstance(other, numbers):
        try:
            return abs(one - other) > 1e-5 * max(1.0, abs(one), abs(other))
        except OverflowError:
            return True
    return type(one) is not type(other) or one != other

from dbal_conform.core.messages import Json
from dbal_conform.core.pack import Pack
from dbal_conform.core.suite import Call, Case, Expect
from dbal_conform.corpus.load import load_corpus


def case(name: str, **args: Json) -> Case:
    step = Call("Post.create", args=args, expect=Expect(ok={"n": 1}))
    return Case(f"s/{name}", "", ("R-1",), (step,))


CASES = [case("a", n=10**30), case("b", n=1.0), case("c", n=1), case("d", n=None)]


def test_what_comes_out_is_what_was_put_in() -> None:
    pack = Pack.of(CASES)
    assert list(pack) == CASES
    assert len(pack) == 4
    steps = [each.steps[0] for each in pack[1:3]]
    assert [type(step.args["n"]) for step in steps if isinstance(step, Call)] == [float, int]


def test_every_case_that_ships_comes_out_as_it_was_put_in() -> None:
    cases = [each for suite in load_corpus() for each in suite.cases]
    assert list(Pack.of(cases)) == cases


def test_some_are_chosen_by_their_place() -> None:
    assert list(Pack.of(CASES).chosen([2, 0])) == [CASES[2], CASES[0]]


def test_equal_cases_make_equal_packs() -> None:
    assert Pack.of(CASES) == Pack.of(CASES)
    assert hash(Pack.of(CASES)) == hash(Pack.of(CASES))
    assert Pack.of(CASES) != Pack.of(CASES[1:])
    assert Pack.of(CASES) != CASES

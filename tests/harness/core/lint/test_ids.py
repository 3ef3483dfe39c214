from dbal_conform.core.contract import Contract
from dbal_conform.core.lint import Lock, coverage, lint, renew
from dbal_conform.core.lint.ids import against, duplicates
from dbal_conform.core.suite import Call, Case, Expect, Suite
from dbal_conform.corpus.contract import load_contract


def suite(
    *ids: str, source: str = "a.yaml", covers: tuple[str, ...] = ("USR-CREATE-001",)
) -> Suite:
    step = Call("User.count", as_="system", expect=Expect(ok=1), line=9)
    cases = (
        Case(name, "t", covers, (step,), source=source, line=line)
        for line, name in enumerate(ids, 1)
    )
    return Suite("s", "1.0", tuple(cases))


def rules(suites: list[Suite], lock: Lock) -> list[tuple[str, str]]:
    return [(problem.place, problem.rule) for problem in against(suites, lock)]


def test_rows_of_a_matrix_share_the_id_of_their_case() -> None:
    row = Case("s/x[n=1]", "t", (), (), source="a.yaml", line=4)
    other = Case("s/x[n=2]", "t", (), (), source="a.yaml", line=4)
    assert list(duplicates([Suite("s", "1.0", (row, other))])) == []
    assert rules([Suite("s", "1.0", (row, other))], Lock(frozenset({"s/x"}))) == []


def test_an_id_that_two_cases_have_is_told_at_the_second() -> None:
    (problem,) = duplicates([suite("s/x", "s/y"), suite("s/z", "s/x", source="b.yaml")])
    assert (problem.place, problem.rule) == ("b.yaml:2", "duplicate-id")
    assert problem.message == "s/x: this id is also at a.yaml:1: choose another"


def test_new_lost_and_returning_ids_are_told() -> None:
    lock = Lock(frozenset({"s/known", "s/gone"}), {"s/retired": "it was wrong"})
    assert rules([suite("s/known", "s/new", "s/retired")], lock) == [
        ("a.yaml:2", "unlocked-id"),
        ("a.yaml:3", "reused-id"),
        ("ids.lock:1", "lost-id"),
    ]


def test_a_lock_that_says_what_is_there_finds_nothing() -> None:
    lock = Lock(frozenset({"s/x"}), {"s/retired": "it was wrong"})
    assert rules([suite("s/x")], lock) == []


def test_renewing_enters_new_ids_and_forgets_none() -> None:
    lock = Lock(frozenset({"s/gone"}), {"s/retired": "why"})
    assert renew(lock, [suite("s/new", "s/new[n=1]", "s/retired")]) == Lock(
        frozenset({"s/gone", "s/new"}), {"s/retired": "why"}
    )


def test_lint_holds_ids_against_the_lock_only_if_there_is_one() -> None:
    contract: Contract = load_contract()
    assert lint([suite("s/x")], contract) == ()
    assert [one.rule for one in lint([suite("s/x")], contract, Lock())] == ["unlocked-id"]


def test_coverage_tells_covered_bare_and_unprovable_requirements_apart() -> None:
    contract = load_contract()
    told = coverage(
        [suite("s/x[n=1]", "s/x[n=2]", "s/y"), suite("s/z", covers=("NO-SUCH-001",))], contract
    )
    assert told.covered == {"USR-CREATE-001": ("s/x", "s/y")}
    bare = {form.id for form in told.uncovered}
    beyond = {form.id for form in told.beyond}
    assert "USR-CREATE-002" in bare
    assert "CRD-HASH-001" in beyond
    assert bare | beyond | {"USR-CREATE-001"} == contract.requirements.keys()
    assert not bare & beyond

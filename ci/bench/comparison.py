"""The DBAL, the plain driver and the ORM, at the same work on the same tables."""

import tempfile
from collections.abc import Callable, Sequence
from importlib.metadata import version
from pathlib import Path

import world
from dbal import Audited, open_audited, open_client
from orm import Orm
from plain import Plain
from subject import Subject
from timing import by_turns, ratio

_WARM_UP = 30
Work = Callable[[Subject, str], object]

_WORKS: dict[str, tuple[Work, int]] = {  # and of how many rounds one is done
    "point read": (lambda subject, key: subject.point_read(key), 1),
    "list of 20, and total": (lambda subject, _key: subject.list_page(), 1),
    "20 with their owners, and total": (lambda subject, _key: subject.include(), 1),
    "create": (lambda subject, key: subject.create(key), 1),
    "create 100 in one call": (lambda subject, key: subject.create_many(key), 5),
    "transaction of 3 creates": (lambda subject, key: subject.transaction(key), 2),
}
_AUDITED = ("point read", "create")


def compare(url: str, name: str, rounds: int) -> None:
    """Print a table of all works."""
    subjects: list[Subject] = [open_client(url), Plain(url), Orm(url)]
    try:
        _check(subjects)
        print(f"### {name} {_drivers(url)}\n")
        print("| | DBAL, µs | plain, µs | ORM, µs | DBAL / plain | DBAL / ORM | CPU here, µs |")
        print("|---|---|---|---|---|---|---|")
        for title, (_, share) in _WORKS.items():
            _row(title, subjects, rounds // share)
        _audit(url, rounds)
        print()
    finally:
        for subject in subjects:
            subject.close()


def _works(title: str, subjects: Sequence[Subject]) -> dict[str, Callable[[], object]]:
    """The same work for each, on the same keys in the same order."""
    work, _ = _WORKS[title]
    choosers = {subject.name: world.Chooser(1) for subject in subjects}
    return {
        subject.name: lambda subject=subject: work(subject, choosers[subject.name].user())
        for subject in subjects
    }


def _row(title: str, subjects: list[Subject], rounds: int) -> None:
    times = by_turns(_works(title, subjects), rounds, _WARM_UP)
    dbal, plain, orm = (times[subject.name] for subject in subjects)
    told = (
        f"{dbal.median_us:.0f}",
        f"{plain.median_us:.0f}",
        f"{orm.median_us:.0f}",
        f"{ratio(dbal.wall, plain.wall)}",
        f"{ratio(dbal.wall, orm.wall)}",
        " / ".join(f"{each.cpu_us:.0f}" for each in (dbal, plain, orm)),
    )
    print(f"| {title} | {' | '.join(told)} |", flush=True)


def _audit(url: str, rounds: int) -> None:
    """What an audit sink costs, which the others have none of."""
    with tempfile.TemporaryDirectory(prefix="dbal-bench-") as folder:
        bare = open_client(url)
        connection = Audited(url, str(Path(folder, "audit.jsonl")))
        audited = open_audited(connection)
        try:
            for title in _AUDITED:
                times = by_turns(_works(title, (audited, bare)), rounds, _WARM_UP)
                with_sink, without = times[audited.name], times[bare.name]
                print(
                    f"| {title}, with an audit file | {with_sink.median_us:.0f} | "
                    f"{without.median_us:.0f} without | | "
                    f"{ratio(with_sink.wall, without.wall)} of DBAL without | | "
                    f"{with_sink.cpu_us:.0f} / {without.cpu_us:.0f} without |"
                )
        finally:
            bare.close()
            connection.close()


def _check(subjects: list[Subject]) -> None:
    """Refuse to compare what does not do the same."""
    key = world.user_id(1)
    for of in ("id", "username", "tenantId", "firstLogin", "createdAt"):
        if len({str(subject.point_read(key)[of]) for subject in subjects}) != 1:
            raise AssertionError(of)
    pages = [subject.list_page() for subject in subjects]
    joined = [subject.include() for subject in subjects]
    for found in (pages, joined):
        if len({(tuple(row["id"] for row in rows), total) for rows, total in found}) != 1:
            raise AssertionError("not the same page")
    if len({tuple(row["owner"]["username"] for row in rows) for rows, _ in joined}) != 1:
        raise AssertionError("not the same owners")


def _drivers(url: str) -> str:
    driver = {"postgresql": "psycopg", "sqlite": ""}.get(url.partition(":")[0], "PyMySQL")
    told = [f"{package} {version(package)}" for package in (driver, "SQLAlchemy") if package]
    return f"({', '.join(told)})"

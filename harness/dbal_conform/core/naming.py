"""Who is who in a case: one namespace, no shadowing, nothing used before it is there.

The rules on names of docs/vector-language.md. References inside values are lint's affair (`lint`),
since a run goes on to find them unbound; what is here would make a case mean two things.
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import Final

from dbal_conform.core.finding import Finding, Where
from dbal_conform.core.messages import Json
from dbal_conform.core.suite import (
    Call,
    Eventually,
    Expect,
    Join,
    Parallel,
    Raw,
    Start,
    Step,
    Transaction,
)

RESERVED: Final = frozenset(
    {"actor", "tenant", "prev", "steps", "now", "i", "any", "absent", "uuid", "label"}
)
BUILT_IN: Final = frozenset({"anonymous", "system"})  # actors that are always there


class Names:
    """The namespace of a case, filled in the order in which a run fills it."""

    def __init__(self, outer: Mapping[str, str] | None = None) -> None:
        self.what: dict[str, str] = dict(outer or {})

    def inner(self) -> "Names":
        """Return the namespace of a branch: it sees all that is here, and keeps its own."""
        return Names(self.what)

    def define(self, name: str, what: str, at: Where, *, key: bool = False) -> Iterator[Finding]:
        """Add a name; yield why it cannot be."""
        if name in RESERVED or name in BUILT_IN:
            yield Finding(at, f"{name!r} is reserved: choose another name", key=key)
        elif name in self.what:
            yield Finding(
                at, f"{name!r} is already the name of {self.what[name]}: choose another", key=key
            )
        else:
            self.what[name] = what

    def world(
        self,
        actors: Iterable[str],
        fixtures: Mapping[str, Iterable[Mapping[str, Json]]],
        at: Where = (),
    ) -> Iterator[Finding]:
        """Add what exists before step 1."""
        for name in actors:
            yield from self.define(name, "an actor", (*at, "actors", name), key=True)
        for entity, rows in fixtures.items():
            for i, row in enumerate(rows):
                if isinstance(label := row.get("$as"), str):
                    yield from self.define(label, "a fixture", (*at, "fixtures", entity, i, "$as"))


class StepNames:
    """Walks the steps of one case, with the names that are there at each."""

    def __init__(self, names: Names, covers: tuple[str, ...]) -> None:
        self._names = names
        self._covers = covers
        self._transactions: set[str] = set()
        self._waiting: dict[str, Where] = {}

    def check(self, steps: tuple[Step, ...]) -> Iterator[Finding]:
        """Yield what is wrong with names in `steps`; paths begin with `steps`."""
        for i, step in enumerate(steps):
            yield from self._step(step, ("steps", i), self._names)
        for name, at in self._waiting.items():
            yield Finding(
                (*at, "name"), f"{name!r} is started and never joined: add `join: {name}`"
            )

    def _step(self, step: Step, at: Where, names: Names) -> Iterator[Finding]:
        yield from self._proves(getattr(step, "proves", ()), at)
        match step:
            case Call():
                yield from self._call(step, at, names)
                yield from self._twin(step.expect, at, names)
                yield from self._save(step.save, at, names)
            case Parallel():
                yield from self._parallel(step, at, names)
            case Start():
                yield from self._call(step.call, (*at, "start"), names)
                if step.name in self._waiting:
                    yield Finding(
                        (*at, "name"), f"{step.name!r} is already waiting: choose another name"
                    )
                self._waiting[step.name] = at
            case Join():
                if self._waiting.pop(step.name, None) is None:
                    yield Finding(
                        (*at, "join"), f"no call was started as {step.name!r} before this"
                    )
                yield from _no_patch(step.expect, at, "a join")
                yield from self._save(step.save, at, names)
            case Transaction():
                yield from self._transaction(step, at, names)
            case Eventually():
                inner = (*at, "eventually", "step")
                yield from self._proves(step.call.proves, inner)
                yield from self._call(step.call, inner, names)
                yield from _no_patch(step.call.expect, inner, "`eventually`")
                yield from self._save(step.call.save, inner, names)
            case Raw():
                yield from self._actor(step.as_, (*at, "as"), names)
                yield from self._save(step.save, at, names)
            case _:
                return

    def _proves(self, proves: tuple[str, ...], at: Where) -> Iterator[Finding]:
        for i, requirement in enumerate(proves):
            if requirement not in self._covers:
                yield Finding(
                    (*at, "proves", i), f"{requirement} is not among what the case covers"
                )

    def _call(self, call: Call, at: Where, names: Names) -> Iterator[Finding]:
        if call.as_ is None:
            yield Finding(
                at, "who calls? give the step `as: <actor>`, or the case or suite a default"
            )
        yield from self._actor(call.as_, (*at, "as"), names)
        yield from self._in(call.in_, (*at, "in"))

    def _actor(self, actor: str | None, at: Where, names: Names) -> Iterator[Finding]:
        if actor is None or actor in BUILT_IN or names.what.get(actor) == "an actor":
            return
        known = [name for name, what in names.what.items() if what == "an actor"]
        yield Finding(at, f"there is no actor {actor!r}: {', '.join([*known, *sorted(BUILT_IN)])}")

    def _in(self, transaction: str | None, at: Where) -> Iterator[Finding]:
        if transaction is not None and transaction not in self._transactions:
            yield Finding(at, f"no transaction {transaction!r} was begun before this")

    def _save(self, save: str | None, at: Where, names: Names) -> Iterator[Finding]:
        if save is not None:
            yield from names.define(save, "a save", (*at, "save"))

    def _twin(self, expect: Expect | None, at: Where, names: Names) -> Iterator[Finding]:
        if expect is None or expect.twin is None:
            return
        twin, place = expect.twin, (*at, "expect", "twin")
        if isinstance(twin.as_, str):
            yield from self._actor(twin.as_, (*place, "as"), names)
        if isinstance(twin.in_, str):
            yield from self._in(twin.in_, (*place, "in"))

    def _parallel(self, step: Parallel, at: Where, names: Names) -> Iterator[Finding]:
        for name, steps in step.parallel.items():
            place: Where = (*at, "parallel", name)
            yield from names.define(name, "a branch", place, key=True)
            inner = names.inner()
            for i, inside in enumerate(steps):
                yield from self._step(inside, (*place, i), inner)
                if isinstance(inside, Call):
                    yield from _no_patch(inside.expect, (*place, i), "`parallel`")

    def _transaction(self, step: Transaction, at: Where, names: Names) -> Iterator[Finding]:
        yield from self._actor(step.as_, (*at, "as"), names)
        yield from _no_patch(step.expect, at, f"a {step.action}")
        if step.action != "begin":
            yield from self._in(step.name, (*at, step.action))
            return
        if step.as_ is None:
            yield Finding(
                at, "who begins? give the step `as: <actor>`, or the case or suite a default"
            )
        yield from self._in(step.parent, (*at, "parent"))
        yield from names.define(step.name, "a transaction", (*at, "begin"))
        self._transactions.add(step.name)


def _no_patch(expect: Expect | None, at: Where, where: str) -> Iterator[Finding]:
    if expect is not None and expect.twin is not None and expect.twin.because is None:
        yield Finding(
            (*at, "expect", "twin"),
            f"no twin can run in {where}: write `twin: none` and "
            "`because`, or make it a call of its own",
        )

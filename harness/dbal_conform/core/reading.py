"""From forms to the model: durations in milliseconds, names spelled out, defaults put in."""

from collections.abc import Mapping
from typing import Any, NamedTuple

import msgspec

from dbal_conform.core import author, needs
from dbal_conform.core import suite as model
from dbal_conform.core.messages import Json

UNSET = msgspec.UNSET
_UNITS = {"ms": 1, "s": 1000, "m": 60_000, "h": 3_600_000, "d": 86_400_000}
_WITHIN_A_BRANCH = frozenset({"call", "begin", "commit", "rollback", "raw"})
MAX_MESSAGE = 4 * 1024 * 1024  # four times the least that a server must take
KINDS = ", ".join(author.FORMS)


class Refusal(Exception):  # noqa: N818 -- an answer to a document, turned into InputError by its reader
    """A step or case is not of its form; the JSON Schema says why in better words."""

    def __init__(self, path: tuple[str | int, ...], message: str) -> None:
        super().__init__(f"{'.'.join(map(str, path))}: {message}")


class Defaults(NamedTuple):
    """What a case takes from its suite, and a step from its case."""

    as_: str | None
    actors: Mapping[str, model.Actor]
    fixtures: Mapping[str, tuple[dict[str, Json], ...]]
    source: str


def milliseconds(text: str) -> int:
    """Return a duration as written (`500ms`, `2s`, `5m`, `1h`, `1d`) in milliseconds."""
    unit = text.lstrip("0123456789")
    return int(text[: -len(unit)]) * _UNITS[unit]


class CaseReader:
    """Reads one expanded case; `lines` knows the line of each step as written."""

    def __init__(self, defaults: Defaults, line_of: Mapping[tuple[str | int, ...], int]) -> None:
        self._defaults = defaults
        self._line_of = line_of
        self._as: str | None = None

    def read(self, full_id: str, members: dict[str, Json]) -> model.Case:
        """Return the case.

        Raises:
            Refusal: a member is not of its form; the path is relative to the case.
        """
        form = convert(members, author.CaseForm, ())
        self._as = form.as_ or self._defaults.as_
        steps = tuple(self.step(step, ("steps", i)) for i, step in enumerate(form.steps))
        return model.Case(
            id=full_id,
            title=form.title,
            covers=form.covers,
            steps=steps,
            requires=form.requires,
            needs=tuple(dict.fromkeys((*form.needs, *needs.of_steps(steps)))),
            actors={**self._defaults.actors, **actors(form.actors)},
            fixtures=_joined(self._defaults.fixtures, form.fixtures),
            flags=form.flags,
            tags=form.tags,
            origin=form.origin or None,
            timeout_ms=milliseconds(form.timeout),
            source=self._defaults.source,
            line=self._line_of.get((), 0),
        )

    def step(self, members: dict[str, Json], at: tuple[str | int, ...]) -> model.Step:
        """Return one step; `at` is its path in the case."""
        kinds = [kind for kind in author.FORMS if kind in members]
        if len(kinds) != 1:
            said = f"{' and '.join(kinds)} together" if kinds else "none of them"
            raise Refusal(at, f"a step is exactly one of {KINDS}; here is {said}")
        form: Any = convert(members, author.FORMS[kinds[0]], at)
        read: Any = getattr(self, f"_{kinds[0]}")
        step: model.Step = read(form, at)
        return step

    def _call(self, form: author.CallForm, at: tuple[str | int, ...]) -> model.Call:
        return model.Call(
            call=form.call,
            as_=form.as_ or self._as,
            args=form.args,
            meta=form.meta,
            in_=form.in_ or None,
            save=form.save or None,
            expect=_expect(form.expect),
            proves=form.proves,
            line=self._line_of.get(at, 0),
        )

    def _parallel(self, form: author.ParallelForm, at: tuple[str | int, ...]) -> model.Parallel:
        branches = {}
        for name, steps in form.parallel.items():
            for i, step in enumerate(steps):
                if odd := step.keys() & (author.FORMS.keys() - _WITHIN_A_BRANCH):
                    raise Refusal(
                        (*at, "parallel", name, i),
                        f"a branch is made of calls; {min(odd)} goes before or after it",
                    )
            branches[name] = tuple(
                self.step(step, (*at, "parallel", name, i)) for i, step in enumerate(steps)
            )
        return model.Parallel(
            parallel=branches,
            times=form.times or 1,
            repeat=form.repeat,
            expect=_race(form.expect),
            proves=form.proves,
            line=self._line_of.get(at, 0),
        )

    def _start(self, form: author.StartForm, at: tuple[str | int, ...]) -> model.Start:
        line = self._line_of.get(at, 0)
        call = form.start
        return model.Start(
            name=form.name,
            call=model.Call(
                call=call.call,
                as_=call.as_ or self._as,
                args=call.args,
                meta=call.meta,
                in_=call.in_ or None,
                line=line,
            ),
            line=line,
        )

    def _join(self, form: author.JoinForm, at: tuple[str | int, ...]) -> model.Join:
        return model.Join(
            name=form.join,
            save=form.save or None,
            expect=_expect(form.expect),
            proves=form.proves,
            line=self._line_of.get(at, 0),
        )

    def _begin(self, form: author.BeginForm, at: tuple[str | int, ...]) -> model.Transaction:
        return model.Transaction(
            action="begin",
            name=form.begin,
            as_=form.as_ or self._as,
            parent=form.parent or None,
            expect=_expect(form.expect),
            proves=form.proves,
            line=self._line_of.get(at, 0),
        )

    def _commit(self, form: author.CommitForm, at: tuple[str | int, ...]) -> model.Transaction:
        return self._end("commit", form.commit, form, at)

    def _rollback(self, form: author.RollbackForm, at: tuple[str | int, ...]) -> model.Transaction:
        return self._end("rollback", form.rollback, form, at)

    def _end(
        self,
        action: str,
        name: str,
        form: author.CommitForm | author.RollbackForm,
        at: tuple[str | int, ...],
    ) -> model.Transaction:
        # No default here: without `as`, who began it ends it.
        return model.Transaction(
            action=action,
            name=name,
            as_=form.as_ or None,
            expect=_expect(form.expect),
            proves=form.proves,
            line=self._line_of.get(at, 0),
        )

    def _clock(self, form: author.ClockForm, at: tuple[str | int, ...]) -> model.Clock:
        setting = form.clock
        return model.Clock(
            advance_ms=_optional_ms(setting.advance),
            set=setting.set,
            frozen=None if setting.frozen is UNSET else setting.frozen,
            line=self._line_of.get(at, 0),
        )

    def _fault(self, form: author.FaultForm, at: tuple[str | int, ...]) -> model.InjectFault:
        setting = form.fault
        return model.InjectFault(
            target=setting.target or None,
            method=setting.method or None,
            count=setting.count or 1,
            delay_ms=_optional_ms(setting.delay),
            database=setting.database or None,
            network=setting.network or None,
            at=setting.at or None,
            connection=setting.connection or None,
            line=self._line_of.get(at, 0),
        )

    def _eventually(
        self, form: author.EventuallyForm, at: tuple[str | int, ...]
    ) -> model.Eventually:
        return model.Eventually(
            within_ms=milliseconds(form.eventually.within),
            call=self._call(form.eventually.step, at),
            line=self._line_of.get(at, 0),
        )

    def _raw(self, form: author.RawForm, at: tuple[str | int, ...]) -> model.Raw:
        payload: Any
        kind = next(
            kind for kind in form.raw.__struct_fields__ if getattr(form.raw, kind) is not UNSET
        )
        if kind in ("json", "line"):
            payload = _joined_text(getattr(form.raw, kind), (*at, "raw", kind))
        elif kind == "frames":
            payload = _joined_frames(getattr(form.raw, kind), (*at, "raw", kind))
        else:
            payload = msgspec.to_builtins(getattr(form.raw, kind))
        return model.Raw(
            kind=kind,
            payload=payload,
            as_=form.as_ or None,
            save=form.save or None,
            expect=_raw_expect(form.expect),
            proves=form.proves,
            line=self._line_of.get(at, 0),
        )

    def _sweep(self, _: author.SweepForm, at: tuple[str | int, ...]) -> model.Sweep:
        return model.Sweep(line=self._line_of.get(at, 0))

    def _check(self, form: author.CheckForm, at: tuple[str | int, ...]) -> model.Check:
        relation = next(
            name for name in form.check.__struct_fields__ if getattr(form.check, name) is not UNSET
        )
        return model.Check(
            relation=relation,
            operands=msgspec.to_builtins(getattr(form.check, relation)),
            proves=form.proves,
            line=self._line_of.get(at, 0),
        )


def convert(members: Any, form: type[author.Form], at: tuple[str | int, ...]) -> Any:  # noqa: ANN401 -- one of FORMS
    """Return `members` as `form`.

    Raises:
        Refusal: they are not of it.
    """
    try:
        return msgspec.convert(members, form)
    except msgspec.ValidationError as error:
        raise Refusal(at, str(error)) from error


def actors(forms: Mapping[str, author.ActorForm]) -> dict[str, model.Actor]:
    """Return the actors as the model has them."""
    return {name: model.Actor(form.role, form.tenant) for name, form in forms.items()}


def _joined_text(pieces: author.Pieces, at: tuple[str | int, ...]) -> str:
    """Return the message that the pieces make; long ones are tests of limits, so there is one."""
    texts = []
    for piece in pieces if isinstance(pieces, tuple) else (pieces,):
        text, times = (piece, 1) if isinstance(piece, str) else piece.repeat
        texts.append((text, times))
    if (size := sum(len(text) * times for text, times in texts)) > MAX_MESSAGE:
        raise Refusal(at, f"{size} characters are more than {MAX_MESSAGE}")
    return "".join(text * times for text, times in texts)


def _joined_frames(frames: list[author.FrameForm], at: tuple[str | int, ...]) -> Json:
    joined: list[Json] = []
    for place, frame in enumerate(frames):
        written = msgspec.to_builtins(frame)
        if frame.text is not UNSET:
            written["text"] = _joined_text(frame.text, (*at, place, "text"))
        joined.append(written)
    return joined


def _joined(
    ours: Mapping[str, tuple[dict[str, Json], ...]],
    more: Mapping[str, tuple[dict[str, Json], ...]],
) -> dict[str, tuple[dict[str, Json], ...]]:
    joined = dict(ours)
    for entity, rows in more.items():
        joined[entity] = (*joined.get(entity, ()), *rows)
    return joined


def _optional_ms(text: str | msgspec.UnsetType) -> int | None:
    return milliseconds(text) if text else None


def _expect(form: author.ExpectForm | msgspec.UnsetType) -> model.Expect | None:
    if form is UNSET:
        return None
    return model.Expect(
        ok=form.ok,
        error=_error(form.error),
        twin=_twin(form),
        unchanged=form.unchanged is UNSET,
        audit=form.audit,
        any_of=tuple(
            model.Expect(ok=answer.ok, error=_error(answer.error)) for answer in form.any_of or ()
        ),
        observe=bool(form.observe),
        within_ms=_optional_ms(form.within),
    )


def _error(form: str | author.ErrorForm | msgspec.UnsetType) -> model.ErrorPattern | None:
    match form:
        case msgspec.UnsetType():
            return None
        case str():
            return model.ErrorPattern(name=form)
        case _:
            return model.ErrorPattern(
                name=form.name,
                fields=form.fields,
                reason=form.reason,
                details=form.details,
                retryAfter=form.retryAfter,
            )


def _twin(form: author.ExpectForm) -> model.Twin | None:
    match form.twin:
        case msgspec.UnsetType():
            return None
        case author.TwinForm() as twin:
            return model.Twin(
                as_=twin.as_, meta=twin.meta, args=twin.args, in_=twin.in_, ok=twin.ok
            )
        case _:
            return model.Twin(because=form.because or None)


def _race(form: author.RaceExpectForm | msgspec.UnsetType) -> model.Expect | None:
    if form is UNSET:
        return None
    return model.Expect(
        outcomes=form.outcomes or None,
        any_of=tuple(model.Expect(outcomes=answer.outcomes) for answer in form.any_of or ()),
        observe=bool(form.observe),
    )


def _raw_expect(form: author.RawExpectForm) -> model.Expect:
    return model.Expect(
        raw=_raw_answer(form),
        any_of=tuple(model.Expect(raw=_raw_answer(answer)) for answer in form.any_of or ()),
        unchanged=form.unchanged is UNSET,
        observe=bool(form.observe),
    )


def _raw_answer(form: author.RawAnswerForm) -> Any:  # noqa: ANN401 -- Json or UNSET, as the model has it
    answer: dict[str, Any] = {}
    if form.json is not UNSET:
        answer["json"] = form.json
    if form.http is not UNSET:
        answer["http"] = {
            **({} if form.http.status is UNSET else {"status": form.http.status}),
            **({"headers": form.http.headers} if form.http.headers else {}),
        }
    if form.close is not UNSET:
        answer["close"] = dict(form.close)
    if form.status is not UNSET:
        answer["status"] = dict(form.status)
    if form.silence is not UNSET:
        answer["silence"] = milliseconds(form.silence)
    return answer or UNSET

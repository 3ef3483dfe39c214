"""One step of a case in lines: what is sent, by whom, and what must come of it."""

from collections.abc import Iterator
from functools import singledispatch

import msgspec

from dbal_conform.core.suite import (
    UNSET,
    Call,
    Check,
    Clock,
    ErrorPattern,
    Eventually,
    Expect,
    InjectFault,
    Join,
    Parallel,
    Raw,
    Start,
    Step,
    Transaction,
    Twin,
)
from dbal_conform.explanations.layout import beside, flow

_OURS = frozenset({"step", "line"})  # members that no author wrote
_LEFT = 7  # `expect ` and its like


def step_lines(number: str, step: Step) -> Iterator[str]:
    """Yield the lines of a step; `number` is its place: `3`, in a branch `3.a.1`."""
    yield f"  {number}  {_head(step)}"
    inner = 4 + len(number)
    parts = [*_sent(step), *_wanted(getattr(step, "expect", None))]
    proves = getattr(step, "proves", ())
    yield from beside([*parts, ("proves", ", ".join(proves))], indent=inner, left=_LEFT)
    match step:
        case Parallel():
            for name, branch in step.parallel.items():
                for place, inside in enumerate(branch, 1):
                    yield from step_lines(f"{number}.{name}.{place}", inside)
        case Start() | Eventually():
            call = step.call
            more = [*_sent(call), *_wanted(call.expect)]
            yield from beside(more, indent=inner, left=_LEFT)
        case _:
            return


@singledispatch
def _head(step: object) -> str:
    """Return what a step does, in a few words."""
    return type(step).__name__.lower()  # sweep: nothing more to say


@_head.register
def _(step: Call) -> str:
    words = [step.call]
    words += [f"as {step.as_}"] if step.as_ else []
    words += [f"in transaction {step.in_}"] if step.in_ else []
    words += [f"(its reply is kept as {step.save})"] if step.save else []
    return " ".join(words)


@_head.register
def _(step: Parallel) -> str:
    times = f", {step.times} callers each" if step.times > 1 else ""
    rounds = f", {step.repeat} rounds in fresh worlds" if step.repeat > 1 else ""
    return f"at once{times}{rounds}"


@_head.register
def _(step: Start) -> str:
    return f"start {step.name}: {_head(step.call)}, and do not wait"


@_head.register
def _(step: Join) -> str:
    return f"wait for {step.name}" + (f" (its reply is kept as {step.save})" if step.save else "")


@_head.register
def _(step: Transaction) -> str:
    who = f" as {step.as_}" if step.as_ else ""
    inside = f" inside {step.parent}" if step.parent else ""
    return f"{step.action} {step.name}{who}{inside}"


@_head.register
def _(step: Clock) -> str:
    words = []
    words += [f"is set to {flow(step.set)}"] if step.set is not UNSET else []
    words += [f"goes on by {step.advance_ms / 1000:g} s"] if step.advance_ms is not None else []
    words += [] if step.frozen is None else ["stands" if step.frozen else "runs"]
    return f"the target's clock {' and '.join(words)}"


@_head.register
def _(step: InjectFault) -> str:
    return f"fault {flow({k: v for k, v in msgspec.to_builtins(step).items() if k not in _OURS})}"


@_head.register
def _(step: Eventually) -> str:
    return f"until it holds, at most {step.within_ms / 1000:g} s: {_head(step.call)}"


@_head.register
def _(step: Raw) -> str:
    words = [f"raw {step.kind}"]
    words += [f"as {step.as_}"] if step.as_ else []
    words += [f"(its reply is kept as {step.save})"] if step.save else []
    return " ".join(words)


@_head.register
def _(step: Check) -> str:
    return f"check {step.relation.replace('_', ' ')} {flow(step.operands)}"


def _sent(step: Step) -> Iterator[tuple[str, str]]:
    match step:
        case Call():
            yield "args", flow(step.args) if step.args else ""
            yield "meta", flow(step.meta) if step.meta else ""
        case Raw():
            yield "sends", flow(step.payload)
        case _:
            return


def _wanted(expect: Expect | None) -> Iterator[tuple[str, str]]:
    """Yield what must come of a step."""
    if expect is None:
        return
    answers = [_answer(each) for each in expect.any_of] or [_answer(expect)]
    yield "wants", " or ".join(answers)
    if expect.outcomes:
        counts = (f"{count} times {name}" for name, count in expect.outcomes.items())
        yield "wants", ", ".join(counts)
    if expect.audit is not UNSET:
        yield "audit", f"records like {flow(expect.audit)}"
    if expect.within_ms is not None:
        yield "within", f"{expect.within_ms} ms"
    if expect.error is not None and not expect.unchanged:
        yield "but", "something stored may have changed"
    if expect.twin is not None:
        yield "twin", _twin(expect.twin)


def _answer(expect: Expect) -> str:
    if expect.observe:
        return "anything: it is recorded, not judged"
    if expect.error is not None:
        return _refusal(expect.error)
    if expect.ok is not UNSET:
        return f"success with {flow(expect.ok)}"
    if expect.raw is not UNSET:
        return flow(expect.raw)
    return "" if expect.outcomes else "success"


def _refusal(error: ErrorPattern) -> str:
    words = [error.name or f"an error of code {error.code}" if error.code else error.name or ""]
    if not isinstance(error.fields, msgspec.UnsetType):
        words.append(f"with exactly the findings {flow(dict(error.fields))}")
    for name in ("reason", "details", "retryAfter"):
        value = getattr(error, name)
        words += [] if value is UNSET else [f"{name} {flow(value)}"]
    return ", ".join(word for word in words if word) or "any error"


def _twin(twin: Twin) -> str:
    if twin.because is not None:
        return f"none, because {twin.because}"
    patch = {
        name: value
        for name, value in (
            ("as", twin.as_),
            ("in", twin.in_),
            ("meta", twin.meta),
            ("args", twin.args),
        )
        if value is not UNSET
    }
    wanted = "" if twin.ok is UNSET else f" with {flow(twin.ok)}"
    return f"put right by {flow(patch)} it succeeds{wanted}"

"""References, interpolation and generators: what an author wrote, with everything put in.

| written                  | bound                                                               |
|--------------------------|---------------------------------------------------------------------|
| `$bob.id`                | a member of a save, fixture or transaction; `$page.data[0].id` too  |
| `$prev`, `$steps[2].id`  | the result of the last call, of the third top-level step            |
| `$actor.bob.id`, `$tenant.other` | what the world made                                         |
| `$now`, `$i`             | the target's clock in epoch ms; the number of the branch            |
| `a-${i}`, `a-${bob.id}`  | the same, as text within text                                       |
| `$$x`, `$${x}`           | the text `$x`, `${x}`; any other dollar is itself                   |
| `{$now: "+1h"}`          | the clock moved by an offset                                        |
| `{$bigint: "digits"}`    | a tagged bigint, as it goes out in JSON                             |
| `{$repeat: [x, n]}`      | text or a list n times over, else a list of n; `${i}` counts from 0 |
| `{$$key: x}`             | a member named `$key`                                               |
"""

import re
from functools import lru_cache

import msgspec

from dbal_conform.core.errors import ConformError, InputError
from dbal_conform.core.messages import Json

UNSET = msgspec.UNSET
REPEAT_MAX = 16_777_216  # code points or items: the most that any reply or request may hold

_PART = r"[A-Za-z_][A-Za-z0-9_-]*"
_PATH = rf"{_PART}(?:\.(?:{_PART}|[0-9]+)|\[[0-9]+\])*"
_REFERENCE = re.compile(rf"\$({_PATH})\Z")
_INTERPOLATION = re.compile(rf"\$\$\{{|\$\{{({_PATH})\}}")
_PARTS = re.compile(rf"({_PART})|([0-9]+)")
_OFFSET = re.compile(r"([+-]?)((?:[0-9]+(?:ms|s|m|h|d))+)\Z")
_OFFSET_PARTS = re.compile(r"([0-9]+)(ms|s|m|h|d)")
_UNITS_MS = {"ms": 1, "s": 1_000, "m": 60_000, "h": 3_600_000, "d": 86_400_000}


class UnboundError(ConformError):
    """A reference names nothing that there is so far: it ends the trial with what was found."""


class ClockNeededError(ConformError):
    """The clock is asked for and was not read yet; whoever binds reads it and binds again."""


class Scope(msgspec.Struct):
    """What a reference may name. `names` holds fixtures, saves and transactions alike."""

    names: dict[str, Json] = {}
    actors: dict[str, Json] = {}
    tenants: dict[str, Json] = {}
    steps: dict[int, Json] = {}
    prev: Json | msgspec.UnsetType = UNSET
    now_ms: int | None = None
    i: int | None = None

    def branch(self, i: int) -> "Scope":
        """Return a scope for branch `i`, which reads all that is here and writes only its own."""
        return msgspec.structs.replace(self, names=dict(self.names), steps=dict(self.steps), i=i)


def bind(node: Json, scope: Scope) -> Json:
    """Return `node` with everything put in; `node` itself where there was nothing to put in.

    Raises:
        UnboundError: a reference names nothing.
        ClockNeededError: `$now` was met and `scope.now_ms` is None.
        InputError: a generator is malformed, which the loader should have refused.
    """
    match node:
        case str():
            return bind_text(node, scope) if "$" in node else node
        case dict():
            return _bind_mapping(node, scope)
        case list():
            bound = [bind(item, scope) for item in node]
            same = all(new is old for new, old in zip(bound, node, strict=True))
            return node if same else bound
        case _:
            return node


def is_late(text: str) -> bool:
    """Whether `text` holds a reference, and so stands for another value than itself."""
    if "$" not in text:
        return False
    if _REFERENCE.match(text):
        return True
    return any(found[1] is not None for found in _INTERPOLATION.finditer(_escape(text)[1]))


def bind_text(text: str, scope: Scope) -> Json:
    """Return what `text` stands for: any value for a bare reference, else text."""
    if found := _REFERENCE.match(text):
        return resolve(found[1], scope)
    dollar, rest = _escape(text)
    return dollar + _interpolate(rest, scope)


def resolve(path: str, scope: Scope) -> Json:
    """Return what `path`, a reference without its dollar, names.

    Raises:
        UnboundError: nothing has that name, or it has no such member.
        ClockNeededError: it is `now`, and the clock was not read yet.
    """
    root, *rest = _parts(path)
    if root == "steps" and rest:
        here = _found(scope.steps.get(_index(rest.pop(0)), UNSET), path)
    else:
        here = _found(_root(str(root), scope), path)
    for part in rest:
        if isinstance(here, dict) and str(part) in here:
            here = here[str(part)]
        elif isinstance(here, list) and isinstance(part, int) and part < len(here):
            here = here[part]
        else:
            raise UnboundError(f"${path} cannot be bound: there is no {part!r} in {_said(here)}")
    return here


def offset_ms(written: Json) -> int:
    """Return the milliseconds of a `$now` operand: `true`, `null`, `"+1h"`, `"-1h30m"`, `"500ms"`.

    Raises:
        InputError: it is none of these.
    """
    if written is None or written is True:
        return 0
    if not isinstance(written, str) or (found := _OFFSET.match(written)) is None:
        raise InputError(f"$now takes true or an offset such as '+1h', not {written!r}")
    size = sum(int(n) * _UNITS_MS[unit] for n, unit in _OFFSET_PARTS.findall(found[2]))
    return -size if found[1] == "-" else size


def as_text(value: Json) -> str:
    """Return a scalar as it stands within text.

    Raises:
        UnboundError: it is a mapping or a list, which have no such form.
    """
    match value:
        case str():
            return value
        case bool():
            return "true" if value else "false"
        case None:
            return "null"
        case int() | float():
            return str(value)
        case _:
            raise UnboundError(f"{_said(value)} cannot stand within text")


def unescaped(key: str) -> str:
    """Return the name of a member whose key is written `key`."""
    return key[1:] if key.startswith("$$") else key


def _bind_mapping(node: dict[str, Json], scope: Scope) -> Json:
    if len(node) == 1:
        ((key, operand),) = node.items()
        if key in _GENERATORS:
            return _GENERATORS[key](operand, scope)
    changed = False
    bound: dict[str, Json] = {}
    for key, value in node.items():
        name = unescaped(key)
        bound[name] = new = bind(value, scope)
        changed = changed or new is not value or name is not key
    return bound if changed else node


def _now(operand: Json, scope: Scope) -> Json:
    return _clock(scope) + offset_ms(bind(operand, scope))


def _bigint(operand: Json, scope: Scope) -> Json:
    return {"$bigint": bind(operand, scope)}


def _repeat(operand: Json, scope: Scope) -> Json:
    match operand:
        case [what, int(times)] if times >= 0 and not isinstance(times, bool):
            pass
        case _:
            raise InputError(f"$repeat takes [what, how often], not {_said(operand)}")
    size = len(what) if isinstance(what, str | list) else 1
    if size * times > REPEAT_MAX:
        raise InputError(f"$repeat of more than {REPEAT_MAX} is refused")
    if isinstance(what, str):
        return as_text(bind(what, scope)) * times
    each = [bind(what, msgspec.structs.replace(scope, i=i)) for i in range(times)]
    if isinstance(what, list):
        return [item for part in each if isinstance(part, list) for item in part]
    return each


_GENERATORS = {"$now": _now, "$bigint": _bigint, "$repeat": _repeat}


def _interpolate(text: str, scope: Scope) -> str:
    def put_in(found: re.Match[str]) -> str:
        return "${" if found[1] is None else as_text(resolve(found[1], scope))

    return _INTERPOLATION.sub(put_in, text)


def _root(name: str, scope: Scope) -> Json | msgspec.UnsetType:
    match name:
        case "actor":
            return scope.actors
        case "tenant":
            return scope.tenants
        case "prev":
            return scope.prev
        case "now":
            return _clock(scope)
        case "i":
            return UNSET if scope.i is None else scope.i
        case _:
            return scope.names.get(name, UNSET)


def _index(part: str | int) -> int:
    return part if isinstance(part, int) else -1


def _found(here: Json | msgspec.UnsetType, path: str) -> Json:
    if here is UNSET:
        raise UnboundError(f"${path} cannot be bound: nothing so far has that name")
    return here


def _escape(text: str) -> tuple[str, str]:
    """Return a leading `$$` as the dollar it means, and the rest."""
    return ("$", text[2:]) if text.startswith("$$") and not text.startswith("$${") else ("", text)


def _clock(scope: Scope) -> int:
    if scope.now_ms is None:
        raise ClockNeededError("the target's clock was not read yet")
    return scope.now_ms


@lru_cache(maxsize=4096)
def _parts(path: str) -> tuple[str | int, ...]:
    return tuple(word or int(number) for word, number in _PARTS.findall(path))


def _said(value: Json) -> str:
    text = repr(value)
    return text if len(text) <= 80 else text[:77] + "..."  # noqa: PLR2004 -- one line for people

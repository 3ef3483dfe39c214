"""What a published JSON Schema says against a document, in words for the one who wrote it.

Imported only when something is wrong: jsonschema costs 80 ms to import and a suite 30 ms to check.
"""

import difflib
import json
import re
from collections.abc import Callable, Iterator, Mapping
from functools import cache
from typing import Any, Final

from jsonschema import Draft202012Validator
from jsonschema.exceptions import ValidationError
from jsonschema.validators import extend

from dbal_conform.core.errors import HarnessError
from dbal_conform.core.finding import Finding, Where
from dbal_conform.core.messages import Json
from dbal_conform.corpus.locate import schema_root

_DOWN: Final = ("properties", "items", "prefixItems", "additionalProperties", "propertyNames")
_SHOWN = 60  # code points of a value in a message
_TYPES: Final = {
    "object": "a mapping",
    "array": "a list",
    "string": "text",
    "integer": "a whole number",
    "number": "a number",
    "boolean": "true or false",
    "null": "null",
}


def findings(kind: str, document: Json, *, part: str = "", slots: bool = True) -> list[Finding]:
    """Return every breach of `schema/meta/{kind}.json` by `document`.

    Args:
        kind: which schema.
        document: what was read.
        part: the name of the definition that `document` is of, where it is not the whole.
        slots: whether matrix values (`${x}`) may still stand for anything.
    """
    validator = _validator(kind, part, slots)
    errors = [(error, _rule(error, validator.schema)) for error in validator.iter_errors(document)]
    # What is of no kind cannot be judged below that.
    silent = [
        tuple(error.absolute_path)
        for error, rule in errors
        if error.validator == "oneOf" and not rule
    ]
    unknown = {
        tuple(error.absolute_path)
        for error, _ in errors
        if error.validator == "additionalProperties"
    }
    found: list[Finding] = []
    for error, rule in errors:
        at: Where = tuple(error.absolute_path)
        if any(at[: len(place)] == place for place in silent):
            if error.validator == "oneOf" and at in silent:
                found.append(Finding(at, _description(error)))
        elif rule:
            # Of what is no mapping, or has a misspelt key, rules about its keys say nothing new.
            if isinstance(error.instance, dict) and at not in unknown:
                found.append(Finding(at, rule))
        elif "propertyNames" in error.absolute_schema_path and isinstance(error.instance, str):
            found.append(
                Finding(
                    (*at, error.instance),
                    f"{error.instance!r} is not {_description(error)}",
                    key=True,
                )
            )
        else:
            found += _WORDS.get(str(error.validator), _described)(error, at)
    return list(dict.fromkeys(found))


@cache
def schema(kind: str) -> Mapping[str, Any]:
    """Return `schema/meta/{kind}.json`.

    Raises:
        HarnessError: it is not there or no JSON, so the installation is broken.
    """
    file = schema_root() / "meta" / f"{kind}.json"
    try:
        loaded: Mapping[str, Any] = json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise HarnessError(f"schema/meta/{kind}.json cannot be read: {error}") from error
    return loaded


@cache
def _validator(kind: str, part: str, slots: bool) -> Draft202012Validator:  # noqa: FBT001 -- a cache's key
    whole = dict(schema(kind))
    if not slots:
        whole["$defs"] = {**whole["$defs"], "slot": False}
    if part:
        whole = {"$schema": whole["$schema"], "$ref": f"#/$defs/{part}", "$defs": whole["$defs"]}
    return _Strict(whole)


def _pattern(
    _: Draft202012Validator, wanted: str, instance: Json, __: Mapping[str, Any]
) -> Iterator[ValidationError]:
    """Match as ECMA-262 does, where `$` does not forgive a final line break."""
    if isinstance(instance, str) and not re.search(re.sub(r"(?<!\\)\$$", r"\\Z", wanted), instance):
        yield ValidationError(f"{instance!r} does not match {wanted!r}")


_Strict: type[Draft202012Validator] = extend(  # type: ignore[no-untyped-call]  # the stubs have no types here
    Draft202012Validator, {"pattern": _pattern}
)


# jsonschema types its errors' members as "or Unset", which none of these ever is: hence Any.


def _described(error: Any, at: Where) -> Iterator[Finding]:  # noqa: ANN401 -- above
    yield Finding(at, _description(error) or error.message)


def _form(error: Any, at: Where) -> Iterator[Finding]:  # noqa: ANN401 -- above
    said = _description(error)
    yield Finding(at, f"{_short(error.instance)} is not {said}" if said else error.message)


def _additional(error: Any, at: Where) -> Iterator[Finding]:  # noqa: ANN401 -- above
    known = list(_schema_of(error).get("properties", {}))
    for key in error.instance:
        if key not in known:
            near = difflib.get_close_matches(key, known, n=1)
            hint = f"did you mean {near[0]!r}?" if near else f"known here: {', '.join(known)}"
            yield Finding((*at, key), f"unknown key {key!r}: {hint}", key=True)


def _required(error: Any, at: Where) -> Iterator[Finding]:  # noqa: ANN401 -- above
    missing = next(key for key in error.validator_value if f"{key!r} is a req" in error.message)
    yield Finding(at, f"{missing!r} is missing: add it")


def _type(error: Any, at: Where) -> Iterator[Finding]:  # noqa: ANN401 -- above
    wanted = error.validator_value
    names = [wanted] if isinstance(wanted, str) else wanted
    said = " or ".join(_TYPES[name] for name in names)
    about = _description(error)
    hint = f": write {about}" if about[:1].islower() else ""  # a sentence tells no form
    yield Finding(at, f"{_short(error.instance)} is not {said}{hint}")


def _enum(error: Any, at: Where) -> Iterator[Finding]:  # noqa: ANN401 -- above
    known = [_short(value) for value in error.validator_value]
    yield Finding(at, f"{_short(error.instance)} is none of {', '.join(known)}")


def _empty(error: Any, at: Where) -> Iterator[Finding]:  # noqa: ANN401 -- above
    least = error.validator_value
    many = f"has fewer than {least} members" if least > 1 else "must not be empty"
    yield Finding(at, many)


def _many(error: Any, at: Where) -> Iterator[Finding]:  # noqa: ANN401 -- above
    yield Finding(at, f"has more than {error.validator_value} members")


def _bound(error: Any, at: Where) -> Iterator[Finding]:  # noqa: ANN401 -- above
    way = "below" if error.validator == "minimum" else "above"
    yield Finding(at, f"{_short(error.instance)} is {way} {error.validator_value}")


def _rule(error: ValidationError, schema_: Any) -> str:  # noqa: ANN401 -- a schema, or false
    """Return the words of the rule that `error` comes of: a described member of an `allOf`."""
    said, here = "", schema_
    path = list(error.absolute_schema_path)
    for i, step in enumerate(path[:-1]):
        while (
            isinstance(here, dict) and step not in here and "$ref" in here
        ):  # jsonschema's paths do not name references
            here, said = schema_["$defs"][here["$ref"].rpartition("/")[2]], ""
        here = here[step]
        if i and path[i - 1] == "allOf":
            said = here.get("description", "")
        elif step in _DOWN:
            said = ""
    return str(said)


def _description(error: ValidationError) -> str:
    said = _schema_of(error).get("description", "")
    return str(said)


def _schema_of(error: ValidationError) -> Mapping[str, Any]:
    return error.schema if isinstance(error.schema, Mapping) else {}


def _short(value: Json) -> str:
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= _SHOWN else text[: _SHOWN - 3] + "..."


_WORDS: Final[dict[str, Callable[[Any, Where], Iterator[Finding]]]] = {
    "additionalProperties": _additional,
    "required": _required,
    "type": _type,
    "pattern": _form,
    "const": _form,
    "enum": _enum,
    "minItems": _empty,
    "minLength": _empty,
    "minProperties": _empty,
    "maxItems": _many,
    "minimum": _bound,
    "maximum": _bound,
}

"""One value against its field: what it becomes, and the first thing that is wrong with it."""

from collections.abc import Callable
from typing import Any, TypeAlias

from dbal_reference.model import Field
from dbal_reference.per_object import per_object
from dbal_reference.values import numbers, strings
from dbal_reference.values.datetimes import canonical_datetime
from dbal_reference.values.json_text import JsonDefect, read_json
from dbal_reference.values.json_value import check_json
from dbal_reference.values.whole import whole

Checked: TypeAlias = tuple[Any, str | None]
Check: TypeAlias = Callable[[Any], Checked]

JSON_DEPTH = 32  # section 3; not a setting, since it is part of what the types mean

_STRINGS = frozenset({"string", "text", "email", "uuid", "enum", "datetime"})
_FORMATS = {"semver": strings.is_semver, "path": strings.is_path}
_SHAPES: dict[str, type] = {"array": list, "object": dict, "string": str, "boolean": bool}


def check_value(field: Field, value: Any, *, tagged: bool = True) -> Checked:  # noqa: ANN401 -- any JSON value
    """The value as rows hold it and None, or None and the code of the first thing that is wrong.

    Order: null, type, charset, lengths, pattern or format, enum, min or max (section 20, one entry
    a field). Null is None where the field is nullable.

    Args:
        field: with its constraints.
        value: as JSON gives it; a float whose `is_integer()` is false counts as a fraction.
        tagged: JSON rules for bigints (see `numbers.check_bigint`); false for exact 64-bit wires.
    """
    if value is None:
        return None, None if field.nullable else "null"
    if field.type == "bigint" and not tagged:
        return _bounded(field.min, field.max, numbers.check_bigint(value, tagged=False))
    return _checks(field)(value)


def check_operand(field: Field, value: Any, *, tagged: bool = True) -> Checked:  # noqa: ANN401 -- any JSON value
    """An operand of a filter: judged for type, not for constraints (QRY-FLT-006, QRY-FLT-007).

    Codes are `type`, `charset`, `format` (datetime), `enum`, `min` and `max` (32 or 64 bits). A
    uuid is lower-cased if it has the form of one, and else comes back as it is: no row has it.
    Null is refused as `null`; fields that hold JSON take nothing but null (`type`).
    """
    if value is None:
        return None, "null"
    if field.holds_json:
        return None, "type"
    if field.type in _STRINGS:
        return _operand_text(field, value)
    if field.type == "bigint":
        return numbers.check_bigint(value, tagged=tagged)
    return _CHECKS[field.type](value)


def check_key(field: Field, value: Any) -> Checked:  # noqa: ANN401 -- any JSON value
    """A key as rows hold it; None without a code if no row can have it (GEN-READ-003).

    Codes: `type` for another JSON type, `empty` for "" (GEN-READ-004), `charset`.
    """
    if field.type not in _STRINGS:
        found, code = check_value(field, value)
        return found, None if code in ("min", "max") else code
    if not isinstance(value, str):
        return None, "type"
    if not value:
        return None, "empty"
    if not strings.charset_holds(value):
        return None, "charset"
    return _checks(field)(value)[0], None


@per_object
def _checks(field: Field) -> Check:
    """A closure for one field, null excepted; without the field, so that it goes with it."""
    if field.type in _STRINGS:
        return _text_check(field)
    if field.type == "json":
        return lambda value: check_json(value, JSON_DEPTH)
    check = _CHECKS[field.type]
    least, most = field.min, field.max
    if least is None and most is None:
        return check
    return lambda value: _bounded(least, most, check(value))


def _bounded(least: float | None, most: float | None, checked: Checked) -> Checked:
    value, code = checked
    if code is not None:
        return checked
    if least is not None and value < least:
        return None, "min"
    if most is not None and value > most:
        return None, "max"
    return checked


def _boolean(value: Any) -> Checked:  # noqa: ANN401 -- any JSON value
    return (value, None) if isinstance(value, bool) else (None, "type")


def _bigint(value: Any) -> Checked:  # noqa: ANN401 -- any JSON value
    return numbers.check_bigint(value, tagged=True)


_CHECKS: dict[str, Check] = {
    "integer": numbers.check_integer,
    "bigint": _bigint,
    "double": numbers.check_double,
    "boolean": _boolean,
}


def _text_check(field: Field) -> Check:
    """Type, charset and lengths, then what the type, `pattern` and `format` ask for."""
    matches = None if field.pattern is None else whole(field.pattern)
    least, most = strings.lengths(field)
    holds_text = field.format == "json"  # its charset is judged with the rest of the text
    form = _form_of(field)

    def check(value: Any) -> Checked:  # noqa: ANN401 -- any JSON value
        if not isinstance(value, str):
            return None, "type"
        if not holds_text and not strings.charset_holds(value):
            return None, "charset"
        if not least <= len(value) <= most:
            return None, "min_length" if len(value) < least else "max_length"
        if matches is not None and not matches(value):
            return None, "pattern"
        return form(value)

    return check


def _form_of(field: Field) -> Callable[[str], Checked]:
    if field.format == "json":
        shape = None if field.json is None else _SHAPES[field.json]
        items = None if field.items is None else _SHAPES[field.items]
        return lambda text: _json_text(text, shape, items)
    if field.format is not None:
        holds = _FORMATS[field.format]
        return lambda text: _if(text, "format", holds=holds(text))
    if field.type == "enum":
        values = field.values
        return lambda text: _if(text, "enum", holds=text in values)
    return _FORMS.get(field.type, _any_text)


def _or(value: str | None, code: str) -> Checked:
    return (value, None) if value is not None else (None, code)


def _if(value: str, code: str, *, holds: bool) -> Checked:
    return (value, None) if holds else (None, code)


def _any_text(text: str) -> Checked:
    return text, None


def _uuid(text: str) -> Checked:
    found = strings.canonical_uuid(text)
    return found, "format" if found is None else None


def _datetime(text: str) -> Checked:
    return _or(canonical_datetime(text), "format")


def _email(text: str) -> Checked:
    return _if(text, "format", holds=strings.is_email(text))


_FORMS: dict[str, Callable[[str], Checked]] = {
    "uuid": _uuid,
    "datetime": _datetime,
    "email": _email,
}


def _json_text(text: str, shape: type | None, items: type | None) -> Checked:
    """The text itself, if it is JSON of the shape that is asked for, and so are its items."""
    try:
        value = read_json(text, JSON_DEPTH)
    except JsonDefect as defect:
        return None, str(defect)
    if shape is not None and not isinstance(value, shape):
        return None, "json"
    if items is not None and not all(isinstance(item, items) for item in value):
        return None, "json"
    return text, None


def _operand_text(field: Field, value: Any) -> Checked:  # noqa: ANN401 -- any JSON value
    if not isinstance(value, str):
        return None, "type"
    if not strings.charset_holds(value):
        return None, "charset"
    match field.type:
        case "datetime":
            return _datetime(value)
        case "enum":
            return _if(value, "enum", holds=value in field.values)
        case "uuid":
            return strings.canonical_uuid(value) or value, None
        case _:
            return value, None

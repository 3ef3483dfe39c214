"""Forms made of forms: closed mappings and lists, and the small results."""

from collections.abc import Mapping

from dbal_conform.core.messages import Json
from dbal_conform.core.patterns.context import below
from dbal_conform.core.patterns.literals import kind_of
from dbal_conform.core.results.report import Form, Report

CLOSED = "CPT-TOL-004"  # replies hold no member that this contract version does not define


def whole(value: Json, path: str, requirement: str, report: Report) -> int | None:
    """Return a whole number, not below 0; note a breach and return None where it is none."""
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    if isinstance(value, int) and not isinstance(value, bool) and value >= 0:
        return value
    report.differ(path, requirement, "is no count", actual=value)
    return None


def count(requirement: str) -> Form:
    """A whole number, not below 0."""

    def check(value: Json, path: str, report: Report) -> Json:
        number = whole(value, path, requirement, report)
        return value if number is None else number

    return check


def exactly(wanted: Json, requirement: str) -> Form:
    """This very value."""

    def check(value: Json, path: str, report: Report) -> Json:
        if type(value) is not type(wanted) or value != wanted:
            report.differ(path, requirement, "differs", wanted, value)
        return value

    return check


def of_kind(*kinds: str, requirement: str = CLOSED) -> Form:
    """Any value of these JSON types."""
    wanted = " or ".join(kinds)

    def check(value: Json, path: str, report: Report) -> Json:
        kind = kind_of(value)
        if kind not in kinds and not (kind == "integer" and "number" in kinds):
            report.differ(path, requirement, f"is {kind}, not {wanted}", actual=value)
        return value

    return check


def one_of(values: tuple[str, ...], requirement: str) -> Form:
    """One of these strings."""

    def check(value: Json, path: str, report: Report) -> Json:
        if value not in values:
            report.differ(path, requirement, "is none of them", list(values), value)
        return value

    return check


def nullable(form: Form) -> Form:
    """Null, or what the form says."""

    def check(value: Json, path: str, report: Report) -> Json:
        return None if value is None else form(value, path, report)

    return check


def list_of(form: Form, requirement: str = CLOSED) -> Form:
    """A list of such values."""

    def check(value: Json, path: str, report: Report) -> Json:
        if not isinstance(value, list):
            report.differ(path, requirement, f"is {kind_of(value)}, not array", actual=value)
            return value
        decoded = [form(item, f"{path}/{index}", report) for index, item in enumerate(value)]
        same = all(new is old for new, old in zip(decoded, value, strict=True))
        return value if same else decoded

    return check


def mapping_of(form: Form, requirement: str = CLOSED) -> Form:
    """A mapping with any keys and such values."""

    def check(value: Json, path: str, report: Report) -> Json:
        if not isinstance(value, dict):
            report.differ(path, requirement, f"is {kind_of(value)}, not object", actual=value)
            return value
        return {key: form(item, below(path, key), report) for key, item in value.items()}

    return check


def closed(
    members: Mapping[str, Form], *, optional: Mapping[str, Form] | None = None, requirement: str
) -> Form:
    """A mapping with these members, perhaps the optional ones, and no other."""
    known = {
        name: (below("", name), form) for name, form in {**members, **(optional or {})}.items()
    }
    due = members.keys()

    def check(value: Json, path: str, report: Report) -> Json:
        if not isinstance(value, dict):
            report.differ(path, requirement, f"is {kind_of(value)}, not object", actual=value)
            return value
        if not value.keys() >= due:
            for name in [name for name in due if name not in value]:
                report.differ(below(path, name), requirement, "is missing")
        decoded = value
        for name, item in value.items():
            if name not in known:
                why = "is no member of the contract"
                report.differ(below(path, name), CLOSED, why, actual=item)
                continue
            here, form = known[name]
            new = form(item, path + here, report)
            if new is not item:
                decoded = dict(value) if decoded is value else decoded
                decoded[name] = new
        return decoded

    return check

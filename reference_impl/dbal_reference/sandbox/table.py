"""`sandbox.yaml` as models."""

from typing import Any, Literal

import msgspec
import re2

Place = Literal["leaf", "key", "url"]


class _Source(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Authored by a person: an unknown key is a mistake."""


class Limit(_Source, frozen=True):
    """Judged before the field is parsed; one of the two is set."""

    bytes: int | None = None
    depth: int | None = None


class Count(_Source, frozen=True):
    """How many members the document has, or objects at any depth. `field` is `Entity.field`."""

    field: str
    of: Literal["members", "objects"]
    max: int


class Member(_Source, frozen=True):
    """A member of the objects of a list: matches `pattern`, or is no integer in bounds."""

    field: str
    member: str
    pattern: str | None = None
    min: int | None = None
    max: int | None = None


class Url(_Source, frozen=True):
    """Leaves that are URLs of these schemes, hosts or kinds of address."""

    schemes: tuple[str, ...] = ()
    hosts: tuple[str, ...] = ()
    addresses: tuple[Literal["loopback", "unspecified", "link_local"], ...] = ()


class Text(_Source, frozen=True):
    """An RE2 pattern, searched in texts of these places."""

    in_: tuple[Place, ...] = msgspec.field(name="in")
    pattern: str = ""
    case: Literal["folded", "exact"] = "folded"
    blanks: Literal["kept", "removed"] = "kept"

    @property
    def expression(self) -> str:
        """As RE2 takes it, fit to be part of an alternation."""
        return f"(?{'' if self.case == 'exact' else 'i'}:{self.pattern})"


class Key(_Source, frozen=True):
    """An object key, alone or if its value is an object that has the key `holding`."""

    name: str
    holding: str | None = None


class Rule(_Source, frozen=True):
    """One row of the tables of section 13."""

    id: str
    error: Literal["SANDBOX_VIOLATION", "MALICIOUS_CODE_DETECTED"]
    means: str
    limit: Limit | None = None
    counts: tuple[Count, ...] = ()
    members: tuple[Member, ...] = ()
    url: Url | None = None
    texts: tuple[Text, ...] = ()
    keys: tuple[Key, ...] = ()

    @property
    def code(self) -> str:
        """The field code of its findings."""
        return "sandbox" if self.error == "SANDBOX_VIOLATION" else "malicious"


class Table(_Source, frozen=True):
    """The whole file."""

    rules: tuple[Rule, ...]


def read_table(document: dict[str, Any]) -> Table:
    """Decode the file.

    Raises:
        msgspec.ValidationError: it has an unknown key or a value of a wrong type; says where.
    """
    return msgspec.convert(document, Table)


def quiet() -> Any:  # noqa: ANN401 -- re2 has no types
    """Options that keep RE2 from writing to stderr about a bad pattern: the exception says it."""
    options = re2.Options()
    options.log_errors = False
    return options

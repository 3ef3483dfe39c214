"""Places inside JSON on MariaDB: one regular expression leads to the place, PCRE does the rest.

MariaDB's own functions read 31 levels, one fewer than a value may have, and of them JSON_EXTRACT
compares names as they are written (docs/decisions/063).
"""

import json
from collections.abc import Hashable, Iterator, Sequence
from typing import Any, Final

from sqlalchemy import BindParameter, Double, Text, collate, func, literal_column, type_coerce
from sqlalchemy.types import TypeEngine

from dbal_reference.adapters.sql.json_places import Expression, JsonPlaces
from dbal_reference.query.predicate import Kind, Path

# Possessive throughout: what was passed over is never looked at again. The text is valid JSON, so
# that brackets are balanced and need not be told apart.
_STRING: Final = r'"(?:[^"\\]++|\\.)*+"'
_PARTS: Final = (
    rf"(?s)(?(DEFINE)(?<string>{_STRING})"
    r"(?<within>[\[{](?:[^\"\[\]{}]++|(?&string)|(?&within))*+[\]}])"
    r"(?<any>(?>(?&string)|(?&within)|[^\"\[\]{},\s]++))"
    r"(?<skip0>(?&any)\s*+,\s*+)"
    r"(?<number>[-0-9][-+.0-9eE]*+)(?<boolean>true|false)(?<there>[^n\]}]))"
)
_SHORT: Final = dict(zip('"\\/\b\f\n\r\t', '"\\/bfnrt', strict=True))
_SPELT: Final = 400  # characters of names in one path; a pattern cannot be of any length
_NOWHERE: Expression = literal_column("''")
_ZERO: Expression = literal_column("0e0")  # added to text it makes the nearest double
_TRUE: Expression = literal_column("'true'")


class MariadbPlaces(JsonPlaces):
    """The names of a path stand before the text that is searched, and the pattern refers to them.

    So a name of any length takes no room in the pattern. Names in JSON that callers wrote may have
    needless escapes; there all spellings are tried, of paths with up to 400 characters of names.
    """

    def __init__(self, collation: str) -> None:
        self._collation = collation  # of all other text

    def path(self, path: Path, *, text: bool) -> tuple[tuple[Hashable, ...], list[Any]]:
        """Two parameters: the names, and the pattern up to the place."""
        names = [part for part in path if isinstance(part, str)]
        spelt = text and sum(map(len, names)) <= _SPELT
        head = "".join(f"{json.dumps(name, ensure_ascii=False)}\n" for name in names)
        return (), [head, f"{_PARTS}{''.join(_definitions(path, names, spelt=spelt))}{_way(path)}"]

    def path_types(self, signature: tuple[Hashable, ...]) -> list[TypeEngine[Any]]:  # noqa: ARG002 -- the seam
        """Both are text."""
        return [Text(), Text()]

    def place(
        self, column: Expression, path: Sequence[BindParameter[Any]], kind: Kind
    ) -> Expression:
        """What is found is as it is written, and nothing where there is nothing of the kind."""
        found = func.nullif(_found(column, path, kind), _NOWHERE)
        if kind == "string":
            return collate(func.json_unquote(found, type_=Text()), self._collation)
        return type_coerce(found, Double()) + _ZERO if kind == "number" else found == _TRUE

    def place_is_null(self, column: Expression, path: Sequence[BindParameter[Any]]) -> Expression:
        """Only null begins with an n."""
        return func.coalesce(_found(column, path, "there"), _NOWHERE) == _NOWHERE


def _found(column: Expression, path: Sequence[BindParameter[Any]], what: str) -> Expression:
    names, pattern = path
    ahead = func.concat(pattern, literal_column(f"'(?&{what})'"))
    return func.regexp_substr(func.concat(names, column), ahead, type_=Text())


def _definitions(path: Path, names: Sequence[str], *, spelt: bool) -> Iterator[str]:
    """Name what the way refers to: names, and 2, 4, 8 ... members of a list."""
    for number, name in enumerate(names):
        spellings = f'|"{"".join(map(_spellings, name))}"' if spelt else ""
        yield rf"(?(DEFINE)(?<key{number}>\k<name{number}>{spellings}))"
    most = max((part.bit_length() for part in path if isinstance(part, int)), default=0)
    for power in range(1, most):
        yield f"(?(DEFINE)(?<skip{power}>(?&skip{power - 1}){{2}}))"


def _way(path: Path) -> str:
    """Lead from the begin, past the names, to the place."""
    steps = ["^"]
    names = sum(isinstance(part, str) for part in path)
    steps += [rf"(?<name{number}>{_STRING})\n" for number in range(names)]
    steps.append(r"\s*+")
    number = 0
    for part in path:
        if isinstance(part, int):
            powers = (power for power in range(part.bit_length()) if part >> power & 1)
            steps.append(rf"\[\s*+{''.join(f'(?&skip{power})' for power in powers)}")
            continue
        key = rf"(?&key{number})\s*+:"
        steps.append(rf"\{{\s*+(?:(?!{key})(?&string)\s*+:\s*+(?&skip0))*+{key}\s*+")
        number += 1
    return "".join([*steps, r"\K"])


def _spellings(letter: str) -> str:
    """Every way in which JSON can write a character in a string."""
    units = letter.encode("utf-16-be").hex()
    ways = ["".join(rf"\\u(?i:{units[at : at + 4]})" for at in range(0, len(units), 4))]
    if letter in _SHORT:
        ways.append(rf"\\\x{{{ord(_SHORT[letter]):x}}}")
    if letter >= " " and letter not in '"\\':
        ways.append(rf"\x{{{ord(letter):x}}}")
    return f"(?:{'|'.join(ways)})"

"""`search`: words of a query and of texts, and where they are looked for (QRY-FTS)."""

import re
from collections.abc import Set as AbstractSet
from typing import Any, TypeAlias

from dbal_reference.model import Entity
from dbal_reference.query.logic import all_of, any_of
from dbal_reference.query.names import parse_names
from dbal_reference.query.predicate import HasWord, Predicate
from dbal_reference.validation.finding import Finding

Json: TypeAlias = Any

MOST_WORDS = 100  # in one query; as many as a filter has members
_RUN = re.compile("[0-9A-Za-z]{3,}")


def words_of(text: str) -> list[str]:
    """Runs of ASCII letters and digits of length 3 and more, in lower case (QRY-FTS-002)."""
    return [run.lower() for run in _RUN.findall(text)]


def parse_query(query: str, *, path: str = "query") -> tuple[tuple[str, ...], list[Finding]]:
    """The words of a query, each once. Nothing in it is syntax."""
    words = tuple(dict.fromkeys(words_of(query)))
    if not words:
        return (), [Finding(path, "empty", "the query holds no word of three letters or digits")]
    if len(words) > MOST_WORDS:
        return (), [Finding(path, "limit", f"a query has at most {MOST_WORDS} words")]
    return words, []


def parse_search_fields(
    entity: Entity, raw: Json, readable: AbstractSet[str], *, path: str = "fields"
) -> tuple[tuple[str, ...], list[Finding]]:
    """The searchable fields to look at; None means all that the actor may read."""
    searchable = tuple(name for name in entity.searchable if name in readable)
    if raw is None:
        return searchable, []
    return parse_names(
        raw,
        readable,
        path=path,
        left_out="to search all",
        objection=lambda name: None if name in searchable else "the field is not searchable",
    )


def found_by(words: tuple[str, ...], fields: tuple[str, ...]) -> Predicate:
    """Every word occurs in some of the fields; where there are none, nothing is found."""
    return all_of(any_of(HasWord(field, word) for field in fields) for word in words)

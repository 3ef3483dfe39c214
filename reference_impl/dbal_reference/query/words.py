"""`search`: words of a query and of texts, and where they are looked for (QRY-FTS)."""

import re
from collections.abc import Set as AbstractSet
from typing import Any, TypeAlias

from dbal_reference.model import Entity
from dbal_reference.query.findings import unknown_field
from dbal_reference.query.logic import all_of, any_of
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
    if not isinstance(raw, list):
        return (), [Finding(path, "type", "fields is a list of field names")]
    if not raw:
        return (), [Finding(path, "empty", "fields names no field; leave it out to search all")]
    findings: list[Finding] = []
    chosen: dict[str, None] = {}
    for place, name in enumerate(raw):
        here = f"{path}[{place}]"
        if not isinstance(name, str):
            findings.append(Finding(here, "type", "a field name is text"))
        elif name not in readable:
            findings.append(unknown_field(here))
        elif name not in searchable:
            findings.append(Finding(here, "type", "the field is not searchable"))
        elif name in chosen:
            findings.append(Finding(here, "unique", "the field is named twice"))
        else:
            chosen[name] = None
    return tuple(chosen), findings


def found_by(words: tuple[str, ...], fields: tuple[str, ...]) -> Predicate:
    """Every word occurs in some of the fields; where there are none, nothing is found."""
    return all_of(any_of(HasWord(field, word) for field in fields) for word in words)

"""The rules of a contract folder: who may do what (`acl.yaml`), what stored code may not be."""

from pathlib import Path
from typing import NamedTuple

from dbal_conform.core.errors import InputError
from dbal_conform.core.messages import Json
from dbal_conform.corpus import contract_forms as forms
from dbal_conform.corpus.gate import admit
from dbal_conform.corpus.locate import schema_root
from dbal_conform.corpus.source import read_source


class AccessRule(NamedTuple):
    """One rule of access; `fields` and `row_filter` are None where it grants all."""

    entity: str
    roles: tuple[str, ...]
    operations: tuple[str, ...]
    row_filter: str | None
    write_fields: tuple[str, ...] | None
    hide_fields: tuple[str, ...]
    place: str


class ScanRule(NamedTuple):
    """One rule of the code scanner: its id, the error that it answers, and its meaning."""

    id: str
    error: str
    means: str
    place: str


def access_rules(folder: Path | None = None) -> tuple[AccessRule, ...]:
    """Return the rules of access in their order.

    Raises:
        InputError: the file is missing or not of its form.
    """
    source = read_source((folder or schema_root()) / "acl.yaml")
    form = admit(source, forms.AclForm, "acl")
    return tuple(
        AccessRule(
            rule.entity,
            rule.role,
            rule.operations,
            rule.row_level_filter,
            rule.write_fields,
            rule.hide_fields,
            source.place(("rules", place)),
        )
        for place, rule in enumerate(form.rules)
    )


def scan_rules(folder: Path | None = None) -> tuple[ScanRule, ...]:
    """Return the rules of the scanner in the order in which they are judged.

    Raises:
        InputError: the file is missing, or its rules lack what is told of them.
    """
    source = read_source((folder or schema_root()) / "sandbox.yaml")
    document = source.document
    rules = document.get("rules") if isinstance(document, dict) else None
    if not isinstance(rules, list):
        raise InputError(f"{source.place(())}: `rules` is a list")
    return tuple(
        ScanRule(*_words(rule, source.place(("rules", place))), source.place(("rules", place)))
        for place, rule in enumerate(rules)
    )


def _words(rule: Json, place: str) -> tuple[str, str, str]:
    found = [
        rule.get(name) if isinstance(rule, dict) else None for name in ("id", "error", "means")
    ]
    if not all(isinstance(word, str) for word in found):
        raise InputError(f"{place}: a rule has `id`, `error` and `means`")
    one, error, means = map(str, found)
    return one, error, means

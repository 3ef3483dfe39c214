"""The gate for data: the published JSON Schema explains, the model decides.

Converting into a msgspec model takes microseconds and validating against the schema milliseconds,
so the schema is asked only about what the model refuses. The corpora under `tests/` hold both to
the same judgement; where they still part, that is our bug and is said so (`HarnessError`).
"""

from typing import TypeVar

import msgspec

from dbal_conform.core.errors import HarnessError
from dbal_conform.core.messages import Json
from dbal_conform.corpus.source import Source

Form = TypeVar("Form")


def admit(source: Source, form: type[Form], kind: str) -> Form:
    """Convert the document of `source` into `form`.

    Args:
        source: the file.
        form: a msgspec model, strict.
        kind: the JSON Schema that says the same, `schema/meta/{kind}.json`.

    Raises:
        InputError: the document is not of the form; every breach of the schema is listed.
        HarnessError: the model refuses what the schema admits.
    """
    try:
        admitted = msgspec.convert(source.document, form)
    except msgspec.ValidationError as error:
        raise refusal(source, kind, error) from error
    if _holds_null(source.document):  # None is how models say `left out`; null is not that
        refuse(source, kind)
    return admitted


def refuse(source: Source, kind: str) -> None:
    """Hold the document of `source` against its JSON Schema alone.

    Raises:
        InputError: it breaks the schema.
    """
    from dbal_conform.corpus.explain import findings  # noqa: PLC0415 -- jsonschema costs 80 ms

    if found := findings(kind, source.document):
        raise source.error(found)


def refusal(source: Source, kind: str, error: Exception) -> Exception:
    """Return what to raise for a document that the model of `kind` refused with `error`."""
    from dbal_conform.corpus.explain import findings  # noqa: PLC0415 -- jsonschema costs 80 ms

    if found := findings(kind, source.document):
        return source.error(found)
    return HarnessError(f"{source.name}: schema/meta/{kind}.json and the model disagree: {error}")


def _holds_null(node: Json) -> bool:
    match node:
        case None:
            return True
        case dict():
            return any(map(_holds_null, node.values()))
        case list():
            return any(map(_holds_null, node))
        case _:
            return False

"""The gate for data: the published JSON Schema explains, the model decides.

Converting into a msgspec model takes microseconds and validating against the schema milliseconds,
so the schema is asked only about what the model refuses. The corpora under `tests/` hold both to
the same judgement; where they still part, that is our bug and is said so (`HarnessError`).
"""

from typing import TypeVar

import msgspec

from dbal_conform.core.errors import HarnessError
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
        return msgspec.convert(source.document, form)
    except msgspec.ValidationError as error:
        raise refusal(source, kind, error) from error


def refusal(source: Source, kind: str, error: Exception) -> Exception:
    """Return what to raise for a document that the model of `kind` refused with `error`."""
    from dbal_conform.corpus.explain import findings  # noqa: PLC0415 -- jsonschema costs 80 ms

    if found := findings(kind, source.document):
        return source.error(found)
    return HarnessError(f"{source.name}: schema/meta/{kind}.json and the model disagree: {error}")

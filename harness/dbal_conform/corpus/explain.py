"""What a published JSON Schema says against a document, in words for the one who wrote it."""

from dbal_conform.core.finding import Finding
from dbal_conform.core.messages import Json


def findings(kind: str, document: Json) -> list[Finding]:
    """Return every breach of `schema/meta/{kind}.json` by `document`."""
    raise NotImplementedError

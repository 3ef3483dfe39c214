"""A copy of the contract with one mistake in it, for the target alone."""

import json
import shutil
from pathlib import Path

from dbal_reference.mutants.mutant import Mutant
from dbal_reference.mutants.schema_changes import SchemaChange
from dbal_reference.schema.document import Document


def edited_schema(mutant: Mutant | SchemaChange, schema: Path, scratch: Path) -> Path:
    """Return a copy of the folder `schema`, below `scratch`, with the mistake in it.

    Raises:
        ValueError: an edit does not fit.
    """
    folder = scratch / "schema"
    shutil.copytree(schema, folder, ignore=shutil.ignore_patterns("generated", "meta", "proto"))
    if isinstance(mutant, SchemaChange):
        file = folder / mutant.file
        document = Document(file).value
        mutant.apply(document)
        file.write_text(json.dumps(document), encoding="utf-8")  # JSON is YAML too
    else:
        file = folder / mutant.place
        file.write_text(mutant.edit(file.read_text(encoding="utf-8")), encoding="utf-8")
    return folder

"""The reference, broken on purpose: what a suite has to notice (docs/broken-on-purpose.md).

Each mutant is one mistake that somebody could make, as an edit of one source or schema file. They
are for `dbal-conform selftest` and never imported by the reference.
"""

import json
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from dbal_reference import conformance
from dbal_reference.mutants.catalog_file import load_catalog
from dbal_reference.mutants.edited_schema import edited_schema
from dbal_reference.mutants.mutant import Mutant
from dbal_reference.mutants.mutated import Mutated
from dbal_reference.mutants.schema_changes import SchemaChange, load_changes
from dbal_reference.schema.locate import packaged_schema


def catalog() -> str:
    """All mutants as a JSON list: `mutant`, `says`, `breaks`, `database`, `near`.

    Those that a program made of fields, rules and errors break nothing by name.
    """
    written = [
        {
            "mutant": each.mutant,
            "says": each.says,
            "breaks": list(each.breaks),
            "database": each.database,
        }
        for each in load_catalog().values()
    ]
    made = [
        {
            "mutant": each.name,
            "says": each.says,
            "breaks": list(each.breaks),
            "near": list(each.near),
        }
        for each in load_changes().values()
    ]
    return json.dumps([*written, *made])


def open_target(settings: Mapping[str, str]) -> "Target":
    """Open the reference with one mistake in it.

    Args:
        settings: those of `dbal_reference.conformance.open_target`, and `mutant`: its name.

    Raises:
        KeyError: there is no such mutant.
        ValueError: its edit does not fit the source any more.
    """
    rest = dict(settings)
    name = rest.pop("mutant")
    mutant = load_changes().get(name) or load_catalog()[name]
    return Target(mutant, rest)


class Target:
    """A mutated reference: modules and schema of its own, beside those that are right."""

    def __init__(self, mutant: Mutant | SchemaChange, settings: dict[str, str]) -> None:
        self._scratch = tempfile.TemporaryDirectory(prefix="dbal-mutant-")
        try:
            schema = Path(settings.get("schema") or packaged_schema())
            if isinstance(mutant, SchemaChange) or mutant.of_schema:
                settings["schema"] = str(edited_schema(mutant, schema, Path(self._scratch.name)))
            if isinstance(mutant, Mutant) and not mutant.of_schema:
                self._target: Any = Mutated(mutant).open_target(settings)
            else:
                self._target = conformance.open_target(settings)
        except BaseException:
            self._scratch.cleanup()
            raise
        self.handle = self._target.handle

    def close(self) -> None:
        """Close the target and forget its schema; may be called twice."""
        self._target.close()
        self._scratch.cleanup()


__all__ = ["Mutant", "Target", "catalog", "load_catalog", "load_changes", "open_target"]

"""Reading the mutants: `catalog/*.yaml`, a list each."""

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from types import MappingProxyType

import msgspec

from dbal_reference.mutants.mutant import Mutant
from dbal_reference.schema.document import Document

_FOLDER = Path(__file__).with_name("catalog")


@cache
def load_catalog() -> Mapping[str, Mutant]:
    """All mutants by name, in the order of the files.

    Raises:
        SchemaError: a file is not YAML.
        ValueError: an entry is not of the form, or a name is given twice.
    """
    found: dict[str, Mutant] = {}
    for file in sorted(_FOLDER.glob("*.yaml")):
        for mutant in msgspec.convert(Document(file).value, list[Mutant]):
            if mutant.mutant in found:
                raise ValueError(f"{file.name}: {mutant.mutant} is the name of another mutant too")
            found[mutant.mutant] = mutant
    return MappingProxyType(found)

"""Entity definitions that come in a request or from a database, and no file (SYS-MIG)."""

from pathlib import Path as FilePath
from typing import Any, NoReturn

from dbal_reference.errors import SchemaError
from dbal_reference.schema.document import Document, Part
from dbal_reference.schema.strict_yaml import Path


class DefinitionError(SchemaError):
    """A definition is wrong: `field` is where, `code` that of a finding."""

    def __init__(self, field: str, code: str, message: str) -> None:
        super().__init__(f"{field}: {message}")
        self.field = field
        self.code = code
        self.message = message


class Definition(Document):
    """One definition; `name` is where it stands, `entities[0]`."""

    def __init__(self, value: Any, name: str) -> None:  # noqa: ANN401 -- any JSON
        self.file = FilePath(name)
        self.name = name
        self.value = value

    def refuse(self, part: Part, message: str, code: str, *, key: bool) -> NoReturn:
        """Say what is wrong with a part."""
        raise DefinitionError(self.place(part.path, key=key), code, message)

    def place(self, path: Path, *, key: bool) -> str:  # noqa: ARG002 -- both are at the same place
        """The path of a finding: `entities[0].fields.label.max_length`."""
        steps = (f"[{step}]" if isinstance(step, int) else f".{step}" for step in path)
        return self.name + "".join(steps)

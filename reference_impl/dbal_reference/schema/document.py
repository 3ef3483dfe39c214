"""A file of the schema folder, and parts of it that say what is wrong with them and where."""

import difflib
from collections.abc import Collection, Iterator
from pathlib import Path
from typing import Any, NoReturn

from dbal_reference.errors import SchemaError
from dbal_reference.schema import strict_yaml


class Document:
    """One file, read; positions are looked up only when asked for."""

    def __init__(self, file: Path) -> None:
        self.file = file
        try:
            self._text = file.read_bytes().decode("utf-8-sig")
        except FileNotFoundError as error:
            raise SchemaError(f"{file}:1:1: {file.name}: is missing: add the file") from error
        except OSError as error:
            raise SchemaError(
                f"{file}:1:1: {file.name}: cannot be read: {error.strerror}"
            ) from error
        except UnicodeDecodeError as error:
            raise SchemaError(f"{file}:1:1: {file.name}: is not UTF-8: save it as UTF-8") from error
        try:
            self.value: Any = strict_yaml.parse(self._text)
        except strict_yaml.YamlDefect as defect:
            line, column = defect.place
            raise SchemaError(f"{file}:{line}:{column}: {file.name}: {defect}") from defect
        self._places: strict_yaml.Places | None = None

    @property
    def root(self) -> "Part":
        """The whole document."""
        return Part(self, (), self.value)

    def refuse(self, part: "Part", message: str, code: str, *, key: bool) -> NoReturn:  # noqa: ARG002 -- codes are for definitions in requests
        """Say what is wrong with a part, and where; `code` is that of a finding."""
        name = ".".join(str(step) for step in part.path) or self.file.name
        raise SchemaError(f"{self.place(part.path, key=key)}: {name}: {message}")

    def place(self, path: strict_yaml.Path, *, key: bool) -> str:
        """`file:line:column` of a key, or of a value."""
        if self._places is None:
            self._places = strict_yaml.places_in(self._text)
        table = self._places.keys if key else self._places.values
        line, column = table.get(path) or self._places.values.get(path, (1, 1))
        return f"{self.file}:{line}:{column}"


class Part:
    """A value in a document. Readers return it in the wanted type or raise SchemaError."""

    def __init__(self, document: Document, path: strict_yaml.Path, value: Any) -> None:  # noqa: ANN401 -- JSON's data model
        self.document = document
        self.path = path
        self.value = value

    @property
    def place(self) -> str:
        """`file:line:column` of the value."""
        return self.document.place(self.path, key=False)

    def fail(self, message: str, *, key: bool = False, code: str = "format") -> NoReturn:
        """Refuse this part; `key` points at its name rather than its value."""
        self.document.refuse(self, message, code, key=key)

    def members(self) -> dict[str, "Part"]:
        """Any keys, at least none."""
        if not isinstance(self.value, dict):
            self.fail("must be a mapping of keys to values", code="type")
        return {
            key: Part(self.document, (*self.path, key), value) for key, value in self.value.items()
        }

    def record(self, allowed: Collection[str], required: Collection[str] = ()) -> dict[str, "Part"]:
        """Keys of a closed set."""
        members = self.members()
        for key, part in members.items():
            if key not in allowed:
                words = f"is no key that is known here{near(key, allowed)}"
                part.fail(words, key=True, code="unknown_field")
        for key in required:
            if key not in members:
                self.fail(f"needs the key {key}: add it", key=True, code="required")
        return members

    def items(self) -> Iterator["Part"]:
        """Members of a list."""
        if not isinstance(self.value, list):
            self.fail("must be a list", code="type")
        for place, value in enumerate(self.value):
            yield Part(self.document, (*self.path, place), value)

    def text(self) -> str:
        """Text that is not empty."""
        if not isinstance(self.value, str):
            self.fail("must be text: quote it", code="type")
        if not self.value:
            self.fail("must not be empty", code="empty")
        return self.value

    def boolean(self) -> bool:
        """True or false."""
        if not isinstance(self.value, bool):
            self.fail("must be true or false", code="type")
        return self.value

    def integer(self, *, least: int | None = None) -> int:
        """An integer, at least `least`."""
        if isinstance(self.value, bool) or not isinstance(self.value, int):
            self.fail("must be an integer", code="type")
        if least is not None and self.value < least:
            self.fail(f"must be at least {least}", code="min")
        return self.value

    def number(self) -> int | float:
        """An integer or a float."""
        if isinstance(self.value, bool) or not isinstance(self.value, (int, float)):
            self.fail("must be a number", code="type")
        return self.value

    def choice(self, options: Collection[str]) -> str:
        """One of these texts."""
        if not isinstance(self.value, str) or self.value not in options:
            self.fail(f"{self.value} is not known{near(str(self.value), options)}", code="enum")
        return self.value

    def texts(self, options: Collection[str] | None = None) -> tuple[str, ...]:
        """A list of different texts that is not empty, of `options` if given."""
        found: list[str] = []
        for part in self.items():
            text = part.text() if options is None else part.choice(options)
            if text in found:
                part.fail(f"{text} is named twice: keep one", code="unique")
            found.append(text)
        if not found:
            self.fail("must not be empty: leave it out", code="empty")
        return tuple(found)


def near(word: str, options: Collection[str]) -> str:
    """What to write instead: the likely one, or all."""
    likely = difflib.get_close_matches(word, list(options), n=1)
    if likely:
        return f": did you mean {likely[0]}?"
    return f": use one of {', '.join(sorted(options))}" if options else ": remove it"

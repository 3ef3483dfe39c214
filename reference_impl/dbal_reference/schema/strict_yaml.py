"""YAML without surprises: JSON's data model, unique text keys, no tags, anchors or aliases.

Read from events, so that libyaml does the work where it is there, and positions cost nothing until
something is wrong.
"""

import re
from collections.abc import Iterator
from typing import Any, NoReturn, TypeAlias

import yaml

Path: TypeAlias = tuple[str | int, ...]
Place: TypeAlias = tuple[int, int]  # line and column, both from 1

_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_DEEPEST = 64
_WORDS: dict[str, Any] = {"null": None, "true": True, "false": False}
_INTEGER = re.compile(r"-?(?:0|[1-9][0-9]*)")
_NUMBER = re.compile(r"-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][-+]?[0-9]+)?")
# What some readers of YAML take for a number, a date, a boolean or null, and others for text.
_DOUBTFUL = re.compile(
    r"[-+]?(?:0[xob])?\.?[0-9][0-9a-fA-F_:.]*|[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}.*"
    r"|(?i:y|n|yes|no|on|off|true|false|null|~|[-+]?\.inf|\.nan)|<<|="
)


class YamlDefect(ValueError):  # noqa: N818 -- a finding about a file
    """What is wrong, and the line and column where."""

    def __init__(self, message: str, place: Place) -> None:
        super().__init__(message)
        self.place = place


class Places:
    """Where keys and values stand, by path."""

    def __init__(self) -> None:
        self.keys: dict[Path, Place] = {}
        self.values: dict[Path, Place] = {}


def parse(text: str) -> Any:  # noqa: ANN401 -- JSON's data model
    """Read one document.

    Raises:
        YamlDefect: it is not YAML, or not of JSON's data model.
    """
    return _Reader(text, None).document()


def places_in(text: str) -> Places:
    """Where everything in an already parsed text stands."""
    places = Places()
    _Reader(text, places).document()
    return places


class _Reader:
    """Builds values from events; recursion is bounded by `_DEEPEST`."""

    def __init__(self, text: str, places: Places | None) -> None:
        self._events: Iterator[Any] = yaml.parse(text, Loader=_LOADER)
        self._places = places

    def document(self) -> Any:  # noqa: ANN401 -- JSON's data model
        try:
            next(self._events)  # the start of the stream
            first = next(self._events)
            if isinstance(first, yaml.StreamEndEvent):
                _fail("the file is empty", first)
            value = self._value(next(self._events), ())
            next(self._events)  # the end of the document
            following = next(self._events)
        except yaml.MarkedYAMLError as error:
            raise YamlDefect(error.problem or "not YAML", _place(error.problem_mark)) from error
        except yaml.YAMLError as error:
            raise YamlDefect("holds characters that YAML does not allow", (1, 1)) from error
        if not isinstance(following, yaml.StreamEndEvent):
            _fail("a file holds one document", following)
        return value

    def _value(self, event: Any, path: Path) -> Any:  # noqa: ANN401 -- PyYAML's events have no common type
        if isinstance(event, yaml.AliasEvent) or event.anchor is not None:
            _fail("anchors and aliases are not allowed: write the value out", event)
        if event.tag is not None:
            _fail("tags are not allowed: quote what is text", event)
        if len(path) > _DEEPEST:
            _fail("is nested too deeply", event)
        if self._places is not None:
            self._places.values[path] = _place(event.start_mark)
        if isinstance(event, yaml.ScalarEvent):
            return _scalar(event)
        if isinstance(event, yaml.SequenceStartEvent):
            return self._sequence(path)
        return self._mapping(path)

    def _sequence(self, path: Path) -> list[Any]:
        members: list[Any] = []
        while not isinstance(event := next(self._events), yaml.SequenceEndEvent):
            members.append(self._value(event, (*path, len(members))))
        return members

    def _mapping(self, path: Path) -> dict[str, Any]:
        members: dict[str, Any] = {}
        while not isinstance(event := next(self._events), yaml.MappingEndEvent):
            key = self._key(event)
            if key in members:
                _fail(f"{key} is given twice: keep one", event)
            if self._places is not None:
                self._places.keys[(*path, key)] = _place(event.start_mark)
            members[key] = self._value(next(self._events), (*path, key))
        return members

    def _key(self, event: Any) -> str:  # noqa: ANN401 -- PyYAML's events have no common type
        if not isinstance(event, yaml.ScalarEvent) or event.anchor or event.tag:
            _fail("a key must be plain text", event)
        key = _scalar(event)
        if not isinstance(key, str):
            _fail(f"the key {event.value} is not text: quote it", event)
        return key


def _scalar(event: yaml.ScalarEvent) -> Any:  # noqa: ANN401 -- JSON's scalars
    text = event.value
    if event.style:  # quoted, or a block; plain is None, and "" from libyaml
        return text
    if text in _WORDS:
        return _WORDS[text]
    if _INTEGER.fullmatch(text):
        return int(text)
    if _NUMBER.fullmatch(text):
        return float(text)
    if text == "":
        _fail('is empty: write null or ""', event)
    if _DOUBTFUL.fullmatch(text):
        _fail(f"{text} is text to some readers and not to others: quote it", event)
    return text


def _fail(message: str, event: Any) -> NoReturn:  # noqa: ANN401 -- PyYAML's events have no common type
    raise YamlDefect(message, _place(event.start_mark))


def _place(mark: Any) -> Place:  # noqa: ANN401 -- libyaml's marks are of another class
    return (mark.line + 1, mark.column + 1) if mark is not None else (1, 1)

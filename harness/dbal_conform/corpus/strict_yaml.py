"""YAML without surprises: what is not JSON's data model is an error, and says where.

PyYAML reads YAML 1.1, in which `no` is False, `010` is 8 and `2024-01-01` is a date, and it lets
the last of two equal keys win. A vector means the same in every language or it is no vector.
Values are built from the parser's events: no node tree, no recursion, and an alias is refused
where it stands, before anything could grow (billion laughs).
"""

import math
import re
from collections.abc import Iterable
from typing import Any, NoReturn

import yaml

from dbal_conform.core.errors import InputError
from dbal_conform.core.messages import Json

MAX_DEPTH = 100  # a json field of 33 levels inside args is the deepest honest use: about 45
MAX_DIGITS = 400  # the largest binary64 has 309

_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # libyaml is 8 times as fast
_WORDS: dict[str, Json] = {"null": None, "true": True, "false": False}
_INTEGER = re.compile(r"-?(?:0|[1-9][0-9]*)")
_NUMBER = re.compile(r"-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][-+]?[0-9]+)?")
# Numbers, null or booleans to some YAML readers and text to others: 010, 1_000, 0x1F, .5, +1, ~
_DOUBTFUL = re.compile(
    r"[-+]?(?:0[xX][0-9a-fA-F_]+|0[oObB][0-7_]+|\.?[0-9][0-9_]*\.?[0-9_]*(?:[eE][-+]?[0-9]+)?)"
    r"|[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN)|~|Null|NULL|True|TRUE|False|FALSE"
)
_FIRST = frozenset("-+.0123456789~NTF")
# What YAML 1.1, YAML 1.2 and editors do not agree to be a character, a space or the end of a line.
_FOREIGN = re.compile("[\x00-\x08\x09\x0b\x0c\x0e-\x1f\x7f\x80-\x9f\u2028\u2029\ufeff\ufffe\uffff]")


class _Reader:
    """Builds one document from events; `lines` says where each mapping and list begins."""

    def __init__(self, source: str) -> None:
        self.source = source
        self.lines: dict[int, int] = {}
        self.stack: list[tuple[Any, str | None]] = []  # open containers and their pending key
        self.root: Json = None
        self.documents = 0

    def feed(self, event: Any) -> None:  # noqa: ANN401 -- libyaml's events share no base in the stubs
        kind = type(event)
        if kind is yaml.ScalarEvent:
            self._refuse_tag(event)
            self._scalar(event)
        elif kind is yaml.MappingStartEvent or kind is yaml.SequenceStartEvent:
            self._refuse_tag(event)
            self._open(event, {} if kind is yaml.MappingStartEvent else [])
        elif kind is yaml.MappingEndEvent or kind is yaml.SequenceEndEvent:
            container, _ = self.stack.pop()
            self._put(container)
        elif kind is yaml.AliasEvent:
            self.fail(event, "an alias (*) is not allowed: write the value out")
        elif kind is yaml.DocumentStartEvent:
            self._document(event)

    def fail(self, event: Any, problem: str) -> NoReturn:  # noqa: ANN401 -- as above
        mark = event.start_mark
        raise InputError(f"{self.source}:{mark.line + 1}:{mark.column + 1}: {problem}")

    def _document(self, event: Any) -> None:  # noqa: ANN401 -- as above
        self.documents += 1
        if self.documents > 1:
            self.fail(event, "a file holds one document: remove the second")
        if event.version or event.tags:
            self.fail(event, "directives (%) are not allowed: remove the line")

    def _refuse_tag(self, event: Any) -> None:  # noqa: ANN401 -- as above
        if event.tag is not None:
            self.fail(event, "a tag (!) is not allowed: write the plain value")
        if event.anchor is not None:
            self.fail(event, "an anchor (&) is not allowed: write the value out where it is needed")

    def _open(self, event: Any, container: Any) -> None:  # noqa: ANN401 -- as above
        if len(self.stack) == MAX_DEPTH:
            self.fail(event, f"nested deeper than {MAX_DEPTH} levels")
        if self.stack and type(self.stack[-1][0]) is dict and self.stack[-1][1] is None:
            self.fail(event, "a key must be text")
        self.lines[id(container)] = event.start_mark.line + 1
        self.stack.append((container, None))

    def _scalar(self, event: Any) -> None:  # noqa: ANN401 -- as above
        if self.stack:
            container, key = self.stack[-1]
            if key is None and type(container) is dict:
                self.stack[-1] = (container, self._key(event, container))
                return
        self._put(self._value(event) if event.implicit[0] else event.value)

    def _key(self, event: Any, container: dict[str, Json]) -> str:  # noqa: ANN401 -- as above
        if event.implicit[0] and type(self._value(event)) is not str:
            self.fail(event, f"a key must be text: write '{event.value}' in quotes")
        key: str = event.value
        if key == "<<" and event.implicit[0]:
            self.fail(
                event, "<< merges mappings for some readers: write the members out, or quote it"
            )
        if key in container:
            self.fail(event, f"the key {key!r} is given twice")
        return key

    def _value(self, event: Any) -> Json:  # noqa: ANN401 -- as above
        text: str = event.value
        if text in _WORDS:
            return _WORDS[text]
        if not text:
            self.fail(event, "a value is missing: write null or ''")
        if text[0] not in _FIRST:
            return text
        if len(text) <= MAX_DIGITS:
            if _INTEGER.fullmatch(text):
                return int(text)
            if _NUMBER.fullmatch(text) and math.isfinite(number := float(text)):
                return number
        elif not _NUMBER.fullmatch(text):
            return text
        if _DOUBTFUL.fullmatch(text) or _NUMBER.fullmatch(text):
            shown = text if len(text) <= MAX_DIGITS else text[:20] + "..."
            self.fail(
                event,
                f"{shown} does not mean the same to every reader: quote it, or write "
                "a plain number, true, false or null",
            )
        return text

    def _put(self, value: Json) -> None:
        if not self.stack:
            self.root = value
            return
        container, key = self.stack[-1]
        if type(container) is list:
            container.append(value)
        else:
            container[key] = value
            self.stack[-1] = (container, None)


def read(text: str, source: str) -> tuple[Json, dict[int, int]]:
    """Read one document; return it and, by `id()` of each mapping and list, its line from 1.

    Raises:
        InputError: it is not YAML, or not of JSON's data model; begins `source:line:column: `.
    """
    if found := _FOREIGN.search(text):
        place = _place_at(text, found.start())
        what = "a tab" if found[0] == "\t" else f"the character U+{ord(found[0]):04X}"
        raise InputError(
            f"{source}:{place}: {what} is not allowed: write it as an escape in "
            "double quotes, or use spaces"
        )
    reader = _Reader(source)
    try:
        for event in yaml.parse(text, Loader=_LOADER):
            reader.feed(event)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark
        place = f"{mark.line + 1}:{mark.column + 1}" if mark else "1:1"
        said = f"{error.context}, {error.problem}" if error.context else error.problem
        raise InputError(f"{source}:{place}: not YAML: {said}") from error
    except yaml.YAMLError as error:
        raise InputError(f"{source}:1:1: not YAML: {error}") from error
    if not reader.documents:
        raise InputError(f"{source}:1:1: the file is empty")
    return reader.root, reader.lines


def parse(text: str, source: str) -> Json:
    """Read one document; `source` names it in messages.

    Raises:
        InputError: it is not YAML, or not of JSON's data model; begins `source:line:column: `.
    """
    return read(text, source)[0]


class Places:
    """Where things stand in a text that `read` accepted; made only when there is an error."""

    def __init__(self, text: str) -> None:
        self._root: Any = yaml.compose(text, Loader=_LOADER)

    def of(self, path: Iterable[str | int], *, key: bool = False) -> str:
        """Return `line:column` of the deepest node on `path`, or of its key when `key` is set."""
        node, mark = self._root, self._root.start_mark
        for step in path:
            found = _child(node, step)
            if found is None:
                return _place(mark)
            name, node = found
            mark = name.start_mark if key else node.start_mark
        return _place(mark)


def place_of(text: str, path: Iterable[str | int], *, key: bool = False) -> str:
    """Return `line:column`, both from 1, of the deepest node on `path` in already parsed `text`."""
    return Places(text).of(path, key=key)


def _child(node: Any, step: str | int) -> tuple[Any, Any] | None:  # noqa: ANN401 -- untyped nodes
    if isinstance(node, yaml.SequenceNode) and isinstance(step, int) and step < len(node.value):
        return node.value[step], node.value[step]
    if isinstance(node, yaml.MappingNode):
        return next(((name, value) for name, value in node.value if name.value == step), None)
    return None


def _place(mark: Any) -> str:  # noqa: ANN401 -- libyaml's marks share no base with PyYAML's
    return f"{mark.line + 1}:{mark.column + 1}"


def _place_at(text: str, index: int) -> str:
    before = text[:index]
    return f"{before.count(chr(10)) + 1}:{index - (before.rfind(chr(10)) + 1) + 1}"

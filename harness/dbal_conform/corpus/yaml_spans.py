"""Where the members of a list of mappings stand in a text of YAML, to the character."""

from typing import Any, NamedTuple

import yaml

_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class Span(NamedTuple):
    """From the first character to behind the last; a block's text ends with its line."""

    start: int
    end: int


class Item(NamedTuple):
    """A mapping in the list; `end` is behind the last character of its last value."""

    start: int
    end: int
    flow: bool  # written in braces
    members: dict[str, Span]


class ListSpan(NamedTuple):
    """The list; `key_end` is behind its key, `line` counts from 1, `flow` means brackets."""

    key_end: int
    start: int
    end: int
    line: int
    flow: bool


def spans_of(text: str, key: str) -> tuple[ListSpan, tuple[Item, ...]]:
    """Return where the list under `key` stands, and its mappings.

    The text must have been read without complaint: a mapping with that key, whose value is a list
    of mappings of scalars.
    """
    root: Any = yaml.compose(text, Loader=_LOADER)
    name, listed = next(pair for pair in root.value if pair[0].value == key)
    where = ListSpan(
        name.end_mark.index,
        listed.start_mark.index,
        listed.end_mark.index,
        name.start_mark.line + 1,
        bool(listed.flow_style or root.flow_style),
    )
    return where, tuple(map(_item, listed.value))


def _item(node: Any) -> Item:  # noqa: ANN401 -- untyped nodes
    members = {
        name.value: Span(value.start_mark.index, value.end_mark.index) for name, value in node.value
    }
    # A mapping in block style ends, to the parser, where the next thing begins.
    end = node.end_mark.index if node.flow_style else max(span.end for span in members.values())
    return Item(node.start_mark.index, end, bool(node.flow_style), members)

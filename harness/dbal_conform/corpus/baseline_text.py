"""The text of a `deviations.yaml`, changed entry by entry: all else stays as people wrote it.

Libraries that keep comments tie each to the line before it, so that taking an entry away takes the
heading of the next one along (docs/decisions/090-baselines-as-text.md).
"""

import contextlib
import json
import re
from collections.abc import Iterable, Mapping
from typing import NamedTuple

import msgspec

from dbal_conform.core.baseline import Deviation
from dbal_conform.core.errors import HarnessError, InputError
from dbal_conform.core.messages import Json
from dbal_conform.corpus.strict_yaml import parse
from dbal_conform.corpus.yaml_spans import Item, spans_of

NEW = "# Known deviations: each has a reason, an issue and a last day (docs/verdicts.md).\n"
LIST = "deviations"
_PLAIN = re.compile(r"[A-Za-z0-9][\w ./()\[\]=+,;'-]*")
_DASH = re.compile(r"^ *-(?=[ \r\n])", re.MULTILINE)
_WORDS = frozenset({"y", "n", "yes", "no", "on", "off"})  # truth values to readers of YAML 1.1
_FOREIGN = re.compile("[\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff]")


class _Edit(NamedTuple):
    start: int
    end: int
    text: str


class Amendment(NamedTuple):
    """What to do to a file; places are those of the entries as they are, from 0.

    `changed` gives entries as they are to read: only members that differ are touched.
    """

    added: tuple[Deviation, ...] = ()
    changed: Mapping[int, Deviation] = {}
    removed: frozenset[int] = frozenset()


def amended(text: str, amendment: Amendment, name: str) -> str:
    """Return the text with the amendment made; an added entry stands after those of its case.

    Args:
        text: a baseline that was read without complaint; empty for a new one.
        amendment: what to do.
        name: what messages call the file.

    Raises:
        InputError: the list is written in a way that cannot be changed line by line.
        HarnessError: what came out does not say what it should; a bug here.
    """
    text = text or f"{NEW}{LIST}: []\n"
    before = _entries(text, name)
    changed = Written(text, name).amended(before, amendment)
    after = sorted(
        (
            *(
                amendment.changed.get(place, entry)
                for place, entry in enumerate(before)
                if place not in amendment.removed
            ),
            *amendment.added,
        ),
        key=repr,
    )
    try:
        came = sorted(_entries(changed, name), key=repr)
    except (InputError, msgspec.ValidationError):
        came = []
    if came != after:
        raise HarnessError(f"{name}: cannot be changed safely, and was not: edit it by hand")
    return changed


class Written:
    """A text, and where its entries are; `amended` of this module checks what comes of it."""

    def __init__(self, text: str, name: str) -> None:
        self._text = text if text.endswith("\n") else f"{text}\n"
        self._end = "\r\n" if "\r\n" in text else "\n"
        self._list, self._items = spans_of(self._text, LIST)
        if self._list.flow and (self._items or "{" in self._text[: self._list.start]):
            raise InputError(
                f"{name}:{self._list.line}:1: all entries stand in one pair of brackets: write each"
                " on lines of its own, after `- `, so that it can be changed alone"
            )

    def amended(self, before: tuple[Deviation, ...], amendment: Amendment) -> str:
        """Return the text with the amendment made; `before` are its entries."""
        edits = [self._removal(place) for place in amendment.removed]
        for place, entry in amendment.changed.items():
            edits += self._changes(self._items[place], before[place], entry)
        edits += self._additions(before, amendment)
        kept = len(before) - len(amendment.removed) + len(amendment.added)
        if before and not kept:
            edits.append(_Edit(self._after_key(), self._after_key(), " []"))
        text = self._text
        # From the end, so that what is not yet edited stays where it is. In one place, taking away
        # goes before putting there, and what was to come later is put there first.
        order = sorted(
            enumerate(edits), key=lambda one: (one[1].start, one[1].end, one[0]), reverse=True
        )
        for _, edit in order:
            text = text[: edit.start] + edit.text + text[edit.end :]
        return text

    def _removal(self, place: int) -> _Edit:
        return _Edit(self._line_start(place), self._line_end(self._items[place].end), "")

    def _changes(self, item: Item, old: Deviation, new: Deviation) -> Iterable[_Edit]:
        was = _members(old)
        for key, value in _members(new).items():
            if value != was.get(key):
                span = item.members[key]
                raw = self._text[span.start : span.end]
                tail = raw[len(raw.rstrip()) :]  # a block's text ends with its line
                yield _Edit(span.start, span.end, _scalar(value, quoted=item.flow) + tail)

    def _additions(self, before: tuple[Deviation, ...], amendment: Amendment) -> Iterable[_Edit]:
        if not amendment.added:
            return
        if not before:
            yield _Edit(self._after_key(), self._list.end, "")
            at = self._line_end(self._list.end)
            yield _Edit(at, at, "".join(map(self._written, amendment.added)))
            return
        last = {each.case: place for place, each in enumerate(before)}
        for entry in amendment.added:
            at = self._line_end(self._items[last.get(entry.case, -1)].end)
            yield _Edit(at, at, self._written(entry))

    def _written(self, entry: Deviation) -> str:
        column = self._column() if self._items else 2
        first, *rest = (
            f"{key}: {_scalar(value, quoted=False)}" for key, value in _members(entry).items()
        )
        lines = [f"- {first}", *(f"  {line}" for line in rest)]
        return "".join(f"{' ' * column}{line}{self._end}" for line in lines)

    def _after_key(self) -> int:
        return self._text.index(":", self._list.key_end) + 1

    def _column(self) -> int:
        start = self._line_start(0)
        return self._text.index("-", start) - start

    def _line_start(self, place: int) -> int:
        """Return where the line with the entry's dash begins."""
        floor = self._items[place - 1].end if place else self._list.start
        floor = self._text.rfind("\n", 0, floor) + 1
        dashes = [
            found.start()
            for found in _DASH.finditer(self._text, floor, self._items[place].start)
            if not place or found.start() >= self._items[place - 1].end
        ]
        return dashes[-1]

    def _line_end(self, at: int) -> int:
        """Return where the line after `at` begins; `at` may be there already."""
        if self._text[at - 1] == "\n":
            return at
        return self._text.index("\n", at) + 1


def _entries(text: str, name: str) -> tuple[Deviation, ...]:
    document = parse(text, name)
    listed: Json = document.get(LIST) if isinstance(document, dict) else None
    return msgspec.convert(listed, tuple[Deviation, ...])


def _members(entry: Deviation) -> dict[str, str]:
    """Return the members as they are written: case first, what is empty left out."""
    plain: dict[str, str] = msgspec.to_builtins(entry)
    where: dict[str, str] = {
        key: plain.pop(key) for key in ("case", "target", "database") if key in plain
    }
    return {**where, **plain}


def _scalar(value: str, *, quoted: bool) -> str:
    """Return text as every reader of YAML takes it for this text."""
    if not quoted and _PLAIN.fullmatch(value) and value.lower() not in _WORDS:
        with contextlib.suppress(InputError):
            if parse(value, "") == value:
                return value
    text = json.dumps(value, ensure_ascii=False)
    return _FOREIGN.sub(lambda found: f"\\u{ord(found[0]):04x}", text)

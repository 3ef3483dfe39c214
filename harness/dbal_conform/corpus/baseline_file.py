"""A `deviations.yaml`: its entries, where each stands, and how it is written anew."""

import contextlib
import os
import tempfile
from collections.abc import Collection, Iterable
from datetime import date
from pathlib import Path

import msgspec

from dbal_conform.core.baseline import Deviation
from dbal_conform.core.errors import HarnessError, InputError
from dbal_conform.corpus.baseline_text import Amendment, amended
from dbal_conform.corpus.gate import admit
from dbal_conform.corpus.source import MAX_BYTES, Finding, Source, read_source, shown


class BaselineForm(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The whole of a `deviations.yaml`."""

    deviations: tuple[Deviation, ...]


class BaselineFile:
    """One file; `entries` are in its order, and name a target only where the file does."""

    def __init__(self, path: Path, source: Source | None, entries: tuple[Deviation, ...]) -> None:
        self.path = path
        self.name = shown(path)
        self.entries = entries
        self._source = source

    @classmethod
    def read(cls, path: Path, *, may_lack: bool = False) -> "BaselineFile":
        """Read a file; with `may_lack`, one that is not there yet is one without entries.

        Raises:
            InputError: it cannot be read, is not a baseline, or says a thing twice.
        """
        if may_lack and not path.exists():
            return cls(path, None, ())
        source = read_source(path)
        form = admit(source, BaselineForm, "baseline")
        if findings := [*_repeated(form), *_no_days(form)]:
            raise source.error(findings)
        return cls(path, source, form.deviations)

    def about(self, target: str) -> tuple[Deviation, ...]:
        """Return the entries; those that name no target are about `target`."""
        return tuple(
            entry if entry.target else msgspec.structs.replace(entry, target=target)
            for entry in self.entries
        )

    def place(self, entry: int, key: str = "case") -> tuple[int, int]:
        """Return line and column, from 1, of what stands at `key` of an entry."""
        if self._source is None:
            return (1, 1)
        _, line, column = self._source.place(("deviations", entry, key)).rsplit(":", 2)
        return int(line), int(column)

    def refuse_unmatched(self, cases: Collection[str]) -> None:
        """Check that each entry names a case that exists, selected for this run or not.

        Raises:
            InputError: one does not, so it would excuse nothing, or one day the wrong thing.
        """
        lost = [
            Finding(
                ("deviations", place, "case"),
                f"no such case: {entry.case}; correct the id (`dbal-conform list`) or delete the"
                " entry",
            )
            for place, entry in enumerate(self.entries)
            if entry.case not in cases
        ]
        if lost and self._source is not None:
            raise self._source.error(lost)

    @property
    def text(self) -> str:
        """What stands in the file; empty where there is none."""
        return self._source.text if self._source else ""

    def amended(self, amendment: Amendment) -> str:
        """Return the text with an amendment made, all else as it was.

        Raises:
            InputError, HarnessError: as `baseline_text.amended`; or it would be too large to read.
        """
        text = amended(self.text, amendment, self.name)
        if len(text.encode()) > MAX_BYTES:
            raise InputError(
                f"{self.name}: would be larger than {MAX_BYTES // 1024 // 1024} MiB: that is no"
                " list of known deviations any more; choose cases with --case"
            )
        return text

    def write(self, text: str) -> None:
        """Put `text` in place of the file at once: a reader finds the old one or the new one.

        Raises:
            HarnessError: it cannot be written; the file is as it was.
        """
        path = self.path.resolve()
        try:
            mode = path.stat().st_mode & 0o777 if path.exists() else 0o644
            descriptor, made = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
            try:
                with os.fdopen(descriptor, "w", encoding="utf-8", newline="") as out:
                    out.write(text)
                Path(made).chmod(mode)
                Path(made).replace(path)
            except BaseException:
                with contextlib.suppress(OSError):
                    Path(made).unlink()
                raise
        except OSError as error:
            raise HarnessError(f"{self.name}: cannot be written: {error.strerror}") from error


def _repeated(form: BaselineForm) -> Iterable[Finding]:
    seen: set[tuple[str, ...]] = set()
    for place, entry in enumerate(form.deviations):
        key = (entry.case, entry.requirement, entry.target, entry.database)
        if key in seen:
            yield Finding(("deviations", place), "this deviation is already listed")
        seen.add(key)


def _no_days(form: BaselineForm) -> Iterable[Finding]:
    for place, entry in enumerate(form.deviations):
        try:
            day = date.fromisoformat(entry.expires).isoformat()
        except ValueError:
            day = ""
        if day != entry.expires:  # days are compared as text, so there is one way to write them
            text = f"{entry.expires!r} is not a day: write YYYY-MM-DD"
            yield Finding(("deviations", place, "expires"), text)

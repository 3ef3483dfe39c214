"""A run as annotations of GitHub Actions: workflow commands, at the line of the vector.

A step shows ten annotations of each kind and drops the others unseen, so the tenth says how many
more there are. https://docs.github.com/actions/reference/workflow-commands-for-github-actions
"""

import posixpath
import secrets
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Literal, NamedTuple, TextIO, TypeAlias

from dbal_conform.core.baseline import Judgement
from dbal_conform.core.ledger import Header, Ledger
from dbal_conform.core.matrix import note_of
from dbal_conform.core.standing import Placed
from dbal_conform.core.verdict import TrialResult
from dbal_conform.reporters.findings import LISTED, Finding, findings
from dbal_conform.reporters.plain import clip, one_line, plain
from dbal_conform.reporters.summary import summary

Kind: TypeAlias = Literal["error", "warning", "notice"]
OF_A_KIND = 10  # shown for each step
MESSAGE = 64 * 1024  # bytes, of UTF-8
VALUE = 1_000  # characters of one value
TITLE = 200
_OF_ENTRIES = frozenset({Judgement.STALE, Judgement.EXPIRED, Judgement.WRONG_FAIL})


class Annotation(NamedTuple):
    """One of them; `file` is a path from the root of the repository, empty for none."""

    kind: Kind
    title: str
    message: str
    file: str = ""
    line: int = 0
    column: int = 0


def write(
    ledger: Ledger, out: TextIO, *, entries: Sequence[Placed] | None = None, prefix: str = ""
) -> None:
    """Write the annotations, a line each.

    Args:
        ledger: the run.
        out: standard output, where the runner listens.
        entries: those of the baseline that no longer hold, told in place of the trials that they
            are about; None if it is not at hand.
        prefix: the working directory, from the root of the repository.
    """
    found = findings(ledger)
    told_elsewhere = frozenset() if entries is None else _OF_ENTRIES
    told = [
        *(
            _failure(ledger, one)
            for one in found
            if one.failing and one.judgement not in told_elsewhere
        ),
        *(_entry(one) for one in entries or ()),
        *_absent(ledger),
        *(
            _listed(ledger, one)
            for one in found
            if not one.failing and one.result.verdict in LISTED
        ),
        *_known(found),
    ]
    for kind in ("error", "warning", "notice"):
        chosen = _limited([one for one in told if one.kind == kind])
        out.writelines(f"{command(one, prefix)}\n" for one in chosen)


def command(one: Annotation, prefix: str = "") -> str:
    """Return the line that makes the runner show an annotation."""
    properties = {"title": clip(one_line(one.title), TITLE)}
    if one.file:
        properties["file"] = plain(posixpath.normpath(posixpath.join(prefix, one.file)))
        properties["line"] = str(one.line or 1)
        properties |= {"col": str(one.column)} if one.column else {}
    told = ",".join(f"{name}={_property(value)}" for name, value in properties.items())
    return f"::{one.kind} {told}::{_data(_clipped(plain(one.message), MESSAGE))}"


@contextmanager
def silenced(out: TextIO) -> Iterator[None]:
    """Keep the runner from obeying what is written meanwhile: it holds words of strangers."""
    word = secrets.token_hex(16)
    out.write(f"::stop-commands::{word}\n")
    try:
        yield
    finally:
        out.write(f"::{word}::\n")


def vector_file(header: Header, source: str) -> str:
    """Return the path of a file of cases from the working directory of the run.

    Of several folders of cases it cannot be told which one held it: then there is none.
    """
    asked = header.request.get("paths")
    paths = [str(one) for one in asked] if isinstance(asked, list) else []
    if not source:
        return ""
    if not paths:
        return posixpath.join("cases", source)  # as in the repository that they ship from
    files = [one for one in paths if posixpath.basename(one) == source]
    folders = [one for one in paths if not one.endswith((".yaml", ".yml"))]
    if files:
        return files[0]
    return posixpath.join(folders[0], source) if len(folders) == 1 else ""


def _failure(ledger: Ledger, one: Finding) -> Annotation:
    lines = [one.title]
    lines += [f"{each.id} {each.keyword} {each.text}" for each in one.cited if each.broken]
    lines += [clip(one.result.reason, VALUE), one.excuse]
    for each in one.differences:
        lines += [
            f"{each.place}: {clip(each.why, VALUE)}",
            f"  expected: {clip(each.expected, VALUE)}",
            f"  actual:   {clip(each.actual, VALUE)}",
        ]
    message = "\n".join([*(line for line in lines if line), f"replay: {one.replay}"])
    return _at_vector(ledger, one.result, "error", one.label, message)


def _listed(ledger: Ledger, one: Finding) -> Annotation:
    ids = ", ".join(each.id for each in one.cited if each.broken)
    return _at_vector(ledger, one.result, "warning", one.label, f"{one.title}\n{ids}".rstrip())


def _at_vector(
    ledger: Ledger, result: TrialResult, kind: Kind, label: str, message: str
) -> Annotation:
    note = note_of(ledger, result.trial)
    title = f"{label}: {result.trial} on {result.target} with {result.database}"
    return Annotation(kind, title, message, vector_file(ledger.header, note.source), note.line)


def _entry(one: Placed) -> Annotation:
    title = f"{one.review.standing} baseline entry: {one.review.entry.case}"
    return Annotation("error", title, one.text, one.file, one.line, one.column)


def _absent(ledger: Ledger) -> Iterable[Annotation]:
    """Yield why trials could not run: one a reason, since one lack stops many."""
    for reason, count in summary(ledger).absent.items():
        trials = "1 trial" if count == 1 else f"{count:,} trials"
        yield Annotation("warning", f"{trials} could not run", reason)
    if ledger.footer is None:
        yield Annotation("warning", "The run did not end", "Its run file has no last line.")


def _known(found: Iterable[Finding]) -> Iterable[Annotation]:
    known = [one for one in found if one.excuse and not one.failing]
    if known:
        lines = [f"{one.result.trial}: {one.excuse}" for one in known]
        yield Annotation("notice", f"{len(known):,} known deviations", "\n".join(lines))


def _limited(told: Sequence[Annotation]) -> Iterable[Annotation]:
    if len(told) <= OF_A_KIND:
        return told
    kept = list(told[: OF_A_KIND - 1])
    more = len(told) - len(kept)
    text = "\n".join(one.title for one in told[len(kept) :])
    title = f"and {more:,} more, of which GitHub shows none; the job's summary has them"
    return [*kept, Annotation(told[0].kind, title, text)]


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")


def _clipped(text: str, limit: int) -> str:
    """Return at most `limit` bytes of text, escapes of the command counted in."""
    if len(_data(text).encode("utf-8", "replace")) <= limit:
        return text
    cut = "\n… cut here: the run file has it all"
    room = limit - len(_data(cut).encode())
    kept, used = [], 0
    for letter in text:
        used += len(_data(letter).encode("utf-8", "replace"))
        if used > room:
            break
        kept.append(letter)
    return "".join(kept) + cut

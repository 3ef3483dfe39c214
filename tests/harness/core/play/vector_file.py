"""The files of the corpora `valid_pass` and `valid_fail`: a vector, and what a target answers.

    about: one sentence
    case: {steps: [...], covers: [...], ...}      # `covers` is GEN-READ-001 where left out
    short: [...]                                  # or the seed's notation
    replies: [{ok: value} | {error: NAME, ...} | {silence: timeout} | {raw: {...}}, ...]
    control: {conformance.digest: [...], ...}     # replies to these, before the target's own
    claims, offers: [...]
    expect: {verdict: fail, mismatches: [{path, why, requirement, step}], broken: [...]}

Within replies `{$row: Post, title: x}` is a whole row, `{$page: [rows], total: 3}` a whole page,
`{$without: {of: row, names: [...]}}` a mapping that lacks members.
"""

from pathlib import Path
from typing import Any

import yaml
from tests.harness.core.play.scripted import Scripted, fault, page, row

from dbal_conform.core.messages import Outcome, RawReply, Silence, Value
from dbal_conform.core.suite import Case
from dbal_conform.corpus.load import read_suite
from dbal_conform.corpus.source import Source

FOLDER = Path(__file__).parents[3] / "corpora" / "vectors"


def names(kind: str) -> list[str]:
    found = sorted(file.stem for file in (FOLDER / kind).glob("*.yaml"))
    if not found:
        raise FileNotFoundError(f"an empty corpus proves nothing: {kind}")
    return found


class VectorFile:
    def __init__(self, file: Path) -> None:
        document: Any = Source(file.name, file.read_text("utf-8")).document
        self.document: dict[str, Any] = document
        written = self.document.get("short") or self._suite()
        text = yaml.safe_dump(written, sort_keys=False, allow_unicode=True, width=10_000)
        self.cases: tuple[Case, ...] = read_suite(Source(file.name, text), file.name).cases
        self.options = {
            name: self.document[name] for name in ("claims", "offers") if name in self.document
        }

    def _suite(self) -> dict[str, Any]:
        case = {"id": "case", "covers": ["GEN-READ-001"], **self.document["case"]}
        case.setdefault("title", self.document["about"])
        return {"suite": "self", "contract": "1.0", "as": "system", "cases": [case]}

    @property
    def expect(self) -> dict[str, Any]:
        expected: dict[str, Any] = self.document.get("expect", {})
        return expected

    def target(self) -> Scripted:
        control = {
            method: [outcome(reply) for reply in replies]
            for method, replies in self.document.get("control", {}).items()
        }
        replies = [outcome(reply) for reply in self.document.get("replies", [])]
        return Scripted(replies, control=control, took_ms=self.document.get("took_ms", 1.0))


def outcome(reply: dict[str, Any]) -> Outcome:
    match reply:
        case {"ok": value, **rest}:
            return Value(rest.get("id", 0), filled(value))
        case {"error": str(name), **rest}:
            return fault(name, **rest)
        case {"silence": how, **rest}:
            return Silence(0, how, rest.get("reason", "nothing came"))
        case {"raw": dict(members)}:
            return RawReply(0, **members)
        case _:
            raise ValueError(reply)


def filled(node: Any) -> Any:  # noqa: ANN401 -- any JSON
    match node:
        case {"$row": str(entity)}:
            return row(entity) | filled({key: node[key] for key in node if key != "$row"})
        case {"$page": list(rows)}:
            return page(filled(rows)) | {key: node[key] for key in node if key != "$page"}
        case {"$without": {"of": whole, "names": list(lacking)}}:
            return {key: value for key, value in filled(whole).items() if key not in lacking}
        case dict():
            return {key: filled(value) for key, value in node.items()}
        case list():
            return [filled(item) for item in node]
        case _:
            return node

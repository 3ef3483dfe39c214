"""A gate's decision as the summary of a job: Markdown of a size that the platform takes."""

from dbal_conform.core.decision import TOLD, Decision
from dbal_conform.core.ledger import Ledger
from dbal_conform.reporters import markdown
from dbal_conform.reporters.decision import HEADINGS, new_failures, place, words
from dbal_conform.reporters.markdown import code, escaped

LIMIT = 1024 * 1024  # bytes that a step of GitHub Actions may leave; of more, nothing is shown
LISTED = 200  # new failures in the list; what failed first is told in full below
_CUT = "\n\n… cut here, since a summary may not be longer: the run file has it all.\n"


def text(decision: Decision, *, limit: int = LIMIT) -> str:
    """Return the summary, at most `limit` bytes of UTF-8."""
    parts = [f"## Gate {escaped(words(decision))}"]
    failed = new_failures(decision)
    if failed:
        lines = [
            f"- **{one.label}** {code(one.result.trial)} on {escaped(one.result.target)}"
            f" · {escaped(one.result.database)}:"
            f" {escaped(', '.join(each.id for each in one.cited if each.broken))}"
            for one in failed[:LISTED]
        ]
        lines += [f"- … and {len(failed) - LISTED:,} more"] if len(failed) > LISTED else []
        parts.append(f"### New failures: {len(failed):,}\n\n" + "\n".join(lines))
    for standing in TOLD:
        chosen = [one for one in decision.red if one.review.standing is standing]
        if chosen:
            lines = [f"- {code(place(one))} {escaped(one.text)}" for one in chosen]
            parts.append(f"### {HEADINGS[standing]}: {len(chosen):,}\n\n" + "\n".join(lines))
    parts.append(_report(decision.ledger))
    return clipped("\n\n".join(parts) + "\n", limit)


def clipped(whole: str, limit: int) -> str:
    """Return Markdown cut between two blocks, so that nothing stays open."""
    if len(whole.encode()) <= limit:
        return whole
    room = limit - len(_CUT.encode())
    kept, used, end, fence = [], 0, 0, ""
    for line in whole.split("\n"):
        used += len(line.encode()) + 1
        if used > room:
            break
        kept.append(line)
        if not fence and line.startswith("```"):
            fence = line[: len(line) - len(line.lstrip("`"))]
        elif fence and line == fence:
            fence = ""
        if not line and not fence:
            end = len(kept) - 1
    return "\n".join(kept[:end]) + _CUT if room > 0 else ""


def _report(ledger: Ledger) -> str:
    return markdown.text(ledger).rstrip("\n")

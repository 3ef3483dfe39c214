"""What changed between two runs: for a person, and for machines."""

from typing import TextIO

from rich.text import Text

from dbal_conform.core.comparison import Change, Comparison, Difference
from dbal_conform.core.messages import Json
from dbal_conform.core.verdict import TrialResult
from dbal_conform.reporters.console import console_for
from dbal_conform.reporters.plain import clip, one_line

FORMAT = "dbal-conform/comparison/1"
TOLD = 50  # of a change; more scroll away before they are read
VALUE = 200
HEADINGS = {
    Change.BROKE: "Held, and fails now",
    Change.OTHERWISE: "Failed, and fails for something else now",
    Change.UNSHOWN: "Showed something, and shows nothing now",
    Change.MENDED: "Failed, and holds now",
    Change.SHOWN: "Showed nothing, and holds now",
    Change.CHANGED: "Conformant both times, under another verdict",
    Change.NEW: "New in the later run",
    Change.GONE: "Not in the later run",
}
_STYLES = {
    Change.BROKE: "bold red",
    Change.UNSHOWN: "bold red",
    Change.OTHERWISE: "bold yellow",
    Change.MENDED: "bold green",
    Change.SHOWN: "bold green",
}


def write(compared: Comparison, out: TextIO, *, color: bool | None = None) -> None:
    """Write it for a person: what is worse first."""
    console = console_for(out, color=color)
    for change in Change:
        chosen = [one for one in compared.differences if one.change is change]
        if not chosen:
            continue
        head = Text(f"{HEADINGS[change]}: {len(chosen):,}", style=_STYLES.get(change, "bold"))
        console.print(head, soft_wrap=True)
        for one in chosen[:TOLD]:
            console.print(Text(f"  {_line(one)}"), soft_wrap=True)
        if len(chosen) > TOLD:
            console.print(Text(f"  and {len(chosen) - TOLD:,} more (--json has them all)"))
        console.print()
    for heading, names in (
        ("Requirements broken now", compared.broken),
        ("Requirements that hold again", compared.mended),
    ):
        if names:
            console.print(Text(f"{heading}: {one_line(', '.join(names))}"), soft_wrap=True)
    for fact in compared.facts:
        before, after = (clip(one_line(each), VALUE) for each in (fact.before, fact.after))
        console.print(Text(f"{one_line(fact.name)}: {before} -> {after}"), soft_wrap=True)
    console.print(Text(words(compared), style="bold"), soft_wrap=True)


def words(compared: Comparison) -> str:
    """Return the counts in a line."""
    counts = [
        f"{sum(one.change is change for one in compared.differences):,} {change.value}"
        for change in Change
        if any(one.change is change for one in compared.differences)
    ]
    verdict = "worse" if compared.worse else "not worse"
    return f"{verdict}: {', '.join([*counts, f'{compared.same:,} as before'])}"


def document(compared: Comparison) -> dict[str, Json]:
    """Return it as JSON data."""
    return {
        "format": FORMAT,
        "worse": compared.worse,
        "same": compared.same,
        "requirements": {"broken": list(compared.broken), "mended": list(compared.mended)},
        "facts": [
            {"name": one.name, "before": one.before, "after": one.after} for one in compared.facts
        ],
        "trials": [
            {
                "trial": one.key.trial,
                "target": one.key.target,
                "database": one.key.database,
                "change": one.change.value,
                "before": _side(one.before),
                "after": _side(one.after),
            }
            for one in compared.differences
        ],
    }


def _line(one: Difference) -> str:
    key = one.key
    sides = [told(each) for each in (one.before, one.after) if each is not None]
    return one_line(f"{key.trial} on {key.target} with {key.database}: {' -> '.join(sides)}")


def told(result: TrialResult) -> str:
    """Return the verdict of a trial, and what it broke."""
    flaky = " (flaky)" if result.flaky else ""
    ids = f" {', '.join(result.broken)}" if result.broken else ""
    return f"{result.verdict}{flaky}{ids}"


def _side(result: TrialResult | None) -> Json:
    if result is None:
        return None
    return {"verdict": result.verdict.value, "broken": list(result.broken), "flaky": result.flaky}

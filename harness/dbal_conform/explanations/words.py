"""The words of reports and the exit statuses, explained."""

from collections.abc import Iterator
from typing import NamedTuple

from dbal_conform.reporters.words import EXITS, JUDGEMENTS, RESULTS, STANDINGS, STATES, VERDICTS


class Explanation(NamedTuple):
    """What a word means, as one of a kind: verdict, result, cell, judgement or exit status."""

    word: str
    kind: str
    means: str


def explained(word: str) -> list[Explanation]:
    """Return every meaning of a word, in any spelling of it: `could not run`, `COULD_NOT_RUN`."""
    wanted = _plain(word)
    return [one for one in every() if wanted in {_plain(one.word), _plain(one.word.split(" (")[0])}]


def every() -> Iterator[Explanation]:
    """Yield all words, verdicts first."""
    for kind, table in (
        ("verdict of a trial", VERDICTS),
        ("result of a run", RESULTS),
        ("cell of the matrix", STATES),
        ("trial against the baseline", JUDGEMENTS),
        ("entry of the baseline", STANDINGS),
    ):
        for value, word in table.items():
            same = _plain(value.value) == _plain(word.label)
            name = value.value if same else f"{value.value} ({word.label})"
            yield Explanation(name, kind, word.means)
    for status, means in EXITS.items():
        yield Explanation(str(status), "exit status", f"{means[0].upper()}{means[1:]}.")


def _plain(word: str) -> str:
    return " ".join(word.lower().replace("_", " ").replace("-", " ").split())

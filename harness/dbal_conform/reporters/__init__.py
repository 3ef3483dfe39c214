"""A ledger in, a report out. A reporter reads nothing else, so a run file can be told years later.

Each row imports its module when it is used: a run that writes JUnit pays for no template engine.
"""

from collections.abc import Callable
from typing import TextIO, TypeAlias

from dbal_conform.core.ledger import Ledger

Reporter: TypeAlias = Callable[[Ledger, TextIO], None]


def _badge(ledger: Ledger, out: TextIO) -> None:
    from dbal_conform.reporters import badge  # noqa: PLC0415 -- on use, see above

    badge.write(ledger, out)


def _console(ledger: Ledger, out: TextIO) -> None:
    from dbal_conform.reporters import console  # noqa: PLC0415 -- on use, see above

    console.write(ledger, out)


def _github(ledger: Ledger, out: TextIO) -> None:
    from dbal_conform.reporters import github  # noqa: PLC0415 -- on use, see above

    github.write(ledger, out)


def _html(ledger: Ledger, out: TextIO) -> None:
    from dbal_conform.reporters import html  # noqa: PLC0415 -- on use, see above

    html.write(ledger, out)


def _json(ledger: Ledger, out: TextIO) -> None:
    from dbal_conform.reporters import json  # noqa: PLC0415 -- on use, see above

    json.write(ledger, out)


def _junit(ledger: Ledger, out: TextIO) -> None:
    from dbal_conform.reporters import junit  # noqa: PLC0415 -- on use, see above

    junit.write(ledger, out)


def _markdown(ledger: Ledger, out: TextIO) -> None:
    from dbal_conform.reporters import markdown  # noqa: PLC0415 -- on use, see above

    markdown.write(ledger, out)


REPORTERS: dict[str, Reporter] = {
    "badge": _badge,
    "console": _console,
    "github": _github,
    "html": _html,
    "json": _json,
    "junit": _junit,
    "markdown": _markdown,
}

"""What a person says of a deviation: given with options, or asked for on a terminal."""

import re
from datetime import date, timedelta
from typing import TYPE_CHECKING

import typer

from dbal_conform.core.errors import InputError

if TYPE_CHECKING:
    from dbal_conform.core.restatement import Word

LONGEST_DAYS = 3650


class Asker:
    """Gives each case its word; what was said of a case stands for all that is wrong with it.

    Raises:
        InputError: the last day is none, or past; or an option is empty.
    """

    def __init__(
        self, reason: str | None, issue: str | None, expires: str, *, today: str, may_ask: bool
    ) -> None:
        for name, text in (("reason", reason), ("issue", issue)):
            if text is not None and not text.strip():
                raise InputError(f"--{name} is empty: an entry without one is not taken")
        self._reason = reason
        self._issue = issue
        self._expires = _day(expires, today)
        self._may_ask = may_ask
        self._said: dict[str, Word | None] = {}
        self._last_issue = ""

    def word(self, case: str, about: str, title: str) -> "Word | None":
        """Return the word for a deviation of `case`; None if the user leaves it out.

        Raises:
            InputError: there is nobody to ask.
        """
        if case not in self._said:
            self._said[case] = self._asked(about, title)
        return self._said[case]

    def _asked(self, about: str, title: str) -> "Word | None":
        from dbal_conform.core.restatement import Word  # noqa: PLC0415 -- see cli/app.py

        if (self._reason is None or self._issue is None) and not self._may_ask:
            lacks = [name for name, text in self._options().items() if text is None]
            raise InputError(
                f"{about} needs {' and '.join(lacks)}, and there is no terminal to ask on: give"
                " them as options, and choose cases with --case"
            )
        if self._may_ask and None in self._options().values():
            typer.echo(f"\n{about}\n  {title}", err=True)
        reason = self._reason or self._prompt("reason (empty: leave it out)", "")
        if not reason:
            return None
        issue = self._issue or self._prompt("issue, a link", self._last_issue)
        while not issue:
            issue = self._prompt("issue, a link (an entry without one is not taken)", "")
        self._last_issue = issue
        return Word(reason, issue, self._expires)

    def _options(self) -> dict[str, str | None]:
        return {"--reason": self._reason, "--issue": self._issue}

    @staticmethod
    def _prompt(text: str, default: str) -> str:
        told: str = typer.prompt(text, default=default, show_default=bool(default), err=True)
        return told.strip()


def _day(text: str, today: str) -> str:
    """Return the last day of an excuse, from a day or a number of days."""
    begin = date.fromisoformat(today)
    if found := re.fullmatch("([1-9][0-9]{0,3})d", text):
        if int(found[1]) > LONGEST_DAYS:
            raise InputError(f"--expires {text!r}: at most {LONGEST_DAYS}d")
        return (begin + timedelta(days=int(found[1]))).isoformat()
    try:
        day = date.fromisoformat(text)
    except ValueError:
        day = date.min
    if day.isoformat() != text:
        raise InputError(f"--expires {text!r}: write YYYY-MM-DD, or days from today: 90d")
    if day < begin:
        raise InputError(f"--expires {text}: is past, so the entry would excuse nothing")
    return text

"""Reports to compare with: `UPDATE_GOLDEN=1 pytest tests/harness` writes them anew, to be read."""

import io
import os
from pathlib import Path

from dbal_conform.core.ledger import Ledger
from dbal_conform.reporters import REPORTERS
from dbal_conform.runfile import read

DATA = Path(__file__).parents[2] / "data"
OLD_RUN = DATA / "run-format-1.jsonl"  # of the first format; never made anew, always readable


def old_run() -> Ledger:
    """Return the run of the committed file."""
    return read(OLD_RUN).ledger()


def written(name: str, ledger: Ledger) -> str:
    """Return a report as text."""
    out = io.StringIO()
    REPORTERS[name](ledger, out)
    return out.getvalue()


def golden(name: str, text: str) -> str:
    """Return the text that `text` is to equal."""
    file = DATA / "golden" / name
    if os.environ.get("UPDATE_GOLDEN"):
        with file.open("w", encoding="utf-8", newline="\n") as out:
            out.write(text)
    with file.open(encoding="utf-8", newline="") as kept:
        return kept.read()

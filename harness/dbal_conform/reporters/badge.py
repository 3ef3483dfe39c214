"""A run as a badge: the JSON that a shields.io endpoint serves.

The label names what was tested, so that a badge of one profile or shard cannot pass for the whole.
"""

import json
from typing import TextIO

from dbal_conform.core.ledger import Ledger, RunResult
from dbal_conform.reporters.plain import clip, one_line
from dbal_conform.reporters.words import RESULTS

LONGEST = 60  # characters: a badge is a word or two
_COLORS = {
    RunResult.CONFORMANT: "brightgreen",
    RunResult.CONFORMANT_WITH_DEVIATIONS: "green",
    RunResult.NONCONFORMANT: "red",
    RunResult.INCOMPLETE: "lightgrey",
    RunResult.INVALID: "lightgrey",
}


def write(ledger: Ledger, out: TextIO) -> None:
    """Write the badge."""
    header = ledger.header
    parts = [f"DBAL {header.contract}", header.profile]
    parts += ["part of the suite"] if header.filter else []
    parts += [f"shard {header.shard}"] if header.shard else []
    result = ledger.result
    badge = {
        "schemaVersion": 1,
        "label": clip(one_line(" ".join(parts)), LONGEST),
        "message": RESULTS[result].label.lower(),
        "color": _COLORS[result],
        "isError": result in (RunResult.NONCONFORMANT, RunResult.INVALID),
    }
    json.dump(badge, out)
    out.write("\n")

"""Run files into one run file; every line of a trial is taken over as it was written."""

from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

from dbal_conform.core.errors import InputError
from dbal_conform.core.ledger import Fold, Footer, Ledger
from dbal_conform.core.merge import merged, together
from dbal_conform.core.union import side_by_side
from dbal_conform.runfile import create, read, result_lines


def merge(files: Sequence[Path], output: Path) -> Ledger:
    """Write `output`, which must not exist, and return what it shows.

    Raises:
        InputError: a file is not a complete run, or they do not belong together; nothing is
            written.
        HarnessError: the disk is full or broken; nothing is left of it.
    """
    contents = [(str(file), read(file).ledger()) for file in files]
    header = merged(contents)
    fold = Fold()
    with closing(create(output, option="--output")) as out:
        try:
            out.append(header)
            for file in files:
                for line, result in result_lines(file):
                    out.append_line(line)
                    fold.add(result)
            ended_at = max(ledger.footer.ended_at for _, ledger in contents if ledger.footer)
            ledger = fold.ledger(header, Footer({}, "", ended_at))
            footer = Footer(ledger.counts, ledger.result.value, ended_at)
            out.append(footer)
        except BaseException:
            output.unlink()
            raise
    return fold.ledger(header, footer)


def joined(files: Sequence[Path]) -> Ledger:
    """Return several runs as one: shards merged, other columns side by side.

    Raises:
        InputError: one is not there or not a run file, or they do not belong together.
    """
    if twice := {str(file) for place, file in enumerate(files) if file in files[:place]}:
        raise InputError(f"{', '.join(sorted(twice))} is given twice")
    runs = [(str(file), read(file).ledger()) for file in files]
    sharded = any(ledger.header.shard for _, ledger in runs)
    return together(runs) if sharded else side_by_side(runs)

"""The baselines of targets or of runs, each held against what the runs show."""

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import NamedTuple

import msgspec

from dbal_conform.core.decision import Decision
from dbal_conform.core.errors import InputError
from dbal_conform.core.ledger import CaseNote, Ledger
from dbal_conform.core.matrix import note_of
from dbal_conform.core.restatement import Reach, Restatement, restate
from dbal_conform.core.standing import Known, Placed, Review, review
from dbal_conform.core.verdict import TrialResult
from dbal_conform.corpus.baseline_file import BaselineFile
from dbal_conform.corpus.contract import load_contract
from dbal_conform.corpus.target import DEFAULT_TARGET, Target, find_targets
from dbal_conform.preparation import case_ids


class Upkeep(NamedTuple):
    """One baseline, with the trials that it is to agree with."""

    file: BaselineFile
    ledger: Ledger | None
    results: tuple[TrialResult, ...]
    known: Known
    reaches: dict[str, Reach]

    def reviews(self, today: str) -> tuple[Review, ...]:
        """Return every entry, weighed."""
        entries = self.file.about(self.known.target)
        return review(entries, self.results, self.known, today)

    def placed(self, today: str) -> tuple[Placed, ...]:
        """Return every entry, weighed, with its place."""
        return tuple(
            Placed(self.file.name, *self.file.place(one.place), one) for one in self.reviews(today)
        )

    def restatement(self, results: Sequence[TrialResult], today: str) -> Restatement:
        """Return what makes the baseline state the deviations of `results`, some of its own."""
        return restate(results, self.reviews(today), self.reaches, self.note, today)

    def note(self, trial: str) -> CaseNote:
        """Return what the run says of a case."""
        return note_of(self.ledger, trial) if self.ledger else CaseNote(title="")


def judged(ledger: Ledger, upkeeps: Sequence[Upkeep], today: str) -> Decision:
    """Judge runs by the baselines as they stand now, on that day.

    Without any, the runs are judged by what was on record when they began.
    """
    if upkeeps:
        entries = tuple(one for each in upkeeps for one in each.file.about(each.known.target))
        header = msgspec.structs.replace(ledger.header, deviations=entries)
        ledger = msgspec.structs.replace(ledger, header=header)
    placed = tuple(one for each in upkeeps for one in each.placed(today))
    return Decision(msgspec.structs.replace(ledger, day=today), placed)


def baselines(
    ledger: Ledger | None,
    targets: Sequence[str],
    baseline: Path | None,
    *,
    may_lack: bool = False,
    required: bool = True,
) -> tuple[Upkeep, ...]:
    """Return the baselines that are meant: the one named, or else those of the targets.

    Args:
        ledger: the runs, side by side; None, and only what entries name can be checked.
        targets: names, globs or manifests; none, and they are those of the run.
        baseline: one file for all targets, as `run --baseline` takes it.
        may_lack: a file that is not there yet counts as empty.
        required: without a baseline there is nothing to do; else there may be none.

    Raises:
        InputError: a file or a target is not there or not what it should be; or there is none.
    """
    found = _targets(ledger, targets, required=required and baseline is None)
    if baseline is not None:
        owners = (each.name for each in found if _file(each) == baseline.resolve())
        owner = next(owners, "")
        file = BaselineFile.read(baseline, may_lack=may_lack)
        return (_upkeep(file, ledger, found, owner, None),)
    named = [each for each in found if each.manifest.baseline]
    if not named and required:
        names = ", ".join(each.name for each in found)
        raise InputError(
            f"{names}: no baseline: name the file with --baseline, and in the manifest as"
            " `baseline: deviations.yaml`"
        )
    return tuple(
        _upkeep(
            BaselineFile.read(_named(each), may_lack=may_lack and _is_beside(each)),
            ledger,
            (each,),
            each.name,
            each.name,
        )
        for each in named
    )


def _upkeep(
    file: BaselineFile,
    ledger: Ledger | None,
    targets: Iterable[Target],
    owner: str,
    only: str | None,
) -> Upkeep:
    """Gather what bears on a file; `only` leaves out the trials of other targets."""
    results = tuple(
        each for each in (ledger.results.values() if ledger else ()) if only in (None, each.target)
    )
    databases = {each.name: frozenset(each.manifest.specs) for each in targets}
    names = {each.target for each in results}
    reaches = {
        name: Reach(name, databases.get(name, frozenset()), own=name == owner) for name in names
    }
    return Upkeep(file, ledger, results, _known(ledger, owner), reaches)


def _known(ledger: Ledger | None, owner: str) -> Known:
    asked = ledger.header.request if ledger else {}
    schema = Path(str(asked["schema"])) if asked.get("schema") else None
    if schema is not None and not schema.is_dir():
        return Known(target=owner)
    # Of a run of some files of cases, entries about the rest may well name what there is.
    cases = None if asked.get("paths") else case_ids(schema)
    return Known(cases, frozenset(load_contract(schema).requirements), owner)


def _targets(ledger: Ledger | None, wanted: Sequence[str], *, required: bool) -> tuple[Target, ...]:
    if wanted:
        return find_targets(wanted)
    names: Sequence[str] = (DEFAULT_TARGET,)
    if ledger is not None:
        asked = ledger.header.request.get("targets")
        names = list(map(str, asked)) if isinstance(asked, list) else names
    elif not required:
        return ()
    try:
        return find_targets(names)
    except InputError as error:
        if not required:
            return ()  # a run file may come from another machine
        raise InputError(f"{error}; or name its baseline with --baseline") from error


def _named(target: Target) -> Path:
    return target.folder / (target.manifest.baseline or "")


def _is_beside(target: Target) -> bool:
    """Tell whether a baseline lies below its manifest: only there is a new file made unasked.

    Which manifest it is may be told by a run file, and so by whoever made that.
    """
    return _named(target).resolve().is_relative_to(target.folder.resolve())


def _file(target: Target) -> Path | None:
    name = target.manifest.baseline
    return (target.folder / name).resolve() if name else None

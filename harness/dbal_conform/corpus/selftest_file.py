"""`adapters_under_test/selftest/*.yaml`: known-bad implementations, and those that are right."""

import json
from pathlib import Path

import msgspec

from dbal_conform.core.errors import InputError
from dbal_conform.core.kills import Mutant
from dbal_conform.core.manifest import Connect, Manifest
from dbal_conform.corpus.gate import admit
from dbal_conform.corpus.locate import targets_root
from dbal_conform.corpus.source import read_source

DEFAULT = "selftest/reference.yaml"


class Selftest(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a self-test stands on.

    `catalog` (`module:function`) returns the mutants as JSON; `entry` opens one, in process, with
    `options` and `mutant`, its name; `correct` are targets that nothing is wrong with.
    """

    selftest: str
    correct: tuple[str, ...]
    catalog: str
    entry: str
    options: dict[str, str] = {}

    def manifest(self, mutant: Mutant) -> Manifest:
        """Return the mutant as a target."""
        options = {**self.options, "mutant": mutant.mutant}
        return Manifest(
            target=mutant.target,
            transport="in-process",
            connect=Connect(entry=self.entry, options=options),
            databases=(mutant.database,),
            control="conformance",
        )


def load_selftest(file: Path | None = None) -> tuple[Selftest, Path]:
    """Read the file, or the one that ships; return it with the folder it lies in.

    Raises:
        InputError: it cannot be read or is not of the form.
    """
    path = file or targets_root() / DEFAULT
    return admit(read_source(path), Selftest, "selftest"), path.absolute().parent


def read_catalog(text: str, entry: str) -> tuple[Mutant, ...]:
    """Read what a catalog returned.

    Raises:
        InputError: it is not a list of mutants, or two have one name.
    """
    try:
        mutants = msgspec.convert(json.loads(text), tuple[Mutant, ...])
    except (ValueError, msgspec.ValidationError) as error:
        raise InputError(f"{entry}: what it returns is no list of mutants: {error}") from error
    seen: set[str] = set()
    for mutant in mutants:
        if mutant.mutant in seen:
            raise InputError(f"{entry}: two mutants are called {mutant.mutant}")
        seen.add(mutant.mutant)
    return mutants

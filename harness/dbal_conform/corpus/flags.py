"""`flags.yaml` of a corpus: the classes of bug that cases are after, and what each costs."""

from pathlib import Path

from dbal_conform.core.messages import Json
from dbal_conform.corpus.locate import cases_root
from dbal_conform.corpus.source import read_source

FILE = "flags.yaml"


def packaged_flags() -> dict[str, Json]:
    """Return the explanations of the cases that ship; see `flags_in`."""
    return flags_in(cases_root())


def flags_in(folder: Path) -> dict[str, Json]:
    """Return name -> `{wrong, cost}`; nothing where the folder has no such file.

    Raises:
        InputError: it is there and not strict YAML.
    """
    file = folder / FILE
    if not file.is_file():
        return {}
    document = read_source(file).document
    return dict(document) if isinstance(document, dict) else {}

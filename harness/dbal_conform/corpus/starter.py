"""A folder to begin an implementation in: a manifest and a program that runs at once."""

import re
from importlib.resources import files
from pathlib import Path
from typing import Final

from dbal_conform.core.errors import InputError

LANGUAGES: Final = ("python", "typescript", "cpp")
_SUFFIX: Final = ".in"  # so that nobody takes a template for code of ours
_NAME: Final = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
_RUNS: Final = ".sh"


def write_starter(folder: Path, language: str, name: str) -> tuple[Path, ...]:
    """Write the starter of a language; return its files, the manifest first.

    Args:
        folder: where; made if it is not there, and empty if it is.
        language: one of `LANGUAGES`.
        name: what the target and the implementation are called.

    Raises:
        InputError: there is no such language, the name is no name, or the folder holds something.
    """
    if language not in LANGUAGES:
        raise InputError(f"--language {language!r}: choose one of {', '.join(LANGUAGES)}")
    if not _NAME.fullmatch(name):
        raise InputError(f"--name {name!r}: write lower-case words with hyphens, such as my-dbal")
    try:
        if folder.exists() and any(folder.iterdir()):
            raise InputError(f"{folder} holds files already: name a new folder")
        folder.mkdir(parents=True, exist_ok=True)
        return tuple(_write(folder, language, name))
    except OSError as error:
        raise InputError(f"{folder} cannot be written: {error.strerror}") from error


def _write(folder: Path, language: str, name: str) -> list[Path]:
    templates = files("dbal_conform").joinpath("starters", language)
    written = []
    for template in templates.iterdir():
        if not template.name.endswith(_SUFFIX):
            continue
        file = folder / template.name.removesuffix(_SUFFIX)
        file.write_text(template.read_text("utf-8").replace("@NAME@", name), encoding="utf-8")
        if file.suffix == _RUNS:
            file.chmod(0o755)
        written.append(file)
    return sorted(written, key=lambda file: (file.name != "target.yaml", file.name))

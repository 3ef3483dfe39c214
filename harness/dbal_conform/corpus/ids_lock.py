"""`cases/ids.lock` on disk: one id a line, sorted; a retired one begins with `~` and says why.

# Every case id that was ever published. `dbal-conform lint --write-ids` enters new ones.
users.create/duplicate-username
~users.create/old-name  replaced by users.create/duplicate-username
"""

import re
from pathlib import Path

from dbal_conform.core.errors import InputError
from dbal_conform.core.lint import Lock
from dbal_conform.corpus.source import shown

HEADER = (
    "# Every case id that was ever published. `dbal-conform lint --write-ids` enters new ones.\n"
    "# An id is never renamed or used again: to take a case out, put ~ before its line, and why.\n"
)
_LINE = re.compile(r"(?P<retired>~)?(?P<id>[a-z0-9.-]+/[a-z0-9-]+)(?:  (?P<why>\S.*))?")


def read_lock(file: Path) -> Lock:
    """Read a lock; a file that is not there is an empty one.

    Raises:
        InputError: it cannot be read, or a line is not of the form.
    """
    try:
        text = file.read_text(encoding="utf-8")
    except FileNotFoundError:
        return Lock()
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"{shown(file)}:1:1: cannot be read: {error}") from error
    ids: set[str] = set()
    retired: dict[str, str] = {}
    for number, line in enumerate(text.splitlines(), 1):
        if not line.strip() or line.startswith("#"):
            continue
        found = _LINE.fullmatch(line)
        if found is None or bool(found["retired"]) is not bool(found["why"]):
            raise InputError(
                f"{shown(file)}:{number}:1: write `suite/case`, or `~suite/case  why` "
                "for a retired one"
            )
        if found["id"] in ids or found["id"] in retired:
            raise InputError(f"{shown(file)}:{number}:1: {found['id']} is given twice")
        if found["retired"]:
            retired[found["id"]] = found["why"]
        else:
            ids.add(found["id"])
    return Lock(frozenset(ids), retired)


def write_lock(file: Path, lock: Lock) -> None:
    """Write a lock, sorted by id.

    Raises:
        InputError: the file cannot be written.
    """
    lines = {name: name for name in lock.ids}
    lines |= {name: f"~{name}  {why}" for name, why in lock.retired.items()}
    text = HEADER + "".join(f"{lines[name]}\n" for name in sorted(lines))
    try:
        file.write_text(text, encoding="utf-8")
    except OSError as error:
        raise InputError(f"{shown(file)}:1:1: cannot be written: {error.strerror}") from error

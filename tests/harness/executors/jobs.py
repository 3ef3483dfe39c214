"""Jobs for the executors: a few real cases against the hostile target."""

from pathlib import Path

import yaml

from dbal_conform.core.request import RunRequest
from dbal_conform.environments.base import Base
from dbal_conform.executors.job import Job, Ware
from dbal_conform.preparation import prepare

HOSTILE = Path(__file__).parents[2] / "data" / "targets" / "hostile"
TOKEN = "a-bootstrap-token-of-the-tests"

# `count` is what the hostile target misbehaves at; `well-*` never ask for it.
CASES = """
suite: hostile
contract: "1.0"
cases:
  - id: count
    title: Users are counted
    covers: [GEN-COUNT-001]
    steps:
      - {call: User.count, as: system, expect: {ok: 0}}
  - id: well-first
    title: Users are listed
    covers: [QRY-PAGE-001]
    steps:
      - {call: User.list, as: system, expect: {ok: {total: 0}}}
  - id: well-second
    title: Users are listed again
    covers: [QRY-PAGE-001]
    steps:
      - {call: User.list, as: system, expect: {ok: {total: 0}}}
"""


MANY = """
suite: many
contract: "1.0"
cases:
"""
ONE = """
  - id: list-{place}
    title: Nobody has that name
    covers: [QRY-PAGE-001]
    matrix: {{name: [{names}]}}
    steps:
      - call: User.list
        as: system
        args: {{filter: {{username: "x${{name}}"}}}}
        expect: {{ok: {{total: 0}}}}
"""


def many(folder: Path, count: int) -> Path:
    """Write so many hundreds of cases, each of which takes about a millisecond."""
    names = ", ".join(map(str, range(100)))
    file = folder / "many-cases.yaml"
    text = MANY + "".join(ONE.format(place=place, names=names) for place in range(count))
    file.write_text(text, encoding="utf-8")
    return file


def manifest(folder: Path, behaviour: str, **more: object) -> Path:
    """Write a manifest of the hostile target that behaves so; its module is found beside it."""
    file = folder / f"{behaviour}.yaml"
    module = folder / "hostile_target.py"
    if not module.exists():
        module.write_bytes((HOSTILE / "hostile_target.py").read_bytes())
    document = {
        "target": behaviour.replace("_", "-"),
        "transport": "in-process",
        "connect": {
            "entry": "hostile_target:open_target",
            "options": {
                "behaviour": behaviour,
                "database": "{database.url}",
                "bootstrap_token": "{bootstrap_token}",
            },
        },
        "databases": ["memory"],
        "control": "conformance",
        **more,
    }
    file.write_text(yaml.safe_dump(document, sort_keys=False), encoding="utf-8")
    return file


def cases(folder: Path) -> Path:
    """Write the cases."""
    file = folder / "hostile-cases.yaml"
    file.write_text(CASES, encoding="utf-8")
    return file


def job(folder: Path, behaviour: str, *, timeout_s: float | None = 2.0, retries: int = 0) -> Job:
    """Return a job of the three cases against the target that behaves so."""
    preparation = prepare(
        RunRequest(targets=(str(manifest(folder, behaviour)),), paths=(str(cases(folder)),), seed=1)
    )
    return Job(
        contract=preparation.contract,
        plan=preparation.plan,
        wares=tuple(
            Ware(target.manifest, target.folder, Base(database))
            for target, database in zip(preparation.targets, preparation.databases, strict=True)
        ),
        bootstrap_token=TOKEN,
        schema_folder=preparation.schema_folder,
        scratch=folder,
        timeout_s=timeout_s,
        retries=retries,
    )

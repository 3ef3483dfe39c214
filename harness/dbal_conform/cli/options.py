"""Options that several commands share, so that they are spelled and explained once."""

import os
from pathlib import Path
from typing import Annotated, TypeAlias

import typer

from dbal_conform.core.database import SPECS
from dbal_conform.core.errors import InputError
from dbal_conform.core.selection import PROFILES, Control, Profile, Selection

Json: TypeAlias = Annotated[
    bool, typer.Option("--json", help="Print JSON for machines on standard output.")
]
Quiet: TypeAlias = Annotated[
    bool, typer.Option("--quiet", "-q", help="No progress, and of the result only the essence.")
]
Verbose: TypeAlias = Annotated[
    bool, typer.Option("--verbose", "-v", help="Tell more: each trial as it ends.")
]
NoColor: TypeAlias = Annotated[
    bool, typer.Option("--no-color", help="No colours; NO_COLOR in the environment says the same.")
]

Paths: TypeAlias = Annotated[
    list[str] | None,
    typer.Argument(metavar="[CASES]...", help="Files or folders of cases; else all that ship."),
]
Targets: TypeAlias = Annotated[
    list[str] | None,
    typer.Option(
        "--target", "-t", help="A packaged target or glob, or a target.yaml. [reference-sqlite]"
    ),
]
Url: TypeAlias = Annotated[
    str | None,
    typer.Option(
        "--url", help="A target that runs already: ws://, http:// or grpc://, also with s."
    ),
]
TokenEnv: TypeAlias = Annotated[
    str | None,
    typer.Option("--token-env", help="Variable with its bootstrap token. [DBAL_BOOTSTRAP_TOKEN]"),
]
ControlName: TypeAlias = Annotated[
    str | None, typer.Option("--control", help="Of --url: public or conformance. [public]")
]
Databases: TypeAlias = Annotated[
    list[str] | None,
    typer.Option("--database", "-d", help=f"{SPECS}; else the manifest's."),
]
ProfileName: TypeAlias = Annotated[
    str | None, typer.Option("--profile", help="What to show: core, public or full.")
]
Expression: TypeAlias = Annotated[
    str, typer.Option("-k", help="Words of ids, tags, needs, flags with and, or, not.")
]
Tags: TypeAlias = Annotated[list[str] | None, typer.Option("--tag", help="Cases with this tag.")]
Requirements: TypeAlias = Annotated[
    list[str] | None,
    typer.Option("--requirement", "-r", help="Cases that prove it; globs: 'USR-CREATE-*'."),
]
Capabilities: TypeAlias = Annotated[
    list[str] | None, typer.Option("--capability", help="Cases that need it; globs are allowed.")
]
Slow: TypeAlias = Annotated[
    bool, typer.Option("--slow", help="Also the cases that wait in real time, half a minute each.")
]
ShardText: TypeAlias = Annotated[
    str | None, typer.Option("--shard", help="Part I of N of the plan: 2/5.")
]
Seed: TypeAlias = Annotated[int | None, typer.Option(min=0, help="Of the order; else a new one.")]
Workers: TypeAlias = Annotated[
    str, typer.Option("-n", help="Worker processes: a number, 0 for none, or auto.")
]
Timeout: TypeAlias = Annotated[
    float | None, typer.Option(min=0.001, help="Seconds for each trial; else the case's own.")
]
Retries: TypeAlias = Annotated[
    int, typer.Option(min=0, help="Looks again at what failed, to mark what is flaky.")
]
RunFile: TypeAlias = Annotated[
    Path | None, typer.Option(help="Where the run is written. [reports/run-TIME.jsonl]")
]
Schema: TypeAlias = Annotated[
    str | None, typer.Option("--schema", help="A contract folder with entities of your own.")
]


def selection_of(
    expression: str,
    tags: list[str] | None,
    requirements: list[str] | None,
    capabilities: list[str] | None,
) -> Selection:
    """Return the filters as the core takes them."""
    return Selection(
        expression=expression,
        tags=tuple(tags or ()),
        requirements=tuple(requirements or ()),
        capabilities=tuple(capabilities or ()),
    )


def control_of(name: str | None) -> Control | None:
    """Return the control of that name.

    Raises:
        InputError: there is none.
    """
    match name:
        case None | "conformance" | "public":
            return name
        case _:
            raise InputError(f"--control {name!r}: choose public or conformance")


def profile_of(name: str | None) -> Profile | None:
    """Return the profile of that name.

    Raises:
        InputError: there is none.
    """
    if name is None:
        return None
    for profile in PROFILES:
        if profile == name:
            return profile
    raise InputError(f"--profile {name!r}: choose one of {', '.join(PROFILES)}")


def color_of(*, no_color: bool) -> bool | None:
    """Return False where colours are unwanted; None leaves it to the terminal."""
    return False if no_color or os.environ.get("NO_COLOR") else None

"""The door from the shell: every way in which a command can end becomes a message and a status."""

import os
import signal
import sys
import traceback
from collections.abc import Sequence
from types import FrameType
from typing import NoReturn

import typer

from dbal_conform.core.errors import ConformError, HarnessError

DEBUG = "DBAL_CONFORM_DEBUG"  # in the environment, so that workers know it too
INTERRUPTED = 130
_STARTED_BY = os.getpid()
BROKE = 4

# What typer raises for a flag or argument that is wrong; its own name differs between versions.
_UsageError: type[Exception] = typer.BadParameter.__mro__[1]


def main(arguments: Sequence[str] | None = None) -> NoReturn:
    """Run one command and exit with its status."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    if "--debug" in given:
        given.remove("--debug")
        os.environ[DEBUG] = "1"
    signal.signal(signal.SIGTERM, _terminate)
    status = _status(given or ["--help"])
    try:
        sys.stdout.flush()
    except BrokenPipeError:
        _forget_stdout()
    sys.exit(status)


def _status(arguments: list[str]) -> int:
    from dbal_conform.cli.app import app  # noqa: PLC0415 -- inside, so that what it raises is told

    try:
        return app(arguments, prog_name="dbal-conform", standalone_mode=False) or 0
    except _UsageError as error:
        return _tell_usage(error)
    except ConformError as error:
        tell(str(error))
        if isinstance(error, HarnessError):
            _trace()
        return error.exit_status
    except (KeyboardInterrupt, typer.Abort):
        tell("interrupted")
        return INTERRUPTED
    except BrokenPipeError:
        _forget_stdout()  # whoever read us has seen enough, as `head` has
        return 0
    except Exception as error:  # noqa: BLE001 -- the last resort: a bug must not look like a verdict
        kind = type(error).__name__
        tell(
            f"dbal-conform itself broke: {kind}: {error}\n"
            "This is a bug. Please report it with the output of the same command and --debug."
        )
        _trace()
        return BROKE


def tell(problem: str) -> None:
    """Write a problem to standard error; of several lines, each is a problem or belongs to it."""
    typer.echo(f"error: {problem}", err=True)


def _tell_usage(error: Exception) -> int:
    context = getattr(error, "ctx", None)
    command = context.command_path if context is not None else "dbal-conform"
    text = getattr(error, "format_message", lambda: str(error))()
    tell(f"{text} (`{command} --help` shows what there is)")
    return 2


def _trace() -> None:
    if os.environ.get(DEBUG):
        traceback.print_exc()


def _forget_stdout() -> None:
    """Let the interpreter flush into nothing at its end, instead of complaining."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _terminate(_signal: int, _frame: FrameType | None) -> NoReturn:
    if os.getpid() != _STARTED_BY:
        # A worker that was just forked and has not yet a handler of its own: nothing to tidy up,
        # and an exception would be told in the middle of forking.
        os._exit(128 + signal.SIGTERM)
    raise KeyboardInterrupt  # SIGTERM ends a run as Ctrl-C does: cleanly

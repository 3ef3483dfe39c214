"""A Python target in this very process, still spoken to in bytes so that nothing is shared."""

import sys
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import Any

from dbal_conform.core.errors import (
    CouldNotRunError,
    InputError,
    TargetCrashError,
    TargetTimeoutError,
)
from dbal_conform.core.manifest import fill
from dbal_conform.core.messages import RawReply, RawRequest, Reply, Request
from dbal_conform.transports import Opening, jsonrpc
from dbal_conform.transports.deadline import Bounded

_SHOWN = 500  # characters of an exception that a verdict quotes


class InProcess:
    """Calls a factory named `module:attribute` with the manifest's options.

    What it gives has `handle(message: bytes) -> bytes` and perhaps `close()`. The target is opened
    and closed under the same time limit as it is called.
    """

    keeps_lines = True

    def __init__(self, opening: Opening) -> None:
        connect = opening.manifest.connect
        factory = _factory(connect.entry or "", opening.folder)
        settings = {name: fill(text, opening.values) for name, text in connect.options.items()}
        self.reply_limit = jsonrpc.REPLY_LIMIT
        self._target: Any = _bounded(
            lambda _: factory(settings), "could not be opened", opening.timeout_s
        )
        handle = getattr(self._target, "handle", None)
        if not callable(handle):
            raise InputError(f"{connect.entry}: what it returns has no `handle(bytes) -> bytes`")
        self._call = Bounded(handle)

    def exchange(self, request: Request, *, timeout_s: float) -> Reply:
        """Call the handler; see `Transport.exchange`."""
        answer = self._answer(jsonrpc.encode(request), timeout_s)
        return jsonrpc.decode(answer, request.id, limit=self.reply_limit)

    def exchange_raw(self, raw: RawRequest, *, timeout_s: float) -> RawReply:
        """Hand over the message as it is; see `Transport.exchange_raw`."""
        message = jsonrpc.raw_message(raw)
        if message is None:
            raise CouldNotRunError(f"in-process has no raw messages of kind {raw.kind!r}")
        answer = self._answer(message, timeout_s)
        return RawReply(raw.id, json=jsonrpc.decode_any(answer, limit=self.reply_limit))

    def disturb(self, fault: str) -> None:
        """Refuse: there is no connection."""
        raise CouldNotRunError(f"in process there is no connection to {fault}")

    def close(self) -> None:
        """Close the target, if it can be closed; a target that fails at it has been judged."""
        target, self._target = self._target, None
        close = getattr(target, "close", None)
        if close is not None:
            try:
                _bounded(lambda _: close(), "could not be closed", CLOSE_S)
            except (TargetCrashError, TargetTimeoutError):
                return
            finally:
                self._call.close()

    def _answer(self, message: bytes, timeout_s: float) -> object:
        try:
            return self._call(message, timeout_s)
        except (KeyboardInterrupt, TargetTimeoutError):
            raise
        except BaseException as error:
            # Also SystemExit: a target that calls sys.exit() must not end the run.
            raise TargetCrashError(f"raised {_described(error)}") from error


CLOSE_S = 5.0


def resolve(entry: str) -> Any:  # noqa: ANN401 -- anything can be named
    """Return what `module:attribute` names: the one door through which code is found by name.

    Raises:
        InputError: there is nothing of that name.
    """
    module, _, attribute = entry.partition(":")
    try:
        return getattr(import_module(module), attribute)
    except (ImportError, AttributeError, ValueError) as error:
        raise InputError(f"no target at {entry!r}: {error}") from error


def _factory(entry: str, folder: Path) -> Callable[[dict[str, str]], Any]:
    if str(folder) not in sys.path:
        sys.path.append(str(folder))  # a module beside the manifest needs no installing
    try:
        factory = resolve(entry)
    except InputError:
        raise
    except Exception as error:
        raise TargetCrashError(f"{entry}: importing it raised {_described(error)}") from error
    if not callable(factory):
        raise InputError(f"{entry!r} is not callable: name a factory")
    made: Callable[[dict[str, str]], Any] = factory
    return made


def _bounded(call: Callable[[bytes], object], failure: str, timeout_s: float) -> object:
    bounded = Bounded(call)
    try:
        return bounded(b"", timeout_s)
    except TargetTimeoutError as error:
        raise TargetTimeoutError(f"{failure}: {error}") from error
    except KeyboardInterrupt:
        raise
    except BaseException as error:
        raise TargetCrashError(f"{failure}: {_described(error)}") from error
    finally:
        bounded.close()


def _described(error: BaseException) -> str:
    text = repr(error)
    return text if len(text) <= _SHOWN else text[:_SHOWN] + "..."

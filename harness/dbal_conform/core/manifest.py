"""What a `target.yaml` says: all that a third party has to write (docs/targets.md)."""

import re
from collections.abc import Mapping
from typing import Literal, TypeAlias

import msgspec

from dbal_conform.core.database import database_of
from dbal_conform.core.errors import InputError
from dbal_conform.core.reading import milliseconds
from dbal_conform.core.selection import Control

TransportName: TypeAlias = Literal["in-process", "stdio", "websocket", "http", "grpc"]

# What `{...}` in a manifest may name; each is filled in anew for each worker.
PLACEHOLDERS = frozenset({"bootstrap_token", "database.url", "port", "python", "schema"})

_PLACEHOLDER = re.compile(r"\{([A-Za-z_.]+)\}")


class Model(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """Base of all that a manifest holds."""


class Implementation(Model, frozen=True):
    """Who made it, for reports and certificates."""

    name: str
    version: str | None = None
    language: str | None = None
    homepage: str | None = None


class Container(Model, frozen=True):
    """An image, or a folder to build one from; exactly one of them."""

    image: str | None = None
    build: str | None = None


class Ready(Model, frozen=True):
    """When a started target may be spoken to: once it answers hello, at the latest after that."""

    hello: str


class Start(Model, frozen=True):
    """How to start it: a command, or a container that `command` gives its arguments.

    `env` is all that it gets beside PATH, HOME, LANG and the bootstrap token.
    """

    command: tuple[str, ...] | None = None
    container: Container | None = None
    env: dict[str, str] = {}
    ready: Ready | None = None


class TokenFromEnv(Model, frozen=True):
    """The name of the variable of the user's environment that holds the token."""

    env: str


class Tls(Model, frozen=True):
    """The authority that signed the target's certificate: a file beside the manifest."""

    ca: str


class Connect(Model, frozen=True):
    """How to reach it: `url`, or in process `entry` (`module:factory`) with its `options`."""

    url: str | None = None
    entry: str | None = None
    options: dict[str, str] = {}
    tls: Tls | None = None
    token: TokenFromEnv | None = None


class Manifest(Model, frozen=True):
    """One target. `claims` is a list, or `hello`: as the target itself says."""

    target: str
    transport: TransportName
    implementation: Implementation | None = None
    start: Start | None = None
    connect: Connect = Connect()
    databases: tuple[str, ...] = ()
    also: tuple[str, ...] = ()  # databases on which it is tested where a user asks for them
    control: Control = "public"
    claims: Literal["hello"] | tuple[str, ...] = "hello"
    baseline: str | None = None

    @property
    def is_shared(self) -> bool:
        """Whether it runs already, so that all who test it test one and the same."""
        return self.start is None and self.transport != "in-process"

    @property
    def ready_s(self) -> float | None:
        """How long it may take until it answers hello, None where it does not say."""
        ready = self.start.ready if self.start else None
        return None if ready is None else milliseconds(ready.hello) / 1000

    @property
    def specs(self) -> tuple[str, ...]:
        """The databases as they may be read: without a password."""
        return tuple(database_of(each).shown for each in self.databases)

    def texts(self) -> tuple[tuple[tuple[str | int, ...], str], ...]:
        """Return every text in which placeholders are filled in, with its path."""
        start = self.start or Start()
        return (
            *((("start", "command", i), text) for i, text in enumerate(start.command or ())),
            *((("start", "env", name), text) for name, text in start.env.items()),
            *((("connect", "options", name), text) for name, text in self.connect.options.items()),
            *(((("connect", "url"), self.connect.url),) if self.connect.url else ()),
        )


def unknown_placeholders(text: str) -> tuple[str, ...]:
    """Return the names in braces that nothing stands for."""
    return tuple(name for name in _PLACEHOLDER.findall(text) if name not in PLACEHOLDERS)


def fill(text: str, values: Mapping[str, str]) -> str:
    """Put values in for `{database.url}` and the like.

    Raises:
        InputError: `values` lacks a name, so this target cannot be run in this environment.
    """

    def value_of(found: re.Match[str]) -> str:
        if found[1] not in values:
            raise InputError(f"{{{found[1]}}} in {text!r}: there is none for this kind of target")
        return values[found[1]]

    return _PLACEHOLDER.sub(value_of, text)

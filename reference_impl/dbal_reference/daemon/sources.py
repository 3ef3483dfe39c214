"""Where settings come from: a TOML file, then the environment, then flags; the last one wins."""

import stat
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final, TypeAlias

import msgspec

from dbal_reference.daemon.settings import Settings, SettingsError

_PREFIX: Final = "DBAL_"
_URLS: Final = ("database", "audit.database")
_FROM_FILE: Final = {"database_file": "database", "bootstrap_token_file": "bootstrap_token"}
_MOUNTED: Final = "/run/secrets"
_LONGEST_SECRET: Final = 65_536

Flat: TypeAlias = dict[str, Any]  # by dotted name


def read_settings(
    file: Path | None, environment: Mapping[str, str], flags: Mapping[str, Any]
) -> Settings:
    """The settings in force, judged.

    Args:
        file: of TOML.
        environment: `DBAL_LIMITS_CONNECTIONS` is `limits.connections`; other names are passed over.
        flags: by dotted name; None counts as left out.

    Raises:
        SettingsError: one is unknown, wrong, or missing, or a file that holds secrets is not kept.
    """
    origins: dict[str, str] = {}
    merged: Flat = {}
    from_file = {} if file is None else _read_file(file)
    from_environment = {
        name: environment[variable]
        for name, variable in _variables()
        if environment.get(variable)  # empty is unset, as in compose files
    }
    given = {name: value for name, value in flags.items() if value is not None}
    for source, values in (
        (str(file), from_file),
        ("environment", from_environment),
        ("flag", given),
    ):
        for name, value in values.items():
            merged[name] = _listed(name, value)
            origins[name] = source
    settings = _convert(merged, origins)
    settings = _with_secret_files(settings)
    settings.check()
    return settings


def _read_file(file: Path) -> Flat:
    try:
        text = file.read_bytes()
        values = dict(_flatten(tomllib.loads(text.decode())))
    except OSError as error:
        raise SettingsError(str(file), f"cannot be read: {error.strerror}") from None
    except ValueError as error:  # of TOML, of UTF-8
        raise SettingsError(str(file), f"is no TOML: {error}") from None
    if any(_is_secret(name, value) for name, value in values.items()):
        _need_kept(file)
    return values


def _is_secret(name: str, value: object) -> bool:
    """A token, or a URL with somebody's name, and so perhaps his password, in it."""
    return name == "bootstrap_token" or (name in _URLS and "@" in str(value))


def _need_kept(file: Path) -> None:
    """Refuse a file with secrets in it that others than owner and group may read.

    Container engines mount secrets with modes of their own, where nobody else is to read them.
    """
    if file.absolute().is_relative_to(_MOUNTED):
        return
    mode = file.stat().st_mode
    if mode & (stat.S_IROTH | stat.S_IWOTH):
        raise SettingsError(
            str(file), f"it holds secrets, and everybody may read it: chmod o-rw {file.name}"
        )


def _flatten(table: Mapping[str, Any], before: str = "") -> Iterator[tuple[str, Any]]:
    for name, value in table.items():
        if isinstance(value, dict):
            yield from _flatten(value, f"{before}{name}.")
        else:
            yield before + name, value


def _variables() -> Iterator[tuple[str, str]]:
    """Each setting, and the environment variable for it."""
    for name in names():
        yield name, _PREFIX + name.replace(".", "_").upper()


def names(kind: type[msgspec.Struct] = Settings, before: str = "") -> Iterator[str]:
    """The dotted names of all settings."""
    for field in msgspec.structs.fields(kind):
        if isinstance(field.type, type) and issubclass(field.type, msgspec.Struct):
            yield from names(field.type, f"{before}{field.name}.")
        else:
            yield before + field.name


def _listed(name: str, value: Any) -> Any:  # noqa: ANN401 -- of TOML, or text
    """Variables and flags write a list with commas."""
    if name == "origins" and isinstance(value, str):
        return [part.strip() for part in value.split(",") if part.strip()]
    return value


def _convert(merged: Flat, origins: Mapping[str, str]) -> Settings:
    known = set(names())
    for name in merged:
        if name not in known:
            raise SettingsError(name, f"there is no such setting ({origins[name]})")
    nested: dict[str, Any] = {}
    for name, value in merged.items():
        *tables, last = name.split(".")
        place = nested
        for table in tables:
            place = place.setdefault(table, {})
        place[last] = value
    try:
        return msgspec.convert(nested, Settings, strict=False, dec_hook=_path)
    except msgspec.ValidationError as error:
        message, _, path = str(error).partition(" - at `$.")
        name = path.rstrip("`").partition("[")[0]
        source = origins.get(name, "")
        raise SettingsError(name or "settings", f"{message} ({source})") from None


def _path(kind: type[Any], value: object) -> Any:  # noqa: ANN401 -- of msgspec
    """The one type that msgspec does not know."""
    if kind is Path and isinstance(value, Path):  # of a flag
        return value
    if kind is not Path or not isinstance(value, str) or not value:
        raise ValueError("Expected a path")
    return Path(value)


def _with_secret_files(settings: Settings) -> Settings:
    """The settings with what `..._file` settings point at."""
    changes: dict[str, Any] = {}
    for pointer, name in _FROM_FILE.items():
        file = getattr(settings, pointer)
        if file is None:
            continue
        if getattr(settings, name) is not None:
            raise SettingsError(pointer, f"give {name} or {pointer}, not both")
        changes[name] = _read_secret(pointer, file)
    return msgspec.structs.replace(settings, **changes)


def _read_secret(setting: str, file: Path) -> str:
    try:
        _need_kept(file)
        with file.open(encoding="utf-8") as text:
            secret = text.read(_LONGEST_SECRET).strip()
    except (OSError, UnicodeDecodeError) as error:
        why = error.strerror if isinstance(error, OSError) else "not UTF-8"
        raise SettingsError(setting, f"{file} cannot be read: {why}") from None
    if not secret:
        raise SettingsError(setting, f"{file} is empty")
    return secret

"""Secrets out of anything that leaves, found by value and not by the name of their place.

A target may echo a token in an error's text, a user may put a password in a field called `note`;
only the value gives them away. A value is also found as it looks after the usual encodings: inside
JSON text (once and twice), in a URL, in HTML.
"""

import html
import json
import re
from collections.abc import Iterable, Iterator
from urllib.parse import quote, quote_plus, unquote, urlsplit

from dbal_conform.core.messages import Json

MARK = "[redacted]"
SHORT = 4  # below this a value is a word like `no`: it is taken out only where it stands alone
GUESSABLE = 8  # what is harvested by name must be this long: a test's wrong token may be `admin`
SECRET_NAMES = frozenset({"password", "token", "passwordHash", "bootstrapToken", "newPassword"})

_HEX = re.compile(r"%[0-9A-F]{2}|\\\\u[0-9a-f]{4}")  # as they look after re.escape


class Redactor:
    """Knows the secrets of one run, or of one trial when made by `knowing`."""

    def __init__(self, secrets: Iterable[str] = ()) -> None:
        self._secrets = frozenset(secret for secret in secrets if secret)
        self._short = frozenset(secret for secret in self._secrets if len(secret) < SHORT)
        forms = {form for secret in self._secrets - self._short for form in _forms(secret)}
        ordered = sorted(forms, key=lambda form: (-len(form), form))  # the longest wins
        self._pattern = re.compile("|".join(map(_any_case, ordered))) if ordered else None

    def knowing(self, secrets: Iterable[str]) -> "Redactor":
        """Return one that knows these too."""
        return Redactor(self._secrets.union(secrets))

    def text(self, text: str) -> str:
        """Return `text` with every secret in it replaced by `MARK`."""
        if text in self._short:
            return MARK
        return self._pattern.sub(MARK, text) if self._pattern else text

    def json(self, value: Json) -> Json:
        """Return `value` with every secret in any string of it, keys too, replaced by `MARK`."""
        match value:
            case str():
                return self.text(value)
            case list():
                return [self.json(item) for item in value]
            case dict():
                return self._mapping(value)
            case _:
                return value

    def _mapping(self, value: dict[str, Json]) -> dict[str, Json]:
        clean: dict[str, Json] = {}
        for key, item in value.items():
            name = free = self.text(key)
            count = 1
            while free in clean:  # two secret keys must not become one
                count += 1
                free = f"{name}#{count}"
            clean[free] = self.json(item)
        return clean


def harvest(value: Json, names: frozenset[str] = SECRET_NAMES) -> Iterator[str]:
    """Yield the strings that stand in `value` under one of `names`, to be told to a Redactor."""
    match value:
        case list():
            for item in value:
                yield from harvest(item, names)
        case dict():
            for key, item in value.items():
                if key in names and isinstance(item, str) and len(item) >= GUESSABLE:
                    yield item
                else:
                    yield from harvest(item, names)
        case _:
            return


def secrets_of_url(url: str) -> tuple[str, ...]:
    """Return what is secret of a database URL: all of it, and its password written both ways.

    A URL that names no host (`memory:`, `sqlite:`) holds no secret. Nor is a password one that is
    also the user's name, which is shown: `postgres` would be taken out of every `postgresql`.
    """
    if "://" not in url:
        return ()
    try:
        parts = urlsplit(url)
        password = parts.password if parts.password != parts.username else None
    except ValueError:  # a port or bracket that is none; the whole is secret still
        return (url,)
    return (url, password, unquote(password)) if password else (url,)


def _forms(secret: str) -> Iterator[str]:
    """Yield the ways in which a secret may be spelled."""
    yield secret
    for ascii_only in (False, True):
        once = json.dumps(secret, ensure_ascii=ascii_only)[1:-1]
        yield from (once, once.replace("/", "\\/"))
        yield json.dumps(once, ensure_ascii=ascii_only)[1:-1]
    # A lone surrogate has no UTF-8; its bytes in a URL are anyone's guess.
    yield from (
        quote(secret, safe="", errors="surrogatepass"),
        quote(secret, safe="/", errors="surrogatepass"),
        quote_plus(secret, errors="surrogatepass"),
    )
    yield from (html.escape(secret), html.escape(secret, quote=False))


def _any_case(form: str) -> str:
    """Return a pattern for `form` in which hexadecimal escapes match in either case."""
    return _HEX.sub(lambda found: f"(?i:{found.group()})", re.escape(form))

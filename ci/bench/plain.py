"""The driver alone, used with care: who calls in one join, one connection, one transaction each."""

import json
import sqlite3
import uuid
from collections.abc import Sequence
from typing import Any, Final
from urllib.parse import unquote, urlsplit

import world

_WHO: Final = (
    'SELECT s."createdAt", u.id, u.username, u.role, u."tenantId", u."passwordChangeTimestamp" '
    'FROM "Session" s JOIN "User" u ON u.id = s."userId" '
    'WHERE s.token = %s AND s."expiresAt" > %s'
)
_USER: Final = ", ".join(f'"{name}"' for name in world.USER)
_POST: Final = ", ".join(f'"{name}"' for name in world.POST)
_BOTH: Final = ", ".join(
    [*(f'p."{name}"' for name in world.POST), *(f'u."{name}"' for name in world.USER)]
)
_READ: Final = f'SELECT {_USER} FROM "User" WHERE id = %s AND "tenantId" = %s'  # noqa: S608 -- constants, as below
_MATCHES: Final = 'FROM "User" WHERE "tenantId" = %s AND role = %s'
_LIST: Final = f"SELECT {_USER} {_MATCHES} ORDER BY username LIMIT %s"
_COUNT: Final = f"SELECT count(*) {_MATCHES}"
_INCLUDE: Final = (
    f'SELECT {_BOTH} FROM "Post" p LEFT JOIN "User" u ON u.id = p."ownerId" AND u."tenantId" = %s '  # noqa: S608 -- constants
    "WHERE p.views = %s ORDER BY p.id LIMIT %s"
)
_COUNT_POSTS: Final = 'SELECT count(*) FROM "Post" WHERE views = %s'
_OWNER: Final = 'SELECT 1 FROM "User" WHERE id = %s AND "tenantId" = %s'
_MARKS: Final = ", ".join(["%s"] * len(world.POST))
_INSERT: Final = f'INSERT INTO "Post" ({_POST}) VALUES ({_MARKS})'  # noqa: S608 -- constants


class Plain:
    """One connection of one driver."""

    name = "plain driver"

    def __init__(self, url: str) -> None:
        kind, _, path = url.partition(":")
        self._quote, self._mark = '"', "%s"
        match kind:
            case "sqlite":
                self._mark = "?"
                self._raw: Any = sqlite3.connect(path, isolation_level=None)
                self._raw.execute("PRAGMA foreign_keys = ON")
                self._raw.execute("PRAGMA synchronous = NORMAL")
            case "postgresql":
                import psycopg  # noqa: PLC0415 -- only where it is needed

                self._raw = psycopg.connect(url)
            case _:
                self._quote = "`"
                self._raw = _mysql(url)
        self._begins = kind == "sqlite"
        self._texts: dict[str, str] = {}

    def analyze(self) -> None:
        """Have the database look at what it has, as it does by itself when there is time."""
        texts = {"`": "ANALYZE TABLE `User`, `Session`, `Post`"}
        self._raw.cursor().execute(texts.get(self._quote, "ANALYZE"))
        self._raw.commit()

    def point_read(self, key: str) -> dict[str, Any]:
        """One user."""
        cursor, tenant = self._begin()
        row = _user(self._run(cursor, _READ, (key, tenant)).fetchone())
        self._raw.commit()
        return row

    def list_page(self) -> tuple[Sequence[Any], int]:
        """The first users by name."""
        cursor, tenant = self._begin()
        rows = self._run(cursor, _LIST, (tenant, "user", world.PAGE)).fetchall()
        total = self._run(cursor, _COUNT, (tenant, "user")).fetchone()[0]
        self._raw.commit()
        return [_user(row) for row in rows], total

    def include(self) -> tuple[Sequence[Any], int]:
        """The first posts with their owners."""
        cursor, tenant = self._begin()
        rows = self._run(cursor, _INCLUDE, (tenant, 12, world.PAGE)).fetchall()
        total = self._run(cursor, _COUNT_POSTS, (12,)).fetchone()[0]
        self._raw.commit()
        width = len(world.POST)
        posts = [{**_post(row[:width]), "owner": _user(row[width:])} for row in rows]
        return posts, total

    def create(self, owner: str) -> dict[str, Any]:
        """One post."""
        cursor, tenant = self._begin(write=True)
        made = self._insert(cursor, owner, tenant)
        self._raw.commit()
        return made

    def create_many(self, owner: str) -> int:
        """Posts by `executemany`."""
        cursor, tenant = self._begin(write=True)
        self._owner(cursor, owner, tenant)
        made = [_values(owner) for _ in range(world.BULK)]
        cursor.executemany(self._text(_INSERT), [list(values.values()) for values in made])
        self._raw.commit()
        return len(made)

    def transaction(self, owner: str) -> None:
        """Three posts."""
        cursor, tenant = self._begin(write=True)
        for number in range(3):
            if number:
                tenant = self._who(cursor)
            self._insert(cursor, owner, tenant)
        self._raw.commit()

    def close(self) -> None:
        """Hang up."""
        self._raw.close()

    def _begin(self, *, write: bool = False) -> tuple[Any, str]:
        cursor = self._raw.cursor()
        if self._begins:
            cursor.execute("BEGIN IMMEDIATE" if write else "BEGIN")
        return cursor, self._who(cursor)

    def _who(self, cursor: Any) -> str:  # noqa: ANN401 -- of any driver
        found = self._run(cursor, _WHO, (world.sealed(world.TOKEN), world.NOW_MS)).fetchone()
        if found is None or (found[5] is not None and found[0] < found[5]):
            raise PermissionError
        return str(found[4])

    def _owner(self, cursor: Any, owner: str, tenant: str) -> None:  # noqa: ANN401 -- of any driver
        if self._run(cursor, _OWNER, (owner, tenant)).fetchone() is None:
            raise LookupError(owner)

    def _insert(self, cursor: Any, owner: str, tenant: str) -> dict[str, Any]:  # noqa: ANN401 -- of any driver
        self._owner(cursor, owner, tenant)
        values = _values(owner)
        self._run(cursor, _INSERT, list(values.values()))
        return values

    def _run(self, cursor: Any, text: str, parameters: Sequence[Any]) -> Any:  # noqa: ANN401 -- of any driver
        cursor.execute(self._text(text), parameters)
        return cursor

    def _text(self, text: str) -> str:
        found = self._texts.get(text)
        if found is None:
            found = text.replace('"', self._quote).replace("%s", self._mark)
            self._texts[text] = found
        return found


def _mysql(url: str) -> Any:  # noqa: ANN401 -- PyMySQL's connection
    import pymysql  # noqa: PLC0415 -- only where it is needed

    parts = urlsplit(url)
    return pymysql.connect(
        host=parts.hostname,
        port=parts.port or 3306,
        user=unquote(parts.username or ""),
        password=unquote(parts.password or ""),
        database=parts.path.removeprefix("/"),
        charset="utf8mb4",
    )


def _values(owner: str) -> dict[str, Any]:
    return world.post(str(uuid.uuid4()), owner)


def _user(record: Sequence[Any]) -> dict[str, Any]:
    row = dict(zip(world.USER, record, strict=True))
    row["isInstanceOwner"] = bool(row["isInstanceOwner"])
    row["firstLogin"] = bool(row["firstLogin"])
    return row


def _post(record: Sequence[Any]) -> dict[str, Any]:
    row = dict(zip(world.POST, record, strict=True))
    row["published"] = bool(row["published"])
    if row["data"] is not None:
        row["data"] = json.loads(row["data"])
    return row

"""conformance.reset: a clean world with the actors and fixtures asked for (CTL-RESET)."""

import secrets
from functools import cached_property
from typing import Any

from dbal_reference.access.actor import Actor
from dbal_reference.adapters import Refills, UniqueViolation
from dbal_reference.audit import AuditLog
from dbal_reference.control.faults import Faults
from dbal_reference.control.order import referenced_first
from dbal_reference.control.references import ACTOR, DanglingNameError, resolve
from dbal_reference.control.staging import Staged, Staging
from dbal_reference.errors import ConflictError, ValidationFailedError
from dbal_reference.model import Entity, Operation
from dbal_reference.operations.call import Call
from dbal_reference.operations.credential import HASH
from dbal_reference.operations.drafts import Draft, Drafts
from dbal_reference.operations.engine import Engine, OutdatedError
from dbal_reference.operations.findings import refuse
from dbal_reference.operations.store import Store
from dbal_reference.operations.system import SystemProcedure
from dbal_reference.validation import Finding, validate_password
from dbal_reference.values import encode_value
from dbal_reference.values.uuids import new_uuid

DEFAULT_TENANT = "default"
CREDENTIALS = "Credential"
PASSWORD = "password"  # noqa: S105 -- the name of what a fixture gives instead of a hash
_SHORTEST_USERNAME = 3


class World:
    """What a reset has made so far; names of tenants, actors and rows."""

    def __init__(self) -> None:
        self.tenants: dict[str, str] = {}
        self.actors: dict[str, dict[str, Any]] = {}
        self.rows: dict[str, dict[str, Any]] = {}  # by `$as`, for references: every field
        self.shown: dict[str, dict[str, Any]] = {}  # by `$as`, for the reply
        self.tenant(DEFAULT_TENANT)

    def tenant(self, label: str) -> str:
        """The uuid of a label, made when first met (CTL-RESET-002)."""
        return self.tenants.setdefault(label, new_uuid())


class Reset(SystemProcedure):
    """Empties everything, then builds; an error leaves an empty world (CTL-RESET-005)."""

    def __init__(
        self, engine: Engine, operation: Operation, audit: AuditLog, faults: Faults
    ) -> None:
        super().__init__(engine, operation)
        self.writes = False  # `clear` needs the database to itself first
        self._audit = audit
        self._faults = faults
        self._refills = engine.adapter if isinstance(engine.adapter, Refills) else None
        self._entities = engine.schema.entities

    @cached_property
    def _staging(self) -> Staging:
        """Made when it is needed: what a migration put in force is reset to what was before it."""
        return Staging(self.engine.schema)

    @cached_property
    def _drafts(self) -> dict[str, Drafts]:
        return {name: Drafts(self.engine, each) for name, each in self._entities.items()}

    @cached_property
    def _stores(self) -> dict[str, Store]:
        return {name: Store(self.engine, each) for name, each in self._entities.items()}

    def perform(self, call: Call, intent: dict[str, Any]) -> dict[str, Any]:
        """Empty, then build in one unit of work, in every tenant."""
        call.release()
        call.actor = Actor.system()
        self.engine.transactions.end_all()
        try:
            if self._refills is None:
                self._empty()
            self._restore_clock(call)
            staged, world = self._build(call, intent)
            self._store(call, staged)
        except OutdatedError:
            raise
        except BaseException as error:
            self._empty()
            self._forget()
            if isinstance(error, UniqueViolation):
                raise ConflictError("another call came first", reason="write_conflict") from None
            raise
        self._forget()
        return {"actors": world.actors, "tenants": world.tenants, "rows": world.shown}

    def _store(self, call: Call, staged: Staged) -> None:
        if self._refills is not None:
            if self._refills.refill(staged.store, call.deadline):
                return
            self._empty()
        with self.engine.adapter.unit(write=True, deadline=call.deadline) as unit:
            staged.store(unit)

    def _build(self, call: Call, intent: dict[str, Any]) -> tuple[Staged, World]:
        """Make everything, without the database."""
        staged, world = self._staging.begin(), World()
        call.write_in(staged)
        try:
            self._make_actors(call, world, intent["actors"] or {})
            fixtures = intent["fixtures"] or {}
            for name in referenced_first(fixtures, self._entities):
                self._make_rows(call, world, name, fixtures[name])
        finally:
            call.write_in(None)
        return staged, world

    def _empty(self) -> None:
        """CTL-RESET-001, of the database."""
        self.engine.adapter.clear()
        if self.engine.adapter.schema is not self.engine.schema:
            raise OutdatedError  # what was migrated is gone, so all is judged by another schema

    def _forget(self) -> None:
        """CTL-RESET-001, of the rest."""
        self._audit.clear()
        self._faults.clear()
        self.engine.failures.clear()

    def _restore_clock(self, call: Call) -> None:
        self.engine.clock.restore()
        call.now_ms = self.engine.clock.now_ms()

    def _make_actors(self, call: Call, world: World, actors: dict[str, Any]) -> None:
        """Users with a session each, which lives 24 h (CTL-RESET-004)."""
        users = [self._user(call, world, name, spec) for name, spec in actors.items()]
        self._stores["User"].insert(call, users)
        ends_at = call.now_ms + self.engine.schema.limits["actor_session_ms"]
        sessions = []
        for name, user in zip(actors, users, strict=True):
            token = secrets.token_urlsafe(32)
            session = {"userId": user.row["id"], "token": token, "expiresAt": ends_at}
            sessions.append(self._draft(call, "Session", session, f"actors.{name}"))
            world.actors[name] = {
                "id": user.row["id"],
                "username": user.row["username"],
                "token": token,
                "tenantId": user.row["tenantId"],
            }
        self._stores["Session"].insert(call, sessions)

    def _user(self, call: Call, world: World, name: str, spec: Any) -> Draft:  # noqa: ANN401 -- any JSON
        path = f"actors.{name}"
        if type(spec) is not dict:
            refuse([Finding(path, "type", "must be an object")])
        refuse(
            Finding(f"{path}.{key}", "unknown_field", "is no member of an actor")
            for key in spec
            if key not in ("role", "tenant")
        )
        data = {
            "username": name.ljust(_SHORTEST_USERNAME, "_"),
            "email": f"{name}@actors.example",
            "tenantId": self._tenant(world, spec.get("tenant", DEFAULT_TENANT), f"{path}.tenant"),
        }
        if "role" in spec:
            data["role"] = spec["role"]
        return self._draft(call, "User", data, path)

    def _make_rows(self, call: Call, world: World, name: str, rows: Any) -> None:  # noqa: ANN401 -- any JSON
        path = f"fixtures.{name}"
        entity = self._entities.get(name)
        if entity is None:
            raise _refused(path, "enum", "there is no such entity")
        if type(rows) is not list:
            raise _refused(path, "type", "must be a list of rows")
        drafts: list[Draft] = []
        for place, row in enumerate(rows):
            drafts.append(self._row(call, world, entity, row, f"{path}[{place}]"))
            if _refers_to_itself(entity):  # the next may point at this one
                self._stores[name].insert(call, drafts)
                drafts = []
        if drafts:
            self._stores[name].insert(call, drafts)

    def _row(self, call: Call, world: World, entity: Entity, row: Any, path: str) -> Draft:  # noqa: ANN401 -- any JSON
        if type(row) is not dict:
            raise _refused(path, "type", "must be an object")
        label = row.get("$as")
        data = self._resolved(world, {k: v for k, v in row.items() if k != "$as"}, path)
        field = entity.tenant_field
        if field is not None:
            data[field] = self._tenant(world, data.get(field, DEFAULT_TENANT), f"{path}.{field}")
        if entity.name == CREDENTIALS:
            draft = self._credential(entity, data, path)
        else:
            draft = self._draft(call, entity.name, data, path)
        if label is not None:
            if type(label) is not str or label == ACTOR or label in world.rows:
                raise _refused(f"{path}.$as", "unique", "names must be strings, each used once")
            world.rows[label] = {k: encode_value(v) for k, v in draft.row.items()}
            shown = self.engine.access.readable(call.actor, entity.name)
            world.shown[label] = self.engine.view(entity, shown)(draft.row)
        return draft

    def _draft(self, call: Call, entity: str, data: dict[str, Any], path: str) -> Draft:
        """A whole row; fixtures are judged as `system` creates, and not scanned (section 20)."""
        draft, findings = self._drafts[entity].make(call, data, path)
        refuse(findings)
        return draft

    def _credential(self, entity: Entity, data: dict[str, Any], path: str) -> Draft:
        """Fixtures give a password; when it changed is not noted (CTL-RESET-003)."""
        key = entity.primary.name
        findings = [
            Finding(f"{path}.{name}", "required", "is required")
            for name in (key, PASSWORD)
            if name not in data
        ]
        findings += [
            Finding(f"{path}.{name}", "unknown_field", "is no member of a credential fixture")
            for name in data
            if name not in (key, PASSWORD)
        ]
        if PASSWORD in data:
            findings += validate_password(
                self.engine.schema, data[PASSWORD], path=f"{path}.{PASSWORD}"
            )
        if key in data and type(data[key]) is not str:
            findings.append(Finding(f"{path}.{key}", "type", "must be a string"))
        refuse(findings)
        phc = self.engine.hasher.hash(data[PASSWORD])
        return Draft({key: data[key], HASH: phc}, frozenset(data), path)

    def _resolved(self, world: World, row: dict[str, Any], path: str) -> dict[str, Any]:
        try:
            data: dict[str, Any] = resolve(row, world.rows, world.actors)
        except DanglingNameError as error:
            raise _refused(path, "reference", f"{error} names nothing") from None
        return data

    def _tenant(self, world: World, label: Any, path: str) -> str | None:  # noqa: ANN401 -- any JSON
        """Labels become uuids; null is the null tenant."""
        if label is None:
            return None
        if type(label) is not str:
            raise _refused(path, "type", "a tenant is named by a label")
        return world.tenant(label)


def _refers_to_itself(entity: Entity) -> bool:
    return any(
        field.foreign_key is not None and field.foreign_key.entity == entity.name
        for field in entity.fields.values()
    )


def _refused(path: str, code: str, message: str) -> ValidationFailedError:
    """An error that names the fixture (CTL-RESET-005)."""
    entry = {"field": path, "code": code, "message": message}
    return ValidationFailedError(f"{path}: {message}", fields=[entry])

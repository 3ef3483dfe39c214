"""Credential: passwords go in and are verified; nothing of them ever comes out (CRD)."""

from typing import Any

from dbal_reference.adapters import Row
from dbal_reference.errors import NotFoundError, UnauthorizedError
from dbal_reference.model import Operation
from dbal_reference.operations.call import Call
from dbal_reference.operations.engine import Engine
from dbal_reference.operations.findings import refuse
from dbal_reference.operations.procedure import EntityProcedure
from dbal_reference.operations.rows import subject_of
from dbal_reference.query.logic import all_of
from dbal_reference.query.predicate import TRUE, Compare, Order, Predicate, Select
from dbal_reference.validation import Finding, validate_password

HASH = "passwordHash"
CHANGED_AT = "passwordChangeTimestamp"
FIRST_LOGIN = "firstLogin"


class OfUser(EntityProcedure):
    """A procedure on the credential, or the user, with a username.

    The credential's key is a reference to the user's name; the schema says to which entity.
    """

    def __init__(self, engine: Engine, operation: Operation) -> None:
        super().__init__(engine, operation)
        reference = self.entity.primary.foreign_key
        if reference is None:
            raise ValueError("the key of a credential refers to a user")
        self.users = engine.schema.entities[reference.entity]
        self._name = reference.field

    def identify(self, call: Call) -> None:
        """The username as asked, once it is known to be text."""
        call.subject = subject_of(self.entity.primary, call.params.get("username"))

    def judged(self, call: Call) -> tuple[dict[str, Any], list[Finding]]:
        """Arguments; an empty username names nobody (section 20, keys)."""
        values, findings = self.arguments.judge(call)
        if values["username"] == "":
            findings.append(Finding("username", "empty", "must not be empty"))
        return values, findings

    def user(self, call: Call, username: str, where: Predicate = TRUE) -> Row | None:
        """The user of this name."""
        wanted = all_of((Compare(self._name, "eq", username), where))
        order = (Order(self.users.primary.name),)
        rows = call.unit.select(Select(self.users.name, wanted, order, limit=1))
        return rows[0] if rows else None

    def user_in_sight(self, call: Call, username: str) -> Row:
        """The user of this name, of a tenant that the actor sees.

        Raises:
            NotFoundError: there is none (CRD-SET-002, CRD-FLAG-001).
        """
        tenant = self.engine.access.tenant_predicate(call.actor, self.users.name)
        row = self.user(call, username, tenant)
        if row is None:
            raise NotFoundError("there is no such user")
        return row

    def credential(self, call: Call, username: str) -> Row | None:
        """The credential of this name."""
        key = self.entity.primary.name
        where = Compare(key, "eq", username)
        rows = call.unit.select(Select(self.entity.name, where, (Order(key),), limit=1))
        return rows[0] if rows else None


class Verify(OfUser):
    """Whether this is the user's password; too many failures are refused (CRD-VERIFY)."""

    def judge(self, call: Call) -> tuple[str, str]:
        """Username and password."""
        values, findings = self.judged(call)
        if values["password"] == "":
            findings.append(Finding("password", "empty", "must not be empty"))
        refuse(findings)
        return values["username"], values["password"]

    def perform(self, call: Call, intent: tuple[str, str]) -> bool:
        """Judge one attempt: wrong password and unknown user cost alike (CRD-VERIFY-003)."""
        username, password = intent
        call.release()  # hashing is long, and so may be the wait for others
        with self.engine.failures.attempt(username, call.deadline) as attempt:
            row = self.credential(call, username)
            call.release()
            if row is None:
                self.engine.hasher.waste(password)
                right = False
            else:
                right = self.engine.hasher.verify(row[HASH], password)
            call.check_deadline()
            attempt.succeeded = right
        if not right:
            raise UnauthorizedError
        return True


class Set(OfUser):
    """Gives a user a password; the old one ends at once (CRD-SET)."""

    def judge(self, call: Call) -> tuple[str, str]:
        """Username, and the hash of the password: made here, before any row is locked."""
        values, findings = self.judged(call)
        password = values["password"]
        if not any(finding.field == "password" for finding in findings):
            findings += validate_password(self.engine.schema, password)
        refuse(findings)
        return values["username"], self.engine.hasher.hash(password)

    def perform(self, call: Call, intent: tuple[str, str]) -> bool:
        """Create or replace the credential, and note when (CRD-SET-001, CRD-SET-006)."""
        username, phc = intent
        user = self.user_in_sight(call, username)
        unit, key = call.unit, self.entity.primary.name
        if self.credential(call, username) is None:
            unit.insert(self.entity.name, [{key: username, HASH: phc}])
        else:
            unit.update(self.entity.name, [username], {HASH: phc})
        changes = {CHANGED_AT: call.now_ms}
        unit.update(self.users.name, [user[self.users.primary.name]], changes)
        return True


class GetFirstLogin(OfUser):
    """Whether the user has yet to log in for the first time (CRD-FLAG-001)."""

    def judge(self, call: Call) -> str:
        """The username."""
        values, findings = self.judged(call)
        refuse(findings)
        username: str = values["username"]
        return username

    def perform(self, call: Call, intent: str) -> bool:
        """Look at the user."""
        flag: bool = self.user_in_sight(call, intent)[FIRST_LOGIN]
        return flag


class SetFirstLogin(OfUser):
    """Sets that flag (CRD-FLAG-001)."""

    def judge(self, call: Call) -> tuple[str, bool]:
        """Username and flag."""
        values, findings = self.judged(call)
        refuse(findings)
        return values["username"], values["firstLogin"]

    def perform(self, call: Call, intent: tuple[str, bool]) -> bool:
        """Change the user."""
        username, flag = intent
        user = self.user_in_sight(call, username)
        key = user[self.users.primary.name]
        call.unit.update(self.users.name, [key], {FIRST_LOGIN: flag})
        return True

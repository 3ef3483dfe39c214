"""dbal.begin, commit and rollback (TXN)."""

from typing import Any

from dbal_reference.operations.call import Call
from dbal_reference.operations.system import SystemProcedure


class Begin(SystemProcedure):
    """Begins a transaction, or one within another; takes no lock (TXN-BASE-009)."""

    def perform(self, call: Call, intent: dict[str, Any]) -> dict[str, str]:
        """Give its handle, which is the caller's alone (TXN-BASE-004)."""
        transactions, parent = self.engine.transactions, intent["parent"]
        if parent is None:
            return {"tx": transactions.begin(call.actor.name, call.peer)}
        return {"tx": transactions.begin_within(parent, call.actor.name, call.deadline)}


class Commit(SystemProcedure):
    """Keeps what was written in a transaction (TXN-BASE-002, TXN-NEST-002)."""

    commits = True

    def perform(self, call: Call, intent: dict[str, Any]) -> bool:
        """End it; what becomes of the commit may stay unknown (CALL-ATOM-003)."""
        self.engine.transactions.commit(intent["tx"], call.actor.name, call.deadline)
        self.engine.note_write()
        call.check_commit()
        return True


class Rollback(SystemProcedure):
    """Undoes what was written in a transaction, and in those within it (TXN-NEST-003)."""

    def perform(self, call: Call, intent: dict[str, Any]) -> bool:
        """End it."""
        self.engine.transactions.rollback(intent["tx"], call.actor.name, call.deadline)
        return True

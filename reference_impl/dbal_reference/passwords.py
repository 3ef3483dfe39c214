"""Argon2id hashes of passwords, as PHC strings (CRD-HASH)."""

from typing import Any

import argon2
import argon2.low_level
import msgspec
from argon2.exceptions import InvalidHashError, VerificationError


class Cost(msgspec.Struct, frozen=True):
    """What one hash costs: memory in KiB, passes over it, lanes, and bytes of random salt."""

    memory_kib: int
    passes: int
    lanes: int
    salt_bytes: int

    @classmethod
    def of(cls, passwords: dict[str, Any], *, conformance: bool = False) -> "Cost":
        """The cost of contract.yaml; in conformance mode the least that Argon2id allows."""
        cost = msgspec.convert(passwords["argon2id"], cls)
        if not conformance:
            return cost
        return Cost(memory_kib=8, passes=1, lanes=1, salt_bytes=cost.salt_bytes)


class Hasher:
    """Hashes and verifies at one cost; threads may share it."""

    def __init__(self, cost: Cost) -> None:
        self._hasher = argon2.PasswordHasher(
            time_cost=cost.passes,
            memory_cost=cost.memory_kib,
            parallelism=cost.lanes,
            hash_len=32,
            salt_len=cost.salt_bytes,
            type=argon2.low_level.Type.ID,
        )
        self._nobodys = self._hasher.hash(b"")  # held against the password of an unknown user

    def hash(self, password: str) -> str:
        """A PHC string with a salt of its own: equal passwords have different hashes."""
        return self._hasher.hash(_bytes(password))

    def verify(self, phc: str, password: str) -> bool:
        """Whether it is the password, compared in constant time; false for no PHC string."""
        try:
            return self._hasher.verify(phc, _bytes(password))
        except (VerificationError, InvalidHashError):
            return False

    def waste(self, password: str) -> None:
        """The work of `verify`, where there is nothing to verify against (CRD-VERIFY-003)."""
        self.verify(self._nobodys, password)


def _bytes(password: str) -> bytes:
    """Any text, lone surrogates too, so that no password makes the server fail."""
    return password.encode("utf-8", "surrogatepass")

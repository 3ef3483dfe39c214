import statistics
import time

import pytest

from dbal_reference.model import Schema
from dbal_reference.passwords import Cost, Hasher


@pytest.fixture(scope="module")
def hasher(schema: Schema) -> Hasher:
    """The cheap one of conformance mode."""
    return Hasher(Cost.of(schema.passwords, conformance=True))


def test_a_password_is_known_again_and_others_are_not(hasher: Hasher) -> None:
    phc = hasher.hash("correct horse")
    assert hasher.verify(phc, "correct horse")
    for other in ("correct horse ", "Correct horse", "", "correct horse\x00", "correct hors"):
        assert not hasher.verify(phc, other)


def test_equal_passwords_have_different_hashes(hasher: Hasher) -> None:
    assert hasher.hash("correct horse") != hasher.hash("correct horse")


def test_the_hash_is_a_phc_string_of_argon2id_at_the_cost_of_the_contract(schema: Schema) -> None:
    phc = Hasher(Cost.of(schema.passwords)).hash("correct horse")
    _, kind, version, cost, salt, _ = phc.split("$")
    assert (kind, version, cost) == ("argon2id", "v=19", "m=19456,t=2,p=1")
    assert len(salt) == 22  # 16 bytes in base64 without padding


def test_conformance_mode_lowers_the_cost_and_nothing_else(hasher: Hasher) -> None:
    phc = hasher.hash("correct horse")
    assert phc.startswith("$argon2id$v=19$m=8,t=1,p=1$")
    assert len(phc.split("$")[4]) == 22


def test_a_hash_of_another_cost_still_verifies(hasher: Hasher, schema: Schema) -> None:
    dear = Hasher(Cost.of(schema.passwords))
    assert hasher.verify(dear.hash("correct horse"), "correct horse")


@pytest.mark.parametrize("phc", ["", "nonsense", "$argon2id$v=19$m=8,t=1,p=1$x", "$2b$12$abc"])
def test_what_is_no_hash_verifies_nothing(hasher: Hasher, phc: str) -> None:
    assert not hasher.verify(phc, "correct horse")


@pytest.mark.parametrize("password", ["", "\x00", "\ud800", "😀" * 128, "a" * 100_000])
def test_no_password_makes_it_fail(hasher: Hasher, password: str) -> None:
    assert hasher.verify(hasher.hash(password), password)
    hasher.waste(password)


def test_an_unknown_user_costs_what_a_known_one_costs(schema: Schema) -> None:
    hasher = Hasher(Cost.of(schema.passwords))
    phc = hasher.hash("correct horse")

    def milliseconds(password: str | None) -> float:
        started = time.process_time()
        if password is None:
            hasher.waste("wrong horse")
        else:
            hasher.verify(phc, password)
        return time.process_time() - started

    known = statistics.median(milliseconds("wrong horse") for _ in range(5))
    unknown = statistics.median(milliseconds(None) for _ in range(5))
    assert known / 3 < unknown < known * 3

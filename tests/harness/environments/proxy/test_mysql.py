"""What a proxy understands of MySQL's and MariaDB's protocol, from bytes alone."""

from collections.abc import Iterable

import pytest

from dbal_conform.environments.proxy.mysql import MysqlSpeaker
from dbal_conform.environments.proxy.speech import Asked


def packet(body: bytes, number: int = 0) -> bytes:
    return len(body).to_bytes(3, "little") + bytes([number]) + body


def greeting(flags: int = 0xFFFFFFFF) -> bytes:
    lower, upper = (flags & 0xFFFF).to_bytes(2, "little"), (flags >> 16).to_bytes(2, "little")
    body = b"\x0a11.8.9-MariaDB\0" + b"\1\0\0\0" + b"12345678" + b"\0" + lower + b"\x2d" + b"\2\0"
    return packet(body + upper + b"\x15" + b"\0" * 10 + b"123456789012\0mysql_native_password\0")


def query(text: str) -> bytes:
    return packet(b"\x03" + text.encode())


OK = packet(b"\0\0\0\2\0\0\0", 1)


def greeted() -> MysqlSpeaker:
    speaker = MysqlSpeaker()
    list(speaker.answer(greeting()))
    list(speaker.ask(packet(b"\0" * 32 + b"root\0", 1)))
    list(speaker.answer(packet(b"\0\0\0\2\0\0\0", 2)))
    return speaker


def whats(asked: Iterable[Asked]) -> list[set[str]]:
    return [set(each.what) for each in asked if each.what]


def flags_of(said: bytes) -> int:
    at = said.index(0, 5) + 1 + 4 + 8 + 1
    return int.from_bytes(said[at : at + 2] + said[at + 5 : at + 7], "little")


@pytest.mark.parametrize("size", [1, 10, 1000])
def test_nothing_that_hides_statements_is_offered(size: int) -> None:
    speaker = MysqlSpeaker()
    said = greeting()
    told = b"".join(
        each.data
        for at in range(0, len(said), size)
        for each in speaker.answer(said[at : at + size])
    )
    assert len(told) == len(said)
    ssl, compress, zstd, attributes = 0x0800, 0x0020, 1 << 26, 1 << 27
    assert flags_of(told) == 0xFFFFFFFF & ~(ssl | compress | zstd | attributes)


def test_a_refusal_instead_of_a_greeting_passes_as_it_is() -> None:
    refusal = packet(b"\xff\x10\x04Too many connections")
    assert b"".join(each.data for each in MysqlSpeaker().answer(refusal)) == refusal


@pytest.mark.parametrize("size", [1, 3, 1000])
def test_bytes_pass_unchanged_however_they_are_cut(size: int) -> None:
    speaker = greeted()
    said = query("BEGIN") + query("DELETE FROM t") + query("COMMIT") + packet(b"\x01")
    asked = [each for at in range(0, len(said), size) for each in speaker.ask(said[at : at + size])]
    assert b"".join(each.data for each in asked) == said
    assert whats(asked) == [{"statement"}, {"statement", "write"}, {"statement", "commit"}]


def test_what_is_said_while_logging_in_is_no_command() -> None:
    speaker = MysqlSpeaker()
    list(speaker.answer(greeting()))
    (asked,) = speaker.ask(packet(b"\x03delete from t", 1))
    assert (asked.what, asked.due) == (frozenset(), None)


def test_a_long_statement_is_known_by_its_beginning_and_passed_in_pieces() -> None:
    speaker = greeted()
    said = query("INSERT INTO t VALUES ('" + "x" * 200_000 + "')")
    asked = list(speaker.ask(said + query("SELECT 1")))
    assert b"".join(each.data for each in asked) == said + query("SELECT 1")
    assert [len(each) for each in whats(asked)] == [3, 1]


def test_a_prepared_statement_is_known_by_its_number() -> None:
    speaker = greeted()
    (asked,) = speaker.ask(packet(b"\x16DELETE FROM t"))
    assert asked.what == frozenset()
    list(speaker.answer(packet(b"\0\x07\0\0\0\0\0\1\0\0\0\0", 1)))
    assert whats(speaker.ask(packet(b"\x17\x07\0\0\0\0\1\0\0\0"))) == [
        {"statement", "write", "commit"}
    ]
    assert whats(speaker.ask(packet(b"\x17\x08\0\0\0\0\1\0\0\0"))) == [{"statement"}]


def test_an_answer_has_come_with_its_first_packet() -> None:
    speaker = greeted()
    (asked,) = speaker.ask(query("DELETE FROM t"))
    first = list(speaker.answer(OK))
    assert [(each.due, each.ends) for each in first] == [(asked.due, True)]
    assert [(each.due, each.ends) for each in speaker.answer(OK)] == [(None, False)]
    (quiet,) = speaker.ask(packet(b"\x19\x07\0\0\0"))  # closing a statement is not answered
    assert quiet.due is None

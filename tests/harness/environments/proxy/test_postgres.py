"""What a proxy understands of PostgreSQL's protocol, from bytes alone."""

from collections.abc import Iterable

import pytest

from dbal_conform.core.point import Point
from dbal_conform.environments.proxy.postgres import PostgresSpeaker
from dbal_conform.environments.proxy.speech import Answered, Asked, ProtocolError
from dbal_conform.environments.proxy.trap import Deed, Trap

STARTUP = (16).to_bytes(4, "big") + (196608).to_bytes(4, "big") + b"user\0a\0\0"
ENCRYPT = (8).to_bytes(4, "big") + (80877103).to_bytes(4, "big")


def message(letter: str, body: bytes = b"") -> bytes:
    return letter.encode() + (4 + len(body)).to_bytes(4, "big") + body


def query(text: str) -> bytes:
    return message("Q", text.encode() + b"\0")


def prepared(text: str, name: str = "") -> bytes:
    return message("P", f"{name}\0{text}\0".encode() + b"\0\0")


def executed(name: str = "") -> bytes:
    return message("B", f"\0{name}\0".encode() + b"\0" * 6) + message("E", b"\0\0\0\0\0")


SYNC = message("S")
READY = message("Z", b"I")


def greeted() -> PostgresSpeaker:
    speaker = PostgresSpeaker()
    list(speaker.ask(STARTUP))
    return speaker


def whats(asked: Iterable[Asked]) -> list[set[str]]:
    return [set(each.what) for each in asked if each.what]


def trapped(asked: Iterable[Asked], what: str) -> Trap:
    trap = Trap(Point("commit", reply=True), Deed("cut"))
    for each in asked:
        if what in each.what:
            assert each.due is not None
            each.due.trap = trap
    return trap


def caught(answered: Iterable[Answered]) -> list[bytes]:
    """The pieces with which an answer that is waited for ends."""
    return [each.data for each in answered if each.ends and each.due is not None and each.due.trap]


def test_encryption_is_declined_and_never_asked_of_the_server() -> None:
    speaker = PostgresSpeaker()
    first, second = speaker.ask(ENCRYPT + STARTUP)
    assert (first.data, first.reply) == (b"", b"N")
    assert (second.data, second.reply) == (STARTUP, b"")


@pytest.mark.parametrize("size", [1, 2, 7, 1000])
def test_bytes_pass_unchanged_however_they_are_cut(size: int) -> None:
    speaker = PostgresSpeaker()
    texts = query("SELECT 1") + prepared("INSERT INTO t VALUES ($1)", "s") + executed("s") + SYNC
    said = STARTUP + message("p", b"secret\0") + texts + message("X")
    asked = [each for at in range(0, len(said), size) for each in speaker.ask(said[at : at + size])]
    assert b"".join(each.data for each in asked) == said
    assert whats(asked) == [{"statement"}, {"statement", "write", "commit"}]
    answer = message("C", b"SELECT 1\0") + READY
    told = [
        each
        for at in range(0, len(answer), size)
        for each in speaker.answer(answer[at : at + size])
    ]
    assert b"".join(each.data for each in told) == answer


def test_a_long_statement_is_known_by_its_beginning_and_passed_in_pieces() -> None:
    speaker = greeted()
    said = query("INSERT INTO t VALUES ('" + "x" * 200_000 + "')")
    first, *rest = speaker.ask(said[:100_000])
    assert "write" in first.what
    more = list(speaker.ask(said[100_000:] + query("SELECT 1")))
    assert b"".join(each.data for each in (first, *rest, *more)) == said + query("SELECT 1")
    assert whats(more) == [{"statement"}]


def test_a_prepared_statement_is_known_each_time_it_is_executed() -> None:
    speaker = greeted()
    list(speaker.ask(query("BEGIN")))
    asked = list(speaker.ask(prepared("DELETE FROM t", "a") + executed("a") + executed("a") + SYNC))
    assert whats(asked) == [{"statement", "write"}] * 2
    assert whats(speaker.ask(prepared("COMMIT") + executed() + SYNC)) == [{"statement", "commit"}]


def test_the_answer_to_a_query_ends_when_the_server_is_ready() -> None:
    speaker = greeted()
    list(speaker.ask(query("BEGIN") + query("DELETE FROM t")))
    trapped(speaker.ask(query("COMMIT")), "commit")
    for text in (b"BEGIN\0", b"DELETE 1\0"):
        assert caught(speaker.answer(message("C", text) + READY)) == []
    told = list(speaker.answer(message("C", b"COMMIT\0") + READY))
    assert all(each.due is not None and each.due.trap for each in told)
    assert caught(told) == [READY]


def test_of_a_pipeline_the_right_answer_is_waited_for() -> None:
    speaker = greeted()
    asked = list(speaker.ask(query("BEGIN")))
    list(speaker.answer(message("C", b"BEGIN\0") + READY))
    pipeline = prepared("SELECT 1") + executed() + prepared("DELETE FROM t") + executed() + SYNC
    asked = list(speaker.ask(pipeline))
    trapped(asked, "write")
    bound = message("1") + message("2")
    answer = bound + message("C", b"SELECT 1\0") + bound + message("C", b"DELETE 3\0") + READY
    told = list(speaker.answer(answer))
    assert caught(told) == [message("C", b"DELETE 3\0")]


def test_after_an_error_what_was_asked_before_the_next_sync_is_answered_with_it() -> None:
    speaker = greeted()
    asked = list(
        speaker.ask(prepared("SELEC") + executed() + prepared("DELETE FROM t") + executed())
    )
    trapped(asked, "write")
    list(speaker.ask(SYNC + query("SELECT 1")))
    assert caught(speaker.answer(message("E", b"\0") + READY)) == [READY]
    later = list(speaker.answer(message("C", b"SELECT 1\0") + READY))
    assert [each.ends for each in later] == [False, True]


@pytest.mark.parametrize("said", [b"GET / HTTP/1.1\r\n\r\n", b"\0\0\0\0\0\0\0\0"])
def test_what_is_no_greeting_ends_the_connection(said: bytes) -> None:
    with pytest.raises(ProtocolError):
        list(PostgresSpeaker().ask(said))


def test_what_is_no_message_ends_the_connection() -> None:
    with pytest.raises(ProtocolError):
        list(greeted().ask(b"Q\0\0\0\0"))

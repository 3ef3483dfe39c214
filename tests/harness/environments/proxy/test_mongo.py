"""What a proxy understands of MongoDB's protocol, from bytes alone."""

import struct
from typing import Any

import bson
import pytest

from dbal_conform.environments.proxy.mongo import MongoSpeaker
from dbal_conform.environments.proxy.speech import Asked, ProtocolError


def message(command: dict[str, Any], number: int = 7, to: int = 0, kind: int = 2013) -> bytes:
    body = struct.pack("<I", 0) + b"\0" + bson.encode(command)
    return struct.pack("<iiii", 16 + len(body), number, to, kind) + body


def understood(speaker: MongoSpeaker, data: bytes, chunk: int = 1 << 20) -> list[Asked]:
    pieces = [data[at : at + chunk] for at in range(0, len(data), chunk)]
    return [asked for piece in pieces for asked in speaker.ask(piece)]


INSIDE = {"lsid": {}, "txnNumber": 1, "autocommit": False}


@pytest.mark.parametrize(
    ("command", "what"),
    [
        ({"hello": 1}, set()),
        ({"ping": 1}, set()),
        ({"endSessions": []}, set()),
        ({"find": "update"}, {"statement"}),
        ({"aggregate": "t", "pipeline": [{"$match": {"insert": "x"}}]}, {"statement"}),
        ({"insert": "t"}, {"statement", "write", "commit"}),
        ({"insert": "t", "txnNumber": 3}, {"statement", "write", "commit"}),
        ({"update": "t", **INSIDE}, {"statement", "write"}),
        ({"delete": "t", **INSIDE}, {"statement", "write"}),
        ({"findAndModify": "t", **INSIDE}, {"statement", "write"}),
        ({"commitTransaction": 1, **INSIDE}, {"statement", "commit"}),
        ({"abortTransaction": 1, **INSIDE}, {"statement"}),
    ],
)
@pytest.mark.parametrize("chunk", [1, 5, 1 << 20])
def test_a_command_is_known_by_its_name(
    command: dict[str, Any], what: set[str], chunk: int
) -> None:
    data = message(command)
    found = understood(MongoSpeaker(), data, chunk)
    assert b"".join(asked.data for asked in found) == data
    assert found[0].what == what
    assert not any(asked.what for asked in found[1:])


def test_an_answer_is_that_of_its_question_and_comes_whole() -> None:
    speaker = MongoSpeaker()
    first, second = (
        understood(speaker, message({"find": "t"}, number))[0].due for number in (1, 2)
    )
    said = message({"ok": 1}, 90, to=2) + message({"ok": 1, "more": "x" * 50}, 91, to=1)
    heard = [
        piece for at in range(0, len(said), 10) for piece in speaker.answer(said[at : at + 10])
    ]
    assert b"".join(piece.data for piece in heard) == said
    ends = [piece.due for piece in heard if piece.ends]
    assert ends == [second, first]


@pytest.mark.parametrize("length", [0, 15, -1, 2**31 - 1])
def test_what_is_no_message_ends_the_connection(length: int) -> None:
    with pytest.raises(ProtocolError):
        understood(MongoSpeaker(), struct.pack("<iiii", length, 1, 0, 2013) + b"\0" * 20)

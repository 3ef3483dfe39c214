"""Several statements in one round trip, on psycopg's low level (`psycopg.pq`).

psycopg's own pipeline mode is for long ones: to enter and to leave it costs more than the round
trips that a short one saves (docs/decisions/041-pool-and-round-trips.md).
"""

import re
from collections.abc import Callable, Sequence
from itertools import count
from typing import Any, Final, TypeAlias

import psycopg
from psycopg import generators
from psycopg.abc import PQGen
from psycopg.adapt import Transformer
from psycopg.errors import error_from_result
from psycopg.pq import ExecStatus, TransactionStatus
from psycopg.pq.abc import PGresult

Batch: TypeAlias = Sequence[tuple[str, Sequence[Any] | None]]
"""Statements with their parameters, `%s` in the text; with None it is taken as it stands."""

_MARK: Final = re.compile("%[s%]")
_PREPARED: Final = 500  # on the server, for each connection; what comes later is not prepared
_KNOWN: Final = 2000  # texts; forgotten all at once
_GOOD: Final = (ExecStatus.TUPLES_OK, ExecStatus.COMMAND_OK)


class Pipeline:
    """The statements of one connection, on which nothing else is executed from now on.

    A text that comes again is prepared. Parameters travel as text, and the server takes them for
    what the statement says: str, int, float, bool, None, and lists of one of these.
    """

    def __init__(self, connection: psycopg.Connection[tuple[Any, ...]]) -> None:
        self._connection = connection
        self._raw = connection.pgconn
        self._raw.enter_pipeline_mode()
        self._loading = Transformer(connection)
        self._texts: dict[str, bytes] = {}  # as the server reads them; once seen
        self._names: dict[str, bytes] = {}  # of those prepared
        self._numbers = count()
        self._owed = 0  # rounds of results that nobody waited for

    @property
    def in_transaction(self) -> bool:
        """Whether one is begun and not ended, or it is unknown."""
        return self._raw.transaction_status != TransactionStatus.IDLE

    def run(self, batch: Batch) -> PGresult:
        """Send all, wait for all; the result of the last.

        Nothing behind one that fails is carried out.

        Raises:
            psycopg.Error: of the first that failed, or of the connection.
        """
        preparing: dict[int, str] = {}  # by the place of the answer
        sent = 0
        for text, parameters in batch:
            sent += self._send(text, parameters, preparing, sent)
        results = self._results()
        if results[-1].status in _GOOD:
            return results[-1]
        for place, text in preparing.items():
            if results[place].status not in _GOOD:
                del self._names[text]
        for result in results:
            if result.status == ExecStatus.FATAL_ERROR:
                raise error_from_result(result)
        raise psycopg.OperationalError("the server answered something else")

    def post(self, text: str) -> None:
        """Send a statement that cannot fail, and do not wait for it."""
        self._send(text, (), {}, 0)
        self._raw.pipeline_sync()
        self._connection.wait(generators.send(self._raw))
        self._owed += 1

    def rows(self, result: PGresult) -> list[tuple[Any, ...]]:
        """The records of a result."""
        self._loading.set_pgresult(result)
        return self._loading.load_rows(0, result.ntuples, tuple)

    def _send(
        self, text: str, parameters: Sequence[Any] | None, preparing: dict[int, str], place: int
    ) -> int:
        """Queue it, and give how many results there will be; the first at this place."""
        if parameters is None:
            self._raw.send_query_params(text.encode(), None)
            return 1
        values = [_encode(value) for value in parameters]
        name = self._names.get(text)
        if name is not None:
            self._raw.send_query_prepared(name, values)
            return 1
        written = self._texts.get(text)
        if written is not None and len(self._names) < _PREPARED:
            name = b"s%d" % next(self._numbers)
            self._raw.send_prepare(name, written)
            self._raw.send_query_prepared(name, values)
            self._names[text] = name
            preparing[place] = text
            return 2
        if written is None:
            if len(self._texts) >= _KNOWN:
                self._texts.clear()
            written = self._texts[text] = _numbered(text)
        self._raw.send_query_params(written, values)
        return 1

    def _results(self) -> list[PGresult]:
        self._raw.pipeline_sync()
        rounds, self._owed = self._owed + 1, 0
        try:
            found: list[PGresult] = self._connection.wait(self._fetch(rounds))
        except BaseException:
            self._connection.close()  # nobody knows what is still to come
            raise
        return found

    def _fetch(self, rounds: int) -> PQGen[list[PGresult]]:
        """The results of the last round; each ends with that of its sync."""
        yield from generators.send(self._raw)
        results: list[PGresult] = []
        while rounds:
            for result in (yield from generators.fetch_many(self._raw)):
                if result.status != ExecStatus.PIPELINE_SYNC:
                    results.append(result)
                    continue
                rounds -= 1
                if rounds:
                    results.clear()
        return results


def _numbered(text: str) -> bytes:
    """PostgreSQL's marks for psycopg's."""
    numbers = count(1)
    return _MARK.sub(lambda m: "%" if m[0] == "%%" else f"${next(numbers)}", text).encode()


def _encode(value: Any) -> bytes | None:  # noqa: ANN401 -- any parameter
    if value is None:
        return None
    return _ENCODERS[type(value)](value)


def _array(values: list[Any]) -> bytes:
    return b"{" + b",".join([_member(value) for value in values]) + b"}"


def _member(value: Any) -> bytes:  # noqa: ANN401 -- any parameter
    if type(value) is str:
        return b'"' + value.replace("\\", "\\\\").replace('"', '\\"').encode() + b'"'
    encoded = _encode(value)
    return b"NULL" if encoded is None else encoded


_ENCODERS: dict[type, Callable[[Any], bytes]] = {
    str: str.encode,
    int: lambda value: b"%d" % value,
    float: lambda value: repr(value).encode(),
    bool: lambda value: b"t" if value else b"f",
    list: _array,
}

"""What many clients, dying clients and slow ones do to each other (issue 5, section 6)."""

import socket
import struct
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

import grpc
import pytest
from tests import servers
from tests.reference.daemon.serving import DOORS, Grpc, Serving, request, until, upgraded
from tests.reference.talk import BOOTSTRAP, Refusal

SYSTEM = {"token": BOOTSTRAP}
ALICE = {"username": "alice", "email": "alice@example.com"}
WRONG = {"username": "admin", "password": "not the password"}
CLIENTS = 64
_DATABASES = [
    "memory:",
    "sqlite:FILE",
    pytest.param("postgres:17", marks=pytest.mark.database),
]


@pytest.fixture(params=_DATABASES)
def served(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Serving]:
    """A server of its own in a new world, on each kind of database."""
    url = str(request.param).replace("FILE", str(tmp_path / "rows.db"))
    if servers.knows(url):
        url = servers.url_of(url, "daemon")
    with Serving(url, **DOORS) as serving:
        serving.reset()
        yield serving


def at_once(clients: int, work: Callable[[int], object]) -> Counter[str]:
    """How many clients ended how: `ok`, or the name of an error."""
    ready = threading.Barrier(clients)
    ends: list[str] = []

    def client(number: int) -> None:
        ready.wait(30)
        try:
            work(number)
            ends.append("ok")
        except Refusal as refusal:
            ends.append(refusal.name)

    threads = [threading.Thread(target=client, args=(number,)) for number in range(clients)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    return Counter(ends)


def drop(peer: socket.socket) -> None:
    """Hang up as a machine does that loses its power: without a word."""
    peer.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    peer.close()


def test_64_clients_racing_for_one_name_give_one_winner(served: Serving) -> None:
    def create(number: int) -> None:
        data = {"username": "alice", "email": f"alice{number}@example.com"}
        with served.socket() as peer:
            peer.call("User.create", {"data": data}, SYSTEM)

    assert at_once(CLIENTS, create) == {"ok": 1, "CONFLICT": CLIENTS - 1}
    asked = {"filter": {"username": "alice"}}
    assert served.post("User.count", asked, BOOTSTRAP) == 1


def test_a_client_that_dies_gives_its_transaction_and_its_connection_back(
    served: Serving,
) -> None:
    with served.socket(BOOTSTRAP) as peer:
        tx = peer.call("dbal.begin")["tx"]
        peer.call("User.create", {"data": ALICE}, {"tx": tx})
        drop(peer.raw.socket)
    other = {**ALICE, "email": "other@example.com"}  # the same name, which is free again
    served.post("User.create", {"data": other, "meta": {"deadlineMs": 10_000}}, BOOTSTRAP)
    assert served.service.open_transactions == 0
    with pytest.raises(Refusal, match="NOT_FOUND"):
        served.post("dbal.commit", {"tx": tx}, BOOTSTRAP)
    until(lambda: served.doors.connections == 0)


def test_a_transaction_begun_for_a_client_that_is_gone_ends_too() -> None:
    with Serving(**DOORS) as serving:
        slow = {"kind": "slow", "count": 1, "delayMs": 500, "method": "dbal.begin"}
        serving.post("conformance.fault", slow, BOOTSTRAP)
        with serving.socket(BOOTSTRAP) as peer:
            peer.raw.send(request("dbal.begin"), text=True)
            assert peer.exchange(request("dbal.health"))["result"]
            drop(peer.raw.socket)
        until(lambda: serving.doors.core.running == 1)
        until(lambda: serving.doors.core.running == 0)
        until(lambda: serving.service.open_transactions == 0)


def test_who_ends_a_transaction_is_never_behind_those_who_wait_for_it(served: Serving) -> None:
    """With fewer threads than waiters, too; else nobody would move until the deadlines."""
    waiters = 2 * served.settings.limits.threads

    def create(number: int) -> None:
        data = {"username": f"user{number}", "email": f"user{number}@example.com"}
        with served.socket() as peer:
            peer.call("User.create", {"data": data}, SYSTEM)

    with served.socket(BOOTSTRAP) as holder:
        tx = holder.call("dbal.begin")["tx"]
        holder.call("User.create", {"data": ALICE}, {"tx": tx})
        ends: list[Counter[str]] = []
        crowd = threading.Thread(target=lambda: ends.append(at_once(waiters, create)))
        crowd.start()
        until(lambda: served.doors.core.running >= served.settings.limits.threads)
        assert holder.call("User.count", {}, {"tx": tx}) >= 1
        assert holder.call("dbal.commit", {"tx": tx}) is True
        crowd.join(60)
    assert ends == [{"ok": waiters}]


def test_a_call_that_no_thread_is_free_for_times_out_in_time() -> None:
    with Serving(**DOORS, limits={"threads": 4}) as serving, serving.socket(BOOTSTRAP) as peer:
        slow = {"kind": "slow", "count": 4, "delayMs": 3000, "method": "User.count"}
        peer.call("conformance.fault", slow)
        for _ in range(4):
            peer.raw.send(request("User.count"), text=True)
        until(lambda: serving.doors.core.running == 4)
        late = peer.exchange(request("User.list", {}, {"deadlineMs": 300}, id="late"))
        assert (late["id"], late["error"]["data"]["name"]) == ("late", "TIMEOUT")  # the first
        records = serving.post("conformance.audit", {}, BOOTSTRAP)["records"]
        assert (records[0]["operation"], records[0]["code"]) == ("list", "TIMEOUT")


def test_no_call_takes_longer_than_the_server_allows() -> None:
    with Serving(**DOORS, limits={"request_s": 0.3}) as serving:
        slow = {"kind": "slow", "count": 1, "delayMs": 60_000, "method": "User.count"}
        serving.post("conformance.fault", slow, BOOTSTRAP)
        with pytest.raises(Refusal, match="TIMEOUT"):
            serving.post("User.count", {"meta": {"deadlineMs": 300_000}}, BOOTSTRAP)


def test_rate_limits_hold_across_connections_and_doors(shared: Serving) -> None:
    shared.reset()

    def over_grpc() -> None:
        with grpc.insecure_channel(f"127.0.0.1:{shared.port('grpc')}") as channel:
            try:
                Grpc(channel).call("Credential.verify", WRONG)
            except grpc.RpcError as error:
                names = {"UNAUTHENTICATED": "UNAUTHORIZED"}
                name = error.code().name
                raise Refusal(
                    {"code": 0, "data": {"name": names.get(name, name), "details": {}}}
                ) from None

    def over_socket() -> None:
        with shared.socket() as peer:
            peer.call("Credential.verify", WRONG)

    ways: list[Callable[[], object]] = [
        over_socket,
        over_grpc,
        lambda: shared.post("Credential.verify", WRONG),
    ]
    ends = at_once(9, lambda number: ways[number % 3]())
    limited = ends["RATE_LIMIT_EXCEEDED"] + ends["RESOURCE_EXHAUSTED"]
    assert (ends["UNAUTHORIZED"], limited) == (5, 4)


def test_a_connection_that_answers_no_ping_is_dropped() -> None:
    with (
        Serving(websocket="127.0.0.1:0", limits={"ping_s": 0.3}) as serving,
        upgraded(serving) as mute,
        serving.socket() as alive,
    ):
        mute.settimeout(20)
        while mute.recv(4096):  # a ping, and then the end
            pass
        assert alive.call("dbal.hello")


def test_what_is_read_of_one_connection_is_bounded(shared: Serving) -> None:
    """Who asks without end, and reads nothing, is soon not listened to any more."""
    text = request("dbal.hello")
    frames = 100 * (b"\x81" + struct.pack("!B", 0x80 | len(text)) + bytes(4) + text)
    with upgraded(shared) as greedy:
        sent = 0
        try:
            while sent < 500_000_000:
                sent += greedy.send(frames)
        except BlockingIOError:
            pass
        assert sent < 500_000_000
        assert shared.post("dbal.hello")
        drop(greedy)

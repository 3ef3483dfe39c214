"""What the server tells of itself to who looks after it."""

import re

import pytest
from tests.reference.daemon.serving import DOORS, Serving, request
from tests.reference.talk import BOOTSTRAP, Refusal

JSON = {"Content-Type": "application/json"}


def metric(serving: Serving, name: str, **labels: str) -> float:
    """One number of the page; 0 if it is not there."""
    status, page, _ = serving.http("GET", "/metrics")
    assert status == 200
    told = ",".join(f'{key}="{value}"' for key, value in labels.items())
    wanted = re.escape(f"{name}{{{told}}}" if told else name)
    found = re.search(rf"^{wanted} (\S+)$", page.decode(), re.MULTILINE)
    return float(found[1]) if found else 0.0


def test_health_and_readiness_are_told(serving: Serving) -> None:
    assert serving.http("GET", "/health")[:2] == (200, {"status": "ok"})
    assert serving.http("GET", "/ready")[:2] == (200, {"status": "ready"})


def test_it_is_not_ready_while_the_database_is_away() -> None:
    with Serving(**DOORS) as serving:
        serving.adapter.close()
        assert serving.http("GET", "/ready")[:2] == (503, {"status": "not ready"})
        assert serving.http("GET", "/health")[0] == 200


def test_calls_are_counted_by_door_method_and_outcome(serving: Serving) -> None:
    ok = {"door": "http", "method": "dbal.hello", "outcome": "ok"}
    refused = {"door": "http", "method": "User.list", "outcome": "UNAUTHORIZED"}
    before = metric(serving, "dbal_calls_total", **ok)
    before_refused = metric(serving, "dbal_calls_total", **refused)
    serving.post("dbal.hello")
    with pytest.raises(Refusal):
        serving.post("User.list", {}, "nobody")
    assert metric(serving, "dbal_calls_total", **ok) == before + 1
    assert metric(serving, "dbal_calls_total", **refused) == before_refused + 1
    assert metric(serving, "dbal_call_seconds_count", method="dbal.hello") >= 1


def test_names_of_no_method_are_no_labels(serving: Serving) -> None:
    for message in (request("no.such-method"), b"nonsense"):
        serving.http("POST", "/rpc", message, JSON)
    page = serving.http("GET", "/metrics")[1].decode()
    assert "no.such" not in page
    assert 'method="unknown",outcome="VALIDATION_ERROR"' in page


def test_connections_transactions_and_pools_are_gauged() -> None:
    with Serving("sqlite:", **DOORS) as serving, serving.socket(BOOTSTRAP) as peer:
        handle = peer.call("dbal.begin")["tx"]
        assert metric(serving, "dbal_connections", door="websocket") == 1
        assert metric(serving, "dbal_open_transactions") == 1
        assert metric(serving, "dbal_pool_connections", pool="read", state="size") >= 1
        peer.call("dbal.rollback", {"tx": handle})
        assert metric(serving, "dbal_open_transactions") == 0


def test_the_monitor_has_a_door_of_its_own_without_calls() -> None:
    with Serving(stdio=False, websocket=DOORS["websocket"], monitor="127.0.0.1:0") as serving:
        for path in ("/health", "/ready", "/metrics"):
            assert serving.http("GET", path, door="monitor")[0] == 200
        assert serving.http("POST", "/rpc", request("dbal.hello"), JSON, "monitor")[0] == 404


def test_a_public_door_tells_no_metrics() -> None:
    with Serving(http="0.0.0.0:0", insecure=True) as serving:
        assert serving.http("GET", "/metrics")[0] == 404
        assert serving.http("GET", "/health")[0] == 200

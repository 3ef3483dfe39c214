"""What Prometheus is told: calls, how long they took, how they failed, and what is in use."""

import time
from collections.abc import Callable, Iterable, Iterator
from typing import Final

from prometheus_client import (
    CollectorRegistry,
    Counter,
    Histogram,
    PlatformCollector,
    ProcessCollector,
)
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.exposition import CONTENT_TYPE_LATEST, generate_latest
from prometheus_client.registry import Collector

from dbal_reference.adapters import Adapter
from dbal_reference.adapters.sql.pool import HasPools
from dbal_reference.daemon.core import Core
from dbal_reference.daemon.door import Door
from dbal_reference.errors import DbalError
from dbal_reference.wire.jsonrpc import Connection, Request

_BUCKETS_S: Final = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30)
_UNKNOWN: Final = "unknown"  # methods that there are not: any text, and so no label


class Metrics:
    """Counts calls; looks at the rest when it is asked.

    Args:
        knows: whether a method may be a label.
    """

    def __init__(self, knows: Callable[[str], bool]) -> None:
        self._knows = knows
        self._registry = CollectorRegistry()
        ProcessCollector(registry=self._registry)
        PlatformCollector(registry=self._registry)
        self._calls = Counter(
            "dbal_calls",
            "Calls that have ended, by error name, or ok.",
            ("door", "method", "outcome"),
            registry=self._registry,
        )
        self._seconds = Histogram(
            "dbal_call_seconds",
            "From receipt of a call until its reply.",
            ("method",),
            buckets=_BUCKETS_S,
            registry=self._registry,
        )

    def observe(self, peer: Connection, request: Request | None, error: DbalError | None) -> None:
        """See `core.Observe`."""
        known = request is not None and self._knows(request.method)
        method = request.method if request is not None and known else _UNKNOWN
        self._calls.labels(peer.via, method, "ok" if error is None else error.name).inc()
        if request is not None:
            self._seconds.labels(method).observe(time.monotonic() - request.received)

    def watch(self, core: Core, adapter: Adapter, doors: Iterable[Door]) -> None:
        """Look at these too."""
        self._registry.register(_InUse(core, adapter, tuple(doors)))

    def page(self) -> tuple[bytes, bytes]:
        """All of it as text, and what kind of text that is."""
        return generate_latest(self._registry), CONTENT_TYPE_LATEST.encode()


class _InUse(Collector):
    """What is in use at the moment of looking."""

    def __init__(self, core: Core, adapter: Adapter, doors: tuple[Door, ...]) -> None:
        self._core = core
        self._adapter = adapter
        self._doors = doors

    def collect(self) -> Iterator[Metric]:
        """Of the registry."""
        connections = GaugeMetricFamily(
            "dbal_connections", "Open connections; for gRPC: streams.", labels=["door"]
        )
        for door in self._doors:
            connections.add_metric([door.name], door.connections)
        yield connections
        yield GaugeMetricFamily(
            "dbal_calls_in_flight", "Calls at work, or in wait of the database.", self._core.running
        )
        yield GaugeMetricFamily(
            "dbal_open_transactions",
            "Transactions that callers hold.",
            self._core.service.open_transactions,
        )
        if isinstance(self._adapter, HasPools):
            yield from self._pools(self._adapter)

    def _pools(self, adapter: HasPools) -> Iterator[Metric]:
        family = GaugeMetricFamily(
            "dbal_pool_connections",
            "Of each pool of the database: its size, what is leased, and who waits.",
            labels=["pool", "state"],
        )
        for name, use in adapter.pools().items():
            for state, number in use._asdict().items():
                family.add_metric([name, state], number)
        yield family

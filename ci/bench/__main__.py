"""Measure what the DBAL costs on real databases, and print it as Markdown.

    .venv/bin/python ci/bench                                 sqlite, postgres:17, mariadb:11.8
    .venv/bin/python ci/bench postgres:15 mariadb:10.11       these
    .venv/bin/python ci/bench --url postgresql://...          a database that exists, and is emptied

Servers are started in containers, with their data in memory, and removed again.
"""

import argparse
import signal
import sys
import tempfile
from pathlib import Path

from comparison import compare
from dbal import fill
from growth import grow

import servers

DEFAULT = ("sqlite", "postgres:17", "mariadb:11.8")


def main() -> None:
    """Read the command line and measure."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("databases", nargs="*", help=f"default: {' '.join(DEFAULT)}")
    parser.add_argument(
        "--url", help="measure on this database instead; EVERY ROW OF IT IS REMOVED"
    )
    parser.add_argument("--rounds", type=int, default=300)
    parser.add_argument("--only", choices=("comparison", "growth"), help="one of the two parts")
    chosen = parser.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # and so remove the containers
    servers.print_machine()
    if chosen.url:
        measure(chosen.url, chosen.url.partition(":")[0], chosen)
        return
    with tempfile.TemporaryDirectory(prefix="dbal-bench-") as folder:
        for name in chosen.databases or DEFAULT:
            if name == "sqlite":
                measure(f"sqlite:{Path(folder, 'bench.db')}", name, chosen)
                continue
            with servers.started(name) as url:
                measure(url, name, chosen)


def measure(url: str, name: str, chosen: argparse.Namespace) -> None:
    """Both parts, on one database."""
    if chosen.only != "growth":
        fill(url)
        compare(url, name, chosen.rounds)
    if chosen.only != "comparison":
        grow(url, name)


main()

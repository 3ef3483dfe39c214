"""Two `format: json` fields that hold nodes and edges of an acyclic graph (WFL-CREATE)."""

from collections.abc import Iterator, Mapping
from typing import Any

from dbal_reference.model import Entity, Graph
from dbal_reference.validation.finding import Finding
from dbal_reference.validation.words import finding
from dbal_reference.values.check import JSON_DEPTH
from dbal_reference.values.json_text import read_json


def needs_stored_graph(entity: Entity, changes: Mapping[str, Any]) -> bool:
    """Whether `changes` hold one half of a graph, so that the stored other is needed."""
    graph = entity.graph
    return graph is not None and (graph.nodes in changes) != (graph.edges in changes)


def check_graph(entity: Entity, row: Mapping[str, Any], *, prefix: str = "") -> list[Finding]:
    """Nodes and edges of a whole row against each other (WFL-CREATE-003); none without a graph.

    `reference` or `cycle` stand on the edges, even if only nodes were sent.
    """
    if entity.graph is None:
        return []
    lead = f"{prefix}." if prefix else ""
    codes = judge_graph(entity.graph, row)
    return [
        finding(lead + name, codes[name], entity.fields[name])
        for name in entity.fields
        if name in codes
    ]


def judge_graph(graph: Graph, row: Mapping[str, Any]) -> dict[str, str]:
    """Codes by field for what `row` holds of the graph; the texts are JSON arrays already."""
    codes: dict[str, str] = {}
    nodes = read_json(row[graph.nodes], JSON_DEPTH) if graph.nodes in row else None
    edges = read_json(row[graph.edges], JSON_DEPTH) if graph.edges in row else None
    if nodes is not None and not _are_nodes(nodes):
        codes[graph.nodes] = "json"
    if edges is not None and not _are_edges(edges):
        codes[graph.edges] = "json"
    if nodes is not None and edges is not None and not codes:
        code = _between({node["id"] for node in nodes}, [(e["from"], e["to"]) for e in edges])
        if code is not None:
            codes[graph.edges] = code
    return codes


def _are_nodes(members: list[Any]) -> bool:
    """Objects with a string `id`, unique among them (WFL-CREATE-001)."""
    ids = [m["id"] for m in members if isinstance(m, dict) and isinstance(m.get("id"), str)]
    return len(ids) == len(members) == len(set(ids))


def _are_edges(members: list[Any]) -> bool:
    return all(
        isinstance(m, dict) and isinstance(m.get("from"), str) and isinstance(m.get("to"), str)
        for m in members
    )


def _between(nodes: set[str], edges: list[tuple[str, str]]) -> str | None:
    """`reference` if an edge names no node, `cycle` if following edges comes back."""
    if any(start not in nodes or end not in nodes for start, end in edges):
        return "reference"
    return None if sum(1 for _ in _in_order(nodes, edges)) == len(nodes) else "cycle"


def _in_order(nodes: set[str], edges: list[tuple[str, str]]) -> Iterator[str]:
    """Nodes after all that lead to them, in linear time; those on and behind a cycle never come."""
    following: dict[str, list[str]] = {node: [] for node in nodes}
    waiting = dict.fromkeys(nodes, 0)
    for start, end in edges:
        following[start].append(end)
        waiting[end] += 1
    ready = [node for node, count in waiting.items() if count == 0]
    while ready:
        node = ready.pop()
        yield node
        for end in following[node]:
            waiting[end] -= 1
            if waiting[end] == 0:
                ready.append(end)

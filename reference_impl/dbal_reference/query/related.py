"""Which entities a call looks at through relations, told by syntax alone (check 3)."""

from collections.abc import Iterator
from typing import Any, TypeAlias

from dbal_reference.query.capability import member_names, sort_names
from dbal_reference.query.relations import Reach

Json: TypeAlias = Any


def entities_related(reach: Reach, entity: str, params: dict[str, Json]) -> Iterator[str]:
    """The entities that `include`, `filter` and `sort` lead to, as far as they lead anywhere.

    What is wrong with the arguments is for check 5, so nothing is judged here.
    """
    include = params.get("include")
    for name in include if isinstance(include, list) else ():
        if isinstance(name, str):
            yield from _along(reach, entity, name.split("."))
    for name in (*member_names(params.get("filter")), *sort_names(params.get("sort"))):
        if "." in name:
            yield from _along(reach, entity, name.split(".")[:-1])


def _along(reach: Reach, entity: str, names: list[str]) -> Iterator[str]:
    for name in names[: reach.deepest + 1]:
        relation = reach.relation(entity, name)
        if relation is None:
            return
        entity = relation.entity
        yield entity

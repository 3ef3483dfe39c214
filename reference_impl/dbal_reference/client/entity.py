"""One entity of a client: the generic operations, typed, and those of its own by name."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any, TypeAlias, cast
from uuid import UUID

from dbal_reference.client.names import snake
from dbal_reference.client.page import Groups, Page, Row
from dbal_reference.model import Operation

Key: TypeAlias = str | int | UUID
Filter: TypeAlias = Mapping[str, Any]
Data: TypeAlias = Mapping[str, Any]
Sort: TypeAlias = Mapping[str, str] | Sequence[Mapping[str, str]]
CallMethod: TypeAlias = Callable[[str, Mapping[str, Any]], Any]


class EntityClient:
    """Operations of one entity, by the names of the contract in snake_case.

    Arguments that are left out are not sent. Fields keep their names (`createdAt`). Every method
    raises a class of `dbal_reference.errors`, with `.name`, `.code`, `.retryable` and `.details`.
    Operations that the schema adds (`get_by_path`, `verify`) take their arguments in the order of
    the schema, or by name.
    """

    def __init__(self, name: str, operations: Mapping[str, Operation], call: CallMethod) -> None:
        self.name = name
        self._operations = {snake(operation): each for operation, each in operations.items()}
        self._call = call

    def create(self, data: Data, *, ttl_seconds: int | None = None) -> Row:
        """Store one row and return it, generated fields and defaults filled in."""
        return self._row("create", data=data, ttlSeconds=ttl_seconds)

    def read(
        self,
        id: Key,  # noqa: A002 -- the contract's name
        *,
        select: Sequence[str] | None = None,
        include: Sequence[str] | None = None,
    ) -> Row:
        """The row with this key.

        Raises:
            NotFoundError: there is none, as far as the actor may know.
        """
        return self._row("read", id=id, select=select, include=include)

    def update(
        self,
        id: Key,  # noqa: A002 -- the contract's name
        data: Data,
        *,
        if_match: Data | None = None,
        ttl_seconds: int | None = None,
    ) -> Row:
        """Change exactly the given fields and return the whole row.

        Raises:
            ConflictError: `if_match` names a field that holds another value by now.
        """
        return self._row("update", id=id, data=data, ifMatch=if_match, ttlSeconds=ttl_seconds)

    def delete(self, id: Key, *, if_match: Data | None = None) -> bool:  # noqa: A002 -- the contract's name
        """Remove the row and what cascades from it; True, or an exception."""
        return cast("bool", self._send("delete", id=id, ifMatch=if_match))

    def list(  # noqa: PLR0913 -- the arguments of the contract, by name
        self,
        *,
        filter: Filter | None = None,  # noqa: A002 -- the contract's name
        sort: Sort | None = None,
        page: int | None = None,
        cursor: str | None = None,
        limit: int | None = None,
        select: Sequence[str] | None = None,
        include: Sequence[str] | None = None,
    ) -> Page:
        """One page of the rows that satisfy the filter, by `page` or `cursor`.

        Filter and sort may follow relations to one row (`owner.username`); `include` adds related
        rows to each row, under the names of the relations.
        """
        return cast(
            "Page",
            self._send(
                "list",
                filter=filter,
                sort=sort,
                page=page,
                cursor=cursor,
                limit=limit,
                select=select,
                include=include,
            ),
        )

    def iterate(
        self,
        *,
        filter: Filter | None = None,  # noqa: A002 -- the contract's name
        sort: Sort | None = None,
        limit: int | None = None,
        select: Sequence[str] | None = None,
        include: Sequence[str] | None = None,
    ) -> Iterator[Row]:
        """Every row that satisfies the filter, page by page of `limit` rows, following cursors."""
        cursor: str | None = None
        while True:
            page = self.list(
                filter=filter,
                sort=sort,
                cursor=cursor,
                limit=limit,
                select=select,
                include=include,
            )
            yield from page.data
            if page.next_cursor is None:
                return
            cursor = page.next_cursor

    def find_first(
        self,
        *,
        filter: Filter | None = None,  # noqa: A002 -- the contract's name
        sort: Sort | None = None,
        select: Sequence[str] | None = None,
        include: Sequence[str] | None = None,
    ) -> Row | None:
        """The first row of the equal `list`, or None."""
        found = self._send("findFirst", filter=filter, sort=sort, select=select, include=include)
        return cast("Row | None", found)

    def find_by_field(
        self,
        field: str,
        value: Any,  # noqa: ANN401 -- of the field's type
        *,
        select: Sequence[str] | None = None,
        include: Sequence[str] | None = None,
    ) -> Row | None:
        """The first row whose field has this value (None asks for null), or None."""
        given = {"field": field, "value": value}
        found = self._send("findByField", given, select=select, include=include)
        return cast("Row | None", found)

    def upsert(self, field: str, value: Any, *, create: Data, update: Data) -> Row:  # noqa: ANN401 -- of the field's type
        """Update the row that has this value in a unique field, or create it; the row."""
        return self._row("upsert", {"field": field, "value": value}, create=create, update=update)

    def update_by_field(self, field: str, value: Any, data: Data) -> Row:  # noqa: ANN401 -- of the field's type
        """Update the row that has this value in a unique field."""
        return self._row("updateByField", {"field": field, "value": value}, data=data)

    def delete_by_field(self, field: str, value: Any) -> bool:  # noqa: ANN401 -- of the field's type
        """Delete the row that has this value in a unique field; True, or an exception."""
        return cast("bool", self._send("deleteByField", {"field": field, "value": value}))

    def create_many(self, items: Sequence[Data]) -> int:
        """Store all rows or none; how many."""
        return cast("int", self._send("createMany", items=items))

    def update_many(self, filter: Filter, data: Data) -> int:  # noqa: A002 -- the contract's name
        """Change the given fields of all rows that satisfy the filter, or of none; how many."""
        return cast("int", self._send("updateMany", filter=filter, data=data))

    def delete_many(self, filter: Filter) -> int:  # noqa: A002 -- the contract's name
        """Delete all rows that satisfy the filter, or none; how many, cascaded ones not counted."""
        return cast("int", self._send("deleteMany", filter=filter))

    def count(self, filter: Filter | None = None) -> int:  # noqa: A002 -- the contract's name
        """How many rows satisfy the filter."""
        return cast("int", self._send("count", filter=filter))

    def search(  # noqa: PLR0913 -- the arguments of the contract, by name
        self,
        query: str,
        *,
        fields: Sequence[str] | None = None,
        filter: Filter | None = None,  # noqa: A002 -- the contract's name
        sort: Sort | None = None,
        page: int | None = None,
        limit: int | None = None,
        select: Sequence[str] | None = None,
    ) -> Page:
        """One page of the rows in which every word occurs, in any of the searchable fields."""
        found = self._send(
            "search",
            query=query,
            fields=fields,
            filter=filter,
            sort=sort,
            page=page,
            limit=limit,
            select=select,
        )
        return cast("Page", found)

    def aggregate(
        self,
        metrics: Mapping[str, Mapping[str, str]],
        *,
        filter: Filter | None = None,  # noqa: A002 -- the contract's name
        group_by: Sequence[str] | None = None,
        limit: int | None = None,
    ) -> Groups:
        """Metrics over groups of rows: `{"total": {"fn": "sum", "field": "views"}}`."""
        found = self._send(
            "aggregate", metrics=metrics, filter=filter, groupBy=group_by, limit=limit
        )
        return cast("Groups", found)

    def __getattr__(self, name: str) -> Callable[..., Any]:
        """An operation that the schema adds to this entity."""
        operation = self.__dict__.get("_operations", {}).get(name)
        if operation is None:
            raise AttributeError(
                f"{self.__dict__.get('name', 'the entity')} has no operation {name!r}; "
                f"it has {', '.join(sorted(self.__dict__.get('_operations', {})))}"
            )
        return self._own(name, operation)

    def __dir__(self) -> Iterable[str]:
        return sorted({*super().__dir__(), *self._operations})

    def __repr__(self) -> str:
        return f"<operations of {self.name}>"

    def _own(self, name: str, operation: Operation) -> Callable[..., Any]:
        names = {snake(argument): argument for argument in operation.arguments}

        def call(*values: Any, **named: Any) -> Any:  # noqa: ANN401 -- by schema
            if len(values) > len(names):
                raise TypeError(f"{name}() takes {len(names)} arguments: {', '.join(names)}")
            given = dict(zip(names, values, strict=False))
            for argument, value in named.items():
                if argument not in names or argument in given:
                    problem = "twice" if argument in given else "but does not take it"
                    raise TypeError(f"{name}() was given {argument!r} {problem}")
                given[argument] = value
            return self._call(
                operation.method, {names[argument]: value for argument, value in given.items()}
            )

        call.__name__ = call.__qualname__ = name
        call.__doc__ = f"{operation.method}({', '.join(names)})"
        return call

    def _send(
        self,
        operation: str,
        given: Mapping[str, Any] | None = None,
        /,
        **optional: Any,  # noqa: ANN401 -- by operation
    ) -> Any:  # noqa: ANN401 -- by operation
        """Call; `given` as it is, of the rest what is not None."""
        params = dict(given or {})
        params |= {name: value for name, value in optional.items() if value is not None}
        return self._call(f"{self.name}.{operation}", params)

    def _row(
        self,
        operation: str,
        given: Mapping[str, Any] | None = None,
        /,
        **optional: Any,  # noqa: ANN401 -- by operation
    ) -> Row:
        return cast("Row", self._send(operation, given, **optional))

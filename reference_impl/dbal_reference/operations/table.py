"""Which class does what. An operation in the schema without a row here stops the start."""

from collections.abc import Iterator, Mapping

from dbal_reference.errors import SchemaError
from dbal_reference.operations import (
    aggregate,
    bulk,
    by_field,
    credential,
    crud,
    find,
    installed_package,
    listing,
    migrate,
    page_config,
    search,
    session,
    system,
    transaction,
    tree,
)
from dbal_reference.operations.engine import Engine
from dbal_reference.operations.procedure import Procedure

GENERIC: Mapping[str, type[Procedure]] = {
    "aggregate": aggregate.Aggregated,
    "count": listing.Count,
    "create": crud.Create,
    "createMany": bulk.CreateMany,
    "delete": crud.Delete,
    "deleteByField": by_field.DeleteByField,
    "deleteMany": bulk.DeleteMany,
    "findByField": find.FindByField,
    "findFirst": find.FindFirst,
    "list": listing.List,
    "read": crud.Read,
    "search": search.Search,
    "update": crud.Update,
    "updateByField": by_field.UpdateByField,
    "updateMany": bulk.UpdateMany,
    "upsert": by_field.Upsert,
}

TREES: Mapping[str, type[Procedure]] = {  # of any entity that has `tree:`
    "getTree": tree.GetTree,
    "move": tree.Move,
    "reorder": tree.Reorder,
}

OWN: Mapping[str, type[Procedure]] = {
    "Credential.getFirstLogin": credential.GetFirstLogin,
    "Credential.set": credential.Set,
    "Credential.setFirstLogin": credential.SetFirstLogin,
    "Credential.verify": credential.Verify,
    "InstalledPackage.validate": installed_package.Validate,
    "PageConfig.getByPath": page_config.GetByPath,
    "PageConfig.listByLevel": page_config.ListByLevel,
    "Session.cleanExpired": session.CleanExpired,
    "Session.extend": session.Extend,
    "Session.getByToken": session.GetByToken,
    "dbal.begin": transaction.Begin,
    "dbal.commit": transaction.Commit,
    "dbal.health": system.Health,
    "dbal.hello": system.Hello,
    "dbal.migrate": migrate.Migrate,
    "dbal.rollback": transaction.Rollback,
    "dbal.schema": system.Describe,
}


class Procedures(Mapping[str, Procedure]):
    """Those of one engine by method, each made when it is first asked for.

    Threads may make one twice, and then agree on one of them.
    """

    def __init__(self, engine: Engine, kinds: Mapping[str, type[Procedure]]) -> None:
        self._engine = engine
        self._kinds = kinds
        self._made: dict[str, Procedure] = {}

    def __getitem__(self, method: str) -> Procedure:
        """The procedure of a method."""
        made = self._made.get(method)
        if made is None:
            operation = self._engine.schema.operations[method]
            made = self._made.setdefault(method, self._kinds[method](self._engine, operation))
        return made

    def __iter__(self) -> Iterator[str]:
        """Every method."""
        return iter(self._kinds)

    def __len__(self) -> int:
        """How many there are."""
        return len(self._kinds)

    def __contains__(self, method: object) -> bool:
        """Whether there is such a method."""
        return method in self._kinds


def find_procedures(engine: Engine) -> Procedures:
    """A procedure for each method of the schema, but for `conformance.*`.

    Raises:
        SchemaError: the schema names an operation that nothing here does.
    """
    kinds: dict[str, type[Procedure]] = {}
    for method, operation in engine.schema.operations.items():
        if method.startswith("conformance."):
            continue
        kind = OWN.get(method)
        if kind is None and operation.entity is not None:
            has_tree = engine.schema.entities[operation.entity].tree is not None
            kind = GENERIC.get(operation.name) or (TREES.get(operation.name) if has_tree else None)
        if kind is None:
            raise SchemaError(f"operations: {method} is not implemented")
        kinds[method] = kind
    return Procedures(engine, kinds)

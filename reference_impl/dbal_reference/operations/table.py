"""Which class does what. An operation in the schema without a row here stops the start."""

from collections.abc import Mapping

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


def compile_procedures(engine: Engine) -> dict[str, Procedure]:
    """A procedure for each method of the schema, but for `conformance.*`.

    Raises:
        SchemaError: the schema names an operation that nothing here does.
    """
    procedures: dict[str, Procedure] = {}
    for method, operation in engine.schema.operations.items():
        if method.startswith("conformance."):
            continue
        kind = OWN.get(method)
        if kind is None and operation.entity is not None:
            has_tree = engine.schema.entities[operation.entity].tree is not None
            kind = GENERIC.get(operation.name) or (TREES.get(operation.name) if has_tree else None)
        if kind is None:
            raise SchemaError(f"operations: {method} is not implemented")
        procedures[method] = kind(engine, operation)
    return procedures

"""The collections of a schema: made where they are missing, refused where they are another's."""

from typing import Any, Final

from pymongo import ASCENDING, IndexModel
from pymongo.errors import OperationFailure

from dbal_reference.adapters.constraints import Constraint, plain_indexes
from dbal_reference.adapters.mongo.documents import KEY, Document
from dbal_reference.adapters.mongo.lease import FREE, THIS
from dbal_reference.adapters.mongo.plan import Plan, Shape, columns
from dbal_reference.adapters.mongo.server import WRITER, Server
from dbal_reference.errors import SchemaError

FIELDS: Final = "dbal_fields"  # the collection that says which fields the others were made with
_EXISTS: Final = 48  # NamespaceExists


def make_collections(server: Server, plan: Plan) -> None:
    """Make what is missing; safe where several start at once.

    Raises:
        SchemaError: a collection was made for other fields.
        PyMongoError: the server refuses or is lost.
    """
    there = frozenset(server.database.list_collection_names())
    for name in (WRITER, FIELDS, *plan.shapes):
        if name not in there:
            _create(server, name)
    made = {each[KEY]: each["fields"] for each in server.collection(FIELDS).find()}
    for name, shape in plan.shapes.items():
        fields = {field.name: field.type for field in shape.entity.fields.values()}
        found = made.get(name)
        if found is not None and found != fields:
            raise SchemaError(
                f"collection {name} has other fields than the schema; name a new database, or one"
                " made with this schema"
            )
        indexes = _indexes(shape)
        if indexes:
            server.collection(name).create_indexes(indexes)
        if found is None:
            _note(server, name, {"fields": fields})
    _note(server, "writer", {"turn": 0}, collection=WRITER)
    _note(server, THIS, FREE, collection=WRITER)


def _create(server: Server, name: str) -> None:
    try:
        server.database.create_collection(name, check_exists=False)
    except OperationFailure as error:
        if error.code != _EXISTS:  # another one was quicker
            raise


def _note(server: Server, key: str, values: Document, collection: str = FIELDS) -> None:
    server.collection(collection).update_one({KEY: key}, {"$setOnInsert": values}, upsert=True)


def _indexes(shape: Shape) -> list[IndexModel]:
    models = [_unique(shape, constraint) for constraint in shape.constraints]
    whole = {c.fields for c in shape.constraints if c.tenant is None and not _needed(shape, c)}
    models += [
        IndexModel([(shape.codec.place(name), ASCENDING) for name in fields], name="_".join(fields))
        for fields in plain_indexes(shape.entity)
        if fields not in whole
    ]
    return models


def _unique(shape: Shape, constraint: Constraint) -> IndexModel:
    """Documents without one of the fields are left out, so that null conflicts with nothing."""
    fields = columns(constraint)
    options: dict[str, Any] = {"unique": True, "name": f"{'_'.join(fields)}_unique"}
    needed = _needed(shape, constraint)
    if needed:
        options["partialFilterExpression"] = {name: {"$exists": True} for name in needed}
    return IndexModel([(shape.codec.place(name), ASCENDING) for name in fields], **options)


def _needed(shape: Shape, constraint: Constraint) -> tuple[str, ...]:
    """The fields whose null sets a row free."""
    return tuple(name for name in constraint.fields if shape.entity.fields[name].nullable)

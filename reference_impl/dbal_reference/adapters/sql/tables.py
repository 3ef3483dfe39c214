"""From the schema to SQLAlchemy tables: columns, keys, unique indexes, references, checks."""

from collections.abc import Iterable

from sqlalchemy import CheckConstraint, Column, ForeignKeyConstraint, Index, MetaData, Table

from dbal_reference.adapters.constraints import Reference, plain_indexes, references, uniques
from dbal_reference.adapters.sql.dialect import Dialect, named
from dbal_reference.adapters.sql.widths import Widths
from dbal_reference.model import Entity, Schema

# Restrict is NO ACTION, which is judged when the statement and its cascades are done; RESTRICT
# is judged row by row, so that its answer depends on an order that nobody chose.
_ACTIONS = {"cascade": "CASCADE", "set_null": "SET NULL", "restrict": None}


def make_tables(schema: Schema, dialect: Dialect) -> MetaData:
    """Make one table an entity, named and with columns named as the schema names them.

    Raises:
        SchemaError: an index would be wider than the database can have it.
    """
    metadata = MetaData()
    links = references(schema)
    widths = Widths(schema, dialect)
    for entity in schema.entities.values():
        own = [link for link in links if link.entity == entity.name]
        table = Table(
            entity.name,
            metadata,
            *(
                Column(
                    field.name,
                    dialect.column_type(field, widths.of(entity, field)),
                    primary_key=field.primary,
                    nullable=field.nullable and not field.primary,
                    autoincrement=False,
                )
                for field in entity.fields.values()
            ),
            *(_foreign_key(link) for link in own),
            **dialect.table_options,
        )
        _checks(table, entity)
        _indexes(table, entity, dialect)
    return metadata


def _foreign_key(link: Reference) -> ForeignKeyConstraint:
    return ForeignKeyConstraint(
        [link.field],
        [f"{link.target}.{link.target_field}"],
        name=named(f"f_{link.entity}_{link.field}"),
        ondelete=_ACTIONS[link.on_delete],
        onupdate=_ACTIONS[link.on_update],
    )


def _checks(table: Table, entity: Entity) -> None:
    """Booleans are 0 and 1 where the database has none of its own."""
    for field in entity.fields.values():
        column = table.c[field.name]
        if field.type == "boolean" and column.type.python_type is not bool:
            name = named(f"c_{table.name}_{field.name}")
            table.append_constraint(CheckConstraint(column.in_((0, 1)), name=name))


def _indexes(table: Table, entity: Entity, dialect: Dialect) -> None:
    """Unique ones, those the schema asks for, and one for each reference (cascades look there)."""
    for constraint in uniques(entity):
        name = _name("u", entity, constraint.fields)
        if constraint.tenant is None:
            Index(name, *(table.c[field] for field in constraint.fields), unique=True)
        else:
            dialect.unique_in_tenant(table, constraint.tenant, constraint.fields, name)
    for fields in plain_indexes(entity):
        columns = (dialect.indexed(table.c[field]) for field in fields)
        Index(_name("i", entity, fields), *columns)


def _name(kind: str, entity: Entity, fields: Iterable[str]) -> str:
    return named(f"{kind}_{entity.name}_{'_'.join(fields)}")

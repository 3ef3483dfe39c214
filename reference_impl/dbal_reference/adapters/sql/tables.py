"""From the schema to SQLAlchemy tables: columns, keys, unique indexes, references, checks."""

from sqlalchemy import CheckConstraint, Column, ForeignKeyConstraint, Index, MetaData, Table

from dbal_reference.adapters.constraints import Reference, references, uniques
from dbal_reference.adapters.sql.dialect import Dialect
from dbal_reference.model import Entity, Schema

# Restrict is NO ACTION, which is judged when the statement and its cascades are done; RESTRICT
# is judged row by row, so that its answer depends on an order that nobody chose.
_ACTIONS = {"cascade": "CASCADE", "set_null": "SET NULL", "restrict": None}


def make_tables(schema: Schema, dialect: Dialect) -> MetaData:
    """Make one table an entity, named and with columns named as the schema names them."""
    metadata = MetaData()
    links = references(schema)
    for entity in schema.entities.values():
        own = [link for link in links if link.entity == entity.name]
        table = Table(
            entity.name,
            metadata,
            *(
                Column(
                    field.name,
                    dialect.column_type(field),
                    primary_key=field.primary,
                    nullable=field.nullable and not field.primary,
                    autoincrement=False,
                )
                for field in entity.fields.values()
            ),
            *(_foreign_key(link) for link in own),
        )
        _checks(table, entity)
        _indexes(table, entity, own, dialect)
    return metadata


def _foreign_key(link: Reference) -> ForeignKeyConstraint:
    return ForeignKeyConstraint(
        [link.field],
        [f"{link.target}.{link.target_field}"],
        name=f"f_{link.entity}_{link.field}",
        ondelete=_ACTIONS[link.on_delete],
        onupdate=_ACTIONS[link.on_update],
    )


def _checks(table: Table, entity: Entity) -> None:
    """Booleans are 0 and 1 where the database has none of its own."""
    for field in entity.fields.values():
        column = table.c[field.name]
        if field.type == "boolean" and column.type.python_type is not bool:
            check = CheckConstraint(column.in_((0, 1)), name=f"c_{table.name}_{field.name}")
            table.append_constraint(check)


def _indexes(table: Table, entity: Entity, links: list[Reference], dialect: Dialect) -> None:
    """Unique ones, those the schema asks for, and one for each reference (cascades look there)."""
    for constraint in uniques(entity):
        if constraint.tenant is None:
            columns = [table.c[field] for field in constraint.fields]
            Index(f"u_{table.name}_{'_'.join(constraint.fields)}", *columns, unique=True)
        else:
            dialect.unique_in_tenant(table, constraint.tenant, constraint.fields)
    keyed = {(entity.primary.name,), *((f.name,) for f in entity.fields.values() if f.unique)}
    asked = {*entity.indexes, *((link.field,) for link in links)} - keyed
    for fields in sorted(asked):
        Index(f"i_{table.name}_{'_'.join(fields)}", *(table.c[field] for field in fields))

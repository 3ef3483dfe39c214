"""The client of a DBAL: entities as attributes, operations as methods, failures as exceptions."""

from dbal_reference.client.auth import Auth
from dbal_reference.client.client import DBALClient
from dbal_reference.client.entity import EntityClient
from dbal_reference.client.migration import Change, Migration
from dbal_reference.client.page import Group, Groups, Page
from dbal_reference.client.transaction import Transaction

__all__ = [
    "Auth",
    "Change",
    "DBALClient",
    "EntityClient",
    "Group",
    "Groups",
    "Migration",
    "Page",
    "Transaction",
]

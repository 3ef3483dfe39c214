"""The client of a DBAL: entities as attributes, operations as methods, failures as exceptions."""

from dbal_reference.client.auth import Auth
from dbal_reference.client.client import DBALClient
from dbal_reference.client.entity import EntityClient
from dbal_reference.client.page import Group, Groups, Page

__all__ = ["Auth", "DBALClient", "EntityClient", "Group", "Groups", "Page"]

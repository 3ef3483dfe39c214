"""A TCP proxy before a database, which knows statements when it sees them, and harms them."""

from dbal_conform.environments.proxy.proxy import Proxy
from dbal_conform.environments.proxy.trap import Deed, Harm, Trap

__all__ = ["Deed", "Harm", "Proxy", "Trap"]

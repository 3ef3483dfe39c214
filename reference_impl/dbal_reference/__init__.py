"""The reference implementation of the DBAL contract."""

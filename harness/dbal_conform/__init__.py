"""Replay shared vectors against any implementation of the DBAL contract."""

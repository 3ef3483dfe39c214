"""Servers that answer well, or badly in one way each: for all that has a client side."""

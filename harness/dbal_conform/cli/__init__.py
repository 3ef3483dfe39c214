"""The command line: parse, call, print, exit. No decision is made here."""

from dbal_conform.cli.entry import main

__all__ = ["main"]

"""The command `dbal-reference`."""

from dbal_reference.cli.app import main as main  # noqa: PLC0414 -- the entry point

"""The command `dbal-reference`."""

from dbal_reference.cli.app import main as main

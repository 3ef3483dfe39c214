"""A command within this process: quick, and seen by the measure of coverage."""

import pytest

from dbal_conform.cli.app import app
from dbal_conform.core.errors import InputError


def told(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    """Return what a command that goes well writes to standard output."""
    assert not app(list(arguments), prog_name="dbal-conform", standalone_mode=False)
    return capsys.readouterr().out


def refused(*arguments: str) -> str:
    """Return what is wrong with how a command is used."""
    with pytest.raises(InputError) as caught:
        app(list(arguments), prog_name="dbal-conform", standalone_mode=False)
    assert caught.value.exit_status == 2
    return str(caught.value)

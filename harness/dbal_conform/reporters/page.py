"""What every HTML file of ours is made with: one file, no network, nothing that is not escaped."""

import base64
import hashlib
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from dbal_conform.reporters.plain import one_line, plain

WEB = Path(__file__).parent / "web"


def templates() -> Environment:
    """Return the templates, with the filters that make a target's words harmless."""
    environment = Environment(
        loader=FileSystemLoader(WEB),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters.update(plain=plain, line=one_line)
    return environment


def source(name: str) -> str:
    """Return a style or script as it stands in a page, and so in the hash that allows it."""
    # A parser makes \r\n one \n before it hashes, so must we.
    return (WEB / name).read_text(encoding="utf-8").replace("\r\n", "\n")


def policy(style: str, script: str = "") -> str:
    """Return the Content-Security-Policy of a page that holds just this style and this script."""
    return (
        f"default-src 'none'; style-src {_hash(style)}; script-src {_hash(script)}; "
        "base-uri 'none'; form-action 'none'"
    )


def _hash(text: str) -> str:
    if not text:
        return "'none'"
    digest = hashlib.sha256(text.encode()).digest()
    return f"'sha256-{base64.b64encode(digest).decode()}'"

"""The version of the tool, as run files and reports name it; a test holds it to pyproject.toml."""

VERSION = "0.1.0"
TOOL = f"dbal-conform {VERSION}"

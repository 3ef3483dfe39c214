"""Placeholder."""


def grow(url: str, name: str) -> None:
    """Later."""

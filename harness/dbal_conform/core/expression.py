"""The little language of `-k`: words joined by `and`, `or`, `not` and parentheses.

A word holds when it is part of the case's id, of a tag, a need or a flag, upper and lower case
alike. It is read here and never evaluated as Python.
"""

import re
from collections.abc import Callable, Iterable
from typing import TypeAlias

from dbal_conform.core.errors import InputError

Test: TypeAlias = Callable[[tuple[str, ...]], bool]

_TOKEN = re.compile(r"[()]|[^\s()]+")
_DEEPEST = 50


def compile_expression(text: str) -> Test:
    """Return a test over the names of a case.

    Raises:
        InputError: `text` is not of the language.
    """
    tokens = _TOKEN.findall(text)
    reader = _Reader(text, tokens)
    test = reader.any_of(0)
    reader.expect_end()
    return test


def names_of(strings: Iterable[str]) -> tuple[str, ...]:
    """Bring names into the form that a test takes."""
    return tuple(string.casefold() for string in strings)


class _Reader:
    """Recursive descent over the tokens; `not` binds tightest, then `and`, then `or`."""

    def __init__(self, text: str, tokens: list[str]) -> None:
        self._text = text
        self._tokens = tokens
        self._next = 0

    def any_of(self, depth: int) -> Test:
        tests = [self._all_of(depth)]
        while self._take("or"):
            tests.append(self._all_of(depth))
        return tests[0] if len(tests) == 1 else lambda names: any(test(names) for test in tests)

    def expect_end(self) -> None:
        if self._next < len(self._tokens):
            raise self._refusal(f"nothing may follow before {self._tokens[self._next]!r}")

    def _all_of(self, depth: int) -> Test:
        tests = [self._one(depth)]
        while self._take("and"):
            tests.append(self._one(depth))
        return tests[0] if len(tests) == 1 else lambda names: all(test(names) for test in tests)

    def _one(self, depth: int) -> Test:
        if depth > _DEEPEST:
            raise self._refusal(f"nested deeper than {_DEEPEST}")
        if self._take("not"):
            denied = self._one(depth + 1)
            return lambda names: not denied(names)
        if self._take("("):
            inner = self.any_of(depth + 1)
            if not self._take(")"):
                raise self._refusal("a parenthesis is not closed")
            return inner
        if self._next == len(self._tokens) or self._tokens[self._next] in (")", "and", "or"):
            raise self._refusal("a word is missing")
        word = self._tokens[self._next].casefold()
        self._next += 1
        return lambda names: any(word in name for name in names)

    def _take(self, token: str) -> bool:
        if self._next < len(self._tokens) and self._tokens[self._next] == token:
            self._next += 1
            return True
        return False

    def _refusal(self, why: str) -> InputError:
        return InputError(
            f"-k {self._text!r}: {why}; write words with and, or, not: 'users and not slow'"
        )

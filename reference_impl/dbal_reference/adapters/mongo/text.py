"""Conditions on text that are not a comparison; no operand is ever a pattern (QRY-FLT-009)."""

from typing import Any, Final

Expression = dict[str, Any]

_LAST: Final = 0x10FFFF
_SURROGATES: Final = range(0xD800, 0xE000)
_EDGE: Final = "[0-9A-Za-z]"


def text_test(value: str, op: str, operand: str) -> Expression:
    """Whether a text has the operand at its end, its begin, or anywhere; `value` is a text."""
    wanted = {"$literal": operand}
    match op:
        case "contains":
            return {"$gte": [{"$indexOfCP": [value, wanted]}, 0]}
        case "startsWith":
            return {"$eq": [{"$substrCP": [value, 0, len(operand)]}, wanted]}
        case _:
            return _ends(value, wanted, len(operand))


def _ends(value: str, wanted: Expression, size: int) -> Expression:
    start = {"$subtract": [{"$strLenCP": value}, size]}
    tail = {"$substrCP": [value, {"$max": ["$$start", 0]}, size]}
    test = {"$and": [{"$gte": ["$$start", 0]}, {"$eq": [tail, wanted]}]}
    return {"$let": {"vars": {"start": start}, "in": test}}


def behind_prefix(prefix: str) -> str | None:
    """The least text above all that begin so, in the order of code points; None if there is none.

    With it a prefix is a range, which an index can be asked for.
    """
    while prefix:
        code = ord(prefix[-1]) + 1
        if code <= _LAST:
            return prefix[:-1] + chr(_SURROGATES.stop if code in _SURROGATES else code)
        prefix = prefix[:-1]
    return None


def word_pattern(word: str) -> str:
    """A pattern for a whole word of ASCII letters and digits, in any case (QRY-FTS-002).

    The option for ignoring case would also take the Kelvin sign for a k.
    """
    letters = "".join(f"[{c}{c.upper()}]" if c.isalpha() else c for c in word)
    return f"(?<!{_EDGE}){letters}(?!{_EDGE})"


def has_run(value: str, word: str) -> Expression:
    """Whether the word is a run of the text: as `word_pattern`, for words of any length."""
    runs = {"$regexFindAll": {"input": value, "regex": f"{_EDGE}{{3,}}"}}
    same = {"$eq": [{"$toLower": "$$this.match"}, {"$literal": word}]}
    return {"$anyElementTrue": {"$map": {"input": runs, "in": same}}}

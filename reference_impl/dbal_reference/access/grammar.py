"""Row filters of section 11: text in, tree out, never evaluated as code (ACL-RULE-007).

expr    := and ( OR and )*          and := unary ( AND unary )*
unary   := NOT unary | "(" expr ")" | cmp
cmp     := term ("="|"!="|"<"|"<="|">"|">=") term | term IN list
list    := "(" literal ("," literal)* ")" | "$user.roles"
term    := field | "$user." (id|username|role|level|tenantId) | literal
literal := 'text' ('' for a quote) | integer | true | false | null
"""

from typing import Literal, TypeAlias, get_args

import msgspec

from dbal_reference.access.tokens import FilterSyntaxError, Token, tokens

Comparator: TypeAlias = Literal["=", "!=", "<", "<=", ">", ">="]
Attribute: TypeAlias = Literal["id", "username", "role", "level", "tenantId"]
Value: TypeAlias = str | int | float | bool | None

ATTRIBUTES: dict[str, Attribute] = {name: name for name in get_args(Attribute)}
COMPARATORS: dict[str, Comparator] = {sign: sign for sign in get_args(Comparator)}
MAX_DEPTH = 50  # of parentheses and NOTs; far beyond what anybody writes, far below the stack's end


class FieldTerm(msgspec.Struct, frozen=True):
    """A field of the row."""

    name: str
    at: int


class UserTerm(msgspec.Struct, frozen=True):
    """An attribute of the actor."""

    attribute: Attribute
    at: int


class LiteralTerm(msgspec.Struct, frozen=True):
    """A value written out."""

    value: Value
    at: int


Term: TypeAlias = FieldTerm | UserTerm | LiteralTerm


class Comparison(msgspec.Struct, frozen=True):
    """Two terms and the sign between them."""

    left: Term
    sign: Comparator
    right: Term


class Membership(msgspec.Struct, frozen=True):
    """A term and the values it may have; None stands for `$user.roles`."""

    term: Term
    values: tuple[LiteralTerm, ...] | None


class Conjunction(msgspec.Struct, frozen=True):
    """All of them."""

    parts: tuple["Expression", ...]


class Disjunction(msgspec.Struct, frozen=True):
    """Any of them."""

    parts: tuple["Expression", ...]


class Negation(msgspec.Struct, frozen=True):
    """Not this."""

    part: "Expression"


Expression: TypeAlias = Comparison | Membership | Conjunction | Disjunction | Negation


def parse(source: str) -> Expression:
    """Read one filter.

    Raises:
        FilterSyntaxError: it is not of the grammar.
    """
    parser = _Parser(tuple(tokens(source)))
    expression = parser.disjunction(depth=0)
    parser.expect_end()
    return expression


class _Parser:
    """One method a rule of the grammar; `_next` is the token not yet read."""

    def __init__(self, words: tuple[Token, ...]) -> None:
        self._words = words
        self._place = 0

    @property
    def _next(self) -> Token:
        return self._words[self._place]

    def _take(self) -> Token:
        word = self._next
        self._place += 1
        return word

    def _took(self, kind: str, text: str) -> bool:
        if self._next.kind != kind or self._next.text != text:
            return False
        self._place += 1
        return True

    def _fail(self, wanted: str) -> FilterSyntaxError:
        return FilterSyntaxError(self._next.at, f"{wanted} is wanted, not {self._next.text!r}")

    def expect_end(self) -> None:
        if self._next.kind != "end":
            raise self._fail("AND, OR or the end")

    def disjunction(self, depth: int) -> Expression:
        parts = [self._conjunction(depth)]
        while self._took("keyword", "OR"):
            parts.append(self._conjunction(depth))
        return parts[0] if len(parts) == 1 else Disjunction(tuple(parts))

    def _conjunction(self, depth: int) -> Expression:
        parts = [self._unary(depth)]
        while self._took("keyword", "AND"):
            parts.append(self._unary(depth))
        return parts[0] if len(parts) == 1 else Conjunction(tuple(parts))

    def _unary(self, depth: int) -> Expression:
        if depth > MAX_DEPTH:
            raise FilterSyntaxError(self._next.at, f"nested deeper than {MAX_DEPTH}")
        if self._took("keyword", "NOT"):
            return Negation(self._unary(depth + 1))
        if self._took("mark", "("):
            inner = self.disjunction(depth + 1)
            if not self._took("mark", ")"):
                raise self._fail("AND, OR or ')'")
            return inner
        return self._comparison()

    def _comparison(self) -> Expression:
        left = self._term()
        if self._took("keyword", "IN"):
            return Membership(left, self._list())
        if self._next.kind != "operator":
            raise self._fail("one of = != < <= > >= IN")
        sign = COMPARATORS[self._take().text]
        return Comparison(left, sign, self._term())

    def _list(self) -> tuple[LiteralTerm, ...] | None:
        if self._took("user", "roles"):
            return None
        if not self._took("mark", "("):
            raise self._fail("'(' or $user.roles")
        values = [self._literal()]
        while self._took("mark", ","):
            values.append(self._literal())
        if not self._took("mark", ")"):
            raise self._fail("',' or ')'")
        return tuple(values)

    def _term(self) -> Term:
        if self._next.kind == "field":
            word = self._take()
            return FieldTerm(word.text, word.at)
        if self._next.kind == "user":
            if self._next.text not in ATTRIBUTES:
                raise FilterSyntaxError(
                    self._next.at,
                    "$user.roles stands only after IN"
                    if self._next.text == "roles"
                    else f"$user has no {self._next.text}, only {', '.join(ATTRIBUTES)} and roles",
                )
            word = self._take()
            return UserTerm(ATTRIBUTES[word.text], word.at)
        return self._literal()

    def _literal(self) -> LiteralTerm:
        word = self._next
        match word.kind, word.text:
            case "text", text:
                value: Value = text
            case "integer", digits:
                value = _integer(digits, word.at)
            case "keyword", "TRUE":
                value = True
            case "keyword", "FALSE":
                value = False
            case "keyword", "NULL":
                value = None
            case _:
                raise self._fail("a value" if word.kind != "end" else "a term")
        self._take()
        return LiteralTerm(value, word.at)


def _integer(digits: str, at: int) -> int:
    if len(digits) > len(str(-(2**63))) or not -(2**63) <= (value := int(digits)) < 2**63:
        raise FilterSyntaxError(at, "an integer of more than 64 bits")
    return value

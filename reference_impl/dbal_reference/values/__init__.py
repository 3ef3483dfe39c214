"""The value types of section 3: what is accepted, what it becomes, and how it is replied."""

from dbal_reference.values.check import check_key, check_operand, check_value
from dbal_reference.values.encode import TaggedBigint, encode_row, encode_value
from dbal_reference.values.json_text import JsonDefect, read_json
from dbal_reference.values.numbers import MAX_SAFE, Int64

__all__ = [
    "MAX_SAFE",
    "Int64",
    "JsonDefect",
    "TaggedBigint",
    "check_key",
    "check_operand",
    "check_value",
    "encode_row",
    "encode_value",
    "read_json",
]

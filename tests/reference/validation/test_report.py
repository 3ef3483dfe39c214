import pytest

from dbal_reference.model import Schema
from dbal_reference.validation import Author, validation_report

USER = Author(None, is_system=False, now_ms=0)
GOOD = {"packageId": "p", "version": "1.2.3-rc.1+7", "enabled": True, "config": '{"a": 1}'}


def test_a_good_package_is_valid(schema: Schema) -> None:
    report = validation_report(schema, schema.entities["InstalledPackage"], GOOD, USER)
    assert report == {"valid": True, "errors": []}


@pytest.mark.parametrize(
    ("change", "errors"),
    [
        ({"version": "1.2"}, [("version", "format")]),
        ({"config": "{"}, [("config", "json")]),
        ({"config": '"<script>"'}, [("config", "malicious")]),
        ({"config": '"http://localhost/"'}, [("config", "sandbox")]),
        ({"config": "[" * 33}, [("config", "sandbox")]),
        ({"x": 1, "config": '"eval(1)"', "packageId": ""},
         [("packageId", "min_length"), ("config", "malicious"), ("x", "unknown_field")]),
    ],
)  # fmt: skip
def test_all_findings_of_both_checks_are_reported(
    schema: Schema, change: dict[str, object], errors: list[tuple[str, str]]
) -> None:
    report = validation_report(schema, schema.entities["InstalledPackage"], GOOD | change, USER)
    assert report == {
        "valid": False,
        "errors": [{"field": field, "code": code} for field, code in errors],
    }


def test_data_that_is_no_object_is_reported(schema: Schema) -> None:
    report = validation_report(schema, schema.entities["InstalledPackage"], [], USER)
    assert report == {"valid": False, "errors": [{"field": "data", "code": "type"}]}

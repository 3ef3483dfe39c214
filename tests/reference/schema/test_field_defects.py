from collections.abc import Callable

import pytest

HEAD = (
    'entity: Zebra\nversion: "1.0"\nfields:\n  id: {type: uuid, primary: true, generated: true}\n'
)

ErrorOf = Callable[[str], str]


@pytest.mark.parametrize("name", ["and", "or", "not"])
def test_a_word_of_the_query_language_is_no_field(entity_error: ErrorOf, name: str) -> None:
    assert entity_error(f"{HEAD}  {name}: {{type: string}}") == (
        f"zebra.yaml:5:3: fields.{name}: is reserved for filters: choose another name"
    )


@pytest.mark.parametrize("name", ["$where", "_id", "__proto__"])
def test_a_name_may_not_start_with_a_sign(entity_error: ErrorOf, name: str) -> None:
    assert entity_error(f"{HEAD}  {name}: {{type: string}}").startswith(
        f"zebra.yaml:5:3: fields.{name}: names that start with $ or _ are reserved"
    )


@pytest.mark.parametrize("name", ["a.b", "'a b'", "Abc", "a-b", "ä", "a" * 61, '""'])
def test_a_field_is_named_in_camel_case(entity_error: ErrorOf, name: str) -> None:
    assert "a field is named in camelCase" in entity_error(f"{HEAD}  {name}: {{type: string}}")


def test_names_that_a_database_would_fold_into_one_are_refused(entity_error: ErrorOf) -> None:
    text = f"{HEAD}  fooBar: {{type: string}}\n  foobar: {{type: string}}"
    assert entity_error(text).startswith("zebra.yaml:6:3: fields.foobar: differs from fooBar in")


@pytest.mark.parametrize(
    ("field", "place", "message"),
    [
        ("{}", "5:3: fields.f", "needs the key type: add it"),
        ("string", "5:6: fields.f", "must be a mapping"),
        ("{type: strng}", "5:13: fields.f.type", "strng is not known: did you mean string?"),
        ("{type: 5}", "5:13: fields.f.type", "5 is not known"),
        ("{type: string, max_lenght: 5}", "5:21: fields.f.max_lenght", "did you mean max_length?"),
        ("{type: string, zzz: 5}", "5:21: fields.f.zzz", "is no key that is known here: use"),
        ("{type: string, required: 'true'}", "5:31: fields.f.required", "must be true or false"),
        ("{type: integer, max_length: 5}", "5:22: fields.f.max_length", "is not for integer"),
        ("{type: uuid, pattern: a}", "5:19: fields.f.pattern", "is not for uuid"),
        ("{type: string, min: 1}", "5:21: fields.f.min", "is not for string"),
        ("{type: boolean, max: 1}", "5:22: fields.f.max", "is not for boolean"),
        ("{type: string, values: [a]}", "5:21: fields.f.values", "is not for string, but for enum"),
        ("{type: json, format: json}", "5:19: fields.f.format", "is not for json"),
        ("{type: email, format: semver}", "5:20: fields.f.format", "is not for email"),
        ("{type: string, generated: true}", "5:21: fields.f.generated", "is not for string"),
        ("{type: string, ttl: true}", "5:21: fields.f.ttl", "is not for string, but for bigint"),
        ("{type: integer, scan: code}", "5:22: fields.f.scan", "is not for integer"),
        ("{type: double, unique: true}", "5:21: fields.f.unique", "is not for double"),
        ("{type: json, unique: true}", "5:19: fields.f.unique", "is not for json"),
        ("{type: enum}", "5:13: fields.f.type", "an enum needs the key values"),
        ("{type: enum, values: []}", "5:27: fields.f.values", "must not be empty"),
        ("{type: enum, values: [a, a]}", "5:31: fields.f.values.1", "a is named twice"),
        ("{type: enum, values: [1]}", "5:28: fields.f.values.0", "must be text: quote it"),
        ("{type: string, pattern: '['}", "5:30: fields.f.pattern", "is no RE2 pattern"),
        ("{type: string, pattern: '(?=a)'}", "5:30: fields.f.pattern", "is no RE2 pattern"),
        ("{type: string, pattern: 5}", "5:30: fields.f.pattern", "must be text"),
        ("{type: string, min_length: -1}", "5:33: fields.f.min_length", "must be at least 0"),
        ("{type: string, max_length: 0}", "5:33: fields.f.max_length", "must be at least 1"),
        ("{type: string, max_length: 1.5}", "5:33: fields.f.max_length", "must be an integer"),
        ("{type: string, max_length: true}", "5:33: fields.f.max_length", "must be an integer"),
        ("{type: string, min_length: 5, max_length: 4}", "5:48: fields.f.max_length", "less than"),
        ("{type: integer, min: 5, max: 4}", "5:35: fields.f.max", "is less than min"),
        ("{type: integer, min: 0.5}", "5:27: fields.f.min", "must be an integer, as the field is"),
        ("{type: integer, min: a}", "5:27: fields.f.min", "must be a number"),
        ("{type: string, format: jsn}", "5:29: fields.f.format", "jsn is not known: did you mean"),
        ("{type: string, json: array}", "5:21: fields.f.json", "is for format: json only"),
        ("{type: string, format: json, items: string}", "5:35: fields.f.items", "json: array only"),
        ("{type: json, scan: code}", "5:19: fields.f.scan", "is not for json, but for"),
        ("{type: string, scan: code}", "5:21: fields.f.scan", "code needs format: json"),
        ("{type: string, format: json, scan: url}", "5:35: fields.f.scan", "url is not for JSON"),
        ("{type: string, format: json, unique: true}", "5:35: fields.f.unique", "not for JSON"),
        ("{type: uuid, generated: true}", "5:19: fields.f.generated", "is for the primary field"),
        ("{type: string, auto: increment}", "5:21: fields.f.auto", "is for integer and bigint"),
        ("{type: integer, auto: created}", "5:22: fields.f.auto", "created is for bigint and date"),
        ("{type: bigint, auto: sometimes}", "5:27: fields.f.auto", "sometimes is not known"),
        ("{type: bigint, auto: updated, default: 1}", "5:36: fields.f.default", "remove"),
    ],
)  # fmt: skip
def test_a_wrong_key_or_value_of_a_field_is_named(
    entity_error: ErrorOf, field: str, place: str, message: str
) -> None:
    error = entity_error(f"{HEAD}  f: {field}")
    assert error.startswith(f"zebra.yaml:{place}: ")
    assert message in error


@pytest.mark.parametrize(
    ("field", "code"),
    [
        ("{type: string, default: 5}", "type"),
        ("{type: string, default: null}", "null"),
        ("{type: string, max_length: 2, default: abc}", "max_length"),
        ("{type: string, pattern: a, default: b}", "pattern"),
        ("{type: string, format: json, default: '{'}", "json"),
        ("{type: integer, default: 1.5}", "type"),
        ("{type: integer, default: true}", "type"),
        ("{type: integer, min: 1, default: 0}", "min"),
        ("{type: integer, default: 2147483648}", "max"),
        ("{type: boolean, default: 1}", "type"),
        ("{type: enum, values: [a], default: b}", "enum"),
        ("{type: email, default: nobody}", "format"),
        ("{type: datetime, default: tomorrow}", "format"),
    ],
)
def test_a_default_that_the_field_refuses_is_named(
    entity_error: ErrorOf, field: str, code: str
) -> None:
    error = entity_error(f"{HEAD}  f: {field}")
    assert "fields.f.default: the field would refuse it" in error
    assert f"({code})" in error


@pytest.mark.parametrize(
    ("default", "kind"),
    [("{now: true}", "string"), ("{now: false}", "bigint"), ("{actor: id}", "string"),
     ("{actor: name}", "uuid"), ("{}", "bigint"), ("{then: 1}", "bigint"), ("{now: true}", "uuid")],
)  # fmt: skip
def test_a_made_up_default_is_named(entity_error: ErrorOf, default: str, kind: str) -> None:
    error = entity_error(f"{HEAD}  f: {{type: {kind}, default: {default}}}")
    assert error.startswith("zebra.yaml:5:")
    assert "fields.f.default" in error

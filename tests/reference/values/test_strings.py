import pytest
from hypothesis import given
from hypothesis import strategies as st

from dbal_reference.model import Field
from dbal_reference.schema import strict_yaml
from dbal_reference.schema.locate import packaged_schema
from dbal_reference.values import check_value
from dbal_reference.values.strings import EMAIL_LENGTH, EMAIL_PATTERN, UUID_PATTERN

UUID = "0f0e0d0c-0b0a-4908-8706-050403020100"


def code(field: Field, value: object) -> str | None:
    return check_value(field, value)[1]


@pytest.mark.parametrize("kind", ["string", "text", "email", "uuid", "enum", "datetime"])
@pytest.mark.parametrize("value", [1, 1.0, True, [], {}, {"$bigint": "1"}])
def test_what_is_no_string_is_of_another_type(kind: str, value: object) -> None:
    assert code(Field("f", kind, values=("a",)), value) == "type"


@pytest.mark.parametrize("text", ["a\x00b", "\x00", "\ud800", "a\udfff", "\ude00\ud83d"])
def test_no_string_holds_nul_or_half_a_pair(text: str) -> None:
    for kind in ("string", "text", "email", "uuid", "datetime"):
        assert code(Field("f", kind), text) == "charset"


@pytest.mark.parametrize(
    "text",
    ["", " a ", "é", "e\u0301", "ß", "😀" * 4, "a\nb\t", "'; DROP TABLE x; --", "%_\\", "<b>"],
)
def test_any_other_string_is_kept_as_it_is(text: str) -> None:
    assert check_value(Field("f", "string"), text) == (text, None)


def test_length_counts_code_points() -> None:
    field = Field("f", "string", min_length=3, max_length=4)
    assert code(field, "😀" * 4) is None
    assert code(field, "😀" * 5) == "max_length"
    assert code(field, "😀" * 3) is None
    assert code(field, "😀" * 2) == "min_length"
    assert code(field, "e\u0301a") is None


def test_a_pattern_matches_the_whole_string() -> None:
    field = Field("f", "string", pattern="[a-z]+|b")
    assert code(field, "bob") is None
    for text in ("bob\n", "\nbob", "bob!", "Bob", ""):
        assert code(field, text) == "pattern"


def test_the_forms_are_those_of_the_contract() -> None:
    text = (packaged_schema() / "contract.yaml").read_text("utf-8")
    assert strict_yaml.parse(text)["types"] == {
        "email": {"pattern": EMAIL_PATTERN, "max_length": EMAIL_LENGTH},
        "uuid": {"pattern": UUID_PATTERN},
    }


@pytest.mark.parametrize(
    "text", ["a@b.co", "A.b_c%d+e-f@x-1.example.org", "a@-.-.co", "a@b.c.museum", "1@2.xy"]
)
def test_an_email_is_of_the_form_of_the_contract(text: str) -> None:
    assert check_value(Field("f", "email"), text) == (text, None)


@pytest.mark.parametrize(
    "text",
    ["", "a", "@b.co", "a@", "a@b", "a@b.c", "a@b.c1", "a b@c.de", "a@b.co\n", "ä@b.co", "a@b@c.de",
     "a@b.co ", "a'@b.co", "a@b_c.de"],
)  # fmt: skip
def test_what_is_no_email_is_refused_by_form(text: str) -> None:
    assert code(Field("f", "email"), text) == "format"


def test_an_email_has_at_most_255_characters_whatever_the_field_says() -> None:
    longest = "a" * 249 + "@bc.de"
    assert len(longest) == 255
    for field in (Field("f", "email"), Field("f", "email", max_length=300)):
        assert code(field, longest) is None
        assert code(field, "a" + longest) == "max_length"
    assert code(Field("f", "email", max_length=10), longest) == "max_length"


@pytest.mark.parametrize("text", [UUID, UUID.upper(), "00000000-0000-0000-0000-000000000000"])
def test_a_uuid_of_any_version_and_case_is_stored_in_lower_case(text: str) -> None:
    assert check_value(Field("f", "uuid"), text) == (text.lower(), None)


@pytest.mark.parametrize(
    "text",
    ["", UUID[:-1], UUID + "0", UUID + "\n", "{" + UUID + "}", "urn:uuid:" + UUID,
     UUID.replace("-", ""), UUID.replace("f", "g"), UUID.replace("0f", "\uff10f", 1)],
)  # fmt: skip
def test_what_is_no_uuid_is_refused_by_form(text: str) -> None:
    assert code(Field("f", "uuid"), text) == "format"


@pytest.mark.parametrize(
    "text",
    ["0.0.0", "1.2.3-rc.1+7", "1.2.3", "10.20.30", "1.0.0-alpha", "1.0.0-0A.is.legal",
     "1.0.0+0.build.1-rc.10000aaa-kk-0.1", "1.2.3----RC-SNAPSHOT.12.9.1--.12", "1.1.2+001",
     "99999999999999999999999.999999999999999999.99999999999999999"],
)  # fmt: skip
def test_a_semver_is_accepted(text: str) -> None:
    assert check_value(Field("f", "string", format="semver"), text) == (text, None)


@pytest.mark.parametrize(
    "text",
    ["1", "1.2", "01.2.3", "1.02.3", "1.2.03", "v1.2.3", "1.2.3-", "1.2.3+", "1.2.3-01",
     "1.2.3-a..b",
     "1.2.3+a..b", "1.2.3 ", "1.2.3\n", "1.2.3.4", "", "-1.0.0", "1.2.3-é", "1.2.3+a+b", "١.2.3"],  # noqa: RUF001 -- an Arabic digit
)  # fmt: skip
def test_what_is_no_semver_is_refused_by_form(text: str) -> None:
    assert code(Field("f", "string", format="semver"), text) == "format"


@pytest.mark.parametrize("text", ["/", "/a/b", "/ä", "/a/", "//"])
def test_a_path_starts_with_a_slash(text: str) -> None:
    assert check_value(Field("f", "string", format="path"), text) == (text, None)


@pytest.mark.parametrize("text", ["", "a", "/a b", "/a?", "/a#", "/a\n", " /a"])
def test_what_is_no_path_is_refused_by_form(text: str) -> None:
    assert code(Field("f", "string", format="path"), text) == "format"


def test_an_enum_is_one_of_its_values_exactly() -> None:
    field = Field("f", "enum", values=("user", "admin"))
    assert check_value(field, "admin") == ("admin", None)
    for text in ("Admin", "admin ", "", "adminuser"):
        assert code(field, text) == "enum"


def test_a_boolean_is_true_or_false_and_nothing_else() -> None:
    field = Field("f", "boolean")
    assert check_value(field, value=True) == (True, None)
    assert check_value(field, value=False) == (False, None)
    others: tuple[object, ...] = (0, 1, 1.0, "true", "", [], {})
    for value in others:
        assert check_value(field, value) == (None, "type")


@given(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00")))
def test_text_comes_back_code_point_for_code_point(text: str) -> None:
    assert check_value(Field("f", "text"), text) == (text, None)


@given(st.text(st.characters(codec=None)))
def test_no_text_crashes_a_string_type(text: str) -> None:
    for kind in ("string", "email", "uuid", "datetime"):
        field = Field("f", kind, pattern=".*" if kind == "email" else None)
        assert (check_value(field, text)[0] is None) == (code(field, text) is not None)

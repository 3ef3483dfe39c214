from dbal_reference.control.order import referenced_first
from dbal_reference.schema.load import load_schema

ENTITIES = load_schema(None).entities


def test_what_others_refer_to_comes_first_whatever_the_order_of_the_message() -> None:
    assert referenced_first(["Session", "User"], ENTITIES) == ["User", "Session"]
    assert referenced_first(["Credential", "Probe", "Post", "User"], ENTITIES) == [
        "User",
        "Credential",
        "Post",
        "Probe",
    ]


def test_what_does_not_refer_to_each_other_stays_as_it_stands() -> None:
    assert referenced_first(["Session", "Credential"], ENTITIES) == ["Session", "Credential"]
    assert referenced_first(["Credential", "Session"], ENTITIES) == ["Credential", "Session"]


def test_unknown_entities_stay_to_be_refused() -> None:
    assert referenced_first(["Nobody", "User"], ENTITIES) == ["Nobody", "User"]

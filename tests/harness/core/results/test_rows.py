from tests.harness.core.play.scripted import row, uuid
from tests.harness.core.results.judging import breaches, judged

from dbal_conform.core.messages import Json


def without(whole: dict[str, Json], *names: str) -> dict[str, Json]:
    return {name: value for name, value in whole.items() if name not in names}


def test_a_row_that_is_none() -> None:
    assert breaches("Post.read", 7) == [("", "CPT-TOL-004")]
    assert breaches("Post.findFirst", None) == []
    assert breaches("Post.create", None) == [("", "CPT-TOL-004")]


def test_who_sees_all_must_be_shown_all() -> None:
    lacking = without(row("Probe"), "secretNote", "label")
    assert breaches("Probe.read", lacking, system=True) == [
        ("/label", "TYP-NULL-004"), ("/secretNote", "TYP-NULL-004"),
    ]  # fmt: skip
    assert breaches("Probe.read", lacking, role="admin") == [
        ("/label", "TYP-NULL-004"), ("/secretNote", "TYP-NULL-004"),
    ]  # fmt: skip


def test_what_his_rules_hide_must_be_hidden() -> None:
    whole = row("Probe")
    assert breaches("Probe.read", without(whole, "secretNote"), role="moderator") == []
    assert breaches("Probe.read", whole, role="moderator") == [("/secretNote", "ACL-HIDE-001")]


def test_where_the_role_is_not_certain_both_are_right() -> None:
    whole = row("Probe")
    assert breaches("Probe.read", whole) == []
    assert breaches("Probe.read", without(whole, "secretNote")) == []
    assert breaches("Probe.read", without(whole, "ratio")) == [("/ratio", "TYP-NULL-004")]


def test_a_loose_entity_is_not_held_against_its_form() -> None:
    assert breaches("Post.read", {"new": 1}, loose=frozenset({"Post"})) == []


def test_select_names_fields_and_brings_the_key() -> None:
    args: dict[str, Json] = {"id": "a", "select": ["title", 7]}
    assert breaches("Post.read", {"id": uuid(1), "title": "x"}, args=args) == []
    assert breaches("Post.read", {"title": "x"}, args=args) == [("/id", "TYP-NULL-004")]
    assert breaches("Post.read", {"id": uuid(1), "title": "x", "pin": 1}, args=args) == [
        ("/pin", "CPT-TOL-004")
    ]


def test_select_that_is_no_list_selects_nothing() -> None:
    assert breaches("Post.read", row("Post"), args={"select": "title"}) == []


def test_related_rows_are_held_against_their_own_form() -> None:
    args: dict[str, Json] = {"include": ["owner", "owner.posts", "no.such", "probes"]}
    owner: Json = {**row("User"), "posts": [row("Post")]}
    good: dict[str, Json] = {**row("Post"), "owner": owner, "probes": []}
    assert breaches("Post.read", good, args=args) == []
    bad: Json = {**good, "owner": None, "probes": [{**row("Probe"), "amount": "1"}]}
    assert breaches("Post.read", bad, args=args) == [("/probes/0/amount", "TYP-NUM-001")]
    worse: Json = {**good, "owner": [], "probes": {}}
    assert breaches("Post.read", worse, args=args) == [
        ("/owner", "CPT-TOL-004"), ("/probes", "QRY-INC-001"),
    ]  # fmt: skip
    whole: Json = {**good, "owner": row("User")}
    assert breaches("Post.read", whole, args=args) == [("/owner/posts", "QRY-INC-001")]


def test_a_list_of_related_rows_is_capped() -> None:
    probes: list[Json] = [row("Probe", code=f"P-{number}") for number in range(11)]
    args: dict[str, Json] = {"include": ["probes"]}
    assert breaches("Post.read", {**row("Post"), "probes": probes}, args=args) == [
        ("/probes", "QRY-INC-001")
    ]


def test_tagged_bigints_are_decoded_without_touching_the_reply() -> None:
    came = row("Post", views={"$bigint": "9007199254740993"})
    decoded, found = judged("Post.read", came)
    assert found == []
    assert isinstance(decoded, dict)
    assert decoded["views"] == 9007199254740993
    assert came["views"] == {"$bigint": "9007199254740993"}


def test_an_untouched_row_is_not_copied() -> None:
    came = row("Post")
    assert judged("Post.read", came)[0] is came


def test_a_key_that_was_given_need_not_be_of_version_4() -> None:
    old = "6fa459ea-ee8a-1ca4-894e-db77e160355e"
    assert breaches("Post.create", row("Post", id=old), args={"data": {"id": old}}) == []
    assert breaches("Post.create", row("Post", id=old)) == [("/id", "TYP-UUID-001")]
    assert breaches("Probe.create", row("Probe", code="A")) == []

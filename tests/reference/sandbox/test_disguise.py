import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.reference.sandbox.stored import of_leaf, of_tree, of_url

from dbal_reference.model import Schema
from dbal_reference.sandbox.layers import layers


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ("%3Cscript%3E", "MC-01"),
        ("%3cScRiPt >", "MC-01"),
        ("&#60;script&#62;", "MC-01"),
        ("&#x3C;script&#X3e;", "MC-01"),
        ("<scr\x01ipt>", "MC-01"),
        ("<scr\x7fipt>", "MC-01"),
        ("<scr\nipt>", "MC-01"),
        ("&#00\x0b60;script>", "MC-01"),
        ("java%73cript:x", "MC-02"),
        ("&#106;avascript:x", "MC-02"),
        ("java&#9;script:x", "MC-02"),
        ("java%0Ascript:x", "MC-02"),
        ("\x01javascript:x", "MC-02"),
        ("data%3atext/html,x", "MC-03"),
        ("%65val(1)", "MC-05"),
        ("ev\x00al(1)".replace("\x00", "\x02"), "MC-05"),
        ("__pro%74o__", "MC-07"),
        ("%68ttp://localhost/", "SB-05"),
        ("http://loc&#97;lhost/", "SB-05"),
        ("%E2%82%AC eval(1)", "MC-05"),
    ],
)
def test_one_layer_of_disguise_is_taken_off(schema: Schema, text: str, rule: str) -> None:
    assert of_leaf(schema, text) == rule


@pytest.mark.parametrize(
    "text",
    [
        "%253Cscript%253E",
        "&#37;3Cscript&#37;3E",
        "&#38;#60;script>",
        "&lt;script&gt;",
        "&#60script>",
        "%3script>",
        "100% sale & more",
        "%zz &#; &#x; &#abc;",
        "&#1114112; &#99999999999; &#xD800; &#x110000;",
        "%FF%FE%00",
    ],
)
def test_two_layers_and_half_a_layer_pass(schema: Schema, text: str) -> None:
    assert of_leaf(schema, text) is None


@pytest.mark.parametrize(
    "text",
    [
        '["\\u003cscript\\u003e"]',
        '["<\\u0073cript >"]',
        '["<script\\/>"]',
        '{"\\u003cscript>": 1}',
        '["\\u0026#60;script>"]',
    ],
)
def test_escapes_of_json_hide_nothing(schema: Schema, text: str) -> None:
    assert of_tree(schema, text) == "MC-01"


def test_a_key_in_disguise_is_found(schema: Schema) -> None:
    assert of_tree(schema, '{"__pro%74o__": 1}') == "MC-07"
    assert of_tree(schema, '{"constr&#117;ctor": {"pro%74otype": 1}}') == "MC-07"
    assert of_tree(schema, '{"\\u005f_proto__": 1}') == "MC-07"


def test_a_url_field_in_disguise_is_found(schema: Schema) -> None:
    assert of_url(schema, "java%73cript:x") == "MC-02"
    assert of_url(schema, "java\tscript:x") == "MC-02"
    assert of_url(schema, "&#100;ata:text/html") == "MC-03"


@given(st.text(st.characters(codec=None)))
def test_any_text_has_one_or_two_layers_that_can_be_encoded(text: str) -> None:
    found = layers(text)
    assert 1 <= len(found) <= 2
    for layer in found:
        layer.encode("utf-8")


@given(st.text(st.characters(codec="utf-8")))
def test_percent_signs_undo_percent_encoding(text: str) -> None:
    encoded = "".join(f"%{byte:02X}" for byte in text.encode())
    assert layers(encoded) == ((encoded,) if not text else (encoded, text))

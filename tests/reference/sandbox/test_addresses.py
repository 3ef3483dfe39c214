import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.reference.sandbox.stored import of_leaf

from dbal_reference.model import Schema
from dbal_reference.sandbox.addresses import reaches
from dbal_reference.sandbox.table import Url

URL = Url(
    schemes=("file",), hosts=("localhost",), addresses=("loopback", "unspecified", "link_local")
)


@pytest.mark.parametrize(
    "text",
    [
        "file:///etc/passwd",
        "FILE:/etc/passwd",
        " file:x",
        "http://localhost",
        "https://LOCALHOST:8080/a?b#c",
        "http://localhost./",
        "http://a.localhost/",
        "http://user:pass@localhost/",
        "http://a@b@localhost/",
        "http:\\\\localhost\\a",
        "http:/localhost/",
        "ws://localhost",
        "ftp://localhost",
        "redis://localhost:6379",
        "http://localhost?x",
        "http://localhost#x",
        "http://127.0.0.1",
        "http://127.255.0.9:80/",
        "http://127.1",
        "http://2130706433/",
        "http://0x7f000001/",
        "http://0x7f.1/",
        "http://0177.0.0.1/",
        "http://0.0.0.0/",
        "http://0/",
        "http://169.254.169.254/latest/meta-data",
        "http://[::1]/",
        "http://[::]:80/",
        "http://[0:0:0:0:0:0:0:1]/",
        "http://[fe80::1%25eth0]/",
        "http://[FE80::1]/",
        "http://[::ffff:127.0.0.1]/",
        "http://[::ffff:a9fe:a9fe]/",
        "http://\uff4cocalhost/",
        "http://127\u30020\u30020\u30021/",
        "gopher://127.0.0.1:25/",
    ],
)
def test_a_url_of_this_machine_or_its_link_is_refused(schema: Schema, text: str) -> None:
    assert of_leaf(schema, text) == "SB-05"


@pytest.mark.parametrize(
    "text",
    [
        "https://example.org/localhost",
        "https://localhost.example.org/",
        "https://notlocalhost/",
        "https://localhost@example.org/",
        "https://example.org/?u=http://localhost",
        "see http://localhost/",
        "localhost",
        "localhost:8080",
        "127.0.0.1",
        "//localhost/",
        "File: report.pdf",
        "file:",
        "profile:x",
        "mailto:me@localhost",
        "http://128.0.0.1/",
        "http://10.0.0.1/",
        "http://192.168.0.1/",
        "http://1.2.3.4.127.0.0.1/",
        "http://127.0.0.256/",
        "http://127.0.0.0.1/",
        "http://256.0.0.0x7f/",
        "http://127.0.0.1x/",
        "http://08.0.0.1/",
        "http://0.0.0.0.0.0.0/",
        "http://[12345::]/",
        "http://4294967297/",
        "http://[2001:db8::1]/",
        "http://[x]/",
        "http:///",
        "http:",
        "http:localhost",
        "redis:/localhost",
    ],
)  # fmt: skip
def test_another_url_and_other_text_passes(schema: Schema, text: str) -> None:
    assert of_leaf(schema, text) is None


@given(st.text(st.sampled_from("http:/\\@[]%.0x179af:localhost ?#"), max_size=40) | st.text())
def test_no_text_crashes_the_reading_of_hosts(text: str) -> None:
    reaches(URL, text)
    reaches(URL, "http://" + text)


@given(st.ip_addresses(v=4))
def test_an_address_is_judged_alike_in_all_its_forms(address: object) -> None:
    number = int(address)  # type: ignore[call-overload]  # an IPv4Address
    octets = str(address).split(".")
    forms = {
        str(address),
        str(number),
        hex(number),
        ".".join(hex(int(octet)) for octet in octets),
        ".".join(f"0{int(octet):o}" for octet in octets),
        f"{octets[0]}.{number % 2**24}",
        f"[::ffff:{address}]",
    }
    assert len({reaches(URL, f"http://{form}/") for form in forms}) == 1

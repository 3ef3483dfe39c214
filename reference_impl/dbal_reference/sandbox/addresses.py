"""Which URLs reach a file, this machine, or its link (SB-05)."""

import ipaddress
import re
import unicodedata

from dbal_reference.sandbox.table import Url

_SCHEME = re.compile(r"[\x00-\x20]*([A-Za-z][A-Za-z0-9+.-]*):(?=[^\s])")
_SPECIAL = frozenset({"http", "https", "ws", "wss", "ftp"})
_PART = re.compile(r"0[xX][0-9a-fA-F]*|[0-9]+")
_LONGEST_PART = 24  # 2**32 has 10 digits; leading zeros are allowed, but not without end
_KINDS = {"loopback": "is_loopback", "unspecified": "is_unspecified", "link_local": "is_link_local"}
_OCTETS = 4


def reaches(url: Url, text: str) -> bool:
    """Whether the whole text is a URL that `url` is about. Hosts are read as browsers read them."""
    scheme_match = _SCHEME.match(text)
    if scheme_match is None:
        return False
    scheme = scheme_match[1].lower()
    if scheme in url.schemes:
        return True
    host = _host(scheme, text[scheme_match.end() :])
    if host is None:
        return False
    if any(host == name or host.endswith(f".{name}") for name in url.hosts):
        return True
    address = _address(host)
    return address is not None and any(getattr(address, _KINDS[kind]) for kind in url.addresses)


def _host(scheme: str, rest: str) -> str | None:
    """In lower case and without brackets, final dot, user and port; None if the URL has none."""
    special = scheme in _SPECIAL
    slashes = len(rest) - len(rest.lstrip("/\\" if special else "/"))
    if slashes < (1 if special else 2):
        return None
    authority = re.split(r"[/\\?#]" if special else r"[/?#]", rest[slashes:], maxsplit=1)[0]
    host = authority.rpartition("@")[2]
    host = host[1:].partition("]")[0] if host.startswith("[") else host.partition(":")[0]
    host = unicodedata.normalize("NFKC", host).replace("\u3002", ".").lower()
    return host.removesuffix(".")


def _address(host: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    if ":" in host:
        try:
            address = ipaddress.IPv6Address(host.partition("%")[0])
        except ValueError:
            return None
        return address.ipv4_mapped or address
    return _ipv4(host)


def _ipv4(host: str) -> ipaddress.IPv4Address | None:
    """Also in the short, octal and hexadecimal forms: `127.1`, `0177.0.0.1`, `0x7f000001`."""
    parts = host.split(".", _OCTETS)
    if len(parts) > _OCTETS or not all(
        len(part) <= _LONGEST_PART and _PART.fullmatch(part) for part in parts
    ):
        return None
    try:
        *first, last = (_part(part) for part in parts)
    except ValueError:
        return None
    if any(octet > 255 for octet in first) or last >= 256 ** (_OCTETS - len(first)):  # noqa: PLR2004 -- octets
        return None
    leading = sum(octet << 8 * (3 - place) for place, octet in enumerate(first))
    return ipaddress.IPv4Address(leading + last)


def _part(text: str) -> int:
    if text[:2] in ("0x", "0X"):
        return int(text[2:] or "0", 16)
    return int(text, 8) if len(text) > 1 and text[0] == "0" else int(text)

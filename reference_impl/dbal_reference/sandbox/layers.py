"""The forms in which a text is looked at: as it is, and with one layer of disguise taken off."""

import re
from urllib.parse import unquote_to_bytes

_DISGUISED = re.compile("[\x00-\x1f\x7f]|&#|%")
_CONTROLS = re.compile("[\x00-\x1f\x7f]+")
_ENCODED = re.compile(r"&#([0-9]{1,10});|&#[xX]([0-9a-fA-F]{1,8});|((?:%[0-9a-fA-F]{2})+)")
_SURROGATES = re.compile("[\ud800-\udfff]")
_REPLACEMENT = "\ufffd"
_LAST_CODE_POINT = 0x10FFFF


def layers(text: str) -> tuple[str, ...]:
    """One or two texts that RE2 can take: `text`, and itself decoded if that is another.

    ASCII control characters are removed before decoding, and what is decoded is not decoded again
    (section 13, section 20 "scan").
    """
    plain = _SURROGATES.sub(_REPLACEMENT, text)
    if not _DISGUISED.search(plain):
        return (plain,)
    decoded = _ENCODED.sub(_decode, _CONTROLS.sub("", plain))
    return (plain,) if decoded == plain else (plain, decoded)


def _decode(match: re.Match[str]) -> str:
    decimal, hexadecimal, percent = match.groups()
    if percent is not None:
        return unquote_to_bytes(percent).decode("utf-8", "replace")
    code_point = int(decimal) if decimal is not None else int(hexadecimal, 16)
    if code_point > _LAST_CODE_POINT:
        return _REPLACEMENT
    return _SURROGATES.sub(_REPLACEMENT, chr(code_point))

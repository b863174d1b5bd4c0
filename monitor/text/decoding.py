"""Bytes from outside → text: whatever their sender says, they are read as what they most plausibly are."""

import codecs
import re

_BYTE_ORDER_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
    # No mark, but markup in 32 or 16 bits a character begins with "<" and zeros.
    (b"<\x00\x00\x00", "utf-32-le"),
    (b"\x00\x00\x00<", "utf-32-be"),
    (b"<\x00", "utf-16-le"),
    (b"\x00<", "utf-16-be"),
)
_NAME = re.compile(r"[A-Za-z0-9_.:-]{2,40}\Z")
# What browsers read under these names (WHATWG Encoding Standard): the supersets that senders really use.
_SUPERSETS = {
    "ascii": "cp1252",
    "iso8859-1": "cp1252",
    "iso8859-9": "cp1254",
    "iso8859-11": "cp874",
    "tis-620": "cp874",
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "shift_jis": "cp932",
    "euc_kr": "cp949",
}
_ALIASES = {"iso-8859-8-i": "iso8859-8", "iso-8859-8-e": "iso8859-8", "x-sjis": "cp932", "x-gbk": "gb18030"}
# Codecs of Python that no sender means; punycode takes quadratic time.
_NOT_CHARSETS = frozenset(
    ["idna", "punycode", "unicode-escape", "raw-unicode-escape", "undefined", "utf-7", "charmap", "mbcs", "oem"]
)
_NON_ASCII = bytes(range(0x80, 0x100))
_MOST_DAMAGE = 10
"""UTF-8 in which at most one in so many characters beyond ASCII is broken is still UTF-8, cut by somebody's left()."""


def decode(body: bytes, *declared: str) -> str:
    """The text of the bytes; `declared` are the names of charsets that sender and document give, the most trusted
    first; unknown ones are passed over. Never fails: what cannot be read becomes U+FFFD.
    """
    for mark, charset in _BYTE_ORDER_MARKS:
        if body.startswith(mark):
            return body.decode(charset, "replace").removeprefix("\ufeff")
    known = [name for name in map(charset_named, declared) if name]
    # These write other scripts in ASCII bytes, so that they look like UTF-8.
    if known and known[0].startswith(("iso2022", "hz")):
        return body.decode(known[0], "replace")
    text = body.decode("utf-8", "replace")
    if _is_utf8(body, text):
        return text
    for name in known:
        try:
            return body.decode(name)
        except UnicodeDecodeError:
            continue
    return body.decode(next((name for name in known if name != "utf-8"), "cp1252"), "replace")


def charset_named(name: str) -> str:
    """Python's name of the charset that browsers would use under this name; "" for none or an unknown one."""
    name = name.strip(" '\"").lower()
    if not _NAME.match(name):
        return ""
    try:
        codec = codecs.lookup(_ALIASES.get(name, name)).name
        "".encode(codec)  # Refuses what is no charset but a transformation of bytes, such as base64.
    except LookupError:
        return ""
    return "" if codec in _NOT_CHARSETS else _SUPERSETS.get(codec, codec)


def _is_utf8(body: bytes, text: str) -> bool:
    broken = text.count("\ufffd") - body.count("\ufffd".encode())
    if not broken:
        return True
    beyond_ascii = len(text) - len(body.translate(None, _NON_ASCII))
    return broken * _MOST_DAMAGE <= beyond_ascii

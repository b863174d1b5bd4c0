"""Bytes of a terminal → the keys that a person pressed. Pure: what is no whole key yet is handed back."""

import codecs
import re

ENTER, ESCAPE, BACKSPACE, ERASE, ERASE_WORD = "enter", "escape", "backspace", "erase", "erase-word"
UP, DOWN, PAGE_UP, PAGE_DOWN, END_OF_INPUT, REDRAW = "up", "down", "page-up", "page-down", "end-of-input", "redraw"
UNKNOWN = "unknown"

_CONTROLS = {
    "\r": ENTER,
    "\n": ENTER,
    "\x7f": BACKSPACE,
    "\b": BACKSPACE,
    "\x15": ERASE,
    "\x17": ERASE_WORD,
    "\x04": END_OF_INPUT,
    "\x0c": REDRAW,
}
_SEQUENCES = {"A": UP, "B": DOWN, "5~": PAGE_UP, "6~": PAGE_DOWN}
# ECMA-48, 5.4: parameters, intermediates, and the byte that ends it; SS3 is what keypads send in application mode.
_SEQUENCE = re.compile(r"\x1b(?:\[([0-?]*)[ -/]*([@-~])|O(.))", re.DOTALL)
_HALF = re.compile(r"\x1b(?:\[[0-?]*[ -/]*|O)?\Z")

_LAYOUTS = (
    ("ضقهمثىفشخعتنغ", "qrilentaoujky"),  # Arabic
    ("רןךקמאשםוחלט", "rilentaoujky"),  # Hebrew
    ("ıİ؟", "iI?"),
)
_LATIN = {other: latin for others, latins in _LAYOUTS for other, latin in zip(others, latins, strict=True)}


def latin(key: str) -> str:
    """The letter that is on the same key of a Latin keyboard, so that nobody has to switch theirs to decide."""
    return _LATIN.get(key, key)


def decode(received: bytes, encoding: str, *, whole: bool) -> tuple[list[str], bytes]:
    """The keys in what was received, and the rest, which may be the beginning of one unless it is the `whole`.

    A key is the letter that it types, or one of the names above.
    """
    decoder = codecs.getincrementaldecoder(encoding)(errors="replace")
    text = decoder.decode(received, final=whole)
    rest = decoder.getstate()[0]
    keys: list[str] = []
    while text:
        if _HALF.fullmatch(text) and not whole:
            return keys, text.encode(encoding, "replace") + rest
        key, length = _first(text)
        keys.append(key)
        text = text[length:]
    return keys, rest


def _first(text: str) -> tuple[str, int]:
    """The key that a text begins with, and its length."""
    if found := _SEQUENCE.match(text):
        parameters, final, keypad = found.groups()
        named = keypad or (f"{parameters}{final}" if final == "~" else final)
        return _SEQUENCES.get(named, UNKNOWN), found.end()
    letter = text[0]
    if letter == "\x1b":
        # Alt with a letter sends both at once; escape comes alone.
        return (ESCAPE, 1) if len(text) == 1 else (UNKNOWN, 2)
    if letter in _CONTROLS:
        return _CONTROLS[letter], 1
    return (letter if letter.isprintable() else UNKNOWN), 1

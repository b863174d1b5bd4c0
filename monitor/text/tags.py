"""Tags and names as people type them → as they are kept: one spelling each, and nothing that could break a line."""

import re
import unicodedata

_MOST_OF_TAG = 40
_MOST_OF_NAME = 80
_LETTERS = frozenset(("L", "M", "N"))
_JOINING = frozenset("-_.")

TAG_EXPECTED = f'a word of letters and digits of any script, "-", "_" and ".", of up to {_MOST_OF_TAG}'
NAME_EXPECTED = f"a name on one line, of up to {_MOST_OF_NAME} letters"


def tag_of(given: str) -> str:
    """The tag: without "#", small letters, composed. Raises: ValueError, saying what was expected."""
    tag = unicodedata.normalize("NFC", given.strip().removeprefix("#").lower())
    fits = all(letter in _JOINING or unicodedata.category(letter)[0] in _LETTERS for letter in tag)
    if not tag or len(tag) > _MOST_OF_TAG or not fits or not any(letter.isalnum() for letter in tag):
        raise ValueError(f'"{given}" is no tag: expected {TAG_EXPECTED}')
    return tag


def name_of(given: str) -> str:
    """The name: composed, with single blanks. Raises: ValueError, saying what was expected."""
    name = re.sub(r"[ \t]+", " ", unicodedata.normalize("NFC", given).strip())
    if (
        not name
        or len(name) > _MOST_OF_NAME
        or any(unicodedata.category(letter) in ("Cc", "Zl", "Zp", "Cs") for letter in name)
    ):
        raise ValueError(f'"{given}" is no name: expected {NAME_EXPECTED}')
    return name

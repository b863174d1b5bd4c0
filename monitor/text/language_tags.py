"""Language tags as feeds and pages write them → the one form we keep."""

import re

_PRIMARY = re.compile(r"\s*([A-Za-z]{2,3})(?=$|[-_;,.\s])")
_RENAMED = {"iw": "he", "in": "id", "ji": "yi", "heb": "he", "ara": "ar", "tur": "tr", "eng": "en", "fra": "fr"}
_NONE = frozenset(["und", "mul", "zxx", "xx"])


def primary(tag: str) -> str:
    """The primary language of a tag in lower case: "en-US" → "en", "iw_IL" → "he"; "" where it names none."""
    found = _PRIMARY.match(tag)
    language = found[1].lower() if found else ""
    return "" if language in _NONE else _RENAMED.get(language, language)

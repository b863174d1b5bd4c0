"""Language tags as feeds, pages and people write them → the one form we keep."""

import re

_ISO_639_1 = """
    aa ab ae af ak am an ar as av ay az ba be bg bi bm bn bo br bs ca ce ch co cr cs cu cv cy da de dv dz ee el en eo es
    et eu fa ff fi fj fo fr fy ga gd gl gn gu gv ha he hi ho hr ht hu hy hz ia id ie ig ii ik io is it iu ja jv ka kg ki
    kj kk kl km kn ko kr ks ku kv kw ky la lb lg li ln lo lt lu lv mg mh mi mk ml mn mr ms mt my na nb nd ne ng nl nn no
    nr nv ny oc oj om or os pa pi pl ps pt qu rm rn ro ru rw sa sc sd se sg si sk sl sm sn so sq sr ss st su sv sw ta te
    tg th ti tk tl tn to tr ts tt tw ty ug uk ur uz ve vi vo wa wo xh yi yo za zh zu
"""
LANGUAGES = frozenset(_ISO_639_1.split())
"""ISO 639-1."""
MISNAMED = {
    "iw": "he", "in": "id", "ji": "yi", "jp": "ja", "cn": "zh", "gr": "el", "ua": "uk", "cz": "cs", "dk": "da",
    "ir": "fa", "il": "he", "ara": "ar", "heb": "he", "eng": "en", "tur": "tr", "fra": "fr",
    "fre": "fr", "deu": "de", "ger": "de", "spa": "es", "ita": "it", "por": "pt", "rus": "ru", "zho": "zh", "chi": "zh",
    "fas": "fa", "per": "fa", "urd": "ur", "ind": "id", "jpn": "ja", "kor": "ko", "ukr": "uk", "pol": "pl", "nld": "nl",
    "arabic": "ar", "hebrew": "he", "english": "en", "turkish": "tr", "french": "fr", "german": "de", "spanish": "es",
    "persian": "fa", "farsi": "fa", "russian": "ru", "italian": "it", "chinese": "zh",
}  # fmt: skip
"""What people write → the code that they mean."""

_PRIMARY = re.compile(r"\s*([A-Za-z]{2,3})(?=$|[-_;,.\s])")
_NONE = frozenset(["und", "mul", "zxx", "xx"])


def primary(tag: str) -> str:
    """The primary language of a tag in lower case: "en-US" → "en", "iw_IL" → "he"; "" where it names none."""
    found = _PRIMARY.match(tag)
    language = found[1].lower() if found else ""
    return "" if language in _NONE else MISNAMED.get(language, language)


def meant(text: str) -> str:
    """The code of the language that a person means by "arabic", "iw" or "en_US"; "" where that cannot be told."""
    code = re.split("[-_]", text.lower())[0]
    return MISNAMED.get(code, code if code in LANGUAGES else "")

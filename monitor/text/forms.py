"""A token → the words it may stand for: itself, what an apostrophe sets off, what is left without clitics or particles.

Refah'ta → Refahta, Refah      l’accord → laccord, accord      وبالأنفاق → وبالأنفاق, بالأنفاق, الأنفاق, أنفاق
터널에서는 → 터널에서는, 터널
"""

import re
from dataclasses import dataclass

from monitor.text.characters import APOSTROPHES, ARABIC, HANGUL, HEBREW
from monitor.text.fold import LONGEST, bare, fold

_APOSTROPHE = re.compile(f"[{re.escape(APOSTROPHES)}]+")
_FRENCH = ("l", "d", "j", "m", "n", "s", "t", "c", "qu", "jusqu", "lorsqu", "puisqu", "quoiqu", "presqu", "entr")
_ITALIAN = ("un", "dell", "nell", "sull", "dall", "all", "coll", "quell")
_ELISIONS = frozenset(_FRENCH + _ITALIAN)
_ARABIC = re.compile(f"[{ARABIC}]")
_HEBREW = re.compile(f"[{HEBREW}]")
# In the order in which they stand before a word, at most one of each.
_ARABIC_PROCLITICS = (("و", "ف"), ("لل", "ب", "ك", "ل"), ("ال", "ٱل"))
_HEBREW_PROCLITICS = (("ו",), ("לכש", "כש", "מש", "ש"), ("מ", "ב", "ל", "כ"), ("ה",))
# What Korean writes behind a noun: the plural, a case, a stress; each alone or in this order.
_KOREAN_CASES = (
    "이|가|을|를|의|와|과|로|으로|로서|으로서|로써|으로써|로부터|으로부터|에|에서|에게|에게서|한테|께|께서|까지|부터|처럼|보다|마다|조차|이나|나"
    "|이라는|라는|이라고|라고|이며|며|이란|란"
)
_KOREAN = re.compile(f"(?=.)들?(?:{_KOREAN_CASES})?(?:은|는|도|만|만이|만을|의)?")
_LONGEST_PARTICLES = 6
_HANGUL = re.compile(f"[{HANGUL}]")
_AFTER_CONSONANT = ("이", "을", "과", "은", "으로")
_AFTER_VOWEL = ("가", "를", "와", "는", "로", "나", "라", "며", "란")
"""How the particles begin that follow a syllable with a final consonant, and one without."""
_FINALS, _RIEUL = 28, 8
"""A syllable's number is a multiple of these and the number of its final consonant, 0 for none; ㄹ takes 로, too."""
_SHORTEST = 2
_BEFORE_APOSTROPHE = 2


@dataclass(frozen=True, slots=True)
class Form:
    """A word that a token may stand for."""

    bare: str
    """As `fold.bare` leaves it: case and hamzas still count."""
    key: str
    clipped: bool = False
    """Proclitics or particles were taken away: the less remains, the likelier it is another word."""


def forms(token: str) -> tuple[Form, ...]:
    """What the token may stand for, itself first; no form twice."""
    token = token[:LONGEST]
    if token.isascii() and token.isalnum():
        return (Form(token, token.lower()),)
    found: dict[str, Form] = {}
    for word in _parts(token):
        for form in _clippings(bare(word)):
            if form.key:
                found.setdefault(form.bare, form)
    return tuple(found.values())


def without_article(word: str) -> str:
    """A bare Arabic word without ال, or "" where it has none or would be too short; إلغاء and ألمانيا have none."""
    return word[2:] if word.startswith(_ARABIC_PROCLITICS[2]) and len(word) >= 2 + _SHORTEST else ""


def _parts(token: str) -> list[str]:
    """The whole token, and what an apostrophe sets off in it."""
    parts = [token]
    # In Hebrew it is a letter's own sign: ג'נין.
    while (apostrophe := _APOSTROPHE.search(token)) and not _HEBREW.search(token):
        before, after = token[: apostrophe.start()], token[apostrophe.end() :]
        if fold(before) not in _ELISIONS:
            return [*parts, before] if len(before) >= _BEFORE_APOSTROPHE else parts
        parts.append(after)
        token = after
    return parts


def _clippings(word: str) -> list[Form]:
    """The bare word, and what remains of it without each run of proclitics or particles."""
    if _HANGUL.match(word[-1:]):
        return [Form(word, fold(word)), *(Form(stem, fold(stem), clipped=True) for stem in _stems(word))]
    starts = [0]
    steps = _ARABIC_PROCLITICS if _ARABIC.match(word) else _HEBREW_PROCLITICS if _HEBREW.match(word) else ()
    for step in steps:
        starts += [start + len(clitic) for start in starts for clitic in step if word.startswith(clitic, start)]
    lengths = (start for start in starts if not start or len(word) - start >= _SHORTEST)
    return [Form(word[start:], fold(word[start:]), start > 0) for start in lengths]


def _stems(word: str) -> list[str]:
    """What may stand before Korean particles."""
    ends = range(max(_SHORTEST, len(word) - _LONGEST_PARTICLES), len(word))
    return [word[:end] for end in ends if _KOREAN.fullmatch(word, end) and _is_followed(word[end - 1], word[end:])]


def _is_followed(last: str, particles: str) -> bool:
    """Whether Korean writes these particles, and not their twins (이 and 가), behind a syllable."""
    if not _HANGUL.match(last):
        return True
    final = (ord(last) - ord("가")) % _FINALS
    if final == _RIEUL and particles.startswith("로"):
        return True
    return not particles.startswith(_AFTER_VOWEL if final else _AFTER_CONSONANT)

"""Which characters make words: the character classes that tokens, folding and forms share.

Everything here is the inside of a regular expression's [...] or a table for str.translate; only this module lists
code points.
"""

import unicodedata
from collections.abc import Iterable

APOSTROPHES = "'’‘ʼʻʹʾʿ`´＇"
"""Between two letters they belong to the word: Refah'ta, l’accord, Qurʾan, ג'נין."""
HYPHENS = "-‐‑־﹣－\u200c"
"""Between two letters they separate and join: cease-fire is cease, fire and ceasefire. U+200C: Persian's half space."""
GERSHAYIM = '"״”׳'
"""Between two Hebrew letters they belong to the word: צה"ל."""
INVISIBLE = "\u00ad\u034f\u061c\u180e\u200d-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufe00-\ufe0f\ufeff"
"""Soft hyphens, directions, joiners, variation selectors: no reader sees them."""
HEBREW = "\u05d0-\u05ea"
ARABIC = "\u0620-\u063f\u0641-\u064a\u066e-\u066f\u0671-\u06d3\u06fa-\u06fc\u0750-\u077f\u08a0-\u08c7"
HANGUL = "가-힣"
"""Korean syllables, of two or three letters each."""
POINTS = (
    "\u0591-\u05bd\u05bf\u05c1\u05c2\u05c4\u05c5\u05c7"
    "\u0610-\u061a\u064b-\u065f\u0670\u06d6-\u06dc\u06df-\u06e4\u06e7\u06e8\u06ea-\u06ed\u08ca-\u08e1\u08e3-\u08ff"
)
"""Hebrew and Arabic signs that a writer may leave out: vowels, doubling, recitation."""
TATWEEL = "\u0640"
UNSPACED = (
    "\u0e00-\u0e4f\u0e5a-\u0ecf\u0eda-\u0eff"  # Thai, Lao
    "\u1000-\u103f\u104a-\u108f\u109a-\u109f\u1780-\u17df\u17ea-\u17ff"  # Burmese, Khmer
    "\u3005-\u3007\u3040-\u30ff\u3105-\u312f\u31f0-\u31ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\uff66-\uff9d"
    "\U00020000-\U0003ffff"  # kana, Han
)
"""Scripts that set no space between words: every character is a token. Their digits are not among them: ๒๐ is 20."""
VOICING = "\uff9e\uff9f"
"""Halfwidth kana's voicing marks: letters to Unicode, marks to a reader."""


def _ranges(codes: Iterable[int]) -> str:
    """Ascending code points as the inside of a character class."""
    spans: list[list[int]] = []
    for code in codes:
        if spans and code == spans[-1][1] + 1:
            spans[-1][1] = code
        else:
            spans.append([code, code])
    return "".join(f"{chr(first)}-{chr(last)}" for first, last in spans)


# 12 ms at import. Python's \w leaves marks out, so that it cuts رَفَح into three.
MARKS = _ranges(code for code in range(0x300, 0x20000) if unicodedata.category(chr(code))[0] == "M")
"""Every combining mark, of scripts where it is optional and of those where it is a vowel."""

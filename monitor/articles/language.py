"""The language of a text: what is declared, unless the script plainly contradicts it."""

import re

from monitor.text.language_tags import primary

_SAMPLE = 1000
"""Characters from the beginning."""
_LATIN = re.compile("[\u0041-\u005a\u0061-\u007a\u00c0-\u024f\u1e00-\u1eff]+")
# Script → its letters, and the languages written in it, the most frequent in news first.
_OTHERS = (
    (
        "[\u0620-\u06d3\u06d5\u06fa-\u06ff\u0750-\u077f\ufb50-\ufdff\ufe70-\ufefc]",
        ("ar", "fa", "ur", "ps", "ku", "ckb", "ug", "sd"),
    ),
    ("[\u05d0-\u05ea\ufb1d-\ufb4f]", ("he", "yi")),
    ("[\u0400-\u052f]", ("ru", "uk", "bg", "sr", "be", "mk", "kk", "ky", "tg", "mn", "uz")),
    ("[\u0370-\u03ff]", ("el",)),
    ("[\u3040-\u30ff]", ("ja",)),
    ("[\u4e00-\u9fff\u3400-\u4dbf]", ("zh", "ja", "yue")),
    ("[\uac00-\ud7a3]", ("ko",)),
    ("[\u0e00-\u0e7f]", ("th",)),
    ("[\u0900-\u097f]", ("hi", "mr", "ne")),
    ("[\u0980-\u09ff]", ("bn", "as")),
    ("[\u0530-\u058f]", ("hy",)),
    ("[\u10a0-\u10ff]", ("ka",)),
    ("[\u1200-\u137f]", ("am", "ti")),
)
_LETTERS = tuple((re.compile(f"{letters}+"), languages) for letters, languages in _OTHERS)
_BEYOND_ASCII = re.compile("[^\x00-\x7f]+")
_NOT_LATIN = frozenset(language for _, languages in _OTHERS for language in languages) - {"sr", "ku", "uz"}
# Letters that Arabic lacks: Persian, and then Urdu.
_PERSIAN = re.compile("[پچژگکی]")
_URDU = re.compile("[ٹڈڑںے]")
_KANA = re.compile("[\u3040-\u30ff]")


def language_of(text: str, *declared: str) -> str:
    """The language of the text as a primary tag: the first of the `declared` ones (entry, page, feed, outlet: tags as
    they are written) that its script allows, else what the script alone tells; "" where that is not much.
    """
    tags = [tag for tag in map(primary, declared) if tag]
    sample = text[:_SAMPLE]
    most, languages = _most_letters(sample)
    if not most and not _LATIN.search(sample):
        return tags[0] if tags else ""
    if not most or _count(_LATIN, sample) >= most:
        return next((tag for tag in tags if tag not in _NOT_LATIN), "")
    return next((tag for tag in tags if tag in languages), "") or _guessed(sample, languages[0])


def _most_letters(sample: str) -> tuple[int, tuple[str, ...]]:
    """How many letters the script has that has the most, Latin aside, and the languages written in it."""
    # Only Latin has letters in ASCII, and most texts little else.
    beyond = "".join(_BEYOND_ASCII.findall(sample))
    most = 0
    found: tuple[str, ...] = ()
    for letters, languages in _LETTERS:
        number = _count(letters, beyond)
        if number > most:
            most, found = number, languages
        if number * 2 >= len(beyond):
            break  # no other has more
    return most, found


def _count(letters: re.Pattern[str], text: str) -> int:
    return sum(map(len, letters.findall(text)))


def _guessed(sample: str, language: str) -> str:
    """Languages of one script told apart by letters that only one of them has."""
    if language == "ar" and _URDU.search(sample):
        return "ur"
    if language == "ar" and len(_PERSIAN.findall(sample)) * 25 > len(sample):
        return "fa"
    if language == "zh" and _KANA.search(sample):
        return "ja"
    return language

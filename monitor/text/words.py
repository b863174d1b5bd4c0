"""A word that somebody looks for, and whether a token is it.

Look up by key, then verify: folding makes الإنفاق (spending) and الأنفاق (the tunnels) equal.
"""

import re
from dataclasses import dataclass

from monitor.text.characters import HANGUL
from monitor.text.fold import bare, fold
from monitor.text.forms import Form, without_article
from monitor.text.lemmas import lemma
from monitor.text.patterns import fits

_HAMZAS = frozenset("أإآ")
_ALONE = 3
"""Letters that must be left of a word; a Korean syllable is two or three."""
_HANGUL = re.compile(f"[{HANGUL}]")


@dataclass(frozen=True, slots=True, kw_only=True)
class Word:
    """One word of a term; equal words hit the same tokens."""

    spellings: tuple[tuple[str, str], ...]
    """(key, letters): what to look it up by and what to verify, "" where the key says all; for an Arabic word also
    without the article. None where it is a pattern."""
    exact: bool
    """Case, accents and letters must be the text's."""
    prefix: bool
    """The text's word may go on."""
    alone: bool
    """It is a whole term; a word among others may be told from less."""
    pattern: str = ""
    """A regular expression that must fit the whole word; "" where it is an ordinary one."""
    lemma: tuple[str, str] = ("", "")
    """(language, key of its dictionary form): other words of this form are it, too; "" where that is not wanted."""

    def accepts(self, form: Form) -> bool:
        """Is this form of a token the word?"""
        if self.pattern:
            return not form.clipped and fits(self.pattern, form.bare, form.key)
        if form.clipped and self.alone and len(form.key) < _ALONE and not _HANGUL.match(form.key):
            return False
        return any(self._spells(form, key, letters) for key, letters in self.spellings) or self._inflects(form)

    def _spells(self, form: Form, key: str, letters: str) -> bool:
        if self.exact:
            return form.bare.startswith(letters) if self.prefix else form.bare == letters
        same = form.key.startswith(key) if self.prefix else form.key == key
        return same and _same_hamzas(form.bare, letters)

    def _inflects(self, form: Form) -> bool:
        language, key = self.lemma
        return bool(language) and lemma_key(form, language) == key


def word(text: str, *, exact: bool = False, prefix: bool = False, alone: bool = True, language: str = "") -> Word:
    """The word that a token of a term, as written, looks for; with a `language` also by its dictionary form."""
    plain = bare(text)
    short = "" if exact else without_article(plain)
    spellings = tuple(
        (fold(spelling), spelling if exact or not _HAMZAS.isdisjoint(spelling) else "")
        for spelling in (plain, short)
        if spelling
    )
    wants_lemma = bool(language) and not exact and not prefix
    return Word(
        spellings=spellings,
        exact=exact,
        prefix=prefix,
        alone=alone,
        lemma=(language, fold(lemma(plain, language))) if wants_lemma else ("", ""),
    )


def pattern_word(pattern: str) -> Word:
    """The word that a regular expression without fault fits."""
    return Word(spellings=(), exact=False, prefix=False, alone=True, pattern=pattern)


def lemma_key(form: Form, language: str) -> str:
    """The key of the dictionary form of a token's form."""
    return fold(lemma(form.bare, language))


def _same_hamzas(form: str, wanted: str) -> bool:
    """False where both write a hamza on the same alef, and not the same one."""
    if _HAMZAS.isdisjoint(wanted):
        return True
    return all(a == b or a not in _HAMZAS or b not in _HAMZAS for a, b in zip(form, wanted, strict=False))

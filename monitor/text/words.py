"""A word that somebody looks for, and whether a token is it.

Look up by key, then verify: folding makes الإنفاق (spending) and الأنفاق (the tunnels) equal.
"""

from dataclasses import dataclass

from monitor.text.fold import bare, fold
from monitor.text.forms import Form, without_article

_HAMZAS = frozenset("أإآ")
_ALONE = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Word:
    """One word of a term; equal words hit the same tokens."""

    spellings: tuple[tuple[str, str], ...]
    """(key, letters): what to look it up by and what to verify, "" where the key says all; for an Arabic word also
    without the article."""
    exact: bool
    """Case, accents and letters must be the text's."""
    prefix: bool
    """The text's word may go on."""
    alone: bool
    """It is a whole term; a word among others may be told from less."""

    def accepts(self, form: Form) -> bool:
        """Is this form of a token the word?"""
        if form.clipped and self.alone and len(form.key) < _ALONE:
            return False
        return any(self._spells(form, key, letters) for key, letters in self.spellings)

    def _spells(self, form: Form, key: str, letters: str) -> bool:
        if self.exact:
            return form.bare.startswith(letters) if self.prefix else form.bare == letters
        same = form.key.startswith(key) if self.prefix else form.key == key
        return same and _same_hamzas(form.bare, letters)


def word(text: str, *, exact: bool = False, prefix: bool = False, alone: bool = True) -> Word:
    """The word that a token of a term, as written, looks for."""
    plain = bare(text)
    short = "" if exact else without_article(plain)
    spellings = tuple(
        (fold(spelling), spelling if exact or not _HAMZAS.isdisjoint(spelling) else "")
        for spelling in (plain, short)
        if spelling
    )
    return Word(spellings=spellings, exact=exact, prefix=prefix, alone=alone)


def _same_hamzas(form: str, wanted: str) -> bool:
    """False where both write a hamza on the same alef, and not the same one."""
    if _HAMZAS.isdisjoint(wanted):
        return True
    return all(a == b or a not in _HAMZAS or b not in _HAMZAS for a, b in zip(form, wanted, strict=False))

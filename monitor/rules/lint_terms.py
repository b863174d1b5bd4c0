"""Advice about terms by themselves and beside the others of their list."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping

from monitor.rules.findings import Finding, Kind, WrittenTerm, advise
from monitor.rules.stop_words import stop_words
from monitor.rules.terms import Phrase, phrases
from monitor.text.tokens import tokens
from monitor.text.words import Word

FEWEST_LETTERS = 4
"""Of a prefix."""
_SHOWN = 4


def only_word(term: str) -> Word | None:
    """The word that a term is; None for a phrase and for a pattern."""
    found = phrases(term)
    return found[0][0] if len(found) == 1 and len(found[0]) == 1 and found[0][0].spellings else None


def lint_term(placed: WrittenTerm) -> Iterator[Finding]:
    """What is said of a term that is one word: that it hits nearly everything, or that its star is idle."""
    word = only_word(placed.term)
    if word is None:
        return
    key = word.spellings[0][0]
    if word.prefix and len(tokens(2 * key[-1])) > 1:
        what = f"the * in {placed.term} does nothing: here every character is a word"
        yield advise(Kind.IDLE_STAR, placed.place, what, "leave it out")
    elif word.prefix and len(key) < FEWEST_LETTERS:
        what = f"{placed.term} hits whatever begins with these {len(key)} letters"
        yield advise(
            Kind.SHORT_PREFIX, placed.place, what, f"give {FEWEST_LETTERS} or more, or list the words that you mean"
        )
    elif not word.exact and key in stop_words():
        doubles = ", ".join(f"{given} in {language}" for language, given in sorted(stop_words()[key].items())[:_SHOWN])
        what = f"{placed.term} reads like a word of nearly every text: {doubles}"
        yield advise(Kind.STOP_WORD, placed.place, what, "take it out, or write a phrase with it")


def lint_list(terms: Iterable[WrittenTerm]) -> Iterator[Finding]:
    """What is said of the terms of one list in one language: those that another makes idle."""
    first: dict[frozenset[Phrase], WrittenTerm] = {}
    for placed in terms:
        key = frozenset(phrases(placed.term))
        if key in first:
            what = f"{placed.term} is the same as {first[key].term}: case, accents and hyphens do not count"
            yield advise(Kind.REPEATED, placed.place, what, "take one of them out")
        else:
            first[key] = placed
    openings = {opening: placed for key, placed in first.items() for phrase in key for opening in _openings(phrase)}
    # Of terms with the same phrase the one that has most beside it: cease-fire is also cease fire.
    whole = {phrase: placed for key, placed in sorted(first.items(), key=lambda one: len(one[0])) for phrase in key}
    for key, placed in first.items():
        others = {_swallower(phrase, openings, whole, placed) for phrase in key}
        other = others.pop() if len(others) == 1 else None
        if other:
            what = f"{placed.term} hits nothing that {other.term} does not hit"
            yield advise(Kind.SWALLOWED, placed.place, what, "take it out, or narrow the other")


_Opening = tuple[Phrase, str]
"""The words before a phrase's last, and how that begins."""


def _openings(phrase: Phrase) -> list[_Opening]:
    """What a phrase that ends in a prefix makes idle."""
    last = phrase[-1]
    if not last.prefix or last.exact or any(letters for _, letters in last.spellings):
        return []
    return [(phrase[:-1], key) for key, _ in last.spellings]


def _swallower(
    phrase: Phrase, openings: Mapping[_Opening, WrittenTerm], whole: Mapping[Phrase, WrittenTerm], own: WrittenTerm
) -> WrittenTerm | None:
    """The other term that hits wherever the phrase stands."""
    key = phrase[-1].spellings[0][0] if phrase[-1].spellings else ""
    found = [openings.get((phrase[:-1], key[:length])) for length in range(1, len(key) + 1)]
    found.append(whole.get(phrase))
    return next((placed for placed in found if placed is not None and placed is not own), None)


def by_list_and_language(terms: Iterable[WrittenTerm]) -> Iterator[list[WrittenTerm]]:
    """The terms of each list in each of its languages."""
    groups: defaultdict[tuple[str, str], list[WrittenTerm]] = defaultdict(list)
    for placed in terms:
        groups[placed.list_id, placed.language].append(placed)
    yield from groups.values()

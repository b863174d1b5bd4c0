"""The words of nearly every text, in many languages."""

from collections import defaultdict
from collections.abc import Mapping
from functools import cache

from stop_words import LANGUAGE_MAPPING, get_stop_words

from monitor.text.fold import fold
from monitor.text.tokens import lone_word, tokens


@cache
def stop_words() -> Mapping[str, Mapping[str, str]]:
    """Key → language → the stop word: of all languages, since a term is looked for in texts of all."""
    found: defaultdict[str, dict[str, str]] = defaultdict(dict)
    for language, name in LANGUAGE_MAPPING.items():
        for word in filter(None, map(_only_word, get_stop_words(name))):
            found[fold(word)].setdefault(language, word)
    return found


def _only_word(line: str) -> str:
    """ "" where it is none or several: some of the files hold quotation marks, commas and whole phrases."""
    if word := lone_word(line):
        return word
    words = tokens(line)
    return line[words[0].start : words[0].end] if len(words) == 1 else ""

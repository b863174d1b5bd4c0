"""Whose text an article is, by its credit line: its author, its dateline, a line of its own, or its end.

Headline, authors and texts in, the id of an agency out. A mention in running text ("told Reuters") says where a fact is
from, not whose the words are, so a name counts only where nothing but a credit stands. To tell that, each name in a
line is first put as one letter that no text has, by which the patterns below know it.
"""

import re
import unicodedata
from collections.abc import Iterator, Sequence
from functools import lru_cache
from itertools import chain, pairwise

from monitor.model import Agency, Article
from monitor.text.characters import INVISIBLE, UNSPACED
from monitor.text.fold import bare, fold
from monitor.text.tokens import Token, tokens

_FIRST, _LAST = 0xE000, 0xF8FF
"""Unicode's private letters: each stands for an agency."""
MOST_AGENCIES = _LAST - _FIRST + 1
_EDGE = 8
"""Lines at each end of a text in which a credit may stand."""
_WIDEST = 180
"""Characters at the beginning of a line, and at its end, in which it may."""
_LATEST = 20
"""Characters of a line's end that tell whether it is a sentence."""
_PARAGRAPH = 80
"""Characters of a line that is more than a caption or an invitation."""
_DATE_LINE = 60
"""Characters of a line that may be a date."""
_CLOSING = 600
"""Characters of a text's end in which a closing may stand."""
_ABBREVIATION = 4
"""Letters up to which a name counts in the case it is written in only: sid, ats and map are words."""
_MOST_WORDS = 16
"""Of a dateline in brackets, with who wrote it before; of others far fewer."""
_FEW_WORDS = 5

_LEADS = (
    "the|by|from|via|with|source|sources|credit|agency|news agency|compiled from|with files from|with inputs from"
    "|with input from|with agency inputs|with information from|with reporting by|with additional reporting by"
    "|agence|l'agence|avec|par|la|le|l'|d'|von|mit|quelle|quellen|agentur|nachrichtenagentur|die|mit material von"
    "|con|por|fuente|fuentes|agencia|agencias|con información de|con informazioni di|com|fonte|da|di|agenzia|agência"
    "|com informações da|com informações de|kaynak|haber|haber kaynağı|yazan|door|bron|źródło|za|källa|источник"
    "|агентство|по материалам|за матеріалами|المصدر|المصادر|مصدر|وكالة|وكالات|وكالة الأنباء|عن|مع|מקור|מאת|סוכנות"
    "|סוכנות הידיעות|מערכת|来源|來源|出典|提供|文"
)
"""What may stand before a name in a credit."""

# In the patterns N stands for a name. Quantifiers with a "+" behind never give back: what is ambiguous is tried once.
_N = f"[{chr(_FIRST)}-{chr(_LAST)}]"
_LEAD_WORDS = "|".join(sorted(map(re.escape, _LEADS.split("|")), key=len, reverse=True))
_LEAD = rf"(?:(?:(?i:{_LEAD_WORDS}|copyright)(?!\w)|©|\(c\)|\d{{4}}(?=\s))[:.,/]?+\s?+)*+"
_AND = r"(?:(?i:and|et|und|y|e|i|ve|og|och|en|with|mit|avec|con|com)(?!\w)|و)"
_OTHER = r"[^\W\d_a-zß-öø-ÿ][\w.'’]*+"
"""A word that may be another's name: not one in small letters."""
_WORD = rf"(?:{_N}|{_OTHER})"
_BEFORE = rf"(?:(?:{_OTHER}\s?[-/|·]|{_OTHER}(?:\s{_OTHER}){{0,2}}\s?(?:[+,&]|{_AND}))\s?){{0,2}}"
"""What is named beside an agency may come first: Agencias/EFE, Le Figaro et AFP; not Jane Doe/AFP, which is of a
photograph.
"""
_MORE = (
    rf"(?:\s?/\s?(?:{_N}|\w[\w.]*+)|\s?(?:[-+,;&|=・·:]|{_AND})\s?+{_WORD}(?:\s{_WORD}){{0,2}}|\s?:[\d-]+/\d+){{0,6}}"
)
"""And after it: dpa/lhe, AFP and Reuters, dpa:230428-99-483045/5."""
_NAMED = rf"{_LEAD}(?:{_BEFORE}{_LEAD})?(?P<name>{_N}){_MORE}"
_INITIALS = r"(?:\s[A-Z]{2,4}){0,5}"
"""Through whose hands an article of PTI's went."""
_DATED = r"(?:[\s,|·•–-]*+(?:\d[\d.,:/-]*+|[^\W\d_]{3,10}\.?(?=\s?\d)|(?i:am|pm|uhr)\b))*+"
_RIGHTS = r"(?:\.?\s?(?i:all rights reserved|tous droits|alle rechte|todos los derechos|tutti i diritti).*)?"
_OPEN, _CLOSE = r"[(\[/【<]", r"[)\]/】>]"
_PLACE = r"(?P<place>[^()\[\]【】]{0,120}?)"

_AUTHOR = re.compile(
    rf"{_LEAD}(?P<name>{_N})(?:\s(?i:news|news agency|staff|reporters?|correspondents?|redaktion"
    r"|(?:[\w ]{0,30}\s)?(?:writers?|editor|reporter|correspondent)))?"
)
_BETWEEN_AUTHORS = re.compile(rf"\s?[,;|/+&·]\s?|\s{_AND}\s|\s-\s|\sو(?=\w)")
_OWN_LINE = re.compile(rf"[-–—(\[/*_©\s]*+{_NAMED}{_INITIALS}{_DATED}{_RIGHTS}[\s)\]/.。*_]*+")
_STARTS = (
    # GAZA, Nov 10 (Reuters) - · (ANSA) - ROMA · [ソウル 21日 ロイター] - · МОСКВА, 10 ноября. /ТАСС/.
    re.compile(
        rf"{_PLACE}\s?{_OPEN}\s?(?:[^()\[\]]{{0,25}}?\d\w?\s)?{_NAMED}\s?{_CLOSE}"
        r"(?:\s?\.?\s?(?P<dash>[-–—―:|])|(?P<stop>[.,])(?=\s)|\s)"
    ),
    # غزة / الأناضول - · رام الله 10-11-2025 وفا- · Київ. Укрінформ. · AFP -
    re.compile(
        rf"(?:{_PLACE}\s?(?P<apart>[-–—/,.|:]|(?<=\d))\s?)??{_LEAD}(?P<name>{_N}){_MORE}\s?"
        r"(?P<dash>[-–—―/|:](?!\w)|[.](?=\s))"
    ),
    # By Jane Doe, WAFA News:
    re.compile(
        rf"(?i:by|von|par|por|di|da|door|yazan|بقلم|מאת)\s[^:.()]{{0,60}}?[,/|]\s?{_LEAD}(?P<name>{_N})\s?"
        r"(?:[:.|–—-]|\Z)"
    ),
    # … Aug 19 (Reuters) - · … 18-8-2026 وفا- : behind a line of summary, too.
    re.compile(rf".*?\d\s?(?:\(\s?(?P<name>{_N}){_MORE}\s?\)|(?<=\d{{4}})\s(?P<bare>{_N}))\s?[-–—](?!\w)"),
    # 新华社北京4月24日电
    re.compile(rf"\(?(?P<name>{_N})\s?[^\s。,]{{0,16}}[电電]"),
)
_ENDS = (
    # … he said. (dpa/xyz) · … he said. © AFP · … /ТАСС/ · … into the country. PTI
    re.compile(rf"[.!?。！？…\"”“»’')\]]\s?[(/©–—-]*+\s?{_NAMED}{_INITIALS}\s?[)/]*+[.。]?\Z"),
    re.compile(rf"(?:[^\W_]|{_N})\s?\(\s?{_NAMED}\s?\)\Z"),
)
_SOURCED = re.compile(
    r"[(\[–—-]?\s?(?i:(?:sources?|quellen?|fuentes?|fonte|kaynak|bron|źródło|källa|источник|المصدر|مصدر|מקור|来源|來源|出典)\s?[:：]"
    r"|with (?:files|inputs) from\b).{2,60}\Z"
)
"""A line that says itself that it is a credit: it need not stand at the end, for behind it a page may go on."""
_BY = re.compile(r"(?i:by|von|par|por|di|da|door|yazan)\s|بقلم|מאת")
_PLACED = re.compile(
    rf"(?:[\u0621-\u064a]+\s?/\s?|[\u0621-\u064a]+(?:\s[\u0621-\u064a]+)?\s?/\s?[^/]{{3,40}}?\s?/\s?)(?P<name>{_N})\.?"
)
"""A line of its own above the text, as Arabic agencies have it: غزة / الأناضول, or with who wrote it in between. With
two words before the stroke it is a photographer's name.
"""
_YEAR = re.compile(r"\b\d{4}\b|\b\d{1,2}[:.]\d{2}\b")
_SENTENCE = re.compile(r"[.!?。！？…\"”“»’')\]]\W*\Z")
"""A line that ends as one."""
_ALARM = re.compile(r"\b(?i:breaking|urgent|flash|son dakika|eilmeldung|dringend|срочно)\b|عاجل|דחוף|מבזק")
"""What stands before the name of whoever is quoted: Breaking | Reuters: …"""
_QUOTED = re.compile(rf"[\"“”„«»‹›‘’'״]\s?({_N})\s?[\"“”„«»‹›‘’'״]")
_PRIVATE = re.compile(_N)
_UNSEEN = re.compile(f"{_N}|[{INVISIBLE}\u200b\ufeff]")
"""What a name is found without: letters that stand for agencies, marks of direction."""
_LETTERS = re.compile(r"[^\W\d_]+")
_NUMBER = re.compile(r"\d+")
_HAN = re.compile(f"[{UNSPACED}]")
_ELIDED = re.compile(r"[dl]['’](?=\w)", re.IGNORECASE)
_APART = re.compile(r"[\s.–·-]*")
"""Between the words of one name."""

Name = tuple[tuple[str, ...], tuple[str, ...], str]
"""The folded words of a name; as they must be written, "" where that does not count; the letter that stands for it."""


class Credits:
    """The agencies, as credits name them."""

    def __init__(self, agencies: Sequence[Agency]) -> None:
        self._ids = tuple(agency.id for agency in agencies)
        self._closings = tuple((_closing(one), agency.id) for agency in agencies for one in agency.closings)
        self._names: dict[str, list[Name]] = {}
        """By their first word, the longest first."""
        for number, agency in enumerate(agencies):
            for credit in agency.credits:
                name = _name(credit, chr(_FIRST + number))
                self._names.setdefault(name[0][0], []).append(name)
        for known in self._names.values():
            known.sort(key=lambda name: -len(name[0]))
        self._may_name = lru_cache(20_000)(self._begins_name)

    def of(self, authors: Sequence[str], *texts: str, headline: str = "") -> str:
        """The agency that an article is credited to, the first of several; "" where there is none in the table."""
        if not self._ids:
            return ""
        return next(chain(self._in_authors(authors), *(self._in_text(text, headline) for text in texts)), "")

    def whose(self, article: Article) -> str:
        """The agency whose text a stored article is: by its credit line, or else because it stands on its own site."""
        credit = self.of(article.authors, article.text, article.summary, headline=article.headline)
        return credit or self.own(article.outlet)

    def own(self, outlet: str) -> str:
        """The agency whose own site an outlet is; "" where it is none's."""
        return outlet if outlet in self._ids else ""

    def _in_authors(self, authors: Sequence[str]) -> Iterator[str]:
        for author in authors:
            for part in _BETWEEN_AUTHORS.split(self._marked(author[:_WIDEST])):
                yield from self._named(_AUTHOR.fullmatch(part.strip()))

    def _in_text(self, text: str, headline: str) -> Iterator[str]:
        lines = [line for line in map(str.strip, text.split("\n")) if line]
        told = [bool(_SENTENCE.search(line[-_LATEST:])) for line in lines]
        last = max((number for number, line in enumerate(lines) if told[number] and len(line) >= _PARAGRAPH), default=0)
        for number, line in enumerate(lines[:_EDGE]):
            marked = self._marked(line[:_WIDEST])
            yield from self._named(_dateline(marked))
            if any(told[number + 1 :]):
                yield from self._named(_PLACED.fullmatch(marked))
            if any(told[number + 1 :]) and _is_byline(lines, number):
                yield from self._named(_own_line(line, marked))
        for number in range(max(0, len(lines) - _EDGE), len(lines)):
            marked = self._marked(lines[number][-_WIDEST:])
            # Behind what is no sentence it is a word that the site files the article under; a name alone between two
            # paragraphs is whose photograph stood there.
            if number and told[number - 1] and not (number < last and _PRIVATE.match(marked)):
                yield from self._named(_own_line(lines[number], marked))
            # Above the text it is a photograph's.
            if number >= last:
                yield from self._named(_end(marked))
        sourced = [number for number, line in enumerate(lines) if _SOURCED.match(line)]
        # A live blog has many, and one above is of what stands beside it.
        if len(sourced) == 1 and 2 * sourced[0] >= len(lines) - 1:
            line = lines[sourced[0]]
            yield from self._named(_own_line(line, self._marked(line[:_WIDEST])))
        yield from (agency for closing, agency in self._closings if closing.search(text[-_CLOSING:]))
        yield from self._named(_OWN_LINE.fullmatch(self._marked(_beside(text, headline)[:_WIDEST])))

    def _named(self, found: re.Match[str] | None) -> Iterator[str]:
        if found:
            letter = next(filter(None, (found[group] for group in ("name", "bare") if group in found.re.groupindex)))
            yield self._ids[ord(letter) - _FIRST]

    def _marked(self, line: str) -> str:
        """The line with each name in it as its letter, and its quotation marks off; "" where none is in it."""
        line = unicodedata.normalize("NFKC", _UNSEEN.sub("", line))
        # Most lines name nobody, and most of their pieces have been met before.
        if not any(map(self._may_name, line.split())):
            return ""
        words = [_word(line, token) for token in tokens(line)]
        parts: list[str] = []
        end = number = 0
        while number < len(words):
            name = next(
                (one for one in self._names.get(words[number][2], ()) if _stands(one, words, number, line)), None
            )
            if name:
                parts += [line[end : words[number][0]], name[2]]
                number += len(name[0])
                end = words[number - 1][1]
            else:
                number += 1
        return _QUOTED.sub(r"\1", "".join([*parts, line[end:]])) if parts else ""

    def _begins_name(self, piece: str) -> bool:
        """Does a piece of a line, without white space, hold the first word of a name?"""
        return any(_word(piece, token)[2] in self._names for token in tokens(piece))


Word = tuple[int, int, str, str]
"""Its start, its end, its key and how it is written."""


def _word(line: str, token: Token) -> Word:
    elided = _ELIDED.match(line, token.start, token.end)
    start = elided.end() if elided else token.start
    return (start, token.end, *_read(line[start : token.end]))


@lru_cache(20_000)
def _read(surface: str) -> tuple[str, str]:
    return fold(surface), bare(surface)


def _name(credit: str, letter: str) -> Name:
    read = [_read(credit[token.start : token.end]) for token in tokens(credit)]
    exact = tuple(
        written if len(written) <= _ABBREVIATION and written.lower() != written.upper() else "" for _, written in read
    )
    return tuple(key for key, _ in read), exact, letter


def _stands(name: Name, words: Sequence[Word], number: int, line: str) -> bool:
    """Does a name stand at a word of a line?"""
    keys, exact, _ = name
    there = words[number : number + len(keys)]
    if len(there) < len(keys):
        return False
    between = all(_APART.fullmatch(line, one[1], other[0]) for one, other in pairwise(there))
    return between and all(
        word[2] == key and written in ("", word[3]) for word, key, written in zip(there, keys, exact, strict=True)
    )


def _is_byline(lines: Sequence[str], number: int) -> bool:
    """Can a line above the text say whose it is? There many a name alone is a photograph's, unless a date is by it."""
    around = [line for line in lines[max(0, number - 1) : number + 2] if len(line) <= _DATE_LINE]
    return "©" not in lines[number] and bool(_BY.match(lines[number]) or any(map(_YEAR.search, around)))


def _own_line(line: str, marked: str) -> re.Match[str] | None:
    return _OWN_LINE.fullmatch(marked) if len(line) <= _WIDEST else None


def _closing(closing: str) -> re.Pattern[str]:
    """What a closing looks like: "*" for a few words."""
    first, *others = (r"\s+".join(map(re.escape, part.split())) for part in closing.split("*"))
    # Each part where it first stands: to try all the others would take a table's author by surprise.
    return re.compile(rf"(?<!\w){first}" + "".join(rf"(?>.{{1,250}}?{part})" for part in others), re.I | re.DOTALL)


def _dateline(line: str) -> re.Match[str] | None:
    """The credit in a line's beginning."""
    brackets, plain, *others = _STARTS
    if not line:
        return None
    found = brackets.match(line)
    if found and _is_place(found["place"], _MOST_WORDS if found["dash"] else _FEW_WORDS if found["stop"] else 0):
        return found
    found = plain.match(line)
    if found and _is_apart(found) and (found["place"] or len(line) >= _PARAGRAPH):
        return found
    return next(filter(None, (pattern.match(line) for pattern in others)), None)


def _is_apart(found: re.Match[str]) -> bool:
    """Does a name without brackets stand between a place and a dash?"""
    place, dash = found["place"] or "", found["dash"]
    if dash in ":./":
        # A photograph's, AFP / Getty Images, or of who is quoted, too: Reuters: …
        return found["apart"] in {*"-–—/."} and _LETTERS.search(place) is not None and _is_place(place, 3)
    return _is_place(place, _FEW_WORDS)


def _is_place(place: str, most: int) -> bool:
    """Can it be a place and a date, with so many words at most? Then it holds few words in small letters."""
    words = _LETTERS.findall(place)
    if _HAN.search(place):
        return len(place) <= most
    small = sum(word[0].islower() for word in words)
    return len(words) <= most and 2 * small <= len(words) + len(_NUMBER.findall(place)) and not _ALARM.search(place)


def _end(line: str) -> re.Match[str] | None:
    """The credit in a line's end."""
    return next(filter(None, (pattern.search(line) for pattern in _ENDS)), None) if line else None


def _beside(text: str, headline: str) -> str:
    """What an aggregator's text, of one line, says beside the headline: the publisher."""
    bare_headline = headline.rpartition(" - ")[0] or headline
    return text[len(bare_headline) :].strip(" -–|·\xa0") if bare_headline and text.startswith(bare_headline) else ""

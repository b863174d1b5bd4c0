"""The sentence for which an article matched, with its hits marked."""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from monitor.model import Article, Document, Field, Found, Hit, WatchlistId
from monitor.text.harmless import harmless, line_of
from monitor.text.sentences import sentence_spans

_WIDEST = 300
"""Characters of a sentence that are shown."""
_BEFORE = 100
"""Of these, before the first hit."""
Place = tuple[Field, int, int]
Texts = Mapping[Field, str]
"""What the offsets of hits refer to."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sentence:
    """What an article says to a match."""

    watchlists: tuple[WatchlistId, ...]
    """Those for which it is the one that says most."""
    field: Field
    text: str
    hits: tuple[tuple[int, int], ...]
    """Where words of the watchlists stand in it, none over another."""

    def record(self) -> dict[str, object]:
        """For a program."""
        return {"watchlists": list(self.watchlists), "field": str(self.field), "text": self.text, "hits": self.hits}

    def shown(self) -> str:
        """For a person: the hits in ⟦ ⟧, running as its first letter does."""
        parts: list[str] = []
        at = 0
        for start, end in self.hits:
            parts.append(f"{harmless(self.text[at:start])}⟦{harmless(self.text[start:end])}⟧")
            at = end
        shown = "".join([*parts, harmless(self.text[at:])]).replace("\n", " ")
        return line_of(shown, runs_as=self.text)


def texts_of(article: Article | Document) -> Texts:
    """The texts of an article, in reading order."""
    return {Field.TITLE: article.title, Field.SUMMARY: article.summary, Field.TEXT: article.text}


def sentences(article: Article, found: Iterable[Found]) -> tuple[Sentence, ...]:
    """One for each of what watchlists find in an article, equal ones once; `article`: with its texts."""
    texts = texts_of(article)
    chosen: defaultdict[Place, list[Found]] = defaultdict(list)
    for one in found:
        if place := _best(texts, one.hits):
            chosen[place].append(one)
    return tuple(_sentence(texts[place[0]], place, found) for place, found in chosen.items())


def several(article: Article | Document, found: Found, most: int) -> tuple[Sentence, ...]:
    """Those of an article's sentences that hold most of what was found, in its order; below its headlines, where there
    are any. `article`: with its texts.
    """
    texts = texts_of(article)
    terms = _terms(texts, found.hits)
    places = [place for place in terms if place[0] is not Field.TITLE] or list(terms)
    chosen = sorted(places, key=lambda place: len(terms[place]), reverse=True)[:most]
    order = list(texts)
    chosen.sort(key=lambda place: (order.index(place[0]), place[1]))
    return tuple(_sentence(texts[place[0]], place, [found]) for place in chosen)


def _best(texts: Texts, hits: Sequence[Hit]) -> Place | None:
    """The sentence with most of the terms; below the headline, which is shown anyway, where there is one."""
    terms = _terms(texts, hits)
    return max(terms, key=lambda place: (place[0] is not Field.TITLE, len(terms[place])), default=None)


def _terms(texts: Texts, hits: Sequence[Hit]) -> dict[Place, set[str]]:
    """The sentences with hits, and the terms that each of them holds."""
    spans = {field: sentence_spans(texts[field]) for field in texts.keys() & {hit.field for hit in hits}}
    terms: defaultdict[Place, set[str]] = defaultdict(set)
    for hit in hits:
        found = spans.get(hit.field, [])
        number = bisect_right(found, (hit.start, len(texts.get(hit.field, "")))) - 1
        if number >= 0 and hit.start < found[number][1]:
            terms[(hit.field, *found[number])].add(hit.term)
    return terms


def _sentence(text: str, place: Place, found: Sequence[Found]) -> Sentence:
    field, start, end = place
    hits = merged(
        (hit.start, min(hit.end, end))
        for one in found
        for hit in one.hits
        if hit.field is field and start <= hit.start < end
    )
    first = max(start, hits[0][0] - _BEFORE) if end - start > _WIDEST else start
    last = min(end, first + _WIDEST) if end - start > _WIDEST else end
    before, behind = "…" if first > start else "", "…" if last < end else ""
    shift = first - len(before)
    return Sentence(
        watchlists=tuple(one.watchlist_id for one in found),
        field=field,
        text=f"{before}{text[first:last]}{behind}",
        hits=tuple((hit[0] - shift, hit[1] - shift) for hit in hits if hit[1] <= last),
    )


def merged(places: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
    """Places in a text in order, overlapping ones as one."""
    found: list[tuple[int, int]] = []
    for start, end in sorted(places):
        if found and start < found[-1][1]:
            found[-1] = (found[-1][0], max(end, found[-1][1]))
        else:
            found.append((start, end))
    return found

"""Is it news of a story for a channel that has been told of it before: what it was told, and what the story is now.

A story is news once, and again when it gains an independent origin or a language. An origin is known by the agency and
by its texts. So it is none again when a credit that is found later makes a text an agency's, when articles turn out to
be one, or when some are taken away.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from monitor.model import ArticleId
from monitor.stories.origins import Told, origins
from monitor.text.language_tags import primary

_NAMED = 3
"""Names in a reason; of more only the number is told."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Telling:
    """What a channel was told of a story, for one watchlist."""

    origins: frozenset[str]
    """The ids of agencies and of texts (`Told.text`)."""
    languages: frozenset[str]
    """Primary ones, such as "ar"."""
    told_at: datetime
    """The last time."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Voice:
    """An independent origin of a story, as it is now."""

    name: str
    """For a person: of the agency, or of the outlet that printed its own report first."""
    keys: frozenset[str]
    """The agency's id and those of its texts, or that of the one text."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """Whether a story is news."""

    is_news: bool
    reason: str
    """Why, or why not, for a person."""
    telling: Telling
    """What the channel has been told when that is done; where it is no news, what it had been told."""


def voices(told: Iterable[Told], agencies: Mapping[str, str], outlets: Mapping[ArticleId, str]) -> tuple[Voice, ...]:
    """Who tells a story, its members given in the order of their dates; `agencies`: id → name, `outlets`: article →
    name. What has no name is called by its id.
    """
    members = tuple(told)
    texts = {one.article_id: one.text for one in members}
    return tuple(
        Voice(
            name=agencies.get(one.agency, one.agency) or outlets.get(one.articles[0], one.articles[0]),
            keys=frozenset([*([one.agency] if one.agency else []), *(texts[article] for article in one.articles)]),
        )
        for one in origins(members)
    )


def judge(
    told: Sequence[Telling], voices: Sequence[Voice], languages: Iterable[str], names: Mapping[str, str], now: datetime
) -> Judged:
    """Is a story news, that these tell in these languages?

    `told`: what the channel was told of it, and of other stories that articles of it were in before they moved here;
    () for nothing. `names`: language → its name for a person, where it has one.
    """
    spoken = sorted({primary(language) for language in languages} - {""})
    known = frozenset[str]().union(*(one.origins for one in told))
    understood = frozenset[str]().union(*(one.languages for one in told))
    keys = frozenset[str]().union(*(voice.keys for voice in voices))
    after = Telling(origins=known | keys, languages=understood | frozenset(spoken), told_at=now)
    if not told:
        return Judged(is_news=True, reason="a new story", telling=after)
    gained = [voice.name for voice in voices if not voice.keys & known]
    learned = [names.get(language, language) for language in spoken if language not in understood]
    if reason := "; ".join([*_of_origins(gained), *_of_languages(learned)]):
        return Judged(is_news=True, reason=reason, telling=after)
    last = max(one.told_at for one in told)
    before = Telling(origins=known, languages=understood, told_at=last)
    return Judged(is_news=False, reason=_told_already(voices, spoken, names), telling=before)


def _of_origins(gained: Sequence[str]) -> list[str]:
    if len(gained) == 1:
        return [f"a new independent origin: {gained[0]}"]
    return [f"{len(gained)} new independent origins: {_listed(gained)}"] if gained else []


def _of_languages(learned: Sequence[str]) -> list[str]:
    return [f"now also in {_listed(learned)}"] if learned else []


def _told_already(voices: Sequence[Voice], spoken: Sequence[str], names: Mapping[str, str]) -> str:
    from_whom = [f"from {_listed([voice.name for voice in voices])}"] if voices else []
    in_what = [f"in {_listed([names.get(language, language) for language in spoken])}"] if spoken else []
    return " ".join(["told already", *from_whom, *in_what])


def _listed(names: Sequence[str]) -> str:
    """Each once: "AFP", "AFP and Reuters", "AFP, Reuters, AP and 2 more"."""
    shown = list(dict.fromkeys(names))
    if len(shown) > _NAMED:
        shown = [", ".join(shown[:_NAMED]), f"{len(shown) - _NAMED} more"]
    *first, last = shown
    return f"{', '.join(first)} and {last}" if first else last

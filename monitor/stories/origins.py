"""Who tells a story independently of others: an agency, however many print its texts, and whoever writes their own.

An agency is one origin: all that is credited to it, and all copies of that, whether they name it or not. So is every
other text with its copies. `store.stories` counts the same in SQL, for listings.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from monitor.model import ArticleId


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """A member of a story, as far as it decides whose text it is."""

    article_id: ArticleId
    text: str
    """The first article of the same text."""
    credit: str
    """The agency that it is credited to; "" where it is to none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """One that tells a story independently of others."""

    agency: str
    """Its id; "" where a text is credited to none: somebody's own report."""
    articles: tuple[ArticleId, ...]
    """That have it, the first one first."""


def origins(told: Iterable[Told]) -> tuple[Origin, ...]:
    """The independent origins of the members of a story, given in the order of their dates.

    Agencies first; of them, and of the others, those with most articles. Where copies of one text name several
    agencies, the first in the alphabet has it.
    """
    members = tuple(told)
    credited: defaultdict[str, set[str]] = defaultdict(set)
    for one in members:
        credited[one.text] |= {one.credit} - {""}
    having: defaultdict[tuple[str, str], list[ArticleId]] = defaultdict(list)
    for one in members:
        agency = min(credited[one.text], default="")
        having[agency, "" if agency else one.text].append(one.article_id)
    found = (Origin(agency=agency, articles=tuple(articles)) for (agency, _), articles in having.items())
    return tuple(sorted(found, key=lambda origin: (not origin.agency, -len(origin.articles))))

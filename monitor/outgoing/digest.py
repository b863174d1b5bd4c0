"""Matches → a digest in Markdown: per watchlist and day, a paragraph for those that one story holds."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime

from monitor.outgoing.markdown import link, text
from monitor.outgoing.quote import Quote


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """The newest match of a watchlist in a story on one day, and how many it stands for."""

    id: str
    """As `monitor show` takes it."""
    watchlist: str
    """Its title, else its id."""
    at: datetime
    """When it matched, in the reader's time zone."""
    title: str
    url: str
    outlet: str
    """Its name; likewise the language."""
    language: str
    status: str
    quotes: tuple[Quote, ...]
    further: int = 0
    further_outlets: tuple[str, ...] = ()


def digest(told: Iterable[Told], *, title: str) -> Iterator[str]:
    """The document, a piece for each, with the headings before it; `told`: in the order in which they are read."""
    before = f"# {text(title)}\n"
    watchlist, day = None, None
    for one in told:
        if one.watchlist != watchlist:
            watchlist, day = one.watchlist, None
            before += f"\n## {text(one.watchlist)}\n"
        if one.at.date() != day:
            day = one.at.date()
            before += f"\n### {_day(day)}\n"
        yield f"{before}\n{_paragraph(one)}"
        before = ""


def _day(day: date) -> str:
    return f"{day:%A}, {day.isoformat()}"


def _paragraph(one: Told) -> str:
    facts = [f"{one.at:%H:%M}", text(one.outlet), text(one.language), one.status, f"`{one.id[:8]}`"]
    parts = [f"- {link(one.title, one.url)}  \n  {' · '.join(filter(None, facts))}"]
    parts += [f"  > {text(quote.marked)}" for quote in one.quotes]
    if one.further:
        noun = "match" if one.further == 1 else "matches"
        parts.append(f"  and {one.further} further {noun} in this story: {', '.join(map(text, one.further_outlets))}")
    return "\n\n".join(parts) + "\n"

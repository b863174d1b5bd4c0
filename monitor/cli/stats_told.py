"""What decisions say of the rules, as a person reads it: tables, and advice below."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from monitor.cli.moments import show_span
from monitor.cli.output import table_lines
from monitor.cli.pager import show
from monitor.cli.terminal import crop, isolate, isolate_within

if TYPE_CHECKING:
    from monitor.config.load import Config
    from monitor.errors import Problem
    from monitor.model import WatchlistId
    from monitor.rules.decisions import Decisions
    from monitor.rules.precision import Figures
    from monitor.rules.suggestions import Suggestion

WATCHLISTS = ("watchlist", "lang", "matches", "reviewed", "relevant", "precision", "judged in")
TERMS = ("list", "matches", "reviewed", "relevant", "precision", "alone", "term")
EMPTY = "No match holds, as far as these filters go: there is nothing to judge the rules by."
_SHOWN = 8
"""Terms of a list."""
_WIDEST = 60
"""Columns of a clause."""


def print_stats(decisions: "Decisions", loaded: "Config") -> None:
    """Print the watchlists, then the lists and their terms, then the advice: through the pager where it is long."""
    show(_lines(decisions, loaded), paged=True)


def _lines(decisions: "Decisions", loaded: "Config") -> Iterator[str]:
    if not any(figures.matches for figures in decisions.watchlists.values()):
        yield EMPTY
        return
    yield from table_lines(list(_watchlist_rows(decisions)), WATCHLISTS, spare=("relevant", "judged in"))
    yield ""
    yield from table_lines(list(_term_rows(decisions)), TERMS, spare=("relevant", "matches"))
    yield from _advice(decisions, loaded)


def _watchlist_rows(decisions: "Decisions") -> Iterator[list[str]]:
    for watchlist_id, figures in sorted(decisions.watchlists.items()):
        wait = decisions.usual_wait(watchlist_id)
        yield [watchlist_id, "all", *_cells(figures), "–" if wait is None else show_span(wait)]
        for language, some in decisions.languages_of(watchlist_id):
            yield ["", language or "?", *_cells(some), ""]


def _term_rows(decisions: "Decisions") -> Iterator[list[str]]:
    for list_id, figures in sorted(decisions.lists.items()):
        yield [_named(list_id), *_cells(figures), str(figures.alone), ""]
        terms = decisions.terms_of(list_id)
        for term, some in terms[:_SHOWN]:
            yield ["", *_cells(some), str(some.alone), term]
        if len(terms) > _SHOWN:
            yield ["", "", "", "", "", "", f"and {len(terms) - _SHOWN} more"]


def _cells(figures: "Figures") -> list[str]:
    return [str(figures.matches), str(figures.reviewed), str(figures.relevant), _precision(figures)]


def _precision(figures: "Figures") -> str:
    """ "71 % (45–88 %)" """
    if figures.precision is None:
        return "–"
    return f"{100 * figures.precision:.0f} % ({_interval(figures)})"


def _interval(figures: "Figures") -> str:
    interval = figures.interval
    return f"{100 * interval.low:.0f}–{100 * interval.high:.0f} %" if interval else "–"


def _named(list_id: str) -> str:
    return f"@{list_id}" if list_id else "(queries)"


def _advice(decisions: "Decisions", loaded: "Config") -> Iterator[str]:
    from monitor.rules.decisions import says_too_little

    for watchlist_id, figures in sorted(decisions.watchlists.items()):
        lines = [f"  {line}" for line in _of_suggestions(watchlist_id, decisions, loaded)]
        if says_too_little(figures):
            reviewed = f"{figures.reviewed} of {figures.matches} reviewed"
            lines.insert(0, f"  {reviewed}: review some more, `monitor review --watchlist {watchlist_id}`")
        if lines:
            yield f"\n{watchlist_id}:"
            yield from lines
    if any(figures.reviewed for figures in decisions.watchlists.values()):
        yield from _never_judged(decisions)


def _never_judged(decisions: "Decisions") -> Iterator[str]:
    """A line a list."""
    found = {
        list_id: [isolate(term) for term, figures in decisions.terms_of(list_id) if not figures.reviewed]
        for list_id in sorted(decisions.lists)
    }
    if any(found.values()):
        yield "\nIn matches, and never judged:"
    for list_id, terms in found.items():
        if terms:
            more = f" and {len(terms) - _SHOWN} more" if len(terms) > _SHOWN else ""
            yield f"  {_named(list_id)}: {', '.join(terms[:_SHOWN])}{more}"


def _of_suggestions(watchlist_id: "WatchlistId", decisions: "Decisions", loaded: "Config") -> Iterator[str]:
    judged = decisions.watchlists[watchlist_id]
    for one in suggestions_for(watchlist_id, decisions):
        clause = isolate(crop(" ".join(one.clause.split()), _WIDEST))
        yield f"`{clause}` with {isolate(one.written)}: {_right(one.figures)}"
        yield f"  the others: {_right(one.others)}"
        relevant = f"{one.gone.relevant} of {judged.relevant}" if one.gone.relevant else "none"
        irrelevant = f"{one.gone.irrelevant} of {judged.irrelevant} irrelevant matches"
        yield f"  without it {irrelevant} would be gone, and {relevant} relevant"
        yield from (f"  {isolate_within(str(edit))}" for edit in edits_for(one, watchlist_id, loaded))


def _right(figures: "Figures") -> str:
    return f"{figures.relevant} of {figures.reviewed} relevant ({_interval(figures)})"


def suggestions_for(watchlist_id: "WatchlistId", decisions: "Decisions") -> tuple["Suggestion", ...]:
    """What brings in what nobody wants."""
    return decisions.forms[watchlist_id].suggestions(decisions.watchlists[watchlist_id])


def edits_for(suggestion: "Suggestion", watchlist_id: "WatchlistId", loaded: "Config") -> tuple["Problem", ...]:
    """What to change; nothing for a watchlist that is not configured any more."""
    from monitor.rules.suggestions import edits

    found = [one for one in loaded.watchlists if one.id == watchlist_id]
    return tuple(edit for watchlist in found for edit in edits(suggestion, watchlist, loaded.lists))

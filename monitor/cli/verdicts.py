"""What a watchlist says of an article: the verdict, and why; of a miss, what comes nearest to a match."""

from typing import TYPE_CHECKING

import click

from monitor.cli.clauses import clause_record, outline, reasons
from monitor.cli.records import Record, hit_record
from monitor.cli.terminal import isolate_within
from monitor.model import Document, Found, Watchlist
from monitor.outgoing.sentences import texts_of

if TYPE_CHECKING:
    from monitor.rules.matcher import Matcher


def print_verdict(document: Document, matcher: "Matcher", watchlist: Watchlist, *, verbose: bool) -> bool:
    """Print it, `verbose` with the whole query; returns whether the watchlist matches."""
    from monitor.rules.misses import nearest_misses

    found = _found(document, matcher, watchlist)
    clause = found.explanation if found else matcher.explain(document, watchlist.id)
    click.secho(
        f"✓ {watchlist.id} matches, score {found.score:g}" if found else f"✗ {watchlist.id} does not match", bold=True
    )
    if verbose:
        lines = list(outline(clause, texts_of(document)))
    elif found:
        lines = reasons(clause, texts_of(document))
    else:
        lines = list(dict.fromkeys(isolate_within(str(miss)) for miss in nearest_misses(clause)))
    click.echo("\n".join(f"  {line}" for line in lines))
    return found is not None


def verdict_record(document: Document, matcher: "Matcher", watchlist: Watchlist) -> Record:
    """The same for a program."""
    from monitor.rules.misses import nearest_misses

    found = _found(document, matcher, watchlist)
    clause = found.explanation if found else matcher.explain(document, watchlist.id)
    return {
        "watchlist": watchlist.id,
        "matched": found is not None,
        "version": matcher.versions[watchlist.id],
        "score": found.score if found else None,
        "hits": [hit_record(hit) for hit in found.hits] if found else [],
        "missing": list(dict.fromkeys(str(miss) for miss in nearest_misses(clause))),
        "explanation": clause_record(clause),
    }


def _found(document: Document, matcher: "Matcher", watchlist: Watchlist) -> Found | None:
    return next((found for found in matcher.match(document) if found.watchlist_id == watchlist.id), None)

"""`monitor rules score` and `monitor rules labelled`: watchlists against what people say of articles."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from monitor.cli import EXIT_USAGE
from monitor.cli.given import as_text, given_bytes
from monitor.cli.options import config_option, database_option, open_store
from monitor.cli.records import Record
from monitor.cli.terminal import isolate, isolate_within

if TYPE_CHECKING:
    from monitor.config.load import Config
    from monitor.model import Match
    from monitor.rules.labelled import Labelled
    from monitor.rules.scoring import Counts, Error, Scores

COLUMNS = ("watchlist", "lang", "articles", "positive", "right", "false", "missed", "precision", "recall", "F1")


@click.command("score")
@click.argument("file", metavar="FILE.jsonl")
@click.option("--errors", is_flag=True, help="Also every miss and false hit with its reason.")
@click.option("--format", "output", type=click.Choice(("text", "json")), default="text", show_default=True)
@config_option
def score_command(*, file: str, errors: bool, output: str, config: str | None) -> int:
    """Run the watchlists over labelled articles: precision, recall and F1, by watchlist and language.

    FILE has a JSON object a line: title, text, lang, and labels: the watchlists that it belongs to. With `judged` the
    labels speak of those watchlists only. `monitor rules labelled` writes such a file; - is standard input.
    """
    from monitor.cli.problems import print_problems
    from monitor.cli.rulebook import rules_of
    from monitor.rules.labelled import read_labelled
    from monitor.rules.scoring import score

    loaded = rules_of(config)
    items, problems = read_labelled(as_text(given_bytes(file), file), Path(file).name, loaded.matcher.versions)
    if problems:
        print_problems(problems, f"in {file}")
        return EXIT_USAGE
    scores = score(items, loaded.matcher)
    if output == "json":
        click.echo(json.dumps(_record(scores, len(items), errors=errors), ensure_ascii=False, indent=2))
        return 0
    _print(scores)
    if errors:
        _print_errors(scores.errors)
    return 0


def _print(scores: "Scores") -> None:
    from monitor.cli.output import print_table

    rows = []
    for watchlist, counts in scores.overall.items():
        rows.append([watchlist, "all", *_figures(counts)])
        by_language = [(language, some) for (one, language), some in scores.by_language.items() if one == watchlist]
        rows += [["", language or "?", *_figures(some)] for language, some in by_language]
    print_table(rows, COLUMNS)


def _figures(counts: "Counts") -> list[str]:
    total = counts.right + counts.false + counts.missed + counts.left
    numbers = (total, counts.positives, counts.right, counts.false, counts.missed)
    shares = (counts.precision, counts.recall, counts.f1)
    return [*map(str, numbers), *("–" if share is None else f"{share:.3f}" for share in shares)]


def _print_errors(errors: Sequence["Error"]) -> None:
    for error in errors:
        document = error.item.document
        click.echo()
        click.echo(f"{error.kind} by {error.watchlist_id}, line {error.item.line} [{document.language or '?'}]")
        click.echo(f"  {isolate(document.title or document.text[:100])}")
        click.echo(f"  {isolate_within(error.reason)}")


def _record(scores: "Scores", articles: int, *, errors: bool) -> Record:
    record: Record = {
        "articles": articles,
        "watchlists": [
            {
                "watchlist": watchlist,
                **_counts(counts),
                "languages": {
                    language: _counts(some) for (one, language), some in scores.by_language.items() if one == watchlist
                },
            }
            for watchlist, counts in scores.overall.items()
        ],
    }
    if errors:
        record["errors"] = [_error(error) for error in scores.errors]
    return record


def _counts(counts: "Counts") -> Record:
    return {
        "right": counts.right,
        "false": counts.false,
        "missed": counts.missed,
        "left": counts.left,
        "precision": counts.precision,
        "recall": counts.recall,
        "f1": counts.f1,
    }


def _error(error: "Error") -> Record:
    return {
        "watchlist": error.watchlist_id,
        "kind": str(error.kind),
        "line": error.item.line,
        "language": error.item.document.language,
        "title": error.item.document.title,
        "reason": error.reason,
    }


@click.command("labelled")
@database_option
def labelled_command(*, config: str | None, database: str | None) -> None:
    """Write every article with a reviewed match as a line for `monitor rules score`.

    Its labels are the watchlists whose match is marked relevant, `judged` also those marked irrelevant: what nobody
    decided counts for nothing.
    """
    from monitor.cli.rulebook import rules_of
    from monitor.model import Status
    from monitor.rules.labelled import labelled_record
    from monitor.store import matches
    from monitor.store.matches import MatchQuery

    loaded = rules_of(config, database)
    with open_store(loaded.settings) as store, store.reading() as tx:
        reviewed = [
            match
            for status in (Status.RELEVANT, Status.IRRELEVANT)
            # Lost ones too: that an edited rule finds them no more is what the score is to tell.
            for match in matches.query(tx, MatchQuery(statuses=(status,), include_lost=True, limit=None, full=True))
        ]
    known = [match for match in reviewed if match.found.watchlist_id in loaded.matcher.versions]
    for item in _labelled(known, loaded).values():
        click.echo(json.dumps(labelled_record(item), ensure_ascii=False))
    if not known:
        click.echo("no match is marked relevant or irrelevant yet: see `monitor review`", err=True)


def _labelled(reviewed: Sequence["Match"], loaded: "Config") -> Mapping[str, "Labelled"]:
    """Article's id → the article with what people say of it, the one that was seen first first."""
    from monitor.articles.outlets import Outlets
    from monitor.model import Status
    from monitor.pipeline.news import document_of
    from monitor.rules.labelled import Labelled

    outlets = Outlets(loaded.outlets)
    found: dict[str, Labelled] = {}
    for match in sorted(reviewed, key=lambda one: (one.article.first_seen_at, one.article.id)):
        before = found.get(match.article.id)
        watchlist = frozenset({str(match.found.watchlist_id)})
        found[match.article.id] = Labelled(
            document=document_of(match.article, outlets),
            labels=(before.labels if before else frozenset())
            | (watchlist if match.status is Status.RELEVANT else set()),
            judged=(before.judged or frozenset() if before else frozenset()) | watchlist,
        )
    return found

"""`monitor try`: what the watchlists say of an article that is not stored, and stays so."""

import asyncio
import json
from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

import click

from monitor.cli.given import as_text, given_bytes
from monitor.cli.options import config_option
from monitor.cli.records import Record
from monitor.cli.terminal import isolate
from monitor.cli.verdicts import print_verdict, verdict_record
from monitor.model import Watchlist

if TYPE_CHECKING:
    from monitor.config.load import Config
    from monitor.pipeline.trial import Trial
    from monitor.rules.matcher import Matcher

_ADDRESS = ("http://", "https://")
_TAGS = (b"<!doctype", b"<html", b"<head", b"<body", b"<?xml", b"<!--", b"<article", b"<main", b"<div", b"<p")
_LOOKED_AT = 1000
"""Bytes by which a page is told from a text."""


@click.command("try")
@click.argument("given", metavar="URL|FILE|-")
@click.option("--watchlist", metavar="ID", help="This watchlist alone.")
@click.option("--query", metavar="QUERY", help="This query instead, with the configured lists.")
@click.option("--format", "output", type=click.Choice(("text", "json")), default="text", show_default=True)
@click.option("-v", "--verbose", is_flag=True, help="The whole query, also the clauses that did not decide.")
@config_option
def try_command(
    *, given: str, watchlist: str | None, query: str | None, output: str, verbose: bool, config: str | None
) -> None:
    """Say which watchlists match an article, and why; of the others, what comes nearest. Stores nothing.

    A URL is fetched and its text extracted as the daemon does. FILE (- is standard input) holds a page in HTML, a JSON
    object with title, body and lang, or plain text whose first line is the title.
    """
    from monitor.cli.rulebook import chosen, rules_of

    loaded = rules_of(config)
    matcher, watchlists = chosen(loaded, watchlist, query)
    trial = _read(given, loaded)
    if output == "json":
        click.echo(json.dumps(_record(trial, matcher, watchlists), ensure_ascii=False, indent=2))
        return
    document = trial.document
    click.secho(isolate(document.title.partition("\n")[0] or "(no title)"), bold=True)
    size = len(document.summary) + len(document.text)
    click.echo(
        f"{document.language or 'language unknown'}, {size:,} characters" + (f"; {trial.note}" if trial.note else "")
    )
    for one in watchlists:
        click.echo()
        print_verdict(document, matcher, one, verbose=verbose)


def _read(given: str, loaded: "Config") -> "Trial":
    """The article meant. Raises: click.UsageError, FetchError, ParseError."""
    from monitor.app import try_address, try_page
    from monitor.cli.logs import set_up_logging

    if given.lower().startswith(_ADDRESS):
        set_up_logging(None, verbose=False, quiet=True)
        return asyncio.run(try_address(loaded, given))
    most = loaded.settings.fetch.page_size
    content = given_bytes(given, most + 1, hint="a URL begins with https://, - is standard input")
    if len(content) > most:
        raise click.UsageError(f"{given} is larger than {most:,} bytes: raise fetch.page_size in monitor.yaml")
    if _is_page(content):
        return asyncio.run(try_page(loaded, content))
    return _text(content, given, loaded)


def _is_page(content: bytes) -> bool:
    """HTML: it begins with a tag, whatever its file is called."""
    start = content[:_LOOKED_AT].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    return start.startswith(_TAGS)


def _text(content: bytes, given: str, loaded: "Config") -> "Trial":
    """A JSON object, or plain text. Raises: click.UsageError."""
    from monitor.articles.language import language_of
    from monitor.articles.outlets import Outlets
    from monitor.pipeline.trial import Trial
    from monitor.rules.labelled import document_of

    text = as_text(content, given).strip()
    if text.startswith("{"):
        try:
            found = document_of(json.loads(text))
        except (ValueError, RecursionError) as error:
            raise click.UsageError(f"{given} is not JSON: {error}") from error
    else:
        title, _, body = text.partition("\n")
        found = document_of({"title": title.strip(), "text": body.strip(), "lang": language_of(text)})
    if isinstance(found, str):
        raise click.UsageError(f"{given}: {found}")
    outlet = Outlets(loaded.outlets).get(found.outlet)
    if outlet and not found.country:
        found = replace(found, country=outlet.country, affiliation=outlet.affiliation)
    return Trial(document=found)


def _record(trial: "Trial", matcher: "Matcher", watchlists: Sequence[Watchlist]) -> Record:
    document = trial.document
    return {
        "title": document.title,
        "summary": document.summary,
        "text": document.text,
        "language": document.language,
        "outlet": document.outlet or None,
        "url": document.url or None,
        "note": trial.note or None,
        "watchlists": [verdict_record(document, matcher, one) for one in watchlists],
    }

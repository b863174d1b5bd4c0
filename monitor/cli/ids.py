"""Ids as people type them: the first digits of a match's or an article's, or its address; a feed's, spelt right."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import click

from monitor.errors import StoreError
from monitor.model import FeedId, Match, WatchlistId

if TYPE_CHECKING:
    from datetime import datetime

    from monitor.store.ids import Known
    from monitor.store.store import Transaction
    from monitor.stories.story import Story


def known(tx: "Transaction", given: str) -> "Known":
    """The match or article meant, by the first digits of its id or by an address of the article.

    Raises: click.UsageError, where it is neither; StoreError, where it is none's.
    """
    from monitor.store import ids

    # No id has one of these, and no address is without.
    if any(sign in given for sign in ".:/"):
        return _at_address(tx, given)
    try:
        return ids.resolve(tx, given)
    except ValueError as error:
        raise click.UsageError(str(error)) from error


def _at_address(tx: "Transaction", given: str) -> "Known":
    from monitor import urls
    from monitor.cli.addresses import address_of
    from monitor.cli.terminal import harmless
    from monitor.store import articles
    from monitor.store.ids import Known

    shown, address = harmless(urls.redact(given))[:200], address_of(given)
    if address is None:
        raise click.UsageError(f"{shown} is neither an id nor an http(s) address")
    keys = address.keys()
    there = articles.at(tx, list(keys), full=False)
    found = next((there[key] for key in keys if key in there), None)
    if found is None:
        hint = "`monitor articles url` says what becomes of it, `monitor articles` what is stored"
        raise StoreError(f"no stored article has the address {shown}", hint=hint)
    return Known(article_id=found.id, match_id=None)


def match_named(tx: "Transaction", given: str) -> Match:
    """The match meant; an article's id means its only match.

    Raises: click.UsageError, where it is no id; StoreError, saying what the id means instead.
    """
    from monitor.store import matches

    meant = known(tx, given)
    found = [match for match in matches.of_article(tx, meant.article_id) if meant.match_id in (None, match.id)]
    if len(found) != 1:
        names = ", ".join(f"{match.id[:8]} ({match.found.watchlist_id})" for match in found)
        hint = f"give one of its matches: {names}" if found else "nothing has matched it"
        raise StoreError(f"{given} is an article", hint=hint)
    return found[0]


def story_named(tx: "Transaction", given: str, now: "datetime") -> "Story":
    """The story meant; an id of an article or match means the one that it is in.

    Raises: click.UsageError, where it is no id; StoreError, where it is none's, or several stories'.
    """
    from monitor.store import memberships, stories

    try:
        found = stories.named(tx, given, now)
    except ValueError as error:
        raise click.UsageError(str(error)) from error
    if not found:
        place = memberships.membership(tx, known(tx, given).article_id)
        if place is None:
            raise StoreError(f"{given} is in no story yet", hint="it joins one when its page was read")
        found = stories.named(tx, place.story_id, now)
    if len(found) > 1:
        names = ", ".join(story.id[:8] for story in found)
        raise StoreError(f"{given} is the beginning of several ids ({names})", hint="give more of its digits")
    return found[0]


def feed_named(tx: "Transaction", given: str) -> FeedId:
    """The feed with this id that the database knows. Raises: click.UsageError, with the nearest."""
    from monitor.store import feeds

    there = feeds.ids(tx)
    if given not in there:
        raise click.UsageError(f'there is no feed "{given}" ({nearest_feed(given, there)})')
    return FeedId(given)


def watchlist_named(tx: "Transaction", given: str) -> WatchlistId:
    """The watchlist with this id that is, or was, in force here: what a misspelt one matches is nothing, and looks like
    silence. Raises: click.UsageError, with the nearest.
    """
    from monitor.config.suggest import did_you_mean
    from monitor.store import rule_versions

    there = rule_versions.ever(tx)
    if there and given not in there:
        hint = did_you_mean(given, there) or "there are " + ", ".join(there)
        raise click.UsageError(f'there is no watchlist "{given}" in this database ({hint})')
    return WatchlistId(given)


def nearest_feed(given: str, known: Sequence[str]) -> str:
    """What to say to somebody who names a feed that is not known."""
    from difflib import get_close_matches

    near = get_close_matches(given, known, n=1)
    return f'did you mean "{near[0]}"?' if near else "`monitor feeds` lists them"

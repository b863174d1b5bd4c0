"""Ids as people type them: the first digits of a match's or an article's; a feed's, spelt right."""

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
    """The match or article meant. Raises: click.UsageError, where it is no id; StoreError, where it is none's."""
    from monitor.store import ids

    try:
        return ids.resolve(tx, given)
    except ValueError as error:
        raise click.UsageError(str(error)) from error


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

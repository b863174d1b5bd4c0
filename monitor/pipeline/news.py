"""Decides what a poll adds: which entries are new, which articles they point to, what matches in feeds' wordings.

Pure: parsed feed and what the store knows → News.
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime

from monitor import urls
from monitor.articles.language import language_of
from monitor.articles.outlets import Outlets
from monitor.model import (
    Article,
    ArticleId,
    Document,
    Entry,
    Feed,
    Matched,
    News,
    ParsedFeed,
    Sighting,
    TextSource,
    article_key,
)
from monitor.rules.matcher import Matcher
from monitor.store.entries import Seen

MOST_SUMMARY = 50_000
"""Characters of feeds' wordings kept of one article: an entry that never stands still must not grow for ever."""


def address_keys(feed: Feed, parsed: ParsedFeed) -> dict[str, ArticleId]:
    """Entry's key → the key of the address it points to; an entry without one is an article of its own."""
    return {entry.key: _address_key(feed, entry) for entry in parsed.entries}


def _address_key(feed: Feed, entry: Entry) -> ArticleId:
    if own := _own_link(entry):
        return article_key(urls.normalise(own))
    return article_key(f"{feed.id}\n{entry.key}")


def _own_link(entry: Entry) -> str:
    """The entry's link, "" where it has none of its own: bad feeds link every entry to the front page."""
    return "" if not entry.link or urls.is_front_page(entry.link) else entry.link


def decide_news(
    parsed: ParsedFeed,
    seen: Seen,
    *,
    feed: Feed,
    keys: Mapping[str, ArticleId],
    outlets: Outlets,
    matcher: Matcher,
    now: datetime,
) -> News:
    """What these entries add to what the store has `seen`; `keys` from `address_keys`."""
    new: dict[ArticleId, Article] = {}
    reworded: dict[ArticleId, Article] = {}
    sightings: list[Sighting] = []
    for entry in parsed.entries:
        if entry.key in seen.unchanged:
            continue
        key = keys[entry.key]
        known = _known_article(entry, key, seen)
        if known:
            article = _with_wording(reworded.get(known.id, known), entry)
            if article.summary != known.summary:
                reworded[known.id] = article
        else:
            article = _with_wording(new[key], entry) if key in new else _new_article(key, entry, feed, outlets, now)
            new[key] = article
        sightings.append(Sighting(entry=entry, article_id=article.id))
    return News(
        sightings=tuple(sightings),
        new_articles=tuple(new.values()),
        reworded=tuple(reworded.values()),
        matched=tuple(match_article(article, outlets, matcher) for article in (*new.values(), *reworded.values())),
        known=len(seen.unchanged) + len(seen.changed),
    )


def _known_article(entry: Entry, key: ArticleId, seen: Seen) -> Article | None:
    """The stored article that an entry points to.

    An entry that keeps its key and title but not its link (a session in the address) stays with its article; one that
    changes both is another article, for bad feeds use a key again.
    """
    before = seen.changed.get(entry.key)
    if before and before.title == entry.title:
        return before
    return seen.articles.get(key)


def match_article(article: Article, outlets: Outlets, matcher: Matcher) -> Matched:
    """What the rules say of the article as it stands."""
    outlet = outlets.get(article.outlet)
    document = Document(
        title=article.title,
        summary=article.summary,
        text=article.text,
        language=article.language,
        outlet=article.outlet,
        country=outlet.country if outlet else "",
        affiliation=outlet.affiliation if outlet else "",
        authors=article.authors,
        url=article.url,
        feed_id=article.feed_id,
    )
    return Matched(article_id=article.id, found=matcher.match(document))


def _new_article(key: ArticleId, entry: Entry, feed: Feed, outlets: Outlets, now: datetime) -> Article:
    outlet = outlets.outlet_of(entry.link, feed)
    return Article(
        id=key,
        url=_own_link(entry),
        feed_id=feed.id,
        outlet=outlet.id,
        title=entry.title,
        summary=entry.text,
        text_source=TextSource.FEED if entry.text else TextSource.TITLE,
        language=language_of(f"{entry.title}\n{entry.text}", entry.language, feed.language, outlet.language),
        authors=entry.authors,
        published_at=entry.published_at,
        first_seen_at=now,
    )


def _with_wording(article: Article, entry: Entry) -> Article:
    """The article with what this entry says of it and no entry said before, as further paragraphs of its summary.

    Only ever appended: the offsets of earlier hits stay right.
    """
    known = "\n".join((article.title, article.summary, article.text))
    wordings = [wording for wording in (entry.title, entry.text) if wording and wording not in known]
    summary = "\n".join(filter(None, (article.summary, *wordings)))
    if not wordings or len(summary) > MOST_SUMMARY:
        return article
    source = TextSource.FEED if article.text_source is TextSource.TITLE else article.text_source
    return replace(article, summary=summary, text_source=source)

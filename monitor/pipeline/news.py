"""Decides what a poll adds: which entries are new, which articles they point to, what matches in feeds' wordings.

Pure: parsed feed and what the store knows → News.
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime

from monitor import urls
from monitor.articles.identity import same_article
from monitor.articles.language import language_of
from monitor.articles.outlets import Outlets
from monitor.articles.revision import counted_words, same_headline
from monitor.model import (
    Article,
    ArticleId,
    Document,
    Entry,
    Feed,
    Matched,
    News,
    ParsedFeed,
    Revision,
    RevisionSource,
    Shortfall,
    Sighting,
    TextSource,
    article_key,
)
from monitor.rules.matcher import Matcher
from monitor.store.entries import Seen

MOST_TITLE = 5_000
"""Characters of headlines, and of feeds' wordings, kept with one article: see `decide_news`."""
MOST_SUMMARY = 50_000


class AddressKeys(dict[str, ArticleId]):
    """Entry's key → the key of the address it points to; an entry without one is an article of its own.

    Worked out when asked for: most entries of a document are known, and nobody asks for theirs.
    """

    def __init__(self, feed: Feed, parsed: ParsedFeed) -> None:
        super().__init__()
        self._feed = feed
        self._entries = {entry.key: entry for entry in parsed.entries}

    def __missing__(self, key: str) -> ArticleId:
        found = self[key] = _address_key(self._feed, self._entries[key])
        return found


def _address_key(feed: Feed, entry: Entry) -> ArticleId:
    if own := _own_link(entry):
        return article_key(urls.normalise(own))
    return article_key(f"{feed.id}\n{entry.key}\n{entry.title}")


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
    """What these entries add to what the store has `seen`; `keys`: see `AddressKeys`.

    An article takes up every wording of its entries until it is full (live blogs, entries that never stand still); a
    wording that does not fit is an article of its own, for nothing that a feed says goes unmatched.
    """
    stored = {article.id: article for article in seen.articles.values()}
    stored |= {before.article.id: before.article for before in seen.changed.values()}
    worded: dict[ArticleId, Article] = {}
    sightings: list[Sighting] = []
    revisions: list[Revision] = []
    for entry in parsed.entries:
        if entry.key in seen.unchanged:
            continue
        fresh = _new_article(keys[entry.key], entry, feed, outlets, now)
        known = _known_article(entry, fresh, seen) or worded.get(fresh.id)
        article = _with_wording(worded.get(known.id, known), entry) if known else fresh
        if article is None:
            full = article_key("\n".join((feed.id, entry.key, entry.title, entry.text)))
            article = replace(fresh, id=full, url="", shortfall=Shortfall.NO_LINK)
        before = seen.changed.get(entry.key)
        if before and before.article.id == article.id:
            was = worded.get(article.id, before.article)
            revisions += filter(None, [_revision(before.title, was, article, entry, now)])
        worded[article.id] = article
        sightings.append(Sighting(entry=entry, article_id=article.id))
    changed = [article for article in worded.values() if article != stored.get(article.id)]
    matched = tuple(match_article(article, outlets, matcher) for article in changed)
    return News(
        sightings=tuple(sightings),
        new_articles=tuple(article for article in changed if article.id not in stored),
        reworded=tuple(article for article in changed if article.id in stored),
        matched=matched,
        revisions=tuple(revisions),
        read_again=tuple(one.article_id for one in matched if one.found and is_pruned(stored.get(one.article_id))),
        known=len(seen.unchanged) + len(seen.changed),
    )


def is_pruned(article: Article | None) -> bool:
    """Whether the whole page was read, and its text is kept no more."""
    return article is not None and article.text_source is TextSource.PAGE and not (article.shortfall or article.text)


def _known_article(entry: Entry, fresh: Article, seen: Seen) -> Article | None:
    """The stored article that an entry points to; `fresh` is the one it would make.

    An entry that keeps its key, its title and the path of its link (a session in the query) stays with its article;
    else its address decides, for bad feeds use a key again. An address that another article took for its own, by a
    redirect or a canonical link, is that article's only if the two agree.
    """
    before = seen.changed.get(entry.key)
    if before and before.title == entry.title and _path(before.link) == _path(entry.link):
        return before.article
    found = seen.articles.get(fresh.id)
    if found is None or found.id == fresh.id or (before and before.article.id == found.id):
        return found
    return found if same_article(found, fresh) else None


def _path(link: str) -> str:
    return link.partition("?")[0].partition(";")[0].rstrip("/")


def match_article(article: Article, outlets: Outlets, matcher: Matcher) -> Matched:
    """What the rules say of the article as it stands."""
    return Matched(article_id=article.id, found=matcher.match(document_of(article, outlets)))


def document_of(article: Article, outlets: Outlets) -> Document:
    """What the rules read of the article."""
    outlet = outlets.get(article.outlet)
    return Document(
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
        published_at=article.published_at or article.first_seen_at,
    )


def _new_article(key: ArticleId, entry: Entry, feed: Feed, outlets: Outlets, now: datetime) -> Article:
    outlet = outlets.outlet_of(entry.link, feed)
    return Article(
        id=key,
        url=_own_link(entry),
        feed_id=feed.id,
        outlet=outlet.id,
        title=entry.title,
        summary=entry.text,
        text_source=_source_of(entry),
        shortfall=None if _own_link(entry) else Shortfall.NO_LINK,
        language=language_of(f"{entry.title}\n{entry.text}", entry.language, feed.language, outlet.language),
        authors=entry.authors,
        published_at=entry.published_at,
        first_seen_at=now,
    )


def _with_wording(article: Article, entry: Entry) -> Article | None:
    """The article with what this entry says of it and no entry said before; None where it is full.

    Headlines are added to the title, lines to the summary. Only ever appended: the offsets of earlier hits stay right.
    """
    headlines = [*filter(None, article.title.split("\n"))]
    known = "\n".join((article.title, article.summary, article.text))
    said = [line for line in entry.text.split("\n") if line and line not in known]
    title = "\n".join(dict.fromkeys((*headlines, *filter(None, [entry.title]))))
    summary = "\n".join(filter(None, (article.summary, *said)))
    source = article.text_source.or_better(_source_of(entry))
    if (title, summary, source) == (article.title, article.summary, article.text_source):
        return article
    if len(title) > MOST_TITLE or len(summary) > MOST_SUMMARY:
        return None
    return replace(article, title=title, summary=summary, text_source=source)


def _revision(headline: str, before: Article, after: Article, entry: Entry, now: datetime) -> Revision | None:
    """What an entry that its feed reworded changed; None where it says nothing that was not said before."""
    known = {counted_words(line) for line in (*before.title.split("\n"), *before.summary.split("\n")) if line}
    added = after.summary[len(before.summary) :].split("\n")
    said = {line: words for line in added if (words := counted_words(line)) and words not in known}
    retitled = after.title != before.title and not same_headline(headline, entry.title)
    if not said and not retitled:
        return None
    return Revision(
        article_id=after.id,
        source=RevisionSource.FEED,
        since=before.first_seen_at,
        replaced_at=now,
        headline=headline if retitled else "",
        new_headline=entry.title if retitled else "",
        said="\n".join(said),
        words_added=sum(map(len, said.values())),
    )


def _source_of(entry: Entry) -> TextSource:
    if not entry.text:
        return TextSource.TITLE
    return TextSource.FEED if entry.is_full else TextSource.SUMMARY

"""The stage REVISIT: matched articles are asked again; what their pages now say is compared, kept and matched anew.

A visit is a reading of a page that we have: it is asked conditionally, judged as READ judges it, and its text replaces
the one before only where it says something else. What the text was before is kept as a revision.
"""

import asyncio
import logging
from collections.abc import Hashable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from http import HTTPStatus

from monitor.articles.judge import LONGEST_RETRY_AFTER, when_to_read_again
from monitor.articles.revision import (
    TextChange,
    is_of_another,
    next_visit,
    same_headline,
    text_change,
    words_changed,
)
from monitor.errors import FetchError
from monitor.model import (
    Article,
    Page,
    Removal,
    Revision,
    RevisionSource,
    Revisit,
    Shortfall,
    Validators,
    article_key,
)
from monitor.pipeline import alerting
from monitor.pipeline.belonging import join
from monitor.pipeline.network import Phase
from monitor.pipeline.news import MOST_TITLE, match_article
from monitor.pipeline.outage import settle
from monitor.pipeline.read import (
    MOST_CRASHES,
    Attempt,
    improved,
    judged,
    keep_page,
    look,
    looked_at,
    request_of,
    unanswered,
)
from monitor.pipeline.stage import Stage
from monitor.pipeline.tools import Tools
from monitor.store import articles, match_events, matches, revisions, revisits
from monitor.store.revisits import Looked
from monitor.store.store import Transaction
from monitor.urls import host, is_front_page, normalise

BELIEVED = timedelta(days=1)
"""How long after it sent a page a server is believed that nothing changed; then the page is asked for whole."""

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Same:
    """The page is what it was when it was read last: the server says so, or sends the same bytes."""

    looked: Looked | None
    """By what to know it from now on; None where it was not sent."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Decided:
    """What a visit brought."""

    article: Article
    """As it is from now on."""
    revision: Revision | None = None
    """What it was; None where it is the same."""
    is_removed: Removal | None = None
    is_there: bool = False
    """Its page is where it was, whether it has changed or not."""
    alternated: bool = False
    """A text that had been there before, and had returned once already: it is not believed."""
    told: bool = True
    """False: the page could not be had, and is asked for again soon."""


def revisit_stage(tools: Tools) -> Stage[Revisit]:
    """The stage over all articles whose visit is due."""
    return Stage(
        "revisit",
        take=lambda limit, busy: take(tools, limit, busy),
        work=lambda due: revisit(due, tools),
        key=lambda due: due.article.id,
        width=tools.config.settings.fetch.concurrent,
        careful=True,
    )


async def take(tools: Tools, limit: int, busy: frozenset[Hashable]) -> tuple[Revisit, ...]:
    """Visits to make now, their attempts counted; none while our own network is in doubt, or where they are switched
    off. Raises: StoreError.
    """
    if tools.network.phase is not Phase.UP or not tools.config.settings.revisit:
        return ()
    return await tools.database.write(lambda tx: revisits.take(tx, tools.clock(), limit, exclude=busy))


async def revisit(due: Revisit, tools: Tools) -> None:
    """Ask for one article's page again and save what came of it. Raises: StoreError, when it cannot be saved."""
    article = due.article
    try:
        attempt = await ask(due, tools)
    except asyncio.CancelledError:
        # Told to stop: this attempt is no sign of a page that kills.
        await tools.database.write(lambda tx: revisits.give_back(tx, article.id))
        raise
    except FetchError as error:
        until = tools.clock() + min(error.retry_after or timedelta(), LONGEST_RETRY_AFTER)
        await tools.database.save(lambda tx: revisits.give_back(tx, article.id, until=until))
        tools.tally.put_off += 1
        return
    if isinstance(attempt, Same) or attempt.landed:
        tools.network.answered()
    elif not attempt.reached:
        tools.network.missed(host(article.url), tools.clock())
    await settle(tools)
    await _keep(due, attempt, tools)


async def _keep(due: Revisit, attempt: Attempt | Same, tools: Tools) -> None:
    """Save what came of a visit; where our own network is in doubt, that is nothing."""
    is_reached = isinstance(attempt, Same) or attempt.reached
    if not is_reached and tools.network.phase is not Phase.UP:
        await tools.database.save(lambda tx: revisits.give_back(tx, due.article.id))
        return
    decided = await tools.database.save(lambda tx: save(tx, due, attempt, tools))
    tools.tally.add_visit(decided.revision, decided.is_removed)
    _say(decided)


def _say(decided: Decided) -> None:
    article = decided.article
    if decided.revision:
        added, removed = decided.revision.words_added, decided.revision.words_removed
        log.info("article %s was changed: %d words added, %d removed", article.url, added, removed)
    elif decided.is_removed:
        log.info("article %s was removed (%s)", article.url, decided.is_removed)
    else:
        log.debug("article %s: %s", article.url, "unchanged" if decided.told else "could not be visited")


async def ask(due: Revisit, tools: Tools) -> Attempt | Same:
    """What the page is now; a failure is a value, for it is saved. Raises: FetchError, when the host rests."""
    conditions = _conditions(due, tools.clock())
    try:
        fetched = await tools.fetcher.fetch(replace(request_of(due.article, tools), validators=conditions))
    except FetchError as error:
        return unanswered(error)
    if fetched.status == 304 and conditions != Validators():
        return Same(looked=None)
    if fetched.status == 200:
        looked = look(fetched, due.headline, tools.clock())
        if looked.body_hash == due.body_hash:
            return Same(looked=looked)
    return await judged(due.article, fetched, tools)


def _conditions(due: Revisit, now: datetime) -> Validators:
    believed = due.whole_at is not None and now < due.whole_at + BELIEVED
    return due.validators if believed else Validators()


def save(tx: Transaction, due: Revisit, attempt: Attempt | Same, tools: Tools) -> Decided:
    """Decide what a visit brought and save it."""
    now = tools.clock()
    # As it stands now: a feed may have reworded it, or it was read, while its page was visited.
    article = articles.get(tx, due.article.id) or due.article
    if article.id != due.article.id:
        # Merged meanwhile: the older article has visits of its own.
        return Decided(article=article, told=False)
    away = isinstance(attempt, Attempt) and _leads_away(tx, article, attempt.landed)
    decided = decide(article, due, attempt, revisions.of(tx, article.id), tools, now, led_away=away)
    if decided.is_removed or decided.is_there:
        articles.set_removed(tx, article.id, decided.is_removed, now)
    if isinstance(attempt, Attempt) and decided.article != article:
        _save_changed(tx, decided, attempt, tools, now)
    looked = attempt.looked if isinstance(attempt, Same) else looked_at(attempt, now)
    if looked and not decided.is_removed:
        # What stands in its place, seen again, would be taken for it.
        revisits.saw(tx, article.id, looked)
    _save_visit(tx, due, attempt, decided, tools, now)
    return decided


def _leads_away(tx: Transaction, article: Article, landed: str) -> bool:
    """Whether its address leads to one that is not known as its own."""
    if not landed or landed == article.url:
        return False
    key = article_key(normalise(landed))
    owner = articles.at(tx, [key], full=False).get(key)
    return owner is None or owner.id != article.id


def _save_changed(tx: Transaction, decided: Decided, attempt: Attempt, tools: Tools, now: datetime) -> None:
    article = decided.article
    articles.save_text(tx, article)
    matched = match_article(article, tools.outlets, tools.config.matcher)
    before = match_events.counting(tx, [article.id])[article.id]
    matches.put(tx, [matched], tools.config.matcher.versions.keys(), now)
    revisits.plan(tx, [matched], tools.config.settings.revisit, now)
    join(tx, article, now, tools.credits)
    keep_page(tx, article.id, attempt, matched, tools)
    if decided.revision:
        after = match_events.counting(tx, [article.id])[article.id]
        match_events.add(tx, revisions.add(tx, decided.revision), before, after, now)
        alerting.tell_changes(tx, [article.id], tools.subscriptions, now)
    alerting.tell(tx, [matched], tools.subscriptions, now)


def _save_visit(
    tx: Transaction, due: Revisit, attempt: Attempt | Same, decided: Decided, tools: Tools, now: datetime
) -> None:
    # Counted from the match: a new one, which this visit may have made, begins anew.
    since = revisits.since(tx, due.article.id) or due.since
    planned = next_visit(since, tools.config.settings.revisit, now)
    again, error, crashed = None, "", False
    if isinstance(attempt, Attempt):
        error, crashed = attempt.error or str(attempt.verdict.shortfall or ""), attempt.crashed
        again = when_to_read_again(due.attempts, temporary=not decided.told, retry_after=attempt.retry_after, now=now)
    given_up = crashed and due.crashes + 1 >= MOST_CRASHES
    revisits.save(
        tx,
        due.article.id,
        next_at=None if given_up else min(filter(None, (again, planned)), default=None),
        told=decided.told,
        crashed=crashed,
        alternated=decided.alternated,
        error=error,
    )


def decide(
    article: Article,
    due: Revisit,
    attempt: Attempt | Same,
    earlier: Sequence[Revision],
    tools: Tools,
    now: datetime,
    *,
    led_away: bool = False,
) -> Decided:
    """What is saved of a visit; `earlier`: the article's revisions, oldest first; `led_away`: to an address that is
    not known as the article's. What is known is never given up for less.
    """
    if isinstance(attempt, Same):
        return Decided(article=article, is_there=True)
    verdict = attempt.verdict
    if verdict.shortfall is Shortfall.GONE:
        return Decided(article=article, is_removed=_removal(attempt))
    if not verdict.text or attempt.page is None:
        return Decided(article=article, told=not verdict.retry)
    if led_away and article.text and is_of_another(verdict.text, known=article.text, title=article.title):
        return Decided(article=article, is_removed=Removal.ELSEWHERE)
    change = text_change(
        article.text,
        verdict.text,
        was_short=article.shortfall,
        is_short=verdict.shortfall,
        earlier=earlier[::-1],
    )
    new = article
    if change in (TextChange.BETTER, TextChange.REVISED, TextChange.RETURNED):
        new = improved(article, attempt, tools, now)
    headline = changed_headline(article, due, attempt.page)
    if headline:
        new = replace(new, title=f"{new.title}\n{headline}")
    return Decided(
        article=new,
        revision=_revision(article, new, due, headline, change, now),
        is_there=True,
        alternated=change is TextChange.ALTERNATING,
    )


def _removal(attempt: Attempt) -> Removal:
    """How a page shows that it is gone."""
    if attempt.answered and attempt.answered.fetched.status == HTTPStatus.GONE:
        return Removal.GONE
    return Removal.FRONT_PAGE if is_front_page(attempt.landed) else Removal.NOT_FOUND


def changed_headline(article: Article, due: Revisit, page: Page) -> str:
    """The page's headline, where it was changed into one that nobody has used before; else ""."""
    if not (article.title and due.headline and page.title) or same_headline(due.headline, page.title):
        return ""
    known = article.title.split("\n")
    if any(same_headline(one, page.title) for one in known) or len(article.title) + len(page.title) >= MOST_TITLE:
        return ""
    return page.title


def _revision(
    before: Article, after: Article, due: Revisit, headline: str, change: TextChange, now: datetime
) -> Revision | None:
    is_of_text = change in (TextChange.REVISED, TextChange.RETURNED)
    if not is_of_text and not headline:
        return None
    added, removed = words_changed(before.text, after.text) if is_of_text else (0, 0)
    return Revision(
        article_id=before.id,
        source=RevisionSource.PAGE,
        since=before.read_at or before.first_seen_at,
        replaced_at=now,
        headline=due.headline if headline else "",
        new_headline=headline,
        text=before.text if is_of_text else None,
        words_added=added,
        words_removed=removed,
        is_return=change is TextChange.RETURNED,
    )

"""REMATCH: stored articles → rules as they are now → what they gain and lose; shown, or saved a batch at a time.

Articles come oldest first: whatever is stored meanwhile stands behind the place that was reached, so that a rematch
which is interrupted, and goes on a week later, passes over none. The rules of a configuration that is not in force yet
come into force with the first batch that is saved; where a daemon works with others, nothing is: it would match back.

Where the index of words tells that no watchlist can match an article, and none has, the article is passed over unread.
If its text changes thereafter, what changed it matches it, by the same rules.
"""

import json
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from hashlib import sha256

from monitor.articles.outlets import Outlets
from monitor.config.load import Config
from monitor.errors import LockedError, StoreError
from monitor.model import Article, Clause, Matched, MatchId, Outlet, WatchlistId, match_key
from monitor.pipeline.news import document_of, is_pruned, match_article
from monitor.pipeline.reload import put_rules_in_force
from monitor.pipeline.sifting import sieve_for
from monitor.rules.misses import why, why_not
from monitor.rules.rematching import Change, Fate, Standing, added, decide, totals_of
from monitor.store import configurations, history, matches, readings, rematches, reviews, revisits, rule_versions
from monitor.store.history import BEGINNING, Place, Stretch, place_of
from monitor.store.lock import daemon_pid
from monitor.store.rematches import Rematch
from monitor.store.sieve import Sieve
from monitor.store.store import Store, Transaction

BATCH = 250
"""Articles that are read at once, and whose matches are saved in one transaction: a fraction of a second."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """Which watchlists are asked of which stored articles."""

    config: Config
    watchlists: Collection[WatchlistId] | None = None
    """None: all."""
    since: datetime | None = None
    """Articles first seen then or later; likewise `until`: before."""
    until: datetime | None = None
    versions: Mapping[WatchlistId, str] = field(init=False)
    """Those of the watchlists that are asked."""
    outlets: Outlets = field(init=False, repr=False)

    def __post_init__(self) -> None:
        asked, known = self.watchlists, self.config.matcher.versions
        versions = {one: version for one, version in known.items() if asked is None or one in asked}
        object.__setattr__(self, "versions", versions)
        object.__setattr__(self, "outlets", Outlets(self.config.outlets))

    def ask(self, article: Article) -> Matched:
        """What they find in an article."""
        matched = match_article(article, self.outlets, self.config.matcher)
        return replace(matched, found=tuple(one for one in matched.found if one.watchlist_id in self.versions))

    def why_not(self, article: Article, watchlist_id: WatchlistId, before: Clause | None) -> str:
        """Why one of them finds nothing in an article; `before`: why it did."""
        clause = self.config.matcher.explain(document_of(article, self.outlets), watchlist_id)
        return why_not(clause, before=before)


class Kind(StrEnum):
    """What is told, in this order."""

    REVIEWED = "reviewed"
    """Lost although somebody has decided on it."""
    LOST = "lost"
    GAINED = "gained"


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """A match that is gained or lost, for a person."""

    article: Article
    change: Change
    why: str
    """The terms that hit, or the clause that holds no more."""
    reviewer: str = ""
    """Who decided last on a match that is lost."""

    @property
    def kind(self) -> Kind:
        """Among what it is told."""
        return Kind.REVIEWED if self.change.is_reviewed_loss else Kind(self.change.fate)


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """What came of one batch of articles."""

    rematch: Rematch
    """How far it is with it."""
    told: tuple[Told, ...]
    passed_over: int
    """Of its articles those that were not read: the index of words tells that they cannot match."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Answer:
    """What the rules say of one article."""

    article: Article
    matched: Matched
    changes: tuple[Change, ...]

    @property
    def is_written(self) -> bool:
        return any(change.is_written for change in self.changes)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Read:
    """A batch, and what the rules say of those of its articles that are looked at."""

    stretch: Stretch
    answers: Sequence[_Answer]


def nothing_yet(scope: Scope, now: datetime) -> Rematch:
    """One that is not stored: to look with."""
    outlets = _hash(scope.config.outlets)
    return Rematch(id=0, began_at=now, versions=scope.versions, outlets=outlets, since=scope.since, until=scope.until)


def look(store: Store, scope: Scope, begun: Rematch) -> Iterator[Step]:
    """What the rules gain and lose, a batch of articles at a time; nothing is written. Raises: StoreError."""
    at, sieve = begun, _sieve(store, scope, begun)
    while (read := _read(store, scope, at, sieve)) is not None:
        at = _after(at, read.stretch, read.answers)
        yield _step(store, scope, at, read.stretch, read.answers)


def begin(store: Store, scope: Scope, clock: Callable[[], datetime], database: str) -> Rematch:
    """The rematch to go on with, or a new one; with it the rules are in force. `database`: the address of the store.

    Raises:
        LockedError: a daemon works with another configuration.
        StoreError: the database could not be written.
    """
    with store.writing() as tx:
        now = clock()
        _take_over_rules(tx, scope.config, now, database)
        new = nothing_yet(scope, now)
        last = rematches.last(tx, new.versions, new.outlets)
        if last and _may_go_on(tx, last, scope):
            return replace(last, until=scope.until)
        return replace(new, id=rematches.add(tx, new))


def apply(store: Store, scope: Scope, begun: Rematch, clock: Callable[[], datetime]) -> Iterator[Step]:
    """What the rules gain and lose, each batch of articles saved before it is told; at the end it is finished.

    Raises: StoreError: the database could not be written, other rules came into force, or another process does the
    same; what was told before is saved.
    """
    at, sieve = begun, _sieve(store, scope, begun)
    while (read := _read(store, scope, at, sieve)) is not None:
        with store.writing() as tx:
            settled, at = _save(tx, scope, at, read, clock())
        yield _step(store, scope, at, read.stretch, settled)
    with store.writing() as tx:
        rematches.advance(tx, at, replace(at, finished_at=clock()))


def _take_over_rules(tx: Transaction, config: Config, now: datetime, database: str) -> None:
    """Put the rules in force, as a daemon that starts would; beside one they must be already."""
    pid, in_force = daemon_pid(database), configurations.newest(tx)
    if pid is None:
        put_rules_in_force(tx, config, now)
    elif in_force != config.hash:
        message = (
            f"the daemon (process {pid}) works with configuration {configurations.shown(in_force or 'none')}, these "
            f"files are {configurations.shown(config.hash)}, and it would match back what they change: run "
            "`monitor reload`, which brings them into force or says why not"
        )
        raise LockedError(message, pid=pid)


def _may_go_on(tx: Transaction, last: Rematch, scope: Scope) -> bool:
    """Whether what is left of a rematch, and what it did, is all that is asked now."""
    since, before = scope.since or BEGINNING[0], last.since or BEGINNING[0]
    reached = last.finished_at is None and before <= since <= last.place[0]
    return reached and not rule_versions.others_since(tx, scope.versions, last.began_at)


def _sieve(store: Store, scope: Scope, at: Rematch) -> Sieve | None:
    """What tells which articles are read; None: all. From now on, others that match do so by the same rules."""
    return sieve_for(store, scope.config, scope.versions, since=_beginning(at)[0], until=at.until)


def _beginning(at: Rematch) -> Place:
    return max(at.place, (at.since or BEGINNING[0], ""))


def _read(store: Store, scope: Scope, at: Rematch, sieve: Sieve | None) -> _Read | None:
    """What the rules say of the next articles; None at the end."""
    with store.reading() as tx:
        stretch = history.following(tx, _beginning(at), at.until, BATCH, sieve)
        return _Read(stretch=stretch, answers=_answers(tx, stretch.articles, scope)) if stretch else None


def _answers(tx: Transaction, found: Sequence[Article], scope: Scope) -> list[_Answer]:
    standing = rematches.standing(tx, [article.id for article in found])
    return [_answer(article, standing.get(article.id, ()), scope) for article in found]


def _answer(article: Article, standing: Sequence[Standing], scope: Scope) -> _Answer:
    matched = scope.ask(article)
    changes = decide(standing, matched.found, scope.versions.keys())
    return _Answer(article=article, matched=matched, changes=changes)


def _save(tx: Transaction, scope: Scope, at: Rematch, read: _Read, now: datetime) -> tuple[list[_Answer], Rematch]:
    """Save what the rules say of these articles as they are now: since they were read, one may have been changed.

    Where nothing would be written, what changed it has matched it, by the same rules.
    """
    if configurations.newest(tx) != scope.config.hash:
        hint = "run this again: it goes on where it stopped if the rules that it applies are still the same"
        raise StoreError("another configuration has come into force meanwhile", hint=hint, temporary=True)
    again = [answer.article.id for answer in read.answers if answer.is_written]
    fresh = _answers(tx, history.these(tx, again), scope)
    matched = [answer.matched for answer in fresh]
    matches.put(tx, matched, scope.versions.keys(), now, rematch=at.id)
    revisits.plan(tx, matched, scope.config.settings.revisit, now)
    # As a poll does: what is left of a pruned article matches, and only its page can tell whether that is right.
    pruned = [answer.article.id for answer in fresh if answer.matched.found and is_pruned(answer.article)]
    readings.retry(tx, pruned, now)
    settled = [*(answer for answer in read.answers if not answer.is_written), *fresh]
    settled.sort(key=lambda answer: place_of(answer.article))
    after = _after(at, read.stretch, settled)
    rematches.advance(tx, at, after)
    return settled, after


def _after(at: Rematch, stretch: Stretch, settled: Sequence[_Answer]) -> Rematch:
    """How far a rematch is after a batch."""
    changes = [change for answer in settled for change in answer.changes]
    return replace(
        at,
        place=stretch.end,
        articles=at.articles + len(stretch.articles) + stretch.passed_over,
        pruned=at.pruned + sum(map(is_pruned, stretch.articles)) + stretch.pruned_over,
        totals=added(at.totals, totals_of(changes)),
    )


def _step(store: Store, scope: Scope, at: Rematch, stretch: Stretch, settled: Sequence[_Answer]) -> Step:
    return Step(rematch=at, told=_told(store, settled, scope), passed_over=stretch.passed_over)


def _told(store: Store, answers: Sequence[_Answer], scope: Scope) -> tuple[Told, ...]:
    """What is gained and lost, with the reasons."""
    changed = [(one.article, change) for one in answers for change in one.changes if change.fate is not Fate.KEPT]
    lost = [change for _, change in changed if change.fate is Fate.LOST]
    with store.reading() as tx:
        before = rematches.explanations(tx, _ids(lost))
        decisions = {one: reviews.of(tx, one) for one in _ids(change for change in lost if change.is_reviewed_loss)}
    reviewers = {one: made[-1].reviewer for one, made in decisions.items() if made}
    return tuple(_told_one(scope, article, change, before, reviewers) for article, change in changed)


def _ids(changes: Iterable[Change]) -> list[MatchId]:
    return [change.standing.id for change in changes if change.standing]


def _told_one(
    scope: Scope, article: Article, change: Change, before: Mapping[MatchId, Clause], reviewers: Mapping[MatchId, str]
) -> Told:
    """`before`: why those matched that are lost; `reviewers`: who decided last on them."""
    key = match_key(change.watchlist_id, article.id)
    if change.found:
        reason = why(change.found.explanation)
    else:
        reason = scope.why_not(article, change.watchlist_id, before.get(key))
    bare = replace(article, summary="", text="")
    return Told(article=bare, change=change, why=reason, reviewer=reviewers.get(key, ""))


def _hash(outlets: Sequence[Outlet]) -> str:
    """What rules ask of outlets, as a hash: no version of a watchlist knows it."""
    known = sorted([one.id, one.country, str(one.affiliation)] for one in outlets)
    return sha256(json.dumps(known).encode()).hexdigest()[:16]

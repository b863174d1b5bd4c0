"""Stored articles, matched again by edited rules: in five languages, interrupted, and beside others that write."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from sqlalchemy import select

from monitor.errors import LockedError, StoreError
from monitor.model import Match, Review, Status, TextSource, WatchlistId, match_key
from monitor.pipeline import rematch
from monitor.pipeline.reload import put_in_force
from monitor.pipeline.rematch import Kind, Scope, Step, apply, begin, look, nothing_yet
from monitor.rules.rematching import Totals
from monitor.store import articles, matches, merging, readings, rematches, reviews, revisits, rule_versions
from monitor.store.lock import daemon_lock
from monitor.store.rematches import Rematch
from monitor.store.schema import matches as matches_table
from monitor.store.schema import readings as readings_table
from monitor.store.schema import rematches as rematches_table
from monitor.store.schema import texts
from monitor.store.store import Store, Transaction
from tests.builders import NOON, an_article
from tests.pipeline.conftest import World

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
RAFAH, TALKS = WatchlistId("rafah"), WatchlistId("talks")
LISTS = """\
rafah:
  en: [Rafah]
  ar: [رفح]
  he: [רפיח]
  tr: ["=Refah"]
fighters:
  en: [fighter*]
  ar: [مقاتل*]
surrender:
  en: [surrender*]
  ar: [استسلام]
  he: [נכנעו]
  tr: [teslim]
  fr: [reddition*]
"""
FIGHTERS = LISTS.replace("  ar: [مقاتل*]\n", "  ar: [مقاتل*]\n  he: [לוחמים]\n  tr: [savaşçı*]\n  fr: [combattant*]\n")
BEFORE = "title: Fighters\nquery: '@rafah AND @fighters'\n"
AFTER = "title: Fighters\nquery: '@rafah AND @fighters NOT title:@surrender'\n"
TOLD = (
    ("en", "Fighters surrender", "Fighters give up in Rafah."),
    ("en", "Fighters of Rafah", "They stay."),
    ("ar", "استسلام مجموعة", "مقاتلو حماس في رفح."),
    ("he", "דיווח", "לוחמים ברפיח."),
    ("tr", "Haber", "Refah'taki savaşçılar."),
    ("fr", "Nouvelles", "Les combattants de Rafah."),
    ("fr", "Football", "Le match de Paris."),
)


class History:
    """A world with stored articles, an hour apart, that were matched by the rules as they were then."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.url = world.environment["MONITOR_DATABASE_URL"]
        world.write("lists/words.yaml", LISTS)
        world.write("watchlists/rafah.yaml", BEFORE)
        self.articles = [
            an_article(f"https://gazette.example/{number}", language=language, title=title, text=text, summary="")
            for number, (language, title, text) in enumerate(TOLD)
        ]
        with Store.open(self.url) as store, store.writing() as tx:
            made = [replace(one, first_seen_at=NOON + n * HOUR) for n, one in enumerate(self.articles)]
            articles.insert_new(tx, [replace(one, text_source=TextSource.PAGE) for one in made])
        self.world.now = NOON + DAY
        self.apply()
        self.world.now += DAY

    def edit(self, *, lists: str = FIGHTERS, query: str = AFTER) -> None:
        self.world.write("lists/words.yaml", lists)
        self.world.write("watchlists/rafah.yaml", query)

    def scope(self, *watchlists: str, since: datetime | None = None, until: datetime | None = None) -> Scope:
        asked = frozenset(map(WatchlistId, watchlists)) if watchlists else None
        return Scope(config=self.world.config(), watchlists=asked, since=since, until=until)

    def look(self, *watchlists: str, since: datetime | None = None, until: datetime | None = None) -> list[Step]:
        scope = self.scope(*watchlists, since=since, until=until)
        with Store.open(self.url, read_only=True) as store:
            return list(look(store, scope, nothing_yet(scope, self.world.now)))

    def apply(
        self, *watchlists: str, since: datetime | None = None, until: datetime | None = None, steps: int | None = None
    ) -> tuple[Rematch, Rematch]:
        """The rematch as it began and as it ended, or as it is after so many `steps`, where it is interrupted."""
        scope = self.scope(*watchlists, since=since, until=until)
        with Store.open(self.url) as store:
            begun = at = begin(store, scope, self.clock, self.url)
            for number, step in enumerate(apply(store, scope, begun, self.clock), start=1):
                at = step.rematch
                if number == steps:
                    break
        return begun, at

    def clock(self) -> datetime:
        return self.world.now

    def matches(self) -> dict[str, Match]:
        """The titles of what matches, lost ones too."""
        return {match.article.title: match for match in self.world.matches(lost=True)}

    def held(self) -> set[str]:
        return {title for title, match in self.matches().items() if match.lost_at is None}

    def write(self, work: Callable[..., object], *arguments: object) -> None:
        with Store.open(self.url) as store, store.writing() as tx:
            work(tx, *arguments)

    def rows(self) -> list[tuple[object, ...]]:
        """Everything that is stored of matches and rematches."""

        def read(tx: Transaction) -> list[tuple[object, ...]]:
            tables = (matches_table, rematches_table)
            return [tuple(row) for table in tables for row in tx.execute(select(table).order_by(table.c.id))]

        return self.world.reading(read)


@pytest.fixture
def history(world: World) -> History:
    return History(world)


@pytest.fixture
def in_pairs(monkeypatch: pytest.MonkeyPatch) -> None:
    """Batches of two articles."""
    monkeypatch.setattr(rematch, "BATCH", 2)


def told(steps: list[Step]) -> dict[str, tuple[Kind, str]]:
    return {one.article.title: (one.kind, one.why) for step in steps for one in step.told}


def versions(history: History) -> set[str]:
    return {match.found.version for match in history.matches().values() if match.lost_at is None}


def test_the_first_rules_match_what_they_mean(history: History) -> None:
    assert history.held() == {"Fighters surrender", "Fighters of Rafah", "استسلام مجموعة"}


def test_what_edited_rules_gain_and_lose_is_shown_with_the_clause_and_nothing_is_written(history: History) -> None:
    history.edit()
    before = history.rows()
    found = history.look()
    assert told(found) == {
        "Fighters surrender": (Kind.LOST, "NOT title:(@surrender) excludes it (surrender*)"),
        "استسلام مجموعة": (Kind.LOST, "NOT title:(@surrender) excludes it (استسلام)"),
        "דיווח": (Kind.GAINED, "matched by רפיח, לוחמים"),
        "Haber": (Kind.GAINED, "matched by =Refah, savaşçı*"),
        "Nouvelles": (Kind.GAINED, "matched by Rafah, combattant*"),
    }
    last = found[-1].rematch
    assert (last.articles, last.pruned, last.totals) == (7, 0, {RAFAH: Totals(gained=3, lost=2, kept=1)})
    assert not any(one.article.text for step in found for one in step.told)
    assert history.rows() == before


def test_what_is_applied_is_stamped_and_what_stays_keeps_its_past(history: History) -> None:
    before = history.matches()
    review(history, "Fighters of Rafah", Status.RELEVANT)
    history.edit()
    begun, done = history.apply()
    (version,) = versions(history)
    after = history.matches()
    assert version == history.scope().versions[RAFAH]
    kept, was = after["Fighters of Rafah"], before["Fighters of Rafah"]
    assert (kept.id, kept.matched_at, kept.status) == (was.id, was.matched_at, Status.RELEVANT)
    assert kept.found.version != was.found.version
    assert "surrender" in kept.found.explanation.query
    assert (after["Haber"].matched_at, after["Haber"].lost_at) == (history.world.now, None)
    lost = after["Fighters surrender"]
    assert (lost.lost_at, lost.matched_at) == (history.world.now, before["Fighters surrender"].matched_at)
    assert done.totals == {RAFAH: Totals(gained=3, lost=2, kept=1)}
    assert gained_by(history, begun.id) == {"דיווח", "Haber", "Nouvelles"}
    assert history.world.reading(rematches.finished)[-1].totals == done.totals


def gained_by(history: History, number: int) -> set[str]:
    """What an alert can be kept from by: matches that a rematch made, told from news."""
    rows = select(matches_table.c.id).where(matches_table.c.rematch_id == number)
    ids = history.world.reading(lambda tx: set(tx.execute(rows).scalars()))
    return {title for title, match in history.matches().items() if match.id in ids}


def review(history: History, title: str, status: Status) -> None:
    match = history.matches()[title]
    made = Review(match_id=match.id, status=status, note="", reviewer="أمل", reviewed_at=history.world.now)
    history.write(reviews.add, made)


def test_a_version_that_is_applied_is_known_with_its_text(history: History) -> None:
    history.edit()
    history.apply()
    (version,) = versions(history)

    def text(tx: Transaction) -> bytes:
        known = rule_versions.get(tx, RAFAH, version)
        assert known is not None
        assert known.active
        return rule_versions.text_of(tx, known)["watchlists/rafah.yaml"]

    assert history.world.reading(text) == AFTER.encode()


def test_what_is_lost_although_reviewed_is_told_with_who_decided(history: History) -> None:
    review(history, "Fighters surrender", Status.RELEVANT)
    history.edit()
    reviewed = [one for step in history.look() for one in step.told if one.kind is Kind.REVIEWED]
    assert [(one.article.title, one.reviewer) for one in reviewed] == [("Fighters surrender", "أمل")]
    assert history.look()[-1].rematch.totals[RAFAH].reviewed == 1
    history.apply()
    lost = history.matches()["Fighters surrender"]
    assert (lost.status, lost.lost_at) == (Status.RELEVANT, history.world.now)
    assert history.world.reading(reviews.of, lost.id)[0].reviewer == "أمل"


def test_a_second_time_nothing_is_written_but_that_it_was_done(history: History) -> None:
    history.edit()
    history.apply()
    before = history.matches()
    history.world.now += DAY
    begun, done = history.apply()
    assert begun.articles == 0
    assert done.totals == {RAFAH: Totals(kept=4)}
    assert history.matches() == before


def test_what_was_lost_is_found_again_with_its_past(history: History) -> None:
    review(history, "Fighters surrender", Status.RELEVANT)
    first = history.matches()["Fighters surrender"]
    history.edit()
    history.apply()
    history.edit(query=BEFORE)
    assert told(history.look())["Fighters surrender"] == (Kind.GAINED, "matched by Rafah, fighter*")
    history.apply()
    again = history.matches()["Fighters surrender"]
    assert (again.id, again.status, again.matched_at, again.lost_at) == (
        first.id,
        Status.RELEVANT,
        first.matched_at,
        None,
    )


def test_gained_articles_are_visited_as_new_matches_are(history: History) -> None:
    history.edit()
    history.apply()
    gained = history.matches()["Haber"]
    assert history.world.reading(revisits.since, gained.article.id) == history.world.now
    unmatched = history.articles[-1]
    assert history.world.reading(revisits.since, unmatched.id) is None


def test_other_watchlists_are_left_alone_unless_they_are_asked(history: History) -> None:
    history.world.write("watchlists/talks.yaml", "title: Talks\nquery: match\n")
    history.edit()
    assert history.look("talks")[-1].rematch.totals == {TALKS: Totals(gained=1)}
    before = history.matches()
    begun, _ = history.apply("talks")
    assert begun.versions.keys() == {TALKS}
    assert history.held() == {*before, "Football"}
    assert {title: history.matches()[title] for title in before} == before
    assert history.apply()[1].totals == {RAFAH: Totals(gained=3, lost=2, kept=1), TALKS: Totals(kept=1)}


def test_only_articles_of_the_time_that_is_asked_are_looked_at(history: History) -> None:
    history.edit()
    found = history.look(since=NOON + 3 * HOUR, until=NOON + 5 * HOUR)
    assert (set(told(found)), found[-1].rematch.articles) == ({"דיווח", "Haber"}, 2)
    history.apply(until=NOON + HOUR)
    assert history.held() == {"Fighters of Rafah", "استسلام مجموعة"}


@pytest.mark.usefixtures("in_pairs")
@pytest.mark.parametrize("stops", [1, 2, 3])
def test_an_interrupted_rematch_goes_on_where_it_stopped_and_its_totals_are_of_both(
    history: History, stops: int
) -> None:
    history.edit()
    first, stopped = history.apply(steps=stops)
    assert stopped.articles == 2 * stops
    begun, done = history.apply()
    assert begun == replace(stopped, finished_at=None)
    assert (done.id, done.articles) == (first.id, 7)
    assert done.totals == {RAFAH: Totals(gained=3, lost=2, kept=1)}
    assert history.held() == {"Fighters of Rafah", "דיווח", "Haber", "Nouvelles"}
    assert history.apply()[0].id > first.id


@pytest.mark.usefixtures("in_pairs")
def test_articles_that_came_while_it_was_interrupted_are_not_passed_over(history: History) -> None:
    history.edit()
    history.apply(steps=3)
    late = an_article("https://gazette.example/late", title="Late", text="Fighters of Rafah.", first_seen_at=NOON + DAY)
    history.write(articles.insert_new, [late])
    assert history.apply()[1].articles == 8
    assert "Late" in history.held()


@pytest.mark.usefixtures("in_pairs")
def test_a_narrower_question_goes_on_and_a_wider_or_later_one_begins_anew(history: History) -> None:
    history.edit()
    began = history.apply(since=NOON + HOUR, steps=1)[0].id
    assert history.apply(since=NOON + 2 * HOUR, until=NOON + 4 * HOUR, steps=1)[0].id == began
    assert history.apply(since=NOON + 6 * HOUR, steps=1)[0].id > began
    assert history.apply(steps=1)[0].place < (NOON, "")


@pytest.mark.usefixtures("in_pairs")
def test_after_other_rules_it_begins_anew(history: History) -> None:
    history.edit()
    first = history.apply(steps=1)[0]
    history.world.now += HOUR
    history.edit(query=BEFORE)
    history.apply(steps=1)
    history.world.now += HOUR
    history.edit()
    again = history.apply(steps=1)[0]
    assert (again.id > first.id, again.articles) == (True, 0)


@pytest.mark.usefixtures("in_pairs")
def test_what_rules_ask_of_outlets_belongs_to_them(history: History) -> None:
    history.edit()
    first = history.apply(steps=1)[0]
    config = history.world.folder / "feeds.yaml"
    config.write_text(config.read_text().replace("affiliation: independent", "affiliation: state"))
    assert history.apply(steps=1)[0].id > first.id


class Between(Store):
    """A store beside which something is written before it writes next."""

    work: Callable[[Transaction], object] | None = None

    @contextmanager
    def writing(self) -> Iterator[Transaction]:
        work, self.work = self.work, None
        if work:
            with super().writing() as tx:
                work(tx)
        with super().writing() as tx:
            yield tx


def apply_with(history: History, work: Callable[[Transaction], object]) -> list[Step]:
    """A rematch; what it has read is changed by `work` before it is saved."""
    scope = history.scope()
    with Between.open(history.url) as store:
        begun = begin(store, scope, history.clock, history.url)
        store.work = work
        return list(apply(store, scope, begun, history.clock))


def test_the_text_at_the_moment_of_the_write_counts(history: History) -> None:
    history.edit()
    by_title = {one.title: one for one in history.articles}

    def reword(tx: Transaction) -> None:
        # As a reading would: with its matches, by the rules in force.
        articles.save_text(tx, replace(by_title["Haber"], text="Bir şey yok.", text_source=TextSource.PAGE))
        articles.save_text(tx, replace(by_title["Nouvelles"], text="Rafah: combattants.", text_source=TextSource.PAGE))

    (step,) = apply_with(history, reword)
    assert "Haber" not in history.held()
    assert step.rematch.totals == {RAFAH: Totals(gained=2, lost=2, kept=1)}
    hits = history.matches()["Nouvelles"].found.hits
    assert [(hit.start, hit.surface) for hit in hits] == [(0, "Rafah"), (7, "combattants")]


def test_an_article_that_was_merged_meanwhile_is_left_to_the_other(history: History) -> None:
    history.edit()
    older, younger = history.articles[3], history.articles[4]
    (step,) = apply_with(history, lambda tx: merging.merge(tx, younger.id, older.id))
    assert step.rematch.articles == 7
    (match,) = history.world.reading(matches.of_article, older.id)
    assert {hit.surface for hit in match.found.hits} == {"Refah'taki", "savaşçılar"}
    assert history.world.reading(matches.of_article, younger.id) == ()


def test_rules_that_come_into_force_meanwhile_end_it_and_what_was_saved_stays(history: History, in_pairs: None) -> None:
    history.edit()
    scope = history.scope()
    history.world.feeds("gazette-en", "scan-en")
    other = history.world.config()
    with Store.open(history.url) as store:
        begun = begin(store, scope, history.clock, history.url)
        steps = apply(store, scope, begun, history.clock)
        assert next(steps).rematch.articles == 2
        with store.writing() as tx:
            put_in_force(tx, other, history.world.now)
        with pytest.raises(StoreError, match="another configuration has come into force meanwhile: run this again"):
            next(steps)
    # Only its feeds differ: it goes on.
    begun, done = history.apply()
    assert (begun.articles, done.articles) == (2, 7)
    assert done.totals == {RAFAH: Totals(gained=3, lost=2, kept=1)}


def test_two_at_once_do_nothing_twice(history: History, in_pairs: None) -> None:
    history.edit()
    scope = history.scope()
    with Store.open(history.url) as store, Store.open(history.url) as beside:
        one = apply(store, scope, begin(store, scope, history.clock, history.url), history.clock)
        other = apply(beside, scope, begin(beside, scope, history.clock, history.url), history.clock)
        next(one)
        with pytest.raises(StoreError, match="another `monitor rematch --apply`"):
            next(other)
        assert list(one)[-1].rematch.totals == {RAFAH: Totals(gained=3, lost=2, kept=1)}


def test_beside_a_daemon_with_other_rules_nothing_is_written(history: History) -> None:
    before = history.rows()
    old = history.world.config()
    history.edit()
    with daemon_lock(history.url), pytest.raises(LockedError, match=r"the daemon \(process \d+\) .*`monitor reload`"):
        history.apply()
    assert history.rows() == before
    history.write(put_in_force, old, history.world.now)
    with daemon_lock(history.url), pytest.raises(LockedError):
        history.apply()
    history.write(put_in_force, history.world.config(), history.world.now)
    with daemon_lock(history.url):
        assert history.apply()[1].totals[RAFAH].gained == 3


def test_a_database_that_knows_no_configuration_yet_is_no_reason_to_write_beside_a_daemon(world: World) -> None:
    url = world.environment["MONITOR_DATABASE_URL"]
    scope = Scope(config=world.config())
    with Store.open(url) as store, daemon_lock(url), pytest.raises(LockedError, match="configuration none, these"):
        begin(store, scope, lambda: NOON, url)


def test_what_is_left_of_a_pruned_article_is_matched_and_its_page_read_again(history: History) -> None:
    pruned = history.articles[0]

    def prune(tx: Transaction) -> None:
        tx.execute(matches_table.delete().where(matches_table.c.article_id == pruned.id))
        tx.execute(texts.delete().where(texts.c.article_id == pruned.id))
        readings.add(tx, [pruned], NOON)
        tx.execute(readings_table.update().values(next_read_at=None))

    history.write(prune)
    history.edit(query="title: Fighters\nquery: '@fighters'\n")
    assert told(history.look())["Fighters surrender"][0] is Kind.GAINED
    assert history.world.reading(readings.next_due) is None
    _, done = history.apply()
    assert done.pruned == 1
    assert history.world.reading(readings.next_due) == history.world.now
    key = match_key(RAFAH, pruned.id)
    assert key in {match.id for match in history.matches().values()}


def test_without_articles_there_is_nothing_to_tell(world: World) -> None:
    scope = Scope(config=world.config())
    with Store.open(world.environment["MONITOR_DATABASE_URL"]) as store:
        assert list(look(store, scope, nothing_yet(scope, NOON))) == []

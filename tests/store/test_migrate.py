"""Upgrading: nothing is lost, whatever it is killed by, and the migrations make the tables that schema.py says."""

import json
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from hashlib import sha256
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import insert, text

from monitor.errors import StoreError
from monitor.model import (
    Article,
    Belonging,
    FailureKind,
    Manner,
    Matched,
    Status,
    StoryId,
    WatchlistId,
    article_key,
    match_key,
)
from monitor.pipeline.belonging import join
from monitor.store import (
    articles,
    configurations,
    daemon,
    links,
    matches,
    migrate,
    pages,
    polls,
    reloads,
    reviews,
    rule_versions,
    schema,
    stories,
    undoing,
    versions,
)
from monitor.store.articles import ArticleQuery
from monitor.store.decisions import Deciding
from monitor.store.matches import MatchQuery
from monitor.store.store import Store, Transaction, revision, upgrade
from monitor.stories.copies import sampled
from monitor.stories.said import report_of, wording_of
from tests.builders import NOON, a_feed, a_found, a_page, an_article
from tests.store.test_faults import create

INDEX = {"search", "search_data", "search_idx", "search_config", "ix_search_keys"}
"""The full-text index, which SQLAlchemy does not know: each database has its own kind."""
COMPARED = {
    "compare_type": True,
    "version_table": schema.VERSION_TABLE,
    "include_object": lambda _object, name, *_: name not in INDEX,
}
HEAD = schema.REVISIONS[-1]
NEXT = f"{int(HEAD) + 1:04}"
STEP = f'''"""A step of the tests."""
import os
import signal
from alembic import op
revision, down_revision, branch_labels, depends_on = "{NEXT}", "{HEAD}", None, None
def upgrade() -> None:
    op.execute("CREATE TABLE further (id text)")
    if os.environ.get("DIE"):
        os.kill(os.getpid(), signal.SIGKILL)
    op.execute("UPDATE articles SET title = title || '!'")
'''
FEED = """
INSERT INTO feeds (id, active, url_hash, next_poll_at, etag, last_modified, body_hash, failures, last_error)
VALUES (:id, :active, '', :now, 'e', '', '', 2, 'down')
"""
ARTICLE = """
INSERT INTO articles (id, url, feed_id, outlet, title, text_source, language, authors, published_at, first_seen_at)
VALUES (:id, :url, :feed_id, :outlet, :title, 'feed', :language, '', :now, :now)
"""
POLL = """
INSERT INTO polls (feed_id, polled_at, outcome, offered, new, known, repeated, skipped, error)
VALUES (:id, :now, 'failed', 0, 0, 0, 0, 0, 'down')
"""
UPGRADE = f"""
import sys
from pathlib import Path
from monitor.store import migrate, versions
from monitor.store.store import upgrade
migrate.SCRIPTS = Path(sys.argv[2])
versions.REVISIONS = (*versions.REVISIONS, "{NEXT}")
upgrade(sys.argv[1])
"""


def test_the_migrations_make_the_tables_of_the_schema(new_database: Callable[..., str]) -> None:
    with Store.open(new_database(empty=True)) as store, store.writing() as tx:
        context = MigrationContext.configure(tx, opts=COMPARED)
        assert compare_metadata(context, schema.metadata) == []


def test_every_revision_is_known_by_name() -> None:
    scripts = ScriptDirectory(str(migrate.SCRIPTS))
    assert tuple(script.revision for script in scripts.walk_revisions())[::-1] == schema.REVISIONS
    assert Config is not None


@pytest.fixture
def next_version(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[], Path]:
    """Makes this program one version newer, from the moment it is called."""

    def grow() -> Path:
        scripts = tmp_path / "100% newer"
        shutil.copytree(migrate.SCRIPTS, scripts)
        (scripts / "versions" / f"{NEXT}_further.py").write_text(STEP)
        monkeypatch.setattr(migrate, "SCRIPTS", scripts)
        monkeypatch.setattr(versions, "REVISIONS", (*schema.REVISIONS, NEXT))
        return scripts

    return grow


def titles(url: str) -> list[str]:
    with Store.open(url, read_only=True) as store, store.reading() as tx:
        return [article.title for article in articles.query(tx, ArticleQuery())]


@pytest.fixture
def old_url(database_url: str) -> str:
    """A database of this version with an article."""
    with Store.open(database_url) as store, store.writing() as tx:
        articles.insert_new(tx, [an_article()])
    return database_url


def test_an_upgrade_keeps_everything(old_url: str, next_version: Callable[[], Path]) -> None:
    next_version()
    assert revision(old_url) == (HEAD, NEXT)
    done = upgrade(old_url)
    assert (done.before, done.after) == (HEAD, NEXT)
    assert titles(old_url) == ["Headline 1!"]
    assert revision(old_url) == (NEXT, NEXT)
    assert upgrade(old_url).copy is None
    assert titles(old_url) == ["Headline 1!"]


def test_an_older_database_is_not_read_but_said_to_be_older(old_url: str, next_version: Callable[[], Path]) -> None:
    next_version()
    with pytest.raises(
        StoreError, match=rf"of an older version \(tables {HEAD}, now {NEXT}\): run `monitor db upgrade`"
    ):
        Store.open(old_url, read_only=True)


def test_opening_upgrades_a_file_but_leaves_a_server_to_its_owner(
    old_url: str, next_version: Callable[[], Path]
) -> None:
    next_version()
    if "://" in old_url:
        with pytest.raises(StoreError, match="run `monitor db upgrade`"):
            Store.open(old_url)
    else:
        Store.open(old_url).close()
        assert titles(old_url) == ["Headline 1!"]


def test_a_file_is_copied_before_it_is_upgraded(tmp_path: Path, next_version: Callable[[], Path]) -> None:
    url = str(tmp_path / "monitor.db")
    with Store.open(url) as store, store.writing() as tx:
        articles.insert_new(tx, [an_article()])
    (tmp_path / "monitor.db.copying").write_bytes(b"half a copy of an attempt that was killed")
    next_version()
    done = upgrade(url)
    assert done.copy == tmp_path / f"monitor.db.before-{NEXT}"
    with sqlite3.connect(done.copy) as copy:
        assert copy.execute("SELECT title FROM articles").fetchall() == [("Headline 1",)]
        assert copy.execute("SELECT version_num FROM monitor_version").fetchall() == [(HEAD,)]
    copy.close()
    assert not (tmp_path / "monitor.db.copying").exists()


def test_an_upgrade_killed_midway_never_happened_and_can_be_run_again(
    old_url: str, next_version: Callable[[], Path]
) -> None:
    scripts = next_version()
    command = [sys.executable, "-c", UPGRADE, old_url, str(scripts)]
    assert subprocess.run(command, env={"DIE": "1", "PYTHONPATH": "."}).returncode == -9
    assert revision(old_url) == (HEAD, NEXT)
    assert subprocess.run(command, env={"PYTHONPATH": "."}).returncode == 0
    assert titles(old_url) == ["Headline 1!"]


def test_a_step_that_fails_changes_nothing(old_url: str, next_version: Callable[[], Path]) -> None:
    create(old_url, "CREATE TABLE further (id text)")
    next_version()
    with pytest.raises(Exception, match="already exists"):
        upgrade(old_url)
    assert revision(old_url) == (HEAD, NEXT)


def test_after_an_upgrade_references_are_watched_again(tmp_path: Path, next_version: Callable[[], Path]) -> None:
    url = str(tmp_path / "monitor.db")
    Store.open(url).close()
    next_version()
    with Store.open(url) as store, store.writing() as tx:
        assert tx.exec_driver_sql("PRAGMA foreign_keys").scalar() == 1


def test_upgrading_makes_an_empty_database(new_database: Callable[..., str], tmp_path: Path) -> None:
    url = new_database(empty=True)
    assert upgrade(url).before == ""
    assert titles(url) == []


def _told(article: Article) -> dict[str, str]:
    return {name: getattr(article, name) for name in ("id", "url", "feed_id", "outlet", "title", "language")}


@contextmanager
def version(last: str, folder: Path) -> Iterator[None]:
    """This program as it was when this revision was the last one."""
    scripts = folder / f"until {last}"
    shutil.copytree(migrate.SCRIPTS, scripts)
    for path in (scripts / "versions").glob("[0-9]*.py"):
        if path.name[: len(last)] > last:
            path.unlink()
    with pytest.MonkeyPatch.context() as old:
        old.setattr(migrate, "SCRIPTS", scripts)
        old.setattr(versions, "REVISIONS", tuple(one for one in schema.REVISIONS if one <= last))
        yield


@pytest.fixture
def first_version(new_database: Callable[..., str], tmp_path: Path) -> str:
    """A database as the first version left it, with everything in it that it could hold."""
    url = new_database(empty=True)
    with version("0001", tmp_path), Store.open(url) as store, store.writing() as tx:
        # As it was written then: today's rows have more columns.
        tx.execute(text(FEED), {"id": a_feed().id, "active": True, "now": NOON.isoformat(" ")})
        tx.execute(text(POLL), {"id": a_feed().id, "now": NOON.isoformat(" ")})
        tx.execute(text(ARTICLE), {**_told(an_article()), "now": NOON.isoformat(" ")})
        tx.execute(insert(schema.texts), {"article_id": an_article().id, "summary": "", "text": ""})
        tx.execute(insert(schema.addresses), {"article_id": an_article().id, "key": an_article().id})
        matches.put(tx, [Matched(article_id=an_article().id, found=(a_found(),))], [a_found().watchlist_id], NOON)
        configurations.save(tx, "1", {"feeds.yaml": b"outlets: {}"}, NOON)
    return url


def test_a_database_of_the_first_version_keeps_everything(first_version: str) -> None:
    assert revision(first_version) == ("0001", HEAD)
    upgrade(first_version)
    with Store.open(first_version) as store, store.writing() as tx:
        assert articles.get(tx, an_article().id, full=False) == replace(an_article(), summary="")
        assert [match.found.version for match in matches.query(tx, MatchQuery())] == [a_found().version]
        state = polls.state(tx, a_feed().id)
        assert state is not None
        assert (state.validators.etag, state.failures, state.failure) == ("e", 2, FailureKind.TEMPORARY)
        assert (state.interval, state.window, state.whole_at) == (None, 0, None)
        assert tx.execute(text("SELECT times, gap FROM polls")).one() == (1, False)
        polls.sync(tx, [a_feed()], NOON)
        assert polls.due(tx, NOON, 1, hosts={"gazette.example": 1}, per_host=1) == ()
        assert configurations.last(tx) == {"feeds.yaml": b"outlets: {}"}
        assert daemon.get(tx) is None
        assert rule_versions.active(tx) == ()
        reloads.ask(tx, NOON, forced=False)
        pages.put(tx, an_article().id, a_page())
        assert pages.of_article(tx, an_article().id) == (a_page(),)
        assert compare_metadata(MigrationContext.configure(tx, opts=COMPARED), schema.metadata) == []


def insert_as_it_was(tx: Transaction, article: Article) -> None:
    """Saves an article in the tables that there were before version 0011."""
    tx.execute(insert(schema.articles), {column.name: getattr(article, column.name) for column in schema.articles.c})
    tx.execute(insert(schema.texts), {"article_id": article.id, "summary": article.summary, "text": article.text})
    tx.execute(insert(schema.addresses), {"article_id": article.id, "key": article.id})


STORY = "INSERT INTO stories (id, began_at, grown_at) VALUES (:story, :now, :now)"
MEMBER = """
INSERT INTO members
(article_id, story_id, joined_at, reported_at, how, like_id, overlap, shared, origin, words, sampled, note)
VALUES (:article, :story, :now, :now, 'first', '', 0, '', :article, '{}', 0, '')
"""


@pytest.fixture
def before_credits(new_database: Callable[..., str], tmp_path: Path) -> str:
    """A database of the version before credits were read and stories were linked, with a story in it."""
    url = new_database(empty=True)
    with version("0007", tmp_path), Store.open(url) as store, store.writing() as tx:
        insert_as_it_was(tx, an_article())
        given = {"article": an_article().id, "story": "a" * 32, "now": NOON.isoformat(" ")}
        tx.execute(text(STORY), given)
        tx.execute(text(MEMBER), given)
    return url


def test_a_story_from_before_credits_and_links_is_kept_without_any(before_credits: str) -> None:
    upgrade(before_credits)
    with Store.open(before_credits) as store, store.writing() as tx:
        (member,) = stories.members_of(tx, StoryId("a" * 32))
        assert (member.article.id, member.credit) == (an_article().id, "")
        assert stories.named(tx, "aaaa", NOON)[0].origins == 1
        assert links.links_of(tx, [StoryId("a" * 32)]) == {StoryId("a" * 32): ()}
        assert compare_metadata(MigrationContext.configure(tx, opts=COMPARED), schema.metadata) == []


JOINED = """
INSERT INTO members (number, article_id, story_id, joined_at, reported_at,
how, like_id, overlap, shared, origin, credit, words, sampled, note, marks)
VALUES (:number, :article, :story, :now, :now, 'first', '', 0, '', :article, '', :words, :sampled, '', :marks)
"""
EARLY, LATE = 7, 20_000
"""Numbers of a member that is no more looked up in memory, and of one that is."""


@pytest.fixture
def before_joining(new_database: Callable[..., str], tmp_path: Path) -> str:
    """A database of the version in which all hints stood in tables, with two stories in it."""
    url = new_database(empty=True)
    with version("0009", tmp_path), Store.open(url) as store, store.writing() as tx:
        for number, name, at in ((EARLY, "early", NOON - timedelta(days=2)), (LATE, "late", NOON)):
            article = a_report(name, at)
            insert_as_it_was(tx, article)
            given = {"article": article.id, "story": f"{number:032}", "now": at.isoformat(" "), "number": number}
            told, sample = report_of(article), sampled(wording_of(article).shingles)
            tx.execute(text(STORY), given)
            hints = {"words": json.dumps(told.words), "marks": json.dumps(told.marks), "sampled": len(sample)}
            tx.execute(text(JOINED), given | hints)
            for table, column, held in (
                ("shingles", "shingle", sample),
                ("terms", "term", {1}),
                ("marks", "mark", {1}),
            ):
                for hint in held:
                    tx.execute(text(f"INSERT INTO {table} ({column}, number) VALUES ({hint}, {number})"))
    return url


def a_report(name: str, at: datetime, **changes: object) -> Article:
    """An article with a long text of its own, whatever stands around it."""
    words = (sha256(f"{name}{place}".encode()).hexdigest()[:8] for place in range(600))
    given = {"outlet": name, "title": f"Farouk Ramadan of Nablus: {name}", "text": " ".join(words), "summary": ""}
    moments = {"published_at": at, "first_seen_at": at}
    return an_article(f"https://{name}.example/1", **{**given, **moments, **changes})


@pytest.mark.parametrize(("name", "at"), [("early", NOON - timedelta(days=2)), ("late", NOON)])
def test_copies_of_what_joined_before_hints_were_in_memory_are_found(
    before_joining: str, name: str, at: datetime
) -> None:
    upgrade(before_joining)
    with Store.open(before_joining) as store, store.writing() as tx:
        original = a_report(name, at)
        copy = replace(original, id=article_key("copy"), url="https://copy.example/1")
        articles.insert_new(tx, [copy])
        found = join(tx, copy, NOON + timedelta(minutes=1))
        assert (found.how, found.like, found.overlap) == (Belonging.COPY, original.id, 1.0)
        assert compare_metadata(MigrationContext.configure(tx, opts=COMPARED), schema.metadata) == []


def test_stories_of_before_are_linked_by_the_marks_of_their_members(before_joining: str) -> None:
    upgrade(before_joining)
    with Store.open(before_joining) as store, store.writing() as tx:
        other = a_report("haus", NOON, title="Faruk Ramadan, Nablus: Haus gesprengt", language="de")
        articles.insert_new(tx, [other])
        place = join(tx, other, NOON)
        late = StoryId(f"{LATE:032}")
        assert [link.story_id for link in links.links_of(tx, [late])[late]] == [place.story_id]


REVIEW = """
INSERT INTO reviews (match_id, status, note, reviewer, reviewed_at) VALUES (:match, :status, :note, 'ana', :now)
"""


@pytest.fixture
def before_decisions(new_database: Callable[..., str], tmp_path: Path) -> str:
    """A database of the version in which reviews did not say what they changed, with reviews of two matches."""
    url = new_database(empty=True)
    with version("0012", tmp_path), Store.open(url) as store, store.writing() as tx:
        articles.insert_new(tx, [an_article()])
        found = (a_found("rafah"), a_found("talks"))
        matches.put(tx, [Matched(article_id=an_article().id, found=found)], [one.watchlist_id for one in found], NOON)
        for watchlist, status in (("rafah", "later"), ("talks", "irrelevant"), ("rafah", "relevant")):
            key = match_key(WatchlistId(watchlist), an_article().id)
            given = {"match": key, "status": status, "note": f"{watchlist} is {status}", "now": NOON.isoformat(" ")}
            tx.execute(text(REVIEW), given)
            tx.execute(text("UPDATE matches SET status = :status WHERE id = :match"), given)
    return url


def test_reviews_of_before_say_what_they_changed(before_decisions: str) -> None:
    upgrade(before_decisions)
    with Store.open(before_decisions) as store, store.writing() as tx:
        rafah, talks = (match_key(WatchlistId(name), an_article().id) for name in ("rafah", "talks"))
        told = [(one.before, one.status, one.note, one.decision, one.manner) for one in reviews.of(tx, rafah)]
        assert told == [
            (Status.NEW, Status.LATER, "rafah is later", 1, Manner.HAND),
            (Status.LATER, Status.RELEVANT, "rafah is relevant", 3, Manner.HAND),
        ]
        (other,) = reviews.of(tx, talks)
        assert (other.before, other.tags, other.assignee, other.version) == (Status.NEW, (), "", "")
        assert (other.score, other.text_source, other.revision, other.undoes) == (None, None, None, None)
        assert matches.get(tx, rafah).status is Status.RELEVANT  # type: ignore[union-attr]
        assert undoing.last_decisions(tx, "ana", 9) == [3, 2, 1]
        undoing.undo(tx, 3, Deciding(reviewer="ana", now=NOON))
        assert matches.get(tx, rafah).status is Status.LATER  # type: ignore[union-attr]
        assert compare_metadata(MigrationContext.configure(tx, opts=COMPARED), schema.metadata) == []

"""One way to say which matches are meant: what `matches` lists, `review`, `export` and `feed build` take with the same
words; on both databases.
"""

import csv
import json
from collections.abc import Callable, Sequence
from datetime import timedelta
from io import StringIO
from pathlib import Path

import click
import pytest
from sqlalchemy import update
from warcio.archiveiterator import ArchiveIterator

from monitor import clock
from monitor.cli.export import export_command
from monitor.cli.feed_build import build_command
from monitor.cli.match_filters import FILTERS, assignee
from monitor.cli.matches import matches_command
from monitor.cli.review import review_command
from monitor.model import MatchId
from monitor.outgoing.feed import entry_id
from monitor.store import schema
from monitor.store.store import Store
from tests.cli.conftest import Run
from tests.cli.test_export import RAFAH, listed

OTHERS = {"export": export_command, "review": review_command, "feed build": build_command}
CALLED = {"--status": "--of-status", "--tag": "--of-tag", "--story": "--of-story"}
"""In `review`, whose own words these are."""
ELSE = {
    "changed", "everything", "watch", "count", "by", "limit", "offset", "sort", "output", "columns", "bom", "exit_code",
    "no_pager", "config", "database",
}  # fmt: skip
"""What `matches` takes and is no filter."""
CASES: dict[str, list[tuple[str, ...]]] = {
    # First, for every later decision here is by the same one.
    "reviewer": [("--reviewer", "Amal")],
    "text": [('"safe passage"',), ("رفح AND نفق",), ("רפיח OR =Refah OR assiégés",)],
    "watchlist": [("--watchlist", RAFAH)],
    "status": [("--status", "later", "--status", "new")],
    "tag": [("--tag", "#War")],
    "assignee": [("--assignee", "Ana"), ("--assignee", "")],
    "score": [("--score", "2..30")],
    "term": [("--term", "@tunnels")],
    "since": [("--since", "2d")],
    "until": [("--until", "2d")],
    "lang": [("--lang", "ar", "--lang", "he")],
    "outlet": [("--outlet", "levant-wire")],
    "country": [("--country", "EG", "--country", "qa")],
    "affiliation": [("--affiliation", "state")],
    "feed": [("--feed", "levant-wire-en")],
    "story": [("--story",)],
    "text_source": [("--text-source", "page")],
    "lost": [("--lost", "--lang", "fr")],
    "all": [("--query", "tunnels", "--score", ">=10", "--lang", "en", "--text-source", "page", "--status", "any")],
}


def options_of(command: click.Command) -> dict[str, click.Parameter]:
    return {str(one.name): one for one in command.params}


def test_the_filters_are_all_that_matches_takes_beside_its_looks() -> None:
    assert set(options_of(matches_command)) - ELSE == set(FILTERS)
    assert set(CASES) == {*FILTERS, "all"}


@pytest.mark.parametrize("name", OTHERS)
def test_each_command_has_every_filter_in_the_same_words(name: str) -> None:
    theirs, own = options_of(matches_command), options_of(OTHERS[name])
    for one in set(FILTERS) - {"text"}:
        there, here = theirs[one], own[one]
        called = [CALLED.get(word, word) if name == "review" else word for word in there.opts]
        assert here.opts == called
        assert isinstance(there, click.Option)
        assert isinstance(here, click.Option)
        assert (here.multiple, here.is_flag, here.help) == (there.multiple, there.is_flag, there.help)
        assert here.type.to_info_dict() == there.type.to_info_dict()
    assert own["text"].opts == ["--query"]


class Newsroom:
    """A database, and what each command makes of the same words."""

    def __init__(self, monitor: Run, at: Path, database: str, folder: Path) -> None:
        self.folder = folder
        self.marks = 0
        self._monitor, self._at, self._database = monitor, at, database
        self.every = [one["id"] for one in self.listed(["--lost"])]

    def run(self, *arguments: str) -> str:
        said = self._monitor(*arguments, "--database", self._database, at=self._at)
        assert said.code in (0, 1), (arguments, said.err)
        return str(said.out)

    def listed(self, words: Sequence[str]) -> list[dict[str, str]]:
        out = self.run("matches", *in_matches(words), "--all", "--limit", "9999", "--format", "jsonl")
        return [json.loads(line) for line in out.splitlines()]

    def exported(self, words: Sequence[str]) -> list[str]:
        return [row["id"] for row in csv.DictReader(StringIO(self.run("export", "--csv", "-", *words)))]

    def published(self, words: Sequence[str]) -> list[str]:
        folder = self.folder / "feeds"
        self.run("feed", "build", str(folder), "--limit", "1000", *words)
        entries = {one["id"] for path in folder.glob("*.json") for one in json.loads(path.read_text())["items"]}
        for path in folder.iterdir():
            path.unlink()
        return [one for one in self.every if entry_id(MatchId(one)) in entries]

    def reviewed(self, words: Sequence[str]) -> list[str]:
        """Those that a decision is about."""
        self.marks += 1
        mark = f"mark{self.marks}"
        of_status = [] if "--status" in words else ["--of-status", "any"]
        self.run("review", *(CALLED.get(word, word) for word in words), *of_status, "--tag", mark, "--yes")
        return [one["id"] for one in self.listed(["--tag", mark, "--lost"])]


def in_matches(words: Sequence[str]) -> list[str]:
    """Where the query stands without a name."""
    return [word for word in words if word != "--query"]


def shrink(config: Path) -> None:
    """The rules are read for each query anew: few, for what is stored is found already."""
    for path in (*(config / "lists").iterdir(), *(config / "watchlists").iterdir()):
        path.unlink()
    (config / "lists" / "words.yaml").write_text("tunnels: {en: [tunnels], ar: [أنفاق, نفق]}\n", encoding="utf-8")
    (config / "watchlists" / f"{RAFAH}.yaml").write_text("title: Tunnels\nquery: '@tunnels'\n", encoding="utf-8")


@pytest.fixture
def newsroom(
    monitor: Run, kept: Path, new_database: Callable[..., str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Newsroom:
    """Matches of two watchlists, some of them decided about, some a week old, some lost."""
    every = [one["id"] for one in listed(monitor, kept)]
    for name, ids, decision in (
        ("Amal", every[:6], ["--later", "--tag", "war"]),
        ("Omar", every[4:9], ["--relevant", "--assign", "Ana"]),
    ):
        monkeypatch.setenv("MONITOR_REVIEWER", name)
        assert monitor("review", *ids, *decision, "--anyway", at=kept).code == 0
    with Store.open(str(kept / "data" / "monitor.db")) as store, store.writing() as tx:
        old, lost = every[::3], [one["id"] for one in listed(monitor, kept, "--lang", "fr")][:3]
        week_ago = clock.now() - timedelta(days=7)
        tx.execute(update(schema.matches).where(schema.matches.c.id.in_(old)).values(matched_at=week_ago))
        tx.execute(update(schema.matches).where(schema.matches.c.id.in_(lost)).values(lost_at=clock.now()))
    shrink(kept / "config")
    target = new_database(empty=True)
    assert monitor("db", "copy", target, at=kept).code == 0
    return Newsroom(monitor, kept, target, tmp_path)


def words_of(name: str, case: Sequence[str], room: Newsroom) -> list[str]:
    if name == "text":
        return ["--query", *case]
    return [*case, next(one["story"] for one in room.listed([]) if one["story"])] if name == "story" else [*case]


def test_every_command_takes_what_matches_lists(newsroom: Newsroom) -> None:
    for name, cases in CASES.items():
        for case in cases:
            words = words_of(name, case, newsroom)
            found = {one["id"] for one in newsroom.listed(words)}
            assert found, words
            assert found < {*newsroom.every}, words
            for taken in (newsroom.exported(words), newsroom.published(words), newsroom.reviewed(words)):
                assert sorted(taken) == sorted(found), words


def test_every_format_of_an_export_holds_them(newsroom: Newsroom, tmp_path: Path) -> None:
    words = ["--query", "@tunnels", "--score", ">=10"]
    records = newsroom.listed(words)
    there = {one["article"] for one in records}
    assert len(there) < len(records), "an article that two watchlists match is written once"
    lines = newsroom.run("export", "--jsonl", "-", *words).splitlines()
    assert sorted(json.loads(line)["id"] for line in lines) == sorted(there)
    newsroom.run("export", "--bundle", str(tmp_path / "bundle"), *words)
    assert {one.name for one in (tmp_path / "bundle").iterdir()} == there | {"SHA256SUMS"}
    newsroom.run("export", "--warc", str(tmp_path / "news.warc"), *words)
    with (tmp_path / "news.warc").open("rb") as file:
        told = [json.loads(one.content_stream().read()) for one in ArchiveIterator(file) if one.rec_type == "metadata"]
    assert {one["id"] for one in told} == {one["article"] for one in records if one["text_source"] == "page"}
    digest = newsroom.run("export", "--digest", "-", *words)
    assert digest.count("\n## ") == len({one["watchlist"] for one in records}) == 2


@pytest.mark.parametrize(
    "command", [("export", "--csv", "-"), ("feed", "build", "feeds"), ("review", "--later", "--yes")]
)
@pytest.mark.parametrize(
    ("words", "advice"),
    [
        (("--term", "@tunels"), 'no rule has the list "@tunels" (did you mean "@tunnels"?)'),
        (("--term", "@"), "expected a term as its rule has it"),
        (("--outlet", "kav-hahoff"), 'there is no outlet "kav-hahoff" (did you mean "kav-hahof"?)'),
        (("--watchlist", "rafa"), 'there is no watchlist "rafa"'),
        (("--reviewer", "Nobody"), 'no decision is by "Nobody"'),
        (("--lang", "arabic"), "is no language"),
        (("--assignee", "A\nB"), "is no name: expected a name on one line"),
        (("--tag", "two words"), "is no tag"),
        (("--feed", ""), 'there is no feed ""'),
        (("--reviewer", ""), 'no decision is by ""'),
        (("--story", ""), "is not an id"),
        (("--term", "Rafah", "--term", "Gaza"), "expected one, got Rafah and Gaza"),
        (("--score", "much"), '"much" is no score'),
        (("--since", "2025-13-40"), "2025-13-40"),
    ],
)
def test_what_is_none_is_told_as_matches_does_and_nothing_is_made(
    monitor: Run,
    demo: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    command: tuple[str, ...],
    words: tuple[str, ...],
    advice: str,
) -> None:
    monkeypatch.chdir(tmp_path)
    called = [CALLED.get(word, word) if command[0] == "review" else word for word in words]
    said, asked = monitor(*command, *called, at=demo), monitor("matches", *in_matches(words), at=demo)
    assert (said.code, asked.code) == (2, 2)
    assert advice in said.err
    assert advice in asked.err
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("query", ["(tunnels", ""])
def test_a_query_that_is_none_is_told_by_its_name(monitor: Run, kept: Path, query: str) -> None:
    shrink(kept / "config")
    for command in (("export", "--csv", "-"), ("feed", "build", str(kept / "feeds")), ("review", "--later", "--yes")):
        said = monitor(*command, "--query", query, at=kept)
        assert said.code == 2
        assert "in the query" in said.err
        assert said.err.startswith("--query:1:1: ")
    assert not (kept / "feeds").exists()


def test_a_name_that_is_no_text_is_told() -> None:
    with pytest.raises(click.BadParameter, match="is no name"):
        assignee(click.Context(matches_command), matches_command.params[0], ("\udcff",))


def test_beside_ids_one_status_says_what_was_seen(monitor: Run, kept: Path) -> None:
    match = listed(monitor, kept)[0]["id"]
    said = monitor("review", match, "--later", "--of-status", "new", "--of-status", "later", at=kept)
    assert said.code == 2
    assert "beside IDs --of-status says what you saw: give one" in said.err
    assert monitor("review", match, "--later", "--of-status", "any", at=kept).code == 0

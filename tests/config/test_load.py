"""A whole configuration: everything in it, or everything that is wrong with it."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from monitor.config.files import read_files
from monitor.config.load import Config, files_hash, load
from monitor.config.shipped import shipped_folder
from monitor.errors import ConfigError
from monitor.model import Affiliation, Example, Feed, FeedId, Outlet, ScoreRule, TermList, Watchlist, WatchlistId
from tests.builders import a_document
from tests.config.valid import FEEDS, HOME, LISTS, WATCHLIST, files, problems

GAZETTE = Outlet(
    id="gazette",
    name="The Gazette",
    country="EG",
    language="en",
    affiliation=Affiliation.INDEPENDENT,
    domains=("gazette.example",),
)
NORSK = Outlet(
    id="norsk",
    name="Norsk Nytt",
    country="NO",
    language="no",
    affiliation=Affiliation.PUBLIC,
    domains=("norsk.example", "nytt.example"),
)


def test_outlets_and_feeds_are_read_in_their_order_with_defaults() -> None:
    config = load(files({"monitor.yaml": "poll: {every: 20m}"}), environment={}, home=HOME)

    first = Feed(
        id=FeedId("gazette-en"),
        url="https://gazette.example/rss.xml",
        outlet=GAZETTE,
        language="en",
        every=timedelta(minutes=20),
        fastest=timedelta(minutes=5),
        slowest=timedelta(minutes=30),
    )
    second = replace(
        first,
        id=FeedId("gazette-ar"),
        url="https://gazette.example/ar/rss.xml",
        language="ar",
        every=timedelta(minutes=10),
        fastest=timedelta(minutes=10),
        slowest=timedelta(minutes=10),
        tags=("daily", "كتاب"),
    )
    third = replace(first, id=FeedId("norsk"), url="https://feeds.norsk.example/all.xml", outlet=NORSK, language="no")
    assert config.outlets == (GAZETTE, NORSK)
    assert config.feeds == (first, second, third)


def test_lists_know_the_places_of_their_terms() -> None:
    config = load(files(), environment={}, home=HOME)

    file = "lists/places.yaml"
    rafah = {("en", 0): (2, 8), ("ar", 0): (4, 7)}
    tunnels = {("en", 0): (6, 8), ("en", 1): (6, 17), ("he", 0): (8, 7)}
    assert config.lists == (
        TermList(id="rafah", terms={"en": ("Rafah",), "ar": ("رفح",)}, file=file, places=rafah),
        TermList(id="tunnels", terms={"en": ("tunnel*", "underground"), "he": ("מנהרה",)}, file=file, places=tunnels),
    )


def test_a_watchlist_knows_the_place_of_its_query() -> None:
    config = load(files(), environment={}, home=HOME)

    assert config.watchlists == (
        Watchlist(
            id=WatchlistId("rafah-tunnels"),
            title="Tunnels of Rafah",
            query="@rafah AND\n  @tunnels",
            score=ScoreRule(title=3, body=1.5, minimum=2),
            should_match=(
                Example(title="Tunnel found in Rafah", line=7),
                Example(title="News", body="A tunnel under Rafah and a second tunnel", language="en", line=8),
            ),
            should_not_match=(Example(title="Firefighters rescue two from flooded tunnel", line=10),),
            file="watchlists/rafah-tunnels.yaml",
            query_place=(3, 3),
            query_indent=2,
        ),
    )


def test_a_watchlist_may_be_a_query_alone() -> None:
    config = load(files({"watchlists/rafah-tunnels.yaml": "query: '@rafah'"}), environment={}, home=HOME)

    (watchlist,) = config.watchlists
    assert watchlist.title == "rafah-tunnels"
    assert watchlist.query == "@rafah"
    assert watchlist.query_place == (1, 9)
    assert watchlist.score == ScoreRule()


def test_the_matcher_is_made_of_the_lists_and_watchlists() -> None:
    config = load(files(), environment={}, home=HOME)

    (found,) = config.matcher.match(a_document("نفق: tunnels of Rafah"))
    assert found.watchlist_id == "rafah-tunnels"
    assert config.matcher.match(a_document("Tunnels of London")) == ()


def test_what_was_loaded_loads_again_to_the_same() -> None:
    config = load(files(), environment={}, home=HOME)
    again = load(config.files, environment={}, home=HOME)

    assert config.files == files()
    assert replace(config, matcher=again.matcher) == again


def test_the_hash_tells_every_change_of_a_file() -> None:
    changes: list[dict[str, str | None]] = [
        {},
        {"monitor.yaml": None},
        {"feeds.yaml": FEEDS + "#"},
        {"lists/other.yaml": ""},
    ]
    hashes = {files_hash(files(change)) for change in changes}

    assert len(hashes) == len(changes)
    assert all(len(digest) == 64 for digest in hashes)
    assert files_hash(dict(reversed(files().items()))) == files_hash(files())


def test_hosts_that_serve_several_outlets_are_nobodys_domain() -> None:
    text = FEEDS.replace("https://feeds.norsk.example/", "https://www.gazette.example/norsk/").replace(
        "    domains: [norsk.example, nytt.example]\n", ""
    )
    config = load(files({"feeds.yaml": text}), environment={}, home=HOME)

    assert [outlet.domains for outlet in config.outlets] == [(), ()]


def test_a_host_that_is_somebodys_domain_is_not_the_default_of_another() -> None:
    text = FEEDS.replace("nytt.example", "gazette.example")
    config = load(files({"feeds.yaml": text}), environment={}, home=HOME)

    assert [outlet.domains for outlet in config.outlets] == [(), ("norsk.example", "gazette.example")]


def test_twelve_mistakes_in_five_files_are_all_reported_with_their_places() -> None:
    found = problems(
        {
            "monitor.yaml": "timezone: Europe/Jerusalem\npoll: {evry: 5m}\nfetch: {timeout: 30}\n",
            "feeds.yaml": FEEDS.replace("country: EG", "country: egypt")
            .replace("every: 10m", "evry: 10m")
            .replace("https://feeds.norsk.example/all.xml", "http://gazette.example/rss.xml"),
            "lists/places.yaml": LISTS.replace("- رفح", "- رفح، معبر"),
            "lists/people.yaml": "kushner:\n  en: [Kushner]\n  arabic: [كوشنر]\nrafah:\n  tr: [Refah]\n",
            "watchlists/talks.yaml": "title: Talks\nquery: |\n  @rafah AND\n    (@kushnr OR talk*)\nshuld_match: [x]\n",
            "watchlists/rafah-tunnels.yaml": WATCHLIST.replace("@rafah AND", "@rafah AND AND"),
        }
    )

    assert [problem.split(": ")[0] for problem in found] == [
        "feeds.yaml:4:14",
        "feeds.yaml:13:9",
        "feeds.yaml:23:14",
        "lists/people.yaml:3:3",
        "lists/places.yaml:1:1",
        "lists/places.yaml:4:7",
        "monitor.yaml:1:11",
        "monitor.yaml:2:8",
        "monitor.yaml:3:18",
        "watchlists/rafah-tunnels.yaml:3:14",
        "watchlists/talks.yaml:4:6",
        "watchlists/talks.yaml:5:1",
    ]


def test_a_problem_of_a_query_shows_its_line_of_the_file() -> None:
    with pytest.raises(ConfigError) as caught:
        load(
            files({"watchlists/rafah-tunnels.yaml": "query: |\n    @rafah AND\n      @tunels\n"}),
            environment={},
            home=HOME,
        )

    (problem,) = caught.value.problems
    assert problem.source == "      @tunels"
    assert problem.source[problem.column - 1 :].startswith("@tunels")


def test_an_example_that_fails_is_a_problem_in_its_line() -> None:
    found = problems({"watchlists/rafah-tunnels.yaml": WATCHLIST.replace("Tunnel found in Rafah", "Tunnel found")})

    assert [problem.split(": ")[0] for problem in found] == ["watchlists/rafah-tunnels.yaml:7"]


@pytest.mark.parametrize(
    "lists",
    [
        LISTS.replace("[Rafah]", "[Rafah"),
        LISTS.replace("[Rafah]", "[]").replace("- رفح", "- رفح، معبر"),
        LISTS.replace("rafah:\n", "rafah: &x\n"),
        LISTS.replace("rafah:\n  en: [Rafah]\n  ar:\n    - رفح\n", "rafah: Rafah\nrafah: Refah\n"),
        LISTS + "tunnels: {}\n",
    ],
)
def test_a_damaged_list_is_the_only_thing_that_is_reported(lists: str) -> None:
    found = problems({"lists/places.yaml": lists})

    assert found
    assert {problem.split(":")[0] for problem in found} == {"lists/places.yaml"}


def test_a_damaged_list_does_not_keep_other_examples_from_being_tried() -> None:
    found = problems(
        {
            "lists/places.yaml": LISTS,
            "lists/damaged.yaml": "kushner: {en: []}\n",
            "watchlists/talks.yaml": "query: '@kushner'\nshould_match: [Kushner]\n",
            "watchlists/rafah.yaml": "query: '@rafah'\nshould_match: [Refah]\n",
        }
    )

    assert [problem.split(": ")[0] for problem in found] == ["lists/damaged.yaml:1:15", "watchlists/rafah.yaml:2"]


@pytest.mark.parametrize(
    ("changed", "problem"),
    [
        ({"feeds.yaml": None}, 'feeds.yaml: there is no such file ("monitor init" writes one to begin with)'),
        (
            {"watchlists/rafah-tunnels.yaml": None},
            "watchlists/: there is no watchlist (add one, such as watchlists/rafah.yaml, with a title and a query)",
        ),
        ({"feed.yaml": "x: y"}, 'feed.yaml: no file of this name is read (did you mean "feeds.yaml"?)'),
        (
            {"notes.yaml": ""},
            "notes.yaml: no file of this name is read (there are monitor.yaml, feeds.yaml and agencies.yaml)",
        ),
        (
            {"watchlist/rafah.yaml": "x: y"},
            'watchlist/rafah.yaml: nothing is read from this folder (did you mean "watchlists/"?)',
        ),
        (
            {"old/rafah.yaml": "x: y"},
            "old/rafah.yaml: nothing is read from this folder (there are lists/ and watchlists/)",
        ),
        (
            {"watchlists/old/rafah.yaml": "query: rafah"},
            "watchlists/old/rafah.yaml: nothing is read from this folder (move it up into watchlists/)",
        ),
        (
            {"lists/a/b/c.yml": "x: y"},
            "lists/a/b/c.yml: nothing is read from this folder (move it up into lists/)",
        ),
        (
            {"old/lists/rafah.yaml": "x: y"},
            'old/lists/rafah.yaml: nothing is read from this folder (did you mean "lists/"?)',
        ),
        ({"monitor.yml": ""}, "monitor.yml: stands beside monitor.yaml (keep one of the two)"),
        ({"feeds.yml": ""}, "feeds.yml: stands beside feeds.yaml (keep one of the two)"),
        (
            {"watchlists/rafah-tunnels.yml": WATCHLIST},
            "watchlists/rafah-tunnels.yml: watchlists/rafah-tunnels.yaml is a watchlist of this "
            "name already (rename one)",
        ),
        (
            {"watchlists/Rafah Tunnels.yaml": WATCHLIST},
            "watchlists/Rafah Tunnels.yaml: the file's name is the watchlist's id: "
            'expected a name of a-z, 0-9 and hyphens, got "Rafah Tunnels" (for example "rafah-tunnels")',
        ),
        ({"lists/empty.yaml": "# later\n"}, "lists/empty.yaml: the file is empty (fill it, or remove it)"),
        (
            {"lists/zones.yaml": LISTS.replace("tunnels", "zones")},
            "lists/zones.yaml:1:1: @rafah is defined in lists/places.yaml:1 already (rename one, or join the two)",
        ),
    ],
)
def test_what_is_missing_misnamed_or_double_is_reported(changed: dict[str, str | None], problem: str) -> None:
    assert problems(changed) == [problem]


def test_both_endings_of_a_file_are_read() -> None:
    config = load(files({"feeds.yaml": None, "feeds.yml": FEEDS}), environment={}, home=HOME)

    assert len(config.feeds) == 3


def test_a_list_that_no_watchlist_uses_is_fine() -> None:
    assert problems({"lists/spare.yaml": "spare: {en: [word]}"}) == []


def test_the_environment_is_checked_with_the_files() -> None:
    assert problems({"feeds.yaml": None}, {"MONITOR_TIMEZONE": "x"})[0].startswith("MONITOR_TIMEZONE: expected")


def test_the_shipped_configuration_loads() -> None:
    config = load(read_files(shipped_folder()), environment={}, home=Path("/srv"))

    assert config.settings.database_url == "sqlite:////srv/data/monitor.db"
    assert {watchlist.id for watchlist in config.watchlists} >= {"rafah-tunnel-fighters", "ceasefire-talks"}
    assert len(config.feeds) >= 60


def loaded(changed: Mapping[str, str | None]) -> Config:
    return load(files(changed), environment={}, home=HOME)


def test_a_watchlist_may_be_limited_and_ask_for_the_origin_of_articles() -> None:
    limits = "languages: [ar, en]\noutlets: [gazette]\nsince: 2025-11-10\nuntil: 2025-12-01 14:30\n"
    query = 'query: "@rafah AND outlet:gazette AND country:EG AND lang:ar AND feed:gazette-*"\n'
    watchlist, _ = loaded({"watchlists/fighters.yaml": limits + query}).watchlists
    assert watchlist.languages == ("ar", "en")
    assert watchlist.outlets == ("gazette",)
    assert (watchlist.since, watchlist.until) == (
        datetime(2025, 11, 10, tzinfo=UTC),
        datetime(2025, 12, 1, 14, 30, tzinfo=UTC),
    )


def test_limits_and_origins_that_do_not_exist_are_told_in_their_place() -> None:
    limits = "languages: [arabic]\noutlets: [gazete]\nsince: 10.11.2025\n"
    text = limits + 'query: "@rafah AND outlet:wafa"\n'
    assert problems({"watchlists/fighters.yaml": text}) == [
        'watchlists/fighters.yaml:1:13: languages: expected a language code such as ar, he or pt-BR, got "arabic" '
        '(did you mean "ar"?)',
        "watchlists/fighters.yaml:2:11: there is no outlet gazete (did you mean gazette?)",
        "watchlists/fighters.yaml:3:8: since: expected a date such as 2025-11-10, or with a time: 2025-11-10 14:30 "
        '(UTC), got "10.11.2025" (the year first, then month and day)',
        "watchlists/fighters.yaml:4:27: there is no outlet wafa (there are gazette, norsk)",
    ]
    backwards = "query: Rafah\nsince: 2025-11-10\nuntil: 2025-11-10T00:00+00:00\n"
    assert problems({"watchlists/fighters.yaml": backwards}) == [
        "watchlists/fighters.yaml: until: is not after since:, so that nothing can match (exchange the two)"
    ]


def test_a_list_may_include_others_and_ask_for_dictionary_forms() -> None:
    text = "rafah:\n  include: [towns]\ntowns:\n  lemma: yes\n  en: [Rafah, town^2]\n"
    rafah, towns, *_ = loaded({"lists/a.yaml": text.replace("rafah", "all")}).lists
    assert (rafah.includes, rafah.terms, rafah.lemma) == (("towns",), {}, False)
    assert (towns.includes, towns.terms, towns.lemma) == ((), {"en": ("Rafah", "town^2")}, True)


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("rafah:\n  include: [towns]\n", "2:13: there is no list towns to include"),
        ("rafah:\n  lemma: maybe\n  en: [Rafah]\n", '2:10: lemma: expected true or false, got "maybe"'),
        (
            "rafah: [a]\n",
            "1:6: rafah: expected terms by language, such as en: [tunnel*], got a list "
            '(a text with "[" in it needs quotes)',
        ),
        ("rafah:\n  lemma: true\n", "2:3: rafah: expected terms by language, such as en: [tunnel*], got nothing"),
    ],
)
def test_what_is_wrong_with_a_list_is_told_in_its_place(text: str, problem: str) -> None:
    assert problems({"lists/a.yaml": text.replace("rafah", "all")}) == [
        f"lists/a.yaml:{problem.replace('rafah', 'all')}"
    ]


def test_a_damaged_list_is_not_blamed_for_examples_of_who_includes_or_names_it() -> None:
    damaged = {
        "lists/a.yaml": "all:\n  include: [far]\n",
        "lists/b.yaml": "far:\n  en: [Gaza]\n  xx: [b]\n",
        "watchlists/one.yaml": 'query: "@all"\nshould_match: [Rafa]\n',
        "watchlists/two.yaml": 'query: "@watchlist:one"\nshould_match: [Rafa]\n',
    }
    (problem,) = problems(damaged)
    assert problem.startswith("lists/b.yaml:3:3: ")


def test_agencies_are_read_with_the_names_of_all_languages() -> None:
    table = (
        "afp:\n  name: AFP\n  credits:\n    en: [AFP]\n    fr: [AFP, Agence France-Presse]\n  closings: [Fin de *]\n"
    )
    (found,) = load(files({"agencies.yaml": table}), environment={}, home=HOME).agencies
    assert (found.id, found.name, found.credits) == ("afp", "AFP", ("AFP", "Agence France-Presse"))
    assert found.closings == ("Fin de *",)
    assert load(files(), environment={}, home=HOME).agencies == ()


def test_there_is_an_end_to_agencies(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("monitor.config.agencies.MOST_AGENCIES", 1)
    table = "afp: {name: AFP, credits: {en: [AFP]}}\nap: {name: AP, credits: {en: [AP]}}\n"
    assert problems({"agencies.yaml": table}) == [
        "agencies.yaml: more than 1 agencies (leave out those that nobody prints)"
    ]


def test_the_table_of_agencies_stands_in_one_file() -> None:
    table = "afp: {name: AFP, credits: {en: [AFP]}}\n"
    assert problems({"agencies.yaml": table, "agencies.yml": table}) == [
        "agencies.yml: stands beside agencies.yaml (keep one of the two)"
    ]
    assert problems({"agencys.yaml": table}) == [
        'agencys.yaml: no file of this name is read (did you mean "agencies.yaml"?)'
    ]

"""What a new configuration changes, what it may not shrink unless that is meant, and what waits for a restart."""

from dataclasses import replace
from datetime import timedelta
from ipaddress import ip_network
from zoneinfo import ZoneInfo

import pytest

from monitor.config.change import Change, Refusal, compare, judge, listed, needs_restart
from monitor.config.load import Config, load
from monitor.config.operation import OFF, LogLevel, LogSettings
from monitor.errors import ConfigError
from tests.config.valid import FEEDS, FILES, HOME, LISTS, WATCHLIST, files

OUTLET = """\
outlets:
  gazette:
    name: The Gazette
    country: EG
    language: en
    affiliation: independent
    feeds:
"""


def feeds(*ids: str, host: str = "gazette") -> str:
    return OUTLET + "".join(f"      {one}: {{url: 'https://{host}.example/{one}.xml'}}\n" for one in ids)


def config(**changed: str | None) -> Config:
    """The valid configuration with other files: `feeds`, `agencies`, `settings`, `lists`, `watchlist`."""
    names = {
        "agencies": "agencies.yaml",
        "feeds": "feeds.yaml",
        "settings": "monitor.yaml",
        "lists": "lists/places.yaml",
        "watchlist": "watchlists/rafah-tunnels.yaml",
    }
    return load(files({names.get(key, key): text for key, text in changed.items()}), environment={}, home=HOME)


def told(old: Config, new: Config) -> list[str]:
    """Why `new` may not follow `old`."""
    decided = judge(old, new, forced=False)
    return [str(problem) for problem in decided.problems] if isinstance(decided, Refusal) else []


def numbered(many: int) -> list[str]:
    return [f"feed-{number}" for number in range(many)]


def test_what_is_the_same_changes_nothing() -> None:
    assert judge(config(), config(), forced=False) == Change(versions=compare(config(), config()).versions)
    assert compare(config(), config()).lines() == ()


def agencies(*ids: str) -> str:
    return "".join(f"{one}: {{name: {one}, credits: {{en: [{one} news]}}}}\n" for one in ids)


def test_agencies_do_not_vanish_unless_that_is_meant() -> None:
    old = config(agencies=agencies("one", "two", "three", "four"))
    assert compare(old, config(agencies=agencies("one", "two", "three", "five"))).lines() == (
        "agencies added: five",
        "agencies removed: four",
    )
    assert told(old, config(agencies=agencies("one", "two", "three"))) == []
    assert told(old, config()) == [
        "agencies.yaml: 4 of 4 agencies would be gone: one, two, three, four "
        "(if it is meant: `monitor reload --force`, or start with `monitor run --force`)"
    ]


def test_a_change_is_told_by_kind_and_name() -> None:
    new = config(
        feeds=FEEDS.replace("gazette-ar:", "gazette-fr:").replace("ar/rss", "fr/rss").replace("all.xml", "new.xml"),
        lists=LISTS.replace("underground", "undergrounds") + "olives:\n  en: [olive*]\n",
        watchlist=WATCHLIST,
        **{"watchlists/olives.yaml": 'query: "@olives"\n'},
    )
    change = compare(config(), new)
    assert change.lines() == (
        "feeds added: gazette-fr",
        "feeds removed: gazette-ar",
        "feeds changed: norsk",
        "lists added: olives",
        "lists changed: tunnels",
        "watchlists added: olives",
        "watchlists changed: rafah-tunnels",
        f"watchlist olives: version {change.versions['olives']}",
        f"watchlist rafah-tunnels: version {change.versions['rafah-tunnels']}",
    )
    assert judge(config(), new, forced=False) == change


def test_a_comment_or_a_new_title_makes_no_new_version() -> None:
    assert compare(config(), config(watchlist=f"# a remark\n{WATCHLIST}")).lines() == ()


@pytest.mark.parametrize(("many", "kept", "held"), [(2, 1, False), (3, 1, True), (8, 6, False), (8, 5, True)])
def test_feeds_are_held_when_more_than_one_and_a_quarter_of_them_would_be_gone(
    many: int, kept: int, held: bool
) -> None:
    # The first ones go: a file that lost its end is another matter.
    old, new = config(feeds=feeds(*numbered(many))), config(feeds=feeds(*numbered(many)[-kept:]))
    assert [line.split(" (")[0] for line in told(old, new)] == (
        [f"feeds.yaml: {many - kept} of {many} feeds would be gone: {', '.join(numbered(many)[:-kept])}"]
        if held
        else []
    )


def test_feeds_that_are_only_renamed_are_not_gone() -> None:
    old = config(feeds=feeds(*numbered(8)))
    new = config(feeds=OUTLET + feeds(*numbered(8)).removeprefix(OUTLET).replace("      feed-", "      gazette-"))
    assert compare(old, new).feeds.removed == tuple(numbered(8))
    assert told(old, new) == []


def test_what_is_held_may_come_into_force_when_it_is_meant() -> None:
    old, new = config(feeds=feeds(*numbered(8))), config(feeds=feeds("other-feed"))
    refused = judge(old, new, forced=False)
    assert isinstance(refused, Refusal)
    assert (refused.shrinks, refused.hash) == (True, new.hash)
    assert all("monitor reload --force" in problem.hint for problem in refused.problems)
    forced = judge(old, new, forced=True)
    assert isinstance(forced, Change)
    assert forced.losses == refused.problems


def test_watchlists_are_held_likewise() -> None:
    more = {f"watchlists/w{number}.yaml": WATCHLIST for number in range(4)}
    old = config(**more)
    assert told(old, config(**dict(list(more.items())[1:]))) == []
    assert [line.split(" (")[0] for line in told(old, config(**dict(list(more.items())[2:])))] == [
        "watchlists/: 2 of 5 watchlists would be gone: w0, w1"
    ]


def test_lists_are_held_likewise_even_those_that_no_watchlist_uses() -> None:
    more = {f"lists/l{number}.yaml": f"l{number}:\n  en: [olive]\n" for number in range(3)}
    old = config(**more)
    assert told(old, config(**dict(list(more.items())[1:]))) == []
    assert [line.split(" (")[0] for line in told(old, config())] == ["lists/: 3 of 5 lists would be gone: l0, l1, l2"]


def test_a_list_is_held_when_it_loses_many_terms_on_balance() -> None:
    words = [f"word{number}" for number in range(8)]
    old = config(lists=LISTS + f"words:\n  en: [{', '.join(words)}]\n")
    respelt = [word.replace("word", "term") for word in words]
    assert told(old, config(lists=LISTS + f"words:\n  en: [{', '.join(respelt)}]\n")) == []
    assert told(old, config(lists=LISTS + f"words:\n  en: [{', '.join(words[2:])}]\n")) == []
    (line,) = told(old, config(lists=LISTS + f"words:\n  en: [{', '.join(words[3:])}]\n"))
    assert line.startswith("lists/places.yaml: @words would lose 3 of its 8 terms (if it is meant: ")


def test_a_query_may_be_rewritten_as_short_as_one_likes() -> None:
    assert told(config(), config(watchlist='query: "@rafah"\n')) == []


def test_the_last_lines_of_a_file_may_be_deleted_if_they_are_few() -> None:
    old = config(feeds=feeds(*numbered(8)))
    assert told(old, config(feeds=feeds(*numbered(7)))) == []
    assert told(old, config(feeds=feeds(*numbered(7)).removesuffix("\n"))) == []


def test_what_is_the_old_file_up_to_the_middle_of_a_line_was_cut_off() -> None:
    (line,) = told(config(), config(lists=LISTS[:-3]))
    assert line.startswith("lists/places.yaml: looks cut off: it is the file in force without its last 1 of 8 lines")


def test_a_file_without_anything_left_was_cut_off() -> None:
    (line,) = told(config(), config(settings=""))
    assert line.startswith("monitor.yaml: looks cut off: it is the file in force without its last 1 of 1 lines")


def test_a_file_that_lost_only_remarks_was_not_cut_off() -> None:
    old = config(settings="contact: desk@news.example\n\n# Nothing else is set.\n")
    assert told(old, config(settings="contact: desk@news.example\n\n# Noth")) == []


def test_a_file_that_is_much_shorter_and_does_not_end_its_last_line_is_half_written() -> None:
    rewritten = WATCHLIST.replace("Tunnels of Rafah", "Rafah's tunnels")
    half = rewritten[: rewritten.index("@tunnels")] + "@tunnels"
    assert "looks half-written: 4 lines where 10 were" in told(config(), config(watchlist=half))[0]
    assert told(config(), config(watchlist=f"{half}\n")) == []
    assert told(config(), config(watchlist=rewritten.removesuffix("\n"))) == []


@pytest.mark.parametrize("name", FILES)
def test_no_beginning_of_a_file_comes_into_force_but_one_that_lost_a_few_last_lines(name: str) -> None:
    old, whole = config(), FILES[name]
    for end in range(len(whole)):
        try:
            new = load(files({name: whole[:end]}), environment={}, home=HOME)
        except ConfigError:
            continue
        if not told(old, new):
            lost = whole[end:].strip().count("\n") + bool(whole[end:].strip())
            assert whole[end - 1] == "\n" or whole[end] == "\n", whole[:end]
            assert lost <= max(1, len(whole.splitlines()) / 4), whole[:end]


def test_settings_that_a_running_daemon_cannot_take_up_are_named() -> None:
    started = config().settings
    new = config(settings="poll: {every: 5m}\ntimezone: Asia/Gaza\nfetch: {feed_size: 1MB}\n").settings
    assert needs_restart(started, replace(new, fetch=replace(new.fetch, user_agent=started.user_agent))) == ()
    assert new.timezone == ZoneInfo("Asia/Gaza")
    other = replace(
        started,
        database_url="other.db",
        fetch=replace(
            started.fetch, delay=timedelta(0), allow_addresses=(ip_network("10.0.0.0/8"),), user_agent="somebody"
        ),
        workers=replace(started.workers, count=4),
        listen=OFF,
        log=LogSettings(level=LogLevel.DEBUG),
    )
    expected = ("database", "contact", "fetch.delay", "fetch.allow_addresses", "workers.count", "listen", "log.level")
    assert needs_restart(started, other) == expected


def test_many_ids_are_counted() -> None:
    assert listed(numbered(5)) == "feed-0, feed-1, feed-2, feed-3, feed-4"
    assert listed(numbered(8)) == "feed-0, feed-1, feed-2, feed-3, feed-4 and 3 more"

"""`monitor stories`: what the demo's articles tell."""

import json
import shutil
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from monitor.model import Belonging, StoryId
from monitor.store import articles, memberships
from monitor.store.store import Store
from monitor.stories.copies import wording
from monitor.stories.events import report
from monitor.stories.story import LONGEST, Membership
from tests.builders import NOON, an_article
from tests.cli.conftest import Run
from tests.store.test_stories import LONG, REPORT, shares, told


def listed(monitor: Run, demo: Path, *arguments: str) -> list[dict[str, Any]]:
    said = monitor("stories", *arguments, "--format", "json", at=demo)
    assert said.code == 0
    found: list[dict[str, Any]] = json.loads(said.out)
    return found


def database(folder: Path) -> Path:
    (found,) = folder.glob("data/*.db")
    return found


@pytest.fixture
def grown(kept: Path) -> Path:
    """The demo's database with a story of a wire report, its copy, and two reports that resemble it."""
    with Store.open(str(database(kept))) as store, store.writing() as tx:
        told(tx, "wire", "Envoys meet in Cairo over fighters", LONG)
        told(tx, "paper", "Envoys meet in Cairo over fighters", LONG)
        told(tx, "radio", "Cairo: envoys meet over Rafah fighters", REPORT)
        later = NOON + 2 * LONGEST
        told(tx, "late", "Envoys meet in Cairo over fighters", LONG, published_at=later, first_seen_at=later)
    return kept


def test_stories_of_matches_are_listed(monitor: Run, demo: Path) -> None:
    found = listed(monitor, demo)
    assert found
    assert len(listed(monitor, demo, "--all", "--limit", "1000")) > len(found)
    assert listed(monitor, demo, "--watchlist", "ceasefire-talks", "--limit", "1") != []
    assert listed(monitor, demo, "--since", "1h") == found


def test_the_largest_comes_first_if_wanted(monitor: Run, demo: Path) -> None:
    sizes = [story["articles"] for story in listed(monitor, demo, "--all", "--sort", "size", "--limit", "1000")]
    assert sizes == sorted(sizes, reverse=True)
    said = monitor("stories", "--all", "--sort", "size", "--limit", "1", at=demo)
    heading, _, row = said.out.splitlines()
    counted = ["id", "grown", "articles", "origins", "outlets", "lang", "countries", "affiliations", "linked", "first"]
    assert heading.split() == [*counted, "title"]
    assert f" {sizes[0]} " in row


def test_no_stories_are_said(monitor: Run, demo: Path) -> None:
    since = ("--since", "0m")
    assert monitor("stories", "--watchlist", "ceasefire-talks", *since, at=demo).out.startswith("No stories.")


def test_a_story_is_shown_with_why_each_article_belongs(monitor: Run, grown: Path) -> None:
    (story,) = [one for one in listed(monitor, grown, "--all", "--limit", "1000") if one["first_outlet"] == "wire"]
    said = monitor("stories", "show", story["id"][:8], at=grown)
    assert said.code == 0
    head, counted, first, closed, origins, *members = said.out.splitlines()
    assert head == "Envoys meet in Cairo over fighters"
    assert closed == "takes no more articles: the story is closed: it began more than 14 days before"
    assert counted == f"{story['id'][:8]}: 3 articles of 3 outlets, 2 independent origins; en"
    assert first.startswith("first report: wire, ")
    assert origins == "origins: own reports: 2"
    assert [line.strip().partition(":")[0].partition(" as ")[0] for line in members if line.startswith("    ")] == [
        "founded the story",
        "copy",
        "same event",
    ]


def test_a_story_is_shown_by_an_article_in_it_and_for_programs(monitor: Run, grown: Path) -> None:
    (story,) = [one for one in listed(monitor, grown, "--all", "--limit", "1000") if one["first_outlet"] == "wire"]
    said = monitor("stories", "show", story["first"][:12], "--format", "json", at=grown)
    record = json.loads(said.out)
    assert {key: record[key] for key in story if key != "lately"} == {
        key: story[key] for key in story if key != "lately"
    }
    assert [member["how"] for member in record["members"]] == ["first", "copy", "event"]
    assert record["members"][1]["origin"] == story["first"]
    assert record["closed"] == "the story is closed: it began more than 14 days before"


def test_a_story_that_goes_on_takes_more(monitor: Run, grown: Path) -> None:
    (story,) = listed(monitor, grown, "--limit", "1")
    assert "takes no more" not in monitor("stories", "show", story["id"], at=grown).out
    assert json.loads(monitor("stories", "show", story["id"], "--format", "json", at=grown).out)["closed"] is None


def test_stories_of_other_languages_are_shown_as_linked(monitor: Run, kept: Path) -> None:
    with Store.open(str(database(kept))) as store, store.writing() as tx:
        told(tx, "wire", "House of Farouk Ramadan demolished near Tubas, 1,234 left", REPORT)
        told(tx, "sawt", "هدم منزل فاروق رمضان قرب طوباس", "رحل 1234 شخصا", language="ar")
    by_outlet = {one["first_outlet"]: one for one in listed(monitor, kept, "--all", "--limit", "1000")}
    story, other = by_outlet["wire"], by_outlet["sawt"]
    assert (story["linked_stories"], other["linked_stories"]) == (1, 1)
    said = monitor("stories", "show", story["id"], at=kept).out.splitlines()
    start = said.index("linked, in other languages:")
    assert said[start + 1].split()[:6] == [other["id"][:8], "ar", "1", "article", "of", "1"]
    assert said[start + 2].strip().startswith(f"{story['first'][:8]} and {other['first'][:8]} agree in ")
    assert "Farouk (\u2068فاروق\u2069)" in said[start + 2]
    record = json.loads(monitor("stories", "show", story["id"], "--format", "json", at=kept).out)
    (link,) = record["linked"]
    assert (link["story"]["id"], link["article"], link["like"]) == (other["id"], story["first"], other["first"])
    assert ["1,234", "1234"] in link["shared"]


def test_what_is_written_alike_is_shown_once(monitor: Run, kept: Path) -> None:
    with Store.open(str(database(kept))) as store, store.writing() as tx:
        told(tx, "wire", "Farouk Ramadan of Tubas", REPORT)
        told(tx, "bote", "Farouk Ramadan aus Tubas", "Zu Hause.", language="de")
    (story,) = [one for one in listed(monitor, kept, "--all", "--limit", "1000") if one["first_outlet"] == "wire"]
    assert "Farouk, " in monitor("stories", "show", story["id"], at=kept).out


def test_a_report_of_weeks_later_founds_a_story(monitor: Run, grown: Path) -> None:
    (late,) = [one for one in listed(monitor, grown, "--all", "--limit", "1000") if one["first_outlet"] == "late"]
    said = monitor("stories", "show", late["id"], at=grown)
    assert "founded the story" in said.out


def test_a_report_that_came_too_late_says_why_it_stands_alone(monitor: Run, kept: Path) -> None:
    with Store.open(str(database(kept))) as store, store.writing() as tx:
        for days in range(0, LONGEST.days + 3, 2):
            at = NOON + timedelta(days=days)
            told(tx, f"wire-{days}", "Envoys meet in Cairo over fighters", LONG, published_at=at, first_seen_at=at)
    late = next(one for one in listed(monitor, kept, "--all", "--limit", "1000") if one["first_outlet"] == "wire-16")
    said = monitor("stories", "show", late["id"], at=kept)
    assert "a story of its own: like " in said.out
    assert ", but the story is closed: it began more than 14 days before" in said.out


@pytest.fixture
def printed(kept: Path) -> Path:
    """The same with the shipped agencies, and a report of one that outlets of the demo print, over two days."""
    shutil.copy(Path(__file__).parents[2] / "config" / "agencies.yaml", kept / "config")
    title = "Envoys meet in Cairo over fighters below Rafah"
    evening, night = ({"published_at": NOON + timedelta(hours=hours)} for hours in (11, 13))
    with Store.open(str(database(kept))) as store, store.writing() as tx:
        told(tx, "harbour-courier", title, f"CAIRO (AFP) - {shares(1)}", **evening)
        told(tx, "radio-estuaire", title, f"CAIRO (AFP) - {shares(2)}", **night)
        told(tx, "nobody", title, shares(2), **night)
        told(tx, "le-fanal", title, shares(5), authors=("Reuters",), **evening)
        told(tx, "marti-haber", title, shares(7), **evening)
    return kept


def test_a_story_names_its_independent_origins_and_says_where_they_are_from(monitor: Run, printed: Path) -> None:
    (story,) = [one for one in listed(monitor, printed, "--all", "--limit", "1000") if one["articles"] == 5]
    assert story["origins"] == 3
    assert sum(story["countries"].values()) == sum(story["affiliations"].values()) == 4
    said = monitor("stories", "show", story["id"], at=printed)
    about = dict(line.split(": ", 1) for line in said.out.split("\n\n")[0].splitlines()[1:])
    assert about["origins"] == "AFP (3 articles), Reuters (1 article), own reports: 1"
    assert about["countries"] == ", ".join(f"{country} {number}" for country, number in story["countries"].items())
    assert about["affiliations"] == ", ".join(f"{kind} {number}" for kind, number in story["affiliations"].items())
    assert about["by day"] == "2025-11-10 3, 2025-11-11 2"
    assert said.out.count("    credited to AFP\n") == 2


def test_a_story_names_its_origins_for_programs(monitor: Run, printed: Path) -> None:
    (story,) = [one for one in listed(monitor, printed, "--all", "--limit", "1000") if one["articles"] == 5]
    record = json.loads(monitor("stories", "show", story["id"], "--format", "json", at=printed).out)
    assert [(one["agency"], one["name"], len(one["articles"])) for one in record["independent"]] == [
        ("afp", "AFP", 3),
        ("reuters", "Reuters", 1),
        (None, None, 1),
    ]
    assert record["timeline"] == {"2025-11-10": 3, "2025-11-11": 2}
    assert {one["article"]["outlet"]: one["credit"] for one in record["members"]}["radio-estuaire"] == "afp"
    assert {key: record[key] for key in ("countries", "affiliations")} == {
        key: story[key] for key in ("countries", "affiliations")
    }


def test_an_agencys_name_that_runs_right_to_left_scrambles_no_line(monitor: Run, demo: Path) -> None:
    (article, *_) = json.loads(monitor("articles", "--outlet", "difaf", "--format", "json", at=demo).out)
    said = monitor("stories", "show", article["id"], at=demo).out
    assert "origins: \u2068وكالة ضفاف للأنباء\u2069 (1 article)" in said
    assert "    credited to \u2068وكالة ضفاف للأنباء\u2069\n" in said


def test_a_broken_configuration_keeps_nobody_from_reading_stories(monitor: Run, printed: Path) -> None:
    (printed / "config" / "feeds.yaml").write_text("outlets: [")
    (printed / "config" / "agencies.yaml").unlink()
    said = monitor("stories", "--all", "--sort", "size", "--limit", "1", "--format", "json", at=printed)
    assert (said.code, json.loads(said.out)[0]["countries"]) == (0, {})
    assert said.err == "countries and affiliations are not known: feeds.yaml cannot be read (`monitor check`)\n"
    said = monitor("stories", "show", json.loads(said.out)[0]["id"], at=printed)
    assert "origins: afp (3 articles), reuters (1 article), own reports: 1\n" in said.out
    assert "countries: " not in said.out
    (printed / "config" / "feeds.yaml").unlink()
    (printed / "config" / "feeds.yaml").mkdir()
    assert monitor("stories", at=printed).code == 0


def test_more_countries_than_there_is_room_for_are_counted(monitor: Run, printed: Path) -> None:
    said = monitor("stories", "--all", "--sort", "size", "--limit", "1", at=printed)
    assert " +" in said.out.splitlines()[2]


def test_the_sentence_that_matched_is_shown_beside_its_article(monitor: Run, demo: Path) -> None:
    (first, *_) = listed(monitor, demo, "--watchlist", "rafah-tunnel-fighters")
    said = monitor("stories", "show", first["id"], at=demo)
    (sentence, *_) = [line for line in said.out.splitlines() if line.startswith("      ")]
    record = json.loads(monitor("stories", "show", first["id"], "--format", "json", at=demo).out)
    (told_first, *_) = [one for member in record["members"] for one in member["sentences"]]
    assert "rafah-tunnel-fighters" in told_first["watchlists"]
    words = [told_first["text"][start:end] for start, end in told_first["hits"]]
    assert words
    assert all(f"⟦{word}⟧" in sentence for word in words)


def test_options_stand_behind_the_command(monitor: Run, demo: Path) -> None:
    said = monitor("stories", "--all", "show", "abcd")
    assert (said.code, "options go behind the command: " in said.err, "stories show …" in said.err) == (2, True, True)


def test_matches_are_named_beside_their_articles(monitor: Run, demo: Path) -> None:
    (first, *_) = listed(monitor, demo, "--watchlist", "rafah-tunnel-fighters")
    said = monitor("stories", "show", first["id"], at=demo)
    matched = [line for line in said.out.splitlines() if line.startswith("    matches ")]
    assert any("rafah-tunnel-fighters" in line for line in matched)


@pytest.mark.parametrize(
    ("given", "code", "err"),
    [
        ("zz", 2, "'zz' is not an id"),
        ("0123456789abcdef", 3, "no match or article has an id that begins with 0123456789abcdef"),
    ],
)
def test_what_is_no_story_is_said(monitor: Run, demo: Path, given: str, code: int, err: str) -> None:
    said = monitor("stories", "show", given, at=demo)
    assert said.code == code
    assert err in said.err


def test_an_ambiguous_id_and_an_article_without_a_story_are_said(monitor: Run, grown: Path) -> None:
    with Store.open(str(database(grown))) as store, store.writing() as tx:
        for number, article in enumerate([an_article("https://a.example/1"), an_article("https://b.example/1")]):
            articles.insert_new(tx, [article])
            place = Membership(story_id=StoryId(f"abcdef{number}{'0' * 25}"), how=Belonging.FIRST, origin=article.id)
            memberships.add(tx, article.id, place, report("", "", NOON), wording("", ""), NOON)
    said = monitor("stories", "show", "ABCDEF", at=grown)
    assert (said.code, "abcdef is the beginning of several ids (abcdef00, abcdef10)" in said.err.lower()) == (3, True)
    with Store.open(str(database(grown))) as store, store.writing() as tx:
        article = articles.query(tx, articles.ArticleQuery(outlets=("late",)))[0]
        assert memberships.dissolve(tx, article.id)
    said = monitor("stories", "show", article.id, at=grown)
    assert (said.code, "is in no story yet" in said.err) == (3, True)

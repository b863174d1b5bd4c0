"""What a reviewer sees, as lines: at 80 × 24 and smaller, in every script, with hits, reasons, copies and decisions."""

from dataclasses import replace
from datetime import UTC

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.cli.review_card import Card, card_lines
from monitor.cli.review_open import whole_text
from monitor.cli.review_screen import screen
from monitor.cli.review_walk import Ask, Made, Walk
from monitor.cli.screen import Line, Look, Weight
from monitor.cli.terminal import width
from monitor.model import (
    Article,
    ArticleId,
    Clause,
    Field,
    Found,
    Hit,
    Manner,
    Match,
    MatchId,
    Review,
    Shortfall,
    Status,
    StoryId,
    WatchlistId,
)
from monitor.store.decisions import Seen
from monitor.stories.story import Story
from tests.builders import NOON, an_article

LOOK = Look()
TITLES = {
    "en": "Fighters trapped in Rafah tunnels",
    "ar": "مقاتلو حماس العالقون في أنفاق رفح",
    "he": "לוחמי חמאס הלכודים במנהרות רפיח",
    "tr": "Refah tünellerinde mahsur kalan savaşçılar",
    "fr": "Combattants piégés dans les tunnels de Rafah",
}


def plain(line: Line) -> str:
    return "".join(letter for letter in line.text if letter not in "⁦⁧⁨⁩")


def a_match(article: Article, *words: str, **changes: object) -> Match:
    """A match with a hit for each of these words, wherever it stands first, in the title or the text."""
    hits = []
    for word in words:
        for name, text in ((Field.TITLE, article.title), (Field.TEXT, article.text)):
            if (start := text.find(word)) >= 0:
                hits.append(Hit(field=name, start=start, end=start + len(word), term=word, language="en"))
    leaves = tuple(Clause(query=f"@{hit.term}", held=True, hits=(hit,)) for hit in hits)
    clause = Clause(query="a AND b", held=True, parts=leaves, note="score 4")
    found = Found(watchlist_id=WatchlistId("rafah"), version="0" * 12, score=4.0, hits=tuple(hits), explanation=clause)
    given = {"id": MatchId("abcd" * 8), "status": Status.NEW, "matched_at": NOON}
    return Match(**{"article": article, "found": found, **given, **changes})  # type: ignore[arg-type]


def a_card(match: Match, *, further: int = 0, story: Story | None = None, reviews: tuple[Review, ...] = ()) -> Card:
    seen = Seen(
        match_id=match.id,
        status=match.status,
        tags=(),
        assignee="",
        last=0,
        version="",
        score=4.0,
        lost=False,
        text_source=match.article.text_source,
        revision=0,
    )
    return Card(match=match, seen=(seen,) * (further + 1), story=story, reviews=reviews)


def shown(card: Card, look: Look = LOOK, walk: Walk | None = None) -> list[str]:
    return [plain(line).rstrip() for line in screen(walk or Walk(total=41, place=2), card, look, UTC)]


ENGLISH = an_article(title=TITLES["en"], text="Talks.\nMen sit in the tunnels below Rafah.\nRafah again.")


def test_a_screen_shows_all_that_a_decision_needs() -> None:
    lines = shown(a_card(a_match(ENGLISH, "Rafah", "tunnels")))
    assert lines[:12] == [
        "3 of 41 · rafah · score 4 · new                              abcdabcd  0 decided",
        "Fighters trapped in ⟦Rafah⟧ ⟦tunnels⟧",
        "gazette, en, 2025-11-10 12:00; text from the summary".replace("summary", str(ENGLISH.text_source)),
        "https://gazette.example/news/1",
        "",
        "Men sit in the ⟦tunnels⟧ below ⟦Rafah⟧.",
        "",
        "score 4",
        "✓ @Rafah  ← Rafah (en, title)",
        "✓ @Rafah  ← Rafah (en, text)",
        "✓ @tunnels  ← tunnels (en, title)",
        "  and 1 more (`monitor show` has all)",
    ]
    assert lines[-2:] == [
        "r relevant  i irrelevant  l later  e escalated  n note  t tag  a assign",
        "j next  k before  o open  u undo  space more  ? help  q quit",
    ]
    assert len(lines) == 24


@pytest.mark.parametrize("language", TITLES)
def test_a_title_in_any_script_stands_whole_and_runs_as_it_should(language: str) -> None:
    match = a_match(an_article(title=TITLES[language], language=language))
    line = screen(Walk(total=1), a_card(match), LOOK, UTC)[1]
    assert plain(line).strip() == TITLES[language]
    assert line.text.startswith(" ⁧") == (language in ("ar", "he"))


def test_copies_story_tags_and_decisions_are_told() -> None:
    story = Story(
        id=StoryId("e" * 32),
        title="",
        first=ArticleId("a"),
        first_outlet="gazette",
        began_at=NOON,
        grown_at=NOON,
        articles=5,
        lately=0,
        origins=2,
        outlets=("gazette", "voice"),
        languages=("en", "ar"),
    )
    review = Review(match_id=MatchId("a"), status=Status.LATER, note="wait", reviewer="Omar", reviewed_at=NOON)
    last = replace(review, before=Status.LATER, status=Status.NEW, note="", manner=Manner.UNDO)
    article = replace(ENGLISH, shortfall=Shortfall.PAYWALL, url="")
    match = a_match(article, "Rafah", tags=("war", "رهائن"), assignee="Ana", lost_at=NOON)
    lines = shown(a_card(match, further=1234, story=story, reviews=(review, review, review, last)))
    assert "story eeeeeeee: 5 articles of 2 outlets, 2 independent origins; en, ar" in lines
    assert "stands for 1,234 more of its story: R I L E decide about all alike" in lines
    assert "it matches no more, by a better text or an edited rule" in lines
    assert "#war #رهائن, assigned to Ana" in lines
    assert lines.count("2025-11-10 12:00 Omar: later: wait") == 2
    assert "2025-11-10 12:00 Omar: new (was later), taken back" in lines
    assert "(the feed gives no address)" in lines
    assert any(line.endswith("not the whole page: paywall") for line in lines)
    assert " · lost " in lines[0]
    assert not any("⟦" in line for line in lines)
    alone = shown(a_card(match, story=replace(story, articles=1)))
    assert not any("story" in line for line in alone)


def test_signs_of_ours_in_a_strangers_text_are_not_taken_for_hits() -> None:
    match = a_match(an_article(title="⟦Rafah⟧ \x1b[2J tunnels"), "Rafah")
    assert shown(a_card(match))[1] == "[⟦Rafah⟧] [2J tunnels"


def test_more_reasons_than_there_is_room_for_are_counted() -> None:
    words = [f"word{number}" for number in range(9)]
    match = a_match(an_article(title="Title", text=". ".join(words)), *words)
    for rows, said in ((24, "  and 6 more (`monitor show` has all)"), (40, "  and 2 more (")):
        lines = [plain(line) for line in card_lines(a_card(match), Look(rows=rows), UTC)]
        assert any(line.startswith(said) for line in lines), lines


def test_a_long_match_is_read_in_pages_which_come_round() -> None:
    match = a_match(
        an_article(title="Title", text="\n".join(f"Rafah{number} {'x ' * 60}" for number in range(9))),
        *(f"Rafah{number}" for number in range(9)),
    )
    pages = [shown(a_card(match), Look(rows=12), Walk(total=1, page=page)) for page in range(4)]
    assert pages[0] != pages[1]
    assert pages[0][-3].endswith("of 2 pages: space")
    assert pages[2] == pages[0]
    assert {len(page) for page in pages} == {12}


def test_what_was_said_stands_above_the_keys_and_help_instead_of_the_match() -> None:
    card = a_card(a_match(ENGLISH, "Rafah"))
    walk = Walk(
        total=2, said=("abcdabcd marked relevant", "and more"), made=(Made(place=0, number=1, verdict="later"),)
    )
    lines = shown(card, walk=walk)
    assert lines[-4:-2] == ["abcdabcd marked relevant", "and more"]
    assert lines[0].endswith("1 decided")
    assert "r  relevant: it is about the subject        R I L E: the same for all that" in shown(
        card, walk=Walk(total=2, helping=True)
    )


def test_what_is_typed_is_the_last_line_and_its_end_is_seen() -> None:
    card = a_card(a_match(ENGLISH))
    assert shown(card, walk=Walk(total=1, asking=Ask.NOTE, typed="see رفح"))[-1] == "note: see رفح"
    last = shown(card, Look(columns=20), Walk(total=1, asking=Ask.NOTE, typed="x" * 50 + "end", said=("no",)))
    assert (last[-1], last[-2]) == ("note: " + "x" * 10 + "end", "no")


@given(
    columns=st.integers(1, 120),
    rows=st.integers(1, 40),
    language=st.sampled_from(sorted(TITLES)),
    walk=st.sampled_from([Walk(total=9), Walk(total=9, helping=True), Walk(total=9, asking=Ask.TAGS, typed="رهائن x")]),
    encoding=st.sampled_from(["utf-8", "ascii"]),
)
def test_a_screen_of_any_size_is_filled_and_never_overflows(
    columns: int, rows: int, language: str, walk: Walk, encoding: str
) -> None:
    title = TITLES[language]
    match = a_match(an_article(title=title, text=f"{title} {title}. {title}"), title.split()[1])
    look = Look(columns=columns, rows=rows, encoding=encoding)
    lines = screen(walk, a_card(match, further=2), look, UTC)
    assert len(lines) == rows
    assert max(width(line.text) for line in lines) <= max(columns, 6)
    assert all(isinstance(line.weight, Weight) for line in lines)


def test_the_whole_text_has_its_hits_and_not_the_parts_that_are_empty() -> None:
    match = a_match(replace(ENGLISH, summary="", title=TITLES["ar"]), "Rafah", "رفح")
    lines = whole_text(match, LOOK, UTC)
    assert lines[:5] == [
        "gazette, en, 2025-11-10 12:00",
        "https://gazette.example/news/1",
        "",
        "── title",
        "⁧مقاتلو حماس العالقون في أنفاق ⟦رفح⟧⁩",
    ]
    assert "Men sit in the tunnels below ⟦Rafah⟧." in lines
    assert "── summary" not in lines
    assert "⟦" not in "".join(whole_text(replace(match, lost_at=NOON), LOOK, UTC))

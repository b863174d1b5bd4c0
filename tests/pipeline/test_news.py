from collections.abc import Mapping

from monitor.articles.outlets import Outlets
from monitor.model import Article, Entry, News, ParsedFeed, Shortfall, TextSource, article_key
from monitor.pipeline.news import MOST_SUMMARY, AddressKeys, decide_news
from monitor.rules.compile import compile_rules
from monitor.store.entries import Before, Seen
from tests.builders import NOON, a_feed, a_watchlist, an_article, an_entry, an_outlet

MATCHER, _ = compile_rules([a_watchlist("Rafah")], [])


def decided(
    *entries: Entry,
    unchanged: frozenset[str] = frozenset(),
    changed: Mapping[str, Before] | None = None,
    known: tuple[Article, ...] = (),
    seen: Seen | None = None,
) -> News:
    feed = a_feed()
    parsed = ParsedFeed(offered=len(entries), entries=entries)
    keys = AddressKeys(feed, parsed)
    articles = {article_key(article.url): article for article in known}
    seen = seen or Seen(unchanged=unchanged, changed=changed or {}, articles=articles)
    outlets = Outlets([an_outlet()])
    return decide_news(parsed, seen, feed=feed, keys=keys, outlets=outlets, matcher=MATCHER, now=NOON)


def test_a_new_entry_is_a_sighting_of_a_new_article_with_the_rules_answer() -> None:
    news = decided(an_entry(title="Rafah: talks"))
    (article,) = news.new_articles
    assert (article.title, article.summary, article.outlet, article.language) == (
        "Rafah: talks",
        "Summary 1.",
        "gazette",
        "en",
    )
    assert [(sighting.entry.key, sighting.article_id) for sighting in news.sightings] == [("1", article.id)]
    assert [[found.watchlist_id for found in matched.found] for matched in news.matched] == [["rafah"]]


def test_an_entry_in_known_words_is_only_counted() -> None:
    news = decided(an_entry("1"), an_entry("2"), unchanged=frozenset("1"))
    assert news.known == 1
    assert [sighting.entry.key for sighting in news.sightings] == ["2"]


def test_an_article_without_a_match_is_said_to_have_none_so_that_older_matches_can_be_lost() -> None:
    assert [matched.found for matched in decided(an_entry()).matched] == [()]


def test_two_entries_of_one_feed_with_one_address_are_one_article() -> None:
    link = "https://gazette.example/news/1"
    news = decided(an_entry("a", link=link, title="Talks"), an_entry("b", link=link + "#top", title="Talks in Rafah"))
    (article,) = news.new_articles
    assert (article.title, article.summary) == ("Talks\nTalks in Rafah", "Summary a.\nSummary b.")
    assert article.headline == "Talks"
    assert len(news.sightings) == 2
    assert len(news.matched[0].found) == 1


def test_an_entry_that_keeps_key_and_title_but_not_its_link_stays_with_its_article() -> None:
    article = an_article(title="Talks as the wire has it")
    before = Before(article=article, title="Talks", link=f"{article.url}?session=1")
    news = decided(an_entry(title="Talks", link=f"{article.url};session=2", text="New."), changed={"1": before})
    assert news.new_articles == ()
    assert [one.id for one in news.reworded] == [article.id]
    assert news.known == 1


def test_an_entry_whose_link_was_mended_is_read_at_the_new_one() -> None:
    before = Before(article=an_article(title="Talks"), title="Talks", link="https://gazette.example/wrong")
    news = decided(an_entry(title="Talks", link="https://gazette.example/right"), changed={"1": before})
    assert [article.url for article in news.new_articles] == ["https://gazette.example/right"]


def test_an_address_that_another_article_took_for_its_own_is_given_back_to_a_stranger() -> None:
    taker = an_article("https://gazette.example/other", title="A good year for olives")
    entry = an_entry(title="Fighters held in Rafah")
    key = article_key(entry.link)
    seen = {"unchanged": frozenset[str](), "changed": dict[str, Before](), "articles": {key: taker}}
    assert [article.id for article in decided(entry, seen=Seen(**seen)).new_articles] == [key]  # type: ignore[arg-type]
    same = {**seen, "articles": {key: an_article("https://gazette.example/amp", title="Fighters held in Rafah")}}
    assert decided(entry, seen=Seen(**same)).new_articles == ()  # type: ignore[arg-type]


def test_an_entry_stays_with_the_article_that_its_own_was_merged_into() -> None:
    merged = an_article("https://gazette.example/older", title="Quite another headline")
    entry = an_entry(title="The headline, edited")
    before = Before(article=merged, title="The headline", link=entry.link)
    seen = Seen(unchanged=frozenset(), changed={"1": before}, articles={article_key(entry.link): merged})
    assert [article.id for article in decided(entry, seen=seen).reworded] == [merged.id]


def test_an_entry_that_changes_both_title_and_link_is_another_article() -> None:
    before = Before(article=an_article(title="Talks"), title="Talks", link=an_article().url)
    news = decided(an_entry(title="Sport", link="https://gazette.example/9"), changed={"1": before})
    assert len(news.new_articles) == 1


def test_nothing_is_reworded_by_words_that_are_there_already() -> None:
    before = an_article(title="Talks", summary="They go on.", text="Talks\nThey go on. And on.")
    news = decided(an_entry(link=before.url, title="Talks", text="They go on. And on."), known=(before,))
    assert news.reworded == ()
    assert news.matched == ()
    assert news.sightings[0].article_id == before.id


def test_what_a_full_article_cannot_take_up_is_an_article_of_its_own_and_matched() -> None:
    before = an_article(summary="x" * MOST_SUMMARY)
    news = decided(an_entry(link=before.url, title="Live", text="News from Rafah."), known=(before,))
    assert news.reworded == ()
    (article,) = news.new_articles
    assert (article.url, article.shortfall, article.summary) == ("", Shortfall.NO_LINK, "News from Rafah.")
    assert news.matched[0].found
    again = decided(an_entry(link=before.url, title="Live", text="News from Rafah."), known=(before,))
    assert again.new_articles[0].id == article.id


def test_only_the_lines_that_are_new_are_added() -> None:
    before = an_article(title="Live", summary="First post.\nSecond post.")
    news = decided(an_entry(link=before.url, title="Live", text="Third post.\nFirst post."), known=(before,))
    assert news.reworded[0].summary == "First post.\nSecond post.\nThird post."


def test_two_entries_may_reword_one_known_article() -> None:
    before = an_article(title="Talks", summary="")
    news = decided(
        an_entry("a", link=before.url, title="First", text=""),
        an_entry("b", link=before.url, title="Second", text=""),
        known=(before,),
    )
    assert [article.title for article in news.reworded] == ["Talks\nFirst\nSecond"]


def test_a_feeds_content_is_told_from_its_summary() -> None:
    sources = [
        decided(an_entry(text=text, is_full=is_full)).new_articles[0].text_source
        for text, is_full in [("All of it.", True), ("In short.", False), ("", False)]
    ]
    assert sources == [TextSource.FEED, TextSource.SUMMARY, TextSource.TITLE]


def test_a_better_source_is_kept_whichever_feed_came_first() -> None:
    before = an_article(summary="All of it.", text_source=TextSource.SUMMARY)
    full = an_entry(link=before.url, text="All of it.", is_full=True)
    assert decided(full, known=(before,)).reworded[0].text_source is TextSource.FEED
    read = an_article(text="All of it.", text_source=TextSource.PAGE)
    assert decided(an_entry(link=read.url, text="More.", is_full=True), known=(read,)).reworded[0].text_source is (
        TextSource.PAGE
    )


def test_a_title_alone_becomes_a_feeds_text_when_another_feed_says_more() -> None:
    before = an_article(title="Talks", summary="", text_source=TextSource.TITLE)
    news = decided(an_entry(link=before.url, title="Talks", text="In Cairo."), known=(before,))
    assert news.reworded[0].text_source is TextSource.SUMMARY


def test_earlier_offsets_stay_right_when_words_are_added() -> None:
    before = an_article(title="Talks", summary="Rafah first.")
    news = decided(an_entry(link=before.url, title="Later", text="More on Rafah."), known=(before,))
    assert news.reworded[0].summary.startswith("Rafah first.\n")
    hits = news.matched[0].found[0].hits
    assert [news.reworded[0].summary[hit.start : hit.end] for hit in hits] == ["Rafah", "Rafah"]


def test_the_articles_own_domain_decides_whose_it_is() -> None:
    other = an_outlet(id="wire", domains=("wire.example",))
    feed = a_feed()
    parsed = ParsedFeed(offered=1, entries=(an_entry(link="https://www.wire.example/1"),))
    news = decide_news(
        parsed,
        Seen(unchanged=frozenset(), changed={}, articles={}),
        feed=feed,
        keys=AddressKeys(feed, parsed),
        outlets=Outlets([an_outlet(), other]),
        matcher=MATCHER,
        now=NOON,
    )
    assert news.new_articles[0].outlet == "wire"


def test_an_article_whose_outlet_is_configured_no_more_is_matched_all_the_same() -> None:
    before = an_article(outlet="gone", summary="")
    assert decided(an_entry(link=before.url, title="Rafah"), known=(before,)).matched[0].found


def test_entries_that_all_link_to_the_front_page_are_articles_of_their_own() -> None:
    front = "https://gazette.example/"
    news = decided(an_entry("a", link=front), an_entry("b", link=front))
    assert [article.url for article in news.new_articles] == ["", ""]
    assert len({article.id for article in news.new_articles}) == 2

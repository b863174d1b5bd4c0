from collections.abc import Mapping

from monitor.articles.outlets import Outlets
from monitor.model import Article, Entry, News, ParsedFeed, TextSource, article_key
from monitor.pipeline.news import MOST_SUMMARY, address_keys, decide_news
from monitor.rules.compile import compile_rules
from monitor.store.entries import Seen
from tests.builders import NOON, a_feed, a_watchlist, an_article, an_entry, an_outlet

MATCHER, _ = compile_rules([a_watchlist("Rafah")], [])


def decided(
    *entries: Entry,
    unchanged: frozenset[str] = frozenset(),
    changed: Mapping[str, Article] | None = None,
    known: tuple[Article, ...] = (),
) -> News:
    feed = a_feed()
    parsed = ParsedFeed(offered=len(entries), entries=entries)
    keys = address_keys(feed, parsed)
    seen = Seen(
        unchanged=unchanged, changed=changed or {}, articles={article_key(article.url): article for article in known}
    )
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
    assert article.summary.split("\n") == ["Summary a.", "Talks in Rafah", "Summary b."]
    assert len(news.sightings) == 2
    assert len(news.matched[0].found) == 1


def test_an_entry_that_keeps_key_and_title_but_not_its_link_stays_with_its_article() -> None:
    before = an_article(title="Talks")
    news = decided(
        an_entry(title="Talks", link="https://gazette.example/news/1;session=2", text="New."), changed={"1": before}
    )
    assert news.new_articles == ()
    assert [article.id for article in news.reworded] == [before.id]
    assert news.known == 1


def test_an_entry_that_changes_both_title_and_link_is_another_article() -> None:
    news = decided(an_entry(title="Sport", link="https://gazette.example/9"), changed={"1": an_article(title="Talks")})
    assert len(news.new_articles) == 1


def test_nothing_is_reworded_by_words_that_are_there_already() -> None:
    before = an_article(title="Talks", summary="They go on.", text="Talks\nThey go on. And on.")
    news = decided(an_entry(link=before.url, title="Talks", text="They go on. And on."), known=(before,))
    assert news.reworded == ()
    assert news.matched == ()
    assert news.sightings[0].article_id == before.id


def test_an_entry_that_never_stands_still_does_not_grow_for_ever() -> None:
    before = an_article(summary="x" * MOST_SUMMARY)
    assert decided(an_entry(link=before.url, title="Counter: 2"), known=(before,)).reworded == ()


def test_two_entries_may_reword_one_known_article() -> None:
    before = an_article(title="Talks", summary="")
    news = decided(
        an_entry("a", link=before.url, title="First", text=""),
        an_entry("b", link=before.url, title="Second", text=""),
        known=(before,),
    )
    assert [article.summary for article in news.reworded] == ["First\nSecond"]


def test_a_title_alone_becomes_a_feeds_text_when_another_feed_says_more() -> None:
    before = an_article(title="Talks", summary="", text_source=TextSource.TITLE)
    news = decided(an_entry(link=before.url, title="Talks", text="In Cairo."), known=(before,))
    assert news.reworded[0].text_source is TextSource.FEED


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
        keys=address_keys(feed, parsed),
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

"""The sentence for which an article matched is cut out and marked."""

from dataclasses import replace

from monitor.model import Article, Field, Found, Hit, WatchlistId
from monitor.outgoing.sentences import Sentence, sentences
from tests.builders import a_found, an_article

TEXT = "Talks went on. Two fighters left a tunnel below Rafah, an envoy said. He spoke of a tunnel."


def a_match(article: Article, *words: str, field: Field = Field.TEXT, watchlist: str = "rafah") -> Found:
    """One with a hit at each place of these words."""
    told = {Field.TITLE: article.title, Field.SUMMARY: article.summary, Field.TEXT: article.text}[field]
    places = [(told.index(word), word) for word in words]
    hits = tuple(Hit(field=field, start=start, end=start + len(word), term=word) for start, word in places)
    return replace(a_found(watchlist), watchlist_id=WatchlistId(watchlist), hits=hits)


def told(article: Article, *matches: Found) -> list[tuple[str, str]]:
    """(field, as shown) of each sentence."""
    return [(str(one.field), one.shown()) for one in sentences(article, matches)]


def test_the_sentence_with_most_terms_is_the_one() -> None:
    article = an_article(text=TEXT)
    match = a_match(article, "Talks", "fighters", "Rafah")
    assert told(article, match) == [("text", "Two ⟦fighters⟧ left a tunnel below ⟦Rafah⟧, an envoy said.")]
    (sentence,) = sentences(article, [match])
    assert sentence.record() == {
        "watchlists": ["rafah"],
        "field": "text",
        "text": "Two fighters left a tunnel below Rafah, an envoy said.",
        "hits": ((4, 12), (33, 38)),
    }


def test_watchlists_that_found_the_same_sentence_share_it() -> None:
    article = an_article(text=TEXT)
    both = [a_match(article, "fighters left"), a_match(article, "left a tunnel", watchlist="tunnels")]
    (sentence,) = sentences(article, both)
    assert sentence.watchlists == ("rafah", "tunnels")
    assert sentence.shown() == "Two ⟦fighters left a tunnel⟧ below Rafah, an envoy said."
    further = a_match(article, "Talks", watchlist="talks")
    assert [one.watchlists for one in sentences(article, [*both, further])] == [("rafah", "tunnels"), ("talks",)]


def test_the_headline_is_told_where_nothing_else_matched() -> None:
    article = an_article(title="Tunnel found in Rafah", text=TEXT)
    assert told(article, a_match(article, "Rafah", field=Field.TITLE)) == [("title", "Tunnel found in ⟦Rafah⟧")]
    in_both = a_match(article, "Tunnel", "Rafah", field=Field.TITLE)
    below = a_match(article, "envoy")
    together = replace(in_both, hits=(*in_both.hits, *below.hits))
    assert [field for field, _ in told(article, together)] == ["text"]


def test_one_of_a_text_that_is_gone_has_none() -> None:
    article = an_article(text=TEXT)
    match = a_match(article, "Rafah")
    assert sentences(replace(article, text=""), [match]) == ()
    assert sentences(replace(article, text="Short.   "), [match]) == ()
    by_author = Hit(field=Field.AUTHORS, start=0, end=4, term="Jane")
    assert sentences(article, [replace(match, hits=(by_author,))]) == ()


def test_of_a_long_sentence_what_is_around_the_hits_is_told() -> None:
    article = an_article(text=f"{'before ' * 100}Rafah {'behind ' * 100}tunnel.")
    ((_, shown),) = told(article, a_match(article, "Rafah", "tunnel"))
    assert shown.startswith("…")
    assert shown.endswith("…")
    assert shown.count("⟦") == 1
    assert len(shown) < 310
    article = an_article(text=f"Rafah {'behind ' * 100}")
    ((_, shown),) = told(article, a_match(article, "Rafah"))
    assert shown.startswith("⟦Rafah⟧ behind")


def test_a_sentence_from_right_to_left_runs_so() -> None:
    article = an_article(text="خرج مقاتلان من نفق في رفح.")
    ((_, shown),) = told(article, a_match(article, "رفح"))
    assert shown == "\u2067خرج مقاتلان من نفق في ⟦رفح⟧.\u2069"
    steered = Sentence(watchlists=(), field=Field.TEXT, text="a\u202eb\x1b", hits=((0, 1),))
    assert steered.shown() == "⟦a⟧b"

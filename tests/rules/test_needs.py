"""What an index is asked for never leaves out a text that a query matches."""

from collections.abc import Collection

import pytest
from hypothesis import given, settings

from monitor.model import Document, TermList
from monitor.rules.needs import AllOf, AnyOf, Key, Need, is_told_by_keys, lightened, need_of, needs_of
from monitor.rules.parse import parse
from monitor.rules.syntax import Node, show
from monitor.rules.terms import Fault
from monitor.text.index_keys import LONGEST_KEY, keys_of
from tests.builders import a_document, a_list, a_watchlist
from tests.rules.matching import a_matcher
from tests.rules.strategies import LISTS, documents, queries
from tests.sizes import cases

WORDS = [a_list("rafah", en=("Rafah",), ar=("رفح",)), a_list("exact", tr=("=Refah",))]


def of(query: str, *lists: TermList) -> Need | None:
    tree = parse(query)
    assert not isinstance(tree, Fault)
    return need_of(tree, {terms.id: terms for terms in (*WORDS, *lists)})


def told(query: str) -> bool:
    tree = parse(query)
    assert not isinstance(tree, Fault)
    return is_told_by_keys(tree, {terms.id: terms for terms in WORDS})


def key(text: str, *, prefix: bool = False) -> Key:
    return Key(text, prefix)


def met(need: Need | None, keys: Collection[str]) -> bool:
    match need:
        case None:
            return True
        case Key(text=text, prefix=prefix):
            return any(one.startswith(text) for one in keys) if prefix else text in keys
        case AllOf(parts=parts):
            return all(met(part, keys) for part in parts)
        case AnyOf(parts=parts):
            return any(met(part, keys) for part in parts)


@pytest.mark.nightly
@settings(max_examples=cases(1000), deadline=None)
@given(queries, documents)
def test_no_text_is_left_out_that_a_query_matches(tree: Node, document: Document) -> None:
    lists = {terms.id: terms for terms in LISTS}
    matcher = a_matcher(a_watchlist(show(tree)), lists=LISTS)
    found = bool(matcher.match(document))
    has = met(need_of(tree, lists), keys_of("\n".join((document.title, document.summary, document.text))))
    assert has or not found
    if is_told_by_keys(tree, lists):
        assert found == has


def test_a_phrase_asks_for_its_words_a_list_for_any_of_its_terms() -> None:
    assert of("ceasefire") == key("ceasefire")
    assert of('"safe passage"') == AllOf((key("safe"), key("passage")))
    assert of("tunnel*") == key("tunnel", prefix=True)
    assert of("@rafah") == AnyOf((key("rafah"), key("رفح")))
    assert of("=Refah") == of("Refah") == key("refah")
    assert of("الأنفاق") == AnyOf((key("الانفاق"), key("انفاق")))


def test_operators_ask_for_what_they_need_at_least() -> None:
    a, b, c = key("aaa"), key("bbb"), key("ccc")
    assert of("aaa AND bbb NOT ccc") == of("aaa NEAR/3 bbb") == of("SENTENCE(aaa, bbb)") == AllOf((a, b))
    assert of("aaa OR bbb") == AnyOf((a, b))
    assert of("ATLEAST/2(aaa, bbb, ccc)") == AnyOf((a, b, c))
    assert of("ATLEAST/2(aaa, bbb)") == AllOf((a, b))
    assert of("COUNT/3(aaa)") == of("title:aaa") == of("lead:aaa AND lang:ar") == a


@pytest.mark.parametrize(
    "query", ["/a+/", "lang:ar", "author:Reuters", "url:gaza", "aaa OR /b+/", "ATLEAST/1(aaa, lang:ar)"]
)
def test_what_is_not_in_the_index_is_not_asked_of_it(query: str) -> None:
    assert of(query) is None
    assert not told(query)


def test_a_list_with_dictionary_forms_is_not_asked_of_it() -> None:
    lemmas = TermList(id="fighters", terms={"en": ("fighter",)}, file="lists/fighters.yaml", lemma=True)
    tree = parse("@fighters")
    assert not isinstance(tree, Fault)
    assert need_of(tree, {"fighters": lemmas}) is None
    assert not is_told_by_keys(tree, {"fighters": lemmas})


def test_keys_tell_all_of_plain_words_alone() -> None:
    assert told("ceasefire AND (tunnel* OR @rafah)")
    for query in ('"safe passage"', "aaa NEAR/3 bbb", "title:aaa", "aaa NOT bbb", "=Refah", "@exact", "أنفاق", "xy"):
        assert not told(query), query


def test_what_a_key_is_too_long_for_is_looked_up_by_its_beginning() -> None:
    long = "x" * 100
    assert of(long) == key("x" * LONGEST_KEY, prefix=True)
    assert not told(long)
    assert of('"⒈ talks"') == AllOf((key("1"), key("talks")))
    assert not told("⒈AAA")


def test_of_a_key_with_digits_the_rules_are_asked() -> None:
    document = a_document(text="aaa⑴")
    assert not a_matcher(a_watchlist("aaa1")).match(document)
    assert met(of("aaa1"), keys_of(document.text))
    assert not told("aaa1")


def nested(levels: int) -> str:
    query = "bbb"
    for level in range(levels):
        query = f"w{level} {'AND' if level % 2 else 'OR'} ({query})"
    return query


def test_more_than_an_index_takes_is_not_asked_of_it() -> None:
    assert of(nested(29)) is not None
    assert of(nested(30)) is None
    for most, length in ((10_000, 20), (4_000, 50)):
        words = [f"{number:05}".ljust(length, "x") for number in range(most + 1)]
        assert of("@many", a_list("many", en=tuple(words[1:]))) is not None
        assert of("@many", a_list("many", en=tuple(words))) is None


def test_the_needs_of_many_are_those_of_each() -> None:
    trees = [parse(query) for query in ("@rafah AND x*", "NOT @rafah", "@exact", "@rafah AND x*")]
    nodes = [tree for tree in trees if not isinstance(tree, Fault)]
    lists = {terms.id: terms for terms in WORDS}
    assert needs_of(nodes, lists) == [need_of(tree, lists) for tree in nodes]
    assert needs_of([], lists) == []


def test_of_a_long_need_its_shortest_part_is_left() -> None:
    one, two, three = key("one"), key("two", prefix=True), key("three")
    many = AnyOf((one, two, three))
    assert lightened(AllOf((many, one)), 4) == AllOf((many, one))
    assert lightened(AllOf((many, AllOf((one, AnyOf((two, three)))))), 3) == many
    assert lightened(AllOf((many, AllOf((one, AnyOf((two, three)))))), 2) is None
    assert lightened(AllOf((many, AnyOf((two, three)))), 2) == AnyOf((two, three))
    assert lightened(many, 2) is None

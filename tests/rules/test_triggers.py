"""Which rules are looked at: never fewer than match, and few more."""

import pytest

from monitor.rules.lexicon import Lexicon
from monitor.rules.parse import parse
from monitor.rules.terms import Fault
from monitor.rules.triggers import Triggers, alternatives_of, costs
from monitor.rules.vocabulary import Vocabulary
from monitor.text.words import word


def _asked(query: str) -> list[list[str]]:
    """Each alternative's groups of words, in the order of the alphabet."""
    tree = parse(query)
    assert not isinstance(tree, Fault)
    lexicon = Lexicon()
    lexicon.add(tree)
    words = [spelled.spellings[0][0] for spelled in lexicon.words.values()]

    def shown(number: int) -> str:
        return words[number] if number >= 0 else f"title:{words[~number]}"

    alternatives = alternatives_of(tree, lexicon, lambda group: len(group))
    return sorted(sorted("|".join(sorted(map(shown, group))) for group in groups) for groups in alternatives)


@pytest.mark.parametrize(
    ("query", "asked"),
    [
        ("a", [["a"]]),
        ('"a b"', [["a", "b"]]),
        ("a AND b NOT c", [["a", "b"]]),
        ("a OR b OR c", [["a|b|c"]]),
        ("a NEAR/3 (b OR c)", [["a", "b|c"]]),
        ("title:(a AND (b OR c))", [["title:a", "title:b|title:c"]]),
        ("body:(a AND b)", [["a", "b"]]),
        ("a NEAR/3 b OR c NEAR/3 d OR e OR f", [["a", "b"], ["c", "d"], ["e|f"]]),
        ("(a AND b OR c AND d) NOT e", [["a", "b"], ["c", "d"]]),
        ("title:(a NEAR/3 b OR c)", [["title:a", "title:b"], ["title:c"]]),
        ("ATLEAST/2(a, b, c)", [["a|b"]]),
    ],
)
def test_a_query_asks_for_groups_of_words(query: str, asked: list[list[str]]) -> None:
    assert _asked(query) == asked


def test_more_alternatives_than_a_few_are_asked_for_as_one() -> None:
    few = " OR ".join(f"a{number} AND b{number}" for number in range(8))
    assert len(_asked(few)) == 8
    assert len(_asked(f"{few} OR c AND d")) == 1
    assert len(_asked(f"({few}) AND ({few})")) == 1


def test_a_rule_that_asks_for_no_word_is_always_looked_at() -> None:
    one, other, third = frozenset({1}), frozenset({2}), frozenset({3})
    triggers = Triggers([((one, other),), ((),), ((one,), ()), ((other,), (one, third)), ((one, other, third),)])
    assert _candidates(triggers, {}) == [1, 2]
    assert _candidates(triggers, {1: "a", 2: "b"}) == [0, 1, 2, 3]
    assert _candidates(triggers, {1: "a", 3: "c"}) == [1, 2, 3]
    assert _candidates(triggers, {1: "a", 2: "b", 3: "c"}) == [0, 1, 2, 3, 4]


def _candidates(triggers: Triggers, held: dict[int, str]) -> list[int]:
    """The rules that are looked at where a text holds these words, one a piece."""
    vocabulary = Vocabulary({number: word(text) for number, text in held.items()}, triggers.asked)
    chunks = vocabulary.read(" ".join(held.values())).chunks
    return triggers.candidates(b"".join(chunk.asked for chunk in chunks), lambda: frozenset(held))


def test_a_piece_of_several_words_is_asked_for_by_all_of_them() -> None:
    triggers = Triggers([((frozenset({0}),),), ((frozenset({1}),),), ((frozenset({2}),),)])
    vocabulary = Vocabulary({0: word("one"), 1: word("on", prefix=True), 2: word("two")}, triggers.asked)
    (chunk,) = vocabulary.read("one").chunks
    assert triggers.candidates(chunk.asked, frozenset) == [0, 1]
    assert chunk.asked_in_title == b""


def test_the_title_is_asked_for_itself() -> None:
    triggers = Triggers([((frozenset({~0}),),), ((frozenset({0}), frozenset({~0})),)])
    (chunk,) = Vocabulary({0: word("one")}, triggers.asked).read("one").chunks
    assert triggers.candidates(chunk.asked, frozenset) == []
    assert triggers.candidates(chunk.asked_in_title, frozenset) == [0]
    assert triggers.candidates(chunk.asked + chunk.asked_in_title, frozenset) == [0, 1]


def test_a_stop_word_triggers_nothing_where_another_word_can() -> None:
    tree = parse('"tank between"')
    assert not isinstance(tree, Fault)
    lexicon = Lexicon()
    lexicon.add(tree)
    (groups,) = alternatives_of(tree, lexicon, costs([tree], lexicon))
    assert [lexicon.words[number].spellings[0][0] for group in groups for number in group] == ["tank", "between"]

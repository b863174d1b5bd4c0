"""What a term is looked up by."""

import pytest

from monitor.model import TermList
from monitor.rules.lookup import branch, phrase_keys, tree_of
from monitor.rules.terms import phrases
from tests.builders import a_list


@pytest.mark.parametrize(
    ("term", "keys"),
    [
        ("Refah'ta", ["refahta"]),
        ("tünel*", ["tunel*"]),
        ("=Refah", ["=Refah"]),
        ("safe passage*", ["safe + passage*"]),
        ("cease-fire", ["cease + fire", "ceasefire"]),
        ("الأنفاق", ["الانفاق (الأنفاق) | انفاق (أنفاق)"]),
        ("拉法", ["拉 + 法"]),
    ],
)
def test_the_keys_of_a_term(term: str, keys: list[str]) -> None:
    assert [phrase_keys(phrase) for phrase in phrases(term)] == keys


def test_a_tree_has_a_branch_for_every_node() -> None:
    root = branch(tree_of("@rafah NEAR/3 a AND ATLEAST/1(b)"), {"rafah": a_list("rafah", en=("Rafah",), he=("רפיח",))})
    near, counted = root.parts
    assert (root.label, near.label, counted.label) == ("AND", "NEAR/3", "ATLEAST/1")
    assert [(one.term, one.language) for one in near.parts[0].terms] == [("Rafah", "en"), ("רפיח", "he")]
    assert [(one.term, one.language) for one in counted.parts[0].terms] == [("b", "")]
    assert near.query == "@rafah NEAR/3 a"


def test_a_query_with_a_mistake_has_no_tree() -> None:
    with pytest.raises(ValueError, match="nothing joins a and b"):
        tree_of("a b")


def test_patterns_dictionary_forms_weights_and_included_lists_are_shown() -> None:
    lists = {
        "all": TermList(id="all", terms={}, includes=("talks",)),
        "talks": TermList(id="talks", terms={"en": ("negotiate^2", "/tun.+/"), "xx": ("talk",)}, lemma=True),
    }
    tree = branch(tree_of("@all ONEAR/3 a"), lists)
    assert tree.label == "ONEAR/3"
    shown = {one.term: "; ".join(map(phrase_keys, one.phrases)) for one in tree.parts[0].terms}
    assert shown == {
        "negotiate^2": "negotiate | negotiate (en: dictionary form)",
        "/tun.+/": "/tun.+/",
        "talk": "talk",
    }

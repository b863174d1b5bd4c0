"""Where sentences begin."""

from itertools import pairwise

import pytest

from monitor.text.sentences import sentence_spans, sentence_starts
from monitor.text.tokens import tokens


def sentences(text: str) -> list[str]:
    """The sentences without what stands between their words and the next one's."""
    words = tokens(text)
    bounds = [*sentence_starts(text), len(words)]
    return [text[words[a].start : words[b - 1].end] for a, b in pairwise(bounds)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Hamas said no. Israel said yes!  Who knows?", ["Hamas said no", "Israel said yes", "Who knows"]),
        ("The U.S. envoy met Gen. Zamir. He left.", ["The U.S. envoy met Gen. Zamir", "He left"]),
        ("3.5 million left. www.gazette.example says so.", ["3.5 million left. www.gazette.example says so"]),
        ('"Really?" she asked. "Yes." He left.', ['Really?" she asked', "Yes", "He left"]),
        ("A headline\nanother one", ["A headline", "another one"]),
        ("One… two. three", ["One… two. three"]),
        ("قال إن الأنفاق محاصرة. وأضاف: هل يخرجون؟ لا۔", ["قال إن الأنفاق محاصرة", "وأضاف: هل يخرجون", "لا"]),
        ("הם במנהרות. מתי ייצאו? לא ידוע.", ["הם במנהרות", "מתי ייצאו", "לא ידוע"]),
        ("停火了。哈马斯说不！好", ["停火了", "哈马斯说不", "好"]),
        ("युद्धविराम। वार्ता।", ["युद्धविराम", "वार्ता"]),
        ("...", []),
        ("", []),
    ],
)
def test_a_text_has_these_sentences(text: str, expected: list[str]) -> None:
    assert sentences(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("He left. The bag was found! So it went.", ["He left.", "The bag was found!", "So it went."]),
        ("", []),
        (" \n ", []),
        ("  left  ", ["left"]),
        ("A headline\nNews came\nmore", ["A headline", "News came", "more"]),
        ('She said: "No." He said: "Yes." Then', ['She said: "No."', 'He said: "Yes."', "Then"]),
        ('A headline\n"Yes. He said so.', ["A headline", '"Yes.', "He said so."]),
        ("停火了。哈马斯说！好", ["停火了。", "哈马斯说！", "好"]),
        ("قال نعم. ثم قال؟ لا.", ["قال نعم.", "ثم قال؟", "لا."]),
    ],
)
def test_sentences_are_cut_out_whole(text: str, expected: list[str]) -> None:
    assert [text[start:end] for start, end in sentence_spans(text)] == expected

import pytest

from monitor.text.tags import name_of, tag_of


@pytest.mark.parametrize(
    ("given", "tag"),
    [
        ("war", "war"),
        ("  #War ", "war"),
        ("رهائن", "رهائن"),
        ("רָפִיחַ", "רָפִיחַ"),
        ("ÇOCUK", "çocuk"),
        ("cafe\u0301", "café"),
        ("phase-2_b.1", "phase-2_b.1"),
        ("x" * 40, "x" * 40),
    ],
)
def test_a_tag_has_one_spelling(given: str, tag: str) -> None:
    assert tag_of(given) == tag


@pytest.mark.parametrize("given", ["", "#", "two words", "a,b", "-._", "x" * 41, "a\u202eb", "\x1b[1m", "a\tb"])
def test_what_is_no_tag_is_refused_with_what_was_expected(given: str) -> None:
    with pytest.raises(ValueError, match="is no tag: expected a word of letters and digits"):
        tag_of(given)


def test_a_name_is_composed_and_its_blanks_are_single() -> None:
    assert name_of("  Zoe\u0301  \t Müller ") == "Zoé Müller"
    assert name_of("أمل") == "أمل"


@pytest.mark.parametrize("given", ["", " \t", "a\nb", "a\x1bb", "a\u2028b", "\ud800", "x" * 81])
def test_what_is_no_name_is_refused(given: str) -> None:
    with pytest.raises(ValueError, match="is no name: expected a name on one line"):
        name_of(given)

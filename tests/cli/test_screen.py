import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.cli.screen import Line, Look, Weight, wrapped
from monitor.cli.terminal import width

ARABIC, HEBREW = "مقاتلو حماس العالقون في أنفاق رفح", "לוחמי חמאס הלכודים במנהרות רפיח"
ASCII = Look(columns=20, encoding="ascii")


def plain(line: str) -> str:
    return "".join(letter for letter in line if letter not in "⁦⁧⁨⁩").strip()


def test_a_paragraph_of_a_right_to_left_script_runs_so_on_each_of_its_lines() -> None:
    lines = Look(columns=16).paragraph(ARABIC)
    assert [line.text[:2] + line.text[-1] for line in lines] == [" ⁧⁩"] * len(lines)
    assert " ".join(plain(line.text) for line in lines) == ARABIC
    assert Look(columns=16).paragraph("Rafah tunnels today") == [Line(text="Rafah tunnels"), Line(text="today")]


def test_a_paragraph_has_no_more_lines_than_it_may() -> None:
    lines = Look(columns=12).paragraph(HEBREW, most=2)
    assert len(lines) == 2
    assert plain(lines[1].text).endswith("…")


def test_a_hit_is_marked_on_every_line_on_which_it_stands() -> None:
    assert list(wrapped("the ⟦men of Hamas⟧ left", 14)) == ["the ⟦men of⟧", "⟦Hamas⟧ left"]


def test_a_word_longer_than_the_line_is_cut_by_its_width() -> None:
    assert list(wrapped("x" * 7 + " 拉法拉法", 7)) == ["xxxx", "xxx", "拉法", "拉法"]
    assert list(wrapped("", 7)) == []


def test_a_line_of_ours_is_cut_and_what_it_opens_is_closed() -> None:
    cut = Look(columns=10).line(f"words ⁨{ARABIC}⁩").text
    assert cut == "words ⁨مقا…⁩"
    assert Look(columns=10).line("ab\ncd\te", Weight.DIM) == Line(text="ab cd e", weight=Weight.DIM)


def test_a_terminal_with_few_letters_gets_numbers_and_plain_signs() -> None:
    assert ASCII.line("✓ ⁨رفح⁩ · – …").text == "+ \\u0631\\u0641\\u062d"[:19] + "~"
    assert ASCII.paragraph("⟦Rafah⟧ ⁨é⁩") == [Line(text="[Rafah] \\xe9")]
    assert Look(columns=20, encoding="latin-1").line("é ✓").text == "é +"


def test_colours_are_only_for_terminals_that_have_them() -> None:
    line = Line(text="a ⟦b⟧", weight=Weight.BOLD)
    assert Look().painted(line) == "a ⟦b⟧"
    assert Look(coloured=True).painted(line) == "\x1b[1ma \x1b[7mb\x1b[27m\x1b[0m"
    assert Look(coloured=True).painted(Line(text="⟦b⟧")) == "\x1b[7mb\x1b[27m\x1b[0m"
    assert Look(coloured=True).painted(Line(text="b")) == "b"


@pytest.mark.parametrize("encoding", ["utf-8", "ascii", "iso8859-8"])
@given(text=st.text(st.sampled_from("a ⟦⟧רفח拉é\u0301…\x1b\n\t\u202e"), max_size=60), columns=st.integers(6, 30))
def test_nothing_is_wider_than_the_terminal(encoding: str, text: str, columns: int) -> None:
    look = Look(columns=columns, encoding=encoding)
    for line in (look.line(text.replace("\x1b", "").replace("\u202e", "")), *look.paragraph(text)):
        assert width(line.text) <= columns
        assert "\x1b" not in line.text
        line.text.encode(encoding)

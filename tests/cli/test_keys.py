import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.cli import keys
from monitor.cli.keys import decode, latin


@pytest.mark.parametrize(
    ("received", "pressed"),
    [
        (b"r", ["r"]),
        (b"rJ?", ["r", "J", "?"]),
        (b"\x1b[A\x1b[B", [keys.UP, keys.DOWN]),
        (b"\x1bOA\x1bOB", [keys.UP, keys.DOWN]),
        (b"\x1b[5~\x1b[6~", [keys.PAGE_UP, keys.PAGE_DOWN]),
        (b"\x1b[1;5A", [keys.UP]),
        (b"\x1b[3~\x1b[15~\x1b[?1;2c", [keys.UNKNOWN] * 3),
        (b"\x1b", [keys.ESCAPE]),
        (b"\x1br", [keys.UNKNOWN]),
        (b"\x1b[", [keys.UNKNOWN]),
        (b"\r\n", [keys.ENTER, keys.ENTER]),
        (
            b"\x7f\b\x15\x17\x04\x0c",
            [keys.BACKSPACE] * 2 + [keys.ERASE, keys.ERASE_WORD, keys.END_OF_INPUT, keys.REDRAW],
        ),
        (b"\x01\x00", [keys.UNKNOWN] * 2),
        ("نو".encode(), ["ن", "و"]),
        (b"\xff", ["\N{REPLACEMENT CHARACTER}"]),
    ],
)
def test_what_a_terminal_sends_is_keys(received: bytes, pressed: list[str]) -> None:
    assert decode(received, "utf-8", whole=True) == (pressed, b"")


@pytest.mark.parametrize("half", [b"\x1b", b"\x1b[", b"\x1b[1;", b"\x1bO", "ن".encode()[:1]])
def test_half_a_key_waits_for_the_rest(half: bytes) -> None:
    assert decode(b"r" + half, "utf-8", whole=False) == (["r"], half)


def test_half_a_letter_behind_half_a_sequence_is_kept_with_it() -> None:
    assert decode(b"\x1b\xd9", "utf-8", whole=False) == ([], b"\x1b\xd9")


def test_a_terminal_that_is_not_utf8_is_read_as_what_it_is() -> None:
    assert decode("é".encode("latin-1"), "latin-1", whole=True) == (["é"], b"")
    assert decode(b"\xe9", "ascii", whole=True) == (["\N{REPLACEMENT CHARACTER}"], b"")


@pytest.mark.parametrize(("pressed", "meant"), [("ق", "r"), ("ר", "r"), ("ه", "i"), ("ı", "i"), ("İ", "I"), ("؟", "?")])
def test_keys_are_where_they_are_on_a_latin_keyboard(pressed: str, meant: str) -> None:
    assert latin(pressed) == meant
    assert latin("r") == "r"
    assert latin(keys.UP) == keys.UP


@given(st.binary(max_size=30), st.integers(0, 30))
def test_it_does_not_matter_in_which_pieces_bytes_come(received: bytes, cut: int) -> None:
    first, rest = decode(received[:cut], "utf-8", whole=False)
    second, _ = decode(rest + received[cut:], "utf-8", whole=True)
    assert first + second == decode(received, "utf-8", whole=True)[0]

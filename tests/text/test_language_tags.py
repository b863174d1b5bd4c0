"""Language tags."""

import pytest

from monitor.text.language_tags import primary


@pytest.mark.parametrize(
    ("tag", "language"),
    [
        ("en", "en"),
        ("en-US", "en"),
        (" AR_eg", "ar"),
        ("iw", "he"),
        ("ckb", "ckb"),
        ("ara", "ar"),
        ("deu", "de"),
        ("jpn-JP", "ja"),
        ("", ""),
        ("und", ""),
        ("english", ""),
        ("x", ""),
        ("1", ""),
        ("fr,en", "fr"),
    ],
)
def test_the_primary_language_is_kept(tag: str, language: str) -> None:
    assert primary(tag) == language

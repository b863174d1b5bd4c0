"""The language of a text."""

import pytest

from monitor.articles.language import language_of


@pytest.mark.parametrize(
    ("text", "declared", "language"),
    [
        ("Tunnels in Rafah", ("en-US", "ar"), "en"),
        ("Tunnels in Rafah", ("", "ar", "tr"), "tr"),
        ("Tunnels in Rafah", ("he",), ""),
        ("Tunnels in Rafah", (), ""),
        ("Mediators say that the talks about the fighters in the tunnels go on", ("ar",), "en"),
        ("Arabulucular, tünellerdeki savaşçılar için görüşmelerin sürdüğünü söyledi", (), "tr"),
        ("Les médiateurs disent que les pourparlers sur les combattants continuent", ("he",), "fr"),
        ("מנהרות ברפיח", ("en",), "he"),
        ("מנהרות ברפיח", ("yi",), "yi"),
        ("أنفاق رفح في قطاع غزة", ("en", "en"), "ar"),
        ("أنفاق رفح", ("fa",), "fa"),
        ("تونل‌های رفح در غزه را گرفتند و پیش می‌روند", ("en",), "fa"),
        ("رفح کی سرنگوں میں ٹینک", (), "ur"),
        ("Туннели в Рафахе", ("uk",), "uk"),
        ("Туннели в Рафахе", (), "ru"),
        ("Посередники кажуть, що переговори про бійців у тунелях ще тривають", ("en",), "uk"),
        ("Рафах", (), "ru"),
        ("په غزه کې د اوربند په اړه خبرې اترې روانې دي", (), "ps"),
        ("תעלות ברפיח", (), "he"),
        ("加沙停火谈判", ("en",), "zh"),
        ("ガザ停戦交渉の行方", ("en",), "ja"),
        ("停戦交渉、停戦交渉、停戦交渉の", (), "ja"),
        ("휴전 협상", ("en",), "ko"),
        ("Rafah: أنفاق رفح في قطاع غزة تحت الحصار", ("en",), "ar"),
        ("12:30", ("tr",), "tr"),
        ("", (), ""),
    ],
)
def test_what_is_declared_holds_unless_the_script_contradicts(
    text: str, declared: tuple[str, ...], language: str
) -> None:
    assert language_of(text, *declared) == language

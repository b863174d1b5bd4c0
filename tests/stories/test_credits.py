"""Whose text an article is, by its credit line; who is only quoted in it is not."""

import pytest

from monitor.config.files import read_files
from monitor.config.load import load
from monitor.config.shipped import shipped_folder
from monitor.model import Agency
from monitor.stories.credits import Credits
from tests.config.valid import HOME

CREDITS = Credits(load(read_files(shipped_folder()), environment={}, home=HOME, secrets=False, proven=False).agencies)
BODY = "Mediators met the two sides on Monday. They will meet again, an official said."


@pytest.mark.parametrize(
    ("agency", "author"),
    [
        ("reuters", "Reuters"),
        ("reuters", "By REUTERS"),
        ("reuters", "Reuters Staff"),
        ("reuters", "Thomson Reuters Foundation"),
        ("ap", "The Associated Press"),
        ("ap", "AP National Political Writer"),
        ("ap", "Jane Doe, AP"),
        ("afp", "Le Journal et AFP"),
        ("afp", "Le Journal avec l'AFP"),
        ("afp", "AFP | Reuters"),
        ("afp", "أ.ف.ب"),
        ("afp", "أ ف ب ورويترز"),
        ("dpa", "Max Muster und Erika Beispiel, dpa"),
        ("dpa", "Deutsche Presse-Agentur"),
        ("sid", "SID"),
        ("anadolu", "AA"),
        ("anadolu", "الأناضول"),
        ("iha", "İHA"),
        ("reuters", "סוכנות הידיעות רויטרס"),
        ("walla", "מערכת וואלה"),
        ("reuters", "ロイター"),
        ("jiji", "時事通信"),
        ("xinhua", "新华社"),
        ("bloomberg", "Desk with Bloomberg"),
        ("pa", "PA Media"),
        ("efe", "Agencia EFE"),
        ("", "Petra Lusa"),
        ("", "Reuters Institute"),
        ("", "Ann Sid"),
        ("", "sid"),
        ("", "Bloomberg editorial board"),
        ("", "ats"[::-1]),
        ("", ""),
    ],
)
def test_an_author_is_a_credit(agency: str, author: str) -> None:
    assert CREDITS.of([author], BODY) == agency


@pytest.mark.parametrize(
    ("agency", "start"),
    [
        ("reuters", "GAZA, Nov 10 (Reuters) - Two men left the tunnel."),
        ("reuters", "By Jane Doe and John Roe CAIRO/GAZA, Nov 10 (Reuters) - Two men left the tunnel."),
        ("reuters", "Men leave a tunnel after weeks. CAIRO, Nov 10 (Reuters) - Two men left the tunnel."),
        ("reuters", "(Reuters) — Two men left the tunnel."),
        ("reuters", "(Reuters) Two men left the tunnel."),
        ("reuters", "[カイロ １０日 ロイター] - 二人がトンネルを出た。"),
        ("reuters", "カイロ（ロイター） - 二人がトンネルを出た。"),
        ("", "国連のアラブ人支援機関でもカイロの通信社が伝えたところによると（ロイター） - 二人が出た。"),
        ("bloomberg", "（ブルームバーグ）：二人がトンネルを出た。"),
        ("ap", "ST. JOHN, Mich. (AP) — Two men left the tunnel."),
        ("afp", "PARIS, le 10 novembre (AFP) - Deux hommes sont sortis."),
        ("afp", "القاهرة (أ ف ب) - خرج رجلان من النفق."),
        ("dpa", "Kairo (dpa/lhe) - Zwei Männer kamen aus dem Tunnel."),
        ("dpa", "KAIRO (dpa-AFX) - Zwei Männer kamen aus dem Tunnel."),
        ("epd", "Frankfurt a.M. (epd). Zwei Männer kamen aus dem Tunnel."),
        ("keystone-ats", "Genève (ats) - Deux hommes sont sortis."),
        ("efe", "El Cairo, 10 nov (EFE).- Dos hombres salieron."),
        ("europa-press", "MADRID, 10 Nov. (EUROPA PRESS) - Dos hombres salieron."),
        ("ansa", "(ANSA) - IL CAIRO, 10 NOV - Due uomini sono usciti."),
        ("lusa", "Lisboa, 10 nov 2025 (Lusa) - Dois homens saíram."),
        ("anadolu", "ANKARA (AA) - İki kişi tünelden çıktı."),
        ("dha", "İSTANBUL, (DHA) - İki kişi tünelden çıktı."),
        ("anadolu", "غزة / الأناضول - خرج رجلان من النفق."),
        ("wafa", "رام الله 10-11-2025 وفا- خرج رجلان من النفق."),
        ("wafa", "لقاء في القاهرة ينتهي دون اتفاق بين الجانبين على موعد جديد رام الله 10-11-2025 وفا- خرج رجلان."),
        ("reuters", "بيروت - رويترز: خرج رجلان من النفق."),
        ("maan", "غزة- معا - خرج رجلان من النفق."),
        ("tass", "МОСКВА, 10 ноября. /ТАСС/. Двое вышли из тоннеля."),
        ("interfax", "Москва. 10 ноября. ИНТЕРФАКС - Двое вышли из тоннеля."),
        ("ria", "МОСКВА, 10 ноя - РИА Новости. Двое вышли из тоннеля."),
        ("ukrinform", "Київ. Укрінформ. Двоє вийшли з тунелю."),
        ("xinhua", "新华社开罗11月10日电 两人走出隧道。"),
        ("cna-taiwan", "（中央社開羅10日電）兩人走出隧道。"),
        ("kuna", "CAIRO, Nov 10 (KUNA) -- Two men left the tunnel."),
        ("irna", "Tehran, IRNA – Two men left the tunnel."),
        ("afp", "AFP - Deux hommes sont sortis lundi à l'aube d'un tunnel de l'est de Rafah, a dit l'armée."),
        ("afp", "Le Caire | AFP | Deux hommes sont sortis du tunnel."),
        ("wafa", "By Jane Doe, WAFA News: Two men left the tunnel."),
        ("anadolu", "İki kişi tünelden çıktı\n10.11.2025 17:59\nAA\nİki kişi bu sabah çıktı."),
        ("reuters", "Two men leave\nReuters | Nov 10, 2025\nTwo men left the tunnel."),
        ("reuters", "Two men leave\nBy Reuters\nTwo men left the tunnel."),
        ("anadolu", "غزة / الأناضول\nخرج رجلان من النفق."),
        ("anadolu", "خروج رجلين\nالقدس/ محمد ماجد/ الأناضول\nخرج رجلان من النفق."),
        # A photographer's.
        ("", "محمد ماجد / الأناضول\nخرج رجلان من النفق."),
        # Who is quoted, or spoken of.
        ("", "The Dutch Data Protection Authority (AP) has fined a firm."),
        ("", "The news agency (WAFA) - quoting a witness - said so."),
        ("", "Reuters reported on Monday that two men left."),
        ("", "Reuters: two men left the tunnel"),
        ("", "رويترز: رجلان خرجا من النفق"),
        ("", "عاجل - رويترز: رجلان خرجا من النفق"),
        ("", "Breaking | Reuters | two men left the tunnel"),
        ("", "قال مسؤول لرويترز إن رجلين خرجا من النفق."),
        ("", "وكالة «وفا» عن الرئاسة: لا تعليق على ما قيل."),
        ("", "أفاد مراسل وفا بأن رجلين خرجا."),
        ("", "Reuters haber ajansına konuşan yetkili, iki kişinin çıktığını söyledi."),
        ("", "AA'nın haberine göre iki kişi tünelden çıktı."),
        ("", "Anadolu'nun dört yanında kutlama vardı."),
        ("", "לפי סוכנות הידיעות רויטרס, שני אנשים יצאו."),
        ("", "Selon l'AFP, deux hommes sont sortis du tunnel."),
        ("", "Wie die dpa berichtet, kamen zwei Männer heraus."),
        ("", "ロイター通信によりますと、二人がトンネルを出た。"),
        ("", "据新华社报道，两人走出隧道。"),
        ("", "A minister told a broadcaster, Reuters - citing two people - said on Monday."),
        ("", "Two men leave\n© AFP\nTwo men left the tunnel."),
        ("", "FILE PHOTO: A tunnel in Rafah, November 1, 2025. REUTERS/Jane Doe/File Photo"),
        ("", "A tunnel in Rafah. (Photo: AFP/Jane Doe)"),
        ("", "A tunnel in Rafah [Jane Doe/Reuters]"),
        ("", "SEBI (Photo: Reuters)"),
        ("", "AFP / Getty Images"),
        ("", "AFP - Getty Images"),
        ("", "Jane Doe / Reuters"),
        ("", "Two men leave\nReuters\nTwo men below Rafah"),
        ("", "Two men leave\nImage source, Reuters\nTwo men below Rafah"),
    ],
)
def test_a_dateline_or_a_line_of_its_own_before_the_text_is_a_credit(agency: str, start: str) -> None:
    assert CREDITS.of([], f"{start}\n{BODY}") == agency


@pytest.mark.parametrize(
    ("agency", "end"),
    [
        ("afp", "© AFP"),
        ("ap", "© 2025 Associated Press. All rights reserved. This material may not be published."),
        ("dpa", "(dpa/xyz)"),
        ("dpa", "© dpa-infocom, dpa:251110-99-123456/2"),
        ("dpa", "mit dpa"),
        ("dpa", "Mit Material von dpa und AFP"),
        ("apa", "(Quelle: APA/sda/dpa)"),
        ("keystone-ats", "SDA/abc"),
        ("afp", "avec AFP"),
        ("afp", "(avec AFP et Reuters)"),
        ("efe", "Agencias/EFE"),
        ("efe", "Con información de EFE"),
        ("ap", "With files from The Associated Press and Jane Doe"),
        ("pti", "(With inputs from PTI)"),
        ("reuters", "Source: Reuters/ab"),
        ("reuters", "المصدر: رويترز"),
        ("reuters", "المصدر: الجريدة + رويترز"),
        ("anadolu", "Kaynak: AA"),
        ("afp", "(AFP, Reuters)"),
        ("reuters", "(Reporting by Jane Doe in Cairo; editing by John Roe)"),
        ("reuters", "(Reporte de Jane Doe; editado en español por John Roe)"),
        ("tass", "He did not say when. /TASS/"),
        ("pti", "He did not say when. PTI ABC XYZ"),
        ("ani", "He did not say when. (ANI)"),
        ("xinhua", "他没有说明时间。（新华社）"),
        ("kyodo", "時期は明らかにしなかった（共同）"),
        ("bloomberg", "Jane Doe speaks with John Roe. (Source: Bloomberg)"),
        ("afp", 'He said: "No." – AFP'),
        # Who is quoted, or spoken of.
        ("", "The figures are from Bloomberg."),
        ("", "An official declined to comment to Reuters."),
        ("", "There was no reply, he told the Associated Press (AP)."),
        ("", "theo AFP và Reuters."),
        ("", "فيما نقلته وكالة الأنباء الرسمية (وفا)…"),
        ("", "The agency and CNN's Jane Doe contributed to this report."),
        ("", "Jane Doe of the Associated Press contributed to this report."),
        ("", "(Image credit: AP)"),
        ("", "(Photo by Jane Doe/AFP via Getty Images)"),
        ("", "(Jane Doe/Reuters)"),
        ("", "Fotoğraf, AA tarafından servis edilmiştir."),
        ("", "Follow AP's full coverage of the talks"),
        ("", "More AP news: the hub"),
        ("", "READ MORE ON:\nTunnels\nCeasefire\nReuters\nTalks"),
        ("", "Source: Reuters Institute survey of the news"),
        (
            "",
            ("", f"Reuters\nA caption.\n{'In the end they agreed to meet again, ' * 3}he said."),
        ),
    ],
)
def test_the_end_is_a_credit(agency: str, end: str) -> None:
    assert CREDITS.of(["Jane Doe"], f"Two men left the tunnel on Monday.\n{BODY}\n{end}") == agency


def test_a_line_that_calls_itself_a_source_need_not_stand_at_the_end() -> None:
    furniture = "\nSign up\nRead more\nSubscribe\nLog in\nHelp\nTerms\nImprint\nJobs\nContact"
    told = "\n".join([BODY] * 12)
    assert CREDITS.of([], f"{told}\nSource: Reuters{furniture}") == "reuters"
    # Of what stands beside the text, or of one of many posts.
    assert CREDITS.of([], f"{BODY}\nIn brief\nMore\nMap\nFigure\nChart\nBox\nTable\nSource: AFP\n{told}") == ""
    assert CREDITS.of([], f"{told}\nSource: AFP\n{BODY}\nSource: Reuters{furniture}") == ""


@pytest.mark.parametrize(
    ("agency", "headline", "text"),
    [
        ("reuters", "Two men leave the tunnel - Reuters", "Two men leave the tunnel Reuters"),
        ("bloomberg", "Two men leave the tunnel - Bloomberg.com", "Two men leave the tunnel Bloomberg.com"),
        ("walla", "שני אנשים יצאו", "שני אנשים יצאו - וואלה חדשות"),
        ("", "Two men left - Bloomberg News - The Gazette", "Two men left - Bloomberg News The Gazette"),
        ("", "Two men leave the tunnel, Reuters reports", "Two men leave the tunnel, Reuters reports"),
        ("", "", "Two men leave the tunnel Reuters"),
    ],
)
def test_an_aggregator_names_the_publisher_behind_the_headline(agency: str, headline: str, text: str) -> None:
    assert CREDITS.of([], text, headline=headline) == agency


def test_the_first_of_several_counts_and_the_author_before_the_text() -> None:
    assert CREDITS.of(["AP"], "CAIRO (Reuters) - Two men left.\n(AFP)") == "ap"
    assert CREDITS.of([], "CAIRO (Reuters) - Two men left.\n(AFP)") == "reuters"
    assert CREDITS.of([], "", "CAIRO (Reuters) - Two men left.") == "reuters"


@pytest.mark.parametrize(
    "text",
    [
        "غزة \u200f(\u200fرويترز\u200f)\u200f - " + BODY,
        "\u202bغزة / رويترز\u202c - " + BODY,
        "GAZA, Nov 10 (\u200bReuters) - " + BODY,
        f"{BODY}\nReporting by Jane Doe;\nEditing by Joe Bloggs",
    ],
)
def test_marks_of_direction_and_line_breaks_hide_no_credit(text: str) -> None:
    assert CREDITS.of([], text) == "reuters"
    assert CREDITS.of(["\u200fرويترز"], BODY) == CREDITS.of(["\u202bרויטרס\u202c"], BODY) == "reuters"


@pytest.mark.parametrize("caption", ["Displaced people walk (AFP)", "A man in Rafah on Monday. © AFP"])
def test_a_caption_above_a_short_text_is_no_credit(caption: str) -> None:
    paragraphs = [f"{BODY} They sat in room {number} and said that nobody had left it." for number in range(6)]
    assert CREDITS.of([], "\n".join([caption, *paragraphs])) == ""


def test_a_desk_that_writes_and_edits_is_no_agency() -> None:
    assert CREDITS.of([], f"{BODY}\nReporting by Jane Doe and editing by our desk.") == ""


def test_without_agencies_there_is_no_credit() -> None:
    nobody = Credits([])
    assert nobody.of(["Reuters"], "CAIRO (Reuters) - Two men left.") == ""
    assert nobody.own("reuters") == ""


def test_an_outlet_of_an_agencys_id_is_its_own_site() -> None:
    assert CREDITS.own("anadolu") == "anadolu"
    assert CREDITS.own("gazette") == ""


def test_the_longest_name_counts() -> None:
    table = Credits([Agency(id="wire", name="", credits=("Wire",)), Agency(id="west", name="", credits=("Wire West",))])
    assert table.of(["Wire West"]) == "west"
    assert table.of(["Wire"]) == "wire"
    # Between the words of a name nothing else stands.
    assert table.of(["Wire, West"]) == "wire"


@pytest.mark.parametrize(
    "hostile",
    [
        "by " * 5_000 + "Reuters",
        "source: " * 5_000 + "Reuters x",
        "(" * 5_000 + "Reuters",
        "A/" * 5_000 + "Reuters",
        "A and " * 5_000 + "Reuters said",
        "Reuters, " * 5_000 + "x",
        "Reuters/" * 5_000,
        "Reuters - " * 5_000,
        "12 " * 5_000 + "Reuters",
        "Reporting by " * 5_000 + "x",
        "\ue000" * 5_000 + "\uf8ff (Reuters",
        "e\u0301" * 5_000,
    ],
)
def test_texts_that_were_made_to_hurt_come_to_an_end(hostile: str) -> None:
    for text in (hostile, hostile[:175], f"{hostile[:100]}\n" * 20, hostile[-175:]):
        assert CREDITS.of([text], text, headline=text) in {"", "reuters"}

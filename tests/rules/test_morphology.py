# ruff: noqa: E501  (a row is a term)
"""How each language writes a term, and what only looks like it.

A row: the term as in a list; texts that it must hit, at the marked place ([Hamas]-run; unmarked: the whole text);
texts that it must not hit.
"""

import pytest

from tests.builders import a_document, a_list
from tests.rules.matching import cut, find

ARABIC = """
رفح: رفح | ورفح | برفح | لرفح | كرفح | فرفح | وبرفح | ولرفح | رَفَح | رَفْحٍ | رفـــح | #[رفح] | «[رفح]»
    ! مرفح | فرح | ترفح | رفحاء | رفض | حرف
أنفاق: أنفاق | الأنفاق | والأنفاق | بالأنفاق | للأنفاق | وللأنفاق | فالأنفاق | كالأنفاق | وبالأنفاق | وأنفاق | بأنفاق \
 | لأنفاق | الانفاق | انفاق | وانفاق | أَنْفَاق | الأنفـاق | #[أنفاق]_رفح
    ! الإنفاق | إنفاق | بالإنفاق | والإنفاق | للإنفاق | وإنفاق | نفقات | منافق | النفاق | اتفاق | الاتفاق | إنفاقها
الأنفاق: أنفاق | الأنفاق | بالأنفاق ! الإنفاق | النفاق
نفق: نفق | النفق | ونفق | بنفق | للنفق | بالنفق | والنفق | نَفَق | نفقٌ ! تنفق | نفقة | نفاق | منفق | أنفق | ينفق | نفقات
حماس: حماس | وحماس | لحماس | بحماس | فحماس | حمـاس | حَمَاس | كحماس ! حماسة | الحماسي | حماسي | متحمس | الحماسة
حاجز: حاجز | الحاجز | بحاجز | للحاجز | والحاجز ! عاجز | حجز | احتجاز | محتجز | ناجز | حاجزين
هدنة: هدنة | الهدنة | والهدنة | بهدنة | للهدنة | هدنه | الهدنه ! مهادنة | هدن | معدنه
مقاتلي*: مقاتلي | مقاتليها | مقاتليهم | لمقاتلي | المقاتلين | ومقاتليه ! مقاتل | مقاتلة | قاتلي
إسرائيل: إسرائيل | اسرائيل | وإسرائيل | لإسرائيل | بإسرائيل ! إسرائيلي | الإسرائيلي | أسرائيل
التزام: التزام | الالتزام | بالتزام | والالتزام | إلتزام ! إلزام | التزامات
غزة: غزة | بغزة | لغزة | وغزة | غزّة | غزه ! غزو | غزوة | مغزى | غزات
القسام: القسام | قسام | والقسام | للقسام ! انقسام | قسم | أقسام
الخط الأصفر: الخط الأصفر | بالخط الأصفر | للخط الأصفر | والخط الاصفر | خط أصفر ! الأصفر الخط | الخط الأحمر | خطأ أصفر
ممر آمن: ممر آمن | ممرّ امن | الممر الآمن ! ممرات آمنة | ممر أمن
=على: على | وعلى ! علي | عليه
"""
HEBREW = """
רפיח: רפיח | ברפיח | לרפיח | מרפיח | ורפיח | שברפיח | וברפיח | כשברפיח | רָפִיחַ | מזרח-[רפיח] ! רפי | פיח | תרפיח | הרפיה
מנהרות: מנהרות | המנהרות | במנהרות | מהמנהרות | למנהרות | ומנהרות | שבמנהרות | ומהמנהרות | שהמנהרות | כשהמנהרות | מִנְהָרוֹת
    ! מנהרה | נהרות | מנהרותיהם | מנהלות | מנורות | מהרות
חמאס: חמאס | החמאס | לחמאס | בחמאס | ושחמאס | שחמאס | וחמאס | מחמאס | חַמַאס ! חמס | חמאסניק | לחמס | מאס
צה"ל: צה"ל | צה״ל | צה”ל | צה''ל | צהל | בצה"ל | לצה"ל | וצה״ל | שצה"ל | מצה"ל ! צהלה | צהוב | יצהל | צה
עזה: עזה | בעזה | לעזה | מעזה | ועזה | שבעזה | וברצועת-[עזה] ! עזות | עזר | מזה | עז
ג'נין: ג'נין | ג׳נין | בג'נין | מג'נין | לג’נין | וג'נין ! גן | ג'ינס | גנים
לבנון*: לבנון | לבנוני | הלבנוני | בלבנון | לבנונים | שבלבנון ! לבן | בנון | לבנים
הפסקת אש: הפסקת אש | להפסקת אש | הפסקת האש | מהפסקת האש | והפסקת־אש | הפסקת-אש ! הפסקת חשמל | אש הפסקת | הפסקות אש
קו צהוב: קו צהוב | הקו הצהוב | בקו הצהוב | לקו הצהוב | מהקו הצהוב ! צהוב קו | קוד צהוב | קו אדום
בית לאהיא: בית לאהיא | בית־לאהיא | בבית לאהיא ! בית חאנון | לאהיא
מחבלים: מחבלים | המחבלים | למחבלים | שהמחבלים ! מחבל | מחבלת | חבלים | מחבליו
"""
TURKISH = """
=Refah: Refah | Refah'ta | Refah’ta | Refah'taki | Refah'ın | Refah'tan | Refah'a | Refahʼa | [Refah]-Kerem | "[Refah]"
    ! refah | refahı | REFAH | Refahiye | refah'ta | Refahlı | Refâh
tünel*: tünel | tüneller | tünellerinde | Tünel | TÜNEL | TÜNELLERİ | tünelde | tunel | tünelin ! tün | tünek | hünel
İsrail: İsrail | İsrail'in | israil | ISRAIL | İSRAİL | Israil | İsrail’e | İsrail'le | ısrail ! İsrailli | İsrailoğulları | srail
ateşkes*: ateşkes | ateşkesi | Ateşkes | ATEŞKES | ateşkesin | ateskes | ateşkese ! ateş | ateşli | kes
Gazze: Gazze | Gazze'de | Gazze'ye | GAZZE | Gazze’nin | Gazze'deki | gazze ! Gazzeli | Gaz | Gazi
Sarı Hat: Sarı Hat | SARI HAT | Sarı Hat'ın | sarı hat | Sari Hat | Sarı Hat’ta ! Sarı Hatice | Hat Sarı | Sarı beyaz hat
Hamas: Hamas | Hamas'ın | Hamas'la | HAMAS | Hamas’tan | HAMAS'I ! Bahamas | Hamasi | Hamaset
Irak: Irak | Irak'ta | ırak | IRAK | İrak ! Iraklı | uzak | ırakta
militan*: militan | militanlar | militanları | MİLİTAN ! milita | militer | ilitan
AB: AB | AB'nin | AB'ye | ab ! aba | ABD | ABD'nin
güvenli geçiş*: güvenli geçiş | güvenli geçişi | Güvenli Geçişin | GÜVENLİ GEÇİŞ ! güvenli bir geçiş | geçiş güvenli | güvensiz geçiş
"""
ENGLISH = """
Hamas: Hamas | HAMAS | hamas | Hamas's | Hamas’s | [Hamas]' | [Hamas]-run | anti-[Hamas] | ([Hamas]) | “[Hamas]”
    ! Bahamas | Hama | Hamasi | ham as | hummus
tunnel*: tunnel | Tunnels | TUNNELLING | tunnel's | [tunnel]-vision | sub-[tunnel] ! tunne | funnel | Tune
cease-fire: cease-fire | ceasefire | Cease-Fire | cease fire | CEASEFIRE | cease‑fire | ceasefire's
    ! cease | fire | ceasefires | firecease | cease the fire
ceasefire: ceasefire | cease-fire | post-[ceasefire] | [cease-fire]-line ! cease fire | cease | ceasefires
safe passage: safe passage | Safe Passage | SAFE-PASSAGE | safe, passage | safe passage's
    ! safe passages | passage safe | unsafe passage | safe a passage
hostage deal*: hostage deal | hostage deals | Hostage Dealing ! hostages deal | hostage a deal | deal hostage
=US: US | US's | [US]-led ! us | Us | U.S.
F-16: F-16 | F16 | f-16 | F 16 ! F-15 | F-160 | 16
Ha'aretz: Ha'aretz | Haaretz | HA’ARETZ | Ha‘aretz ! aretz | Ha | Eretz
al-Qassam: al-Qassam | al Qassam | Al‑Qassam | alQassam ! Qassam | al-Qassamiya | al
Rafah: Rafah | RAFAH | Rafah's | [Rafah]-based | trans-[Rafah] ! Rafale | Arafah | Rafa | Refah | Rafaheen
Kushner: Kushner | Kushner's | KUSHNER | [Kushner]–Witkoff ! Kushnir | Kush | Kushners
7,000: 7,000 | 7.000 | 7 000 ! 7000 | 70 | 7,001
naïve: naïve | naive | NAÏVE | nai\u0308ve ! native | nave
"""
FRENCH = """
otage*: otage | otages | OTAGES | d'otages | l’otage ! ôta | potage | otag
accord: accord | l'accord | L’ACCORD | d'accord | qu'accord | cet [accord]-cadre ! accords | raccord | désaccord | accorde
Israël: Israël | Israel | ISRAËL | d'Israël | qu’Israël | jusqu'Israël | [Israël]-Hamas ! Israélien | Israélite | Isra
Rafah: Rafah | [Rafah]. | «[Rafah]» | à [Rafah]-Est ! Rafale | Rafales | Raffah | Arafat
trêve: trêve | trève | TREVE | treve | la [trêve], ! trêves | crève | rêve | brève
cessez-le-feu: cessez-le-feu | Cessez-Le-Feu | cessez le feu | CESSEZ‑LE‑FEU | du [cessez-le-feu]
    ! cessez-feu | le feu | cessez de feu
ligne jaune: ligne jaune | Ligne Jaune | la [ligne jaune] | LIGNE-JAUNE ! lignes jaunes | jaune ligne | ligne très jaune
combattant*: combattant | combattants | combattantes | COMBATTANT ! combat | combats | battant
sauf-conduit: sauf-conduit | sauf conduit | saufconduit | Sauf-Conduit | un [sauf-conduit]
    ! conduit | sauf | sauf-conduits | sauf à conduit
élu: élu | l'élu | ÉLU | elu | e\u0301lu ! élus | élue | vélu | lu
=Élysée: Élysée | l'Élysée | E\u0301lyse\u0301e ! elysée | Elysée | élysée
œuvre: œuvre | oeuvre | l'œuvre | ŒUVRE ! ouvre | œuvres | manœuvre
Hamas: Hamas | du [Hamas] | HAMAS ! Bahamas | hamac | Hamassien
aujourd'hui: aujourd'hui | aujourd’hui | Aujourd'hui ! hui | aujourd | jour
"""
OTHERS = """
拉法: 拉法 | 在[拉法]地道 | 达[拉法]桥 ! 法拉 | 拉丁法
地道*: 地道 | [地道]战 ! 道地
ガザ: ガザ | ｶﾞｻﾞ | [ガザ]地区 ! カサ | ザガ
ฉนวนกาซา: ฉนวนกาซา | ใน[ฉนวนกาซา]วันนี้ ! ฉนวนกาซ | กาซา
туннель*: туннель | Туннельный | ТУННЕЛЬ ! туннели | тоннель
ещё: ещё | еще | ЕЩЕ ! ежё
Χαμάς: Χαμάς | ΧΑΜΑΣ | χαμας ! Χαμά | Μπαχάμας
تونل: تونل ! تونلی
حماس: حماس ! حماسی
غزہ: غزہ | غزه | غزة ! غزوہ
하마스*: 하마스 | 하마스는 ! 하마
"""


def rows(table: str) -> list[tuple[str, str, bool]]:
    """(term, text, must it hit?)"""
    found = []
    for row in table.replace("\n    !", " !").strip().split("\n"):
        term, _, texts = row.partition(": ")
        hits, _, misses = texts.partition(" ! ")
        found += [(term, text.strip(), True) for text in hits.split(" | ")]
        found += [(term, text.strip(), False) for text in misses.split(" | ") if text]
    return found


TABLES = {"ar": ARABIC, "he": HEBREW, "tr": TURKISH, "en": ENGLISH, "fr": FRENCH, "others": OTHERS}
ROWS = [(language, *row) for language, table in TABLES.items() for row in rows(table)]


@pytest.mark.parametrize(("language", "term", "text", "hit"), ROWS)
def test_a_term_hits_its_forms_and_nothing_that_only_looks_alike(
    language: str, term: str, text: str, hit: bool
) -> None:
    marked = text if "[" in text else f"[{text}]"
    before, _, rest = f"… {marked} …".partition("[")
    expected, _, after = rest.partition("]")
    document = a_document(before + expected + after, language=language)
    found = find("@terms", document, [a_list("terms", **{language: (term,)})])
    assert cut(document, found) == ([expected] if hit else [])
    assert found is None or found.hits[0].start == len(before)


@pytest.mark.parametrize("language", ["ar", "he", "tr", "en", "fr"])
def test_every_table_has_at_least_sixty_forms(language: str) -> None:
    assert len([row for row in ROWS if row[0] == language]) >= 60


def test_a_persian_half_space_joins_as_well_as_separates() -> None:
    document = a_document("تونل\u200cها و میخواهد")
    lists = [a_list("terms", fa=("تونل", "تونلها", "می\u200cخواهد"))]
    assert cut(document, find("@terms", document, lists)) == ["تونل", "تونل\u200cها", "میخواهد"]

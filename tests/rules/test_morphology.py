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
رفح: وبرفحَ | فلرفح | لِرَفَحٍ | ﺭﻓﺢ ! رفحي | الرفحاوي | مرفحة
مفاوضات: مفاوضات | المفاوضات | والمفاوضات | بالمفاوضات | للمفاوضات | وللمفاوضات | فالمفاوضات | مُفاوَضاتٌ | المفاوضــات ! مفاوضاتهم | مفاوضي | مفاوضة | فاوضت
أسرى: أسرى | الأسرى | للأسرى | والأسرى | بالأسرى | أسري | اسرى | الاسرى | الأسرىٰ ! إسراء | أسر | أسرة | سرى | أسرار
مسؤول: مسؤول | المسؤول | لمسؤول | والمسؤول | كمسؤول | مسؤولٌ ! مسؤولية | مسؤولين | سؤال
هيئة: هيئة | الهيئة | للهيئة | هيئه | بهيئة ! هيئات | هيبة | هينة
قرار 2803: قرار 2803 | القرار 2803 | قرار ٢٨٠٣ | للقرار ٢٨٠٣ ! قرار 2802 | قرارات 2803 | قرار 28 03
لن يستسلموا: لن يستسلموا | ولن يستسلموا ! لن يستسلم | لن تستسلموا
إطلاق النار: إطلاق النار | لإطلاق النار | بإطلاق النار | اطلاق النار | وإطلاق النار | إطلاق نار ! انطلاق النار | إطلاق سراح
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
חטוף: חטוף | החטוף | לחטוף | שהחטוף | והחטוף | מהחטוף | כשהחטוף | חָטוּף ! חטופה | חטופים | חטיף | תחטוף
לוחם*: לוחם | לוחמי | לוחמים | הלוחמים | שלוחמי ! לחם | מלחמה | לוח
רמטכ"ל: רמטכ"ל | הרמטכ"ל | לרמטכ״ל | שהרמטכ”ל | רמטכ''ל | רמטכל ! רמטכלים | רמטכ
או"ם: או"ם | האו"ם | באו״ם | לאו"ם | מהאו"ם | שהאו"ם ! אולם | או
ח'אן יונס: ח'אן יונס | בח'אן יונס | ח׳אן יונס | חאן יונס | מח’אן יונס | לחאן יונס ! יונס חאן | חאן אל-אחמר
בית חולים: בית חולים | בית החולים | בבית החולים | לבית חולים | בית־חולים | בית-חולים ! בתי חולים | בית חולות
כוח רב-לאומי: כוח רב-לאומי | כוח רב לאומי | הכוח הרב-לאומי | לכוח רב־לאומי | כוח רבלאומי ! כוח לאומי
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
rehine*: rehine | rehineler | Rehinelerin | REHİNELER | rehinelerden ! rehin | rehber
müzakere: müzakere | Müzakere | MÜZAKERE | müzâkere | muzakere ! müzakereler | müzakereye | zakere
Katar: Katar | Katar'ın | Katar’da | KATAR | Katar'dan ! katarsis | Katarlı | Katara
Mısır: Mısır | Mısır'ın | MISIR | Misir | mısır | Mısır’daki ! Mısırlı | mısırlar
=Mısır: Mısır | Mısır'ın ! mısır | MISIR | Misir
Kızılhaç: Kızılhaç | KIZILHAÇ | Kızılhaç'ın | Kizilhac ! Kızılay | Kızıl Haç
Barış Kurulu*: Barış Kurulu | Barış Kurulu'nun | BARIŞ KURULU | Barış Kuruluna ! Barış Kurul | Kurulu Barış
BM: BM | BM'nin | BM’ye | [BM]-AB ! BMW | BMGK
ABD'li: ABD'li | ABD’li | ABDli ! ABD | abdal
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
Qassam: Qassam | al-[Qassam] | Qassam's | QASSAM ! Qassim | Qasam
ceasefire*: ceasefires | [ceasefire]-deal ! cease
Sharm el-Sheikh: Sharm el-Sheikh | Sharm el Sheikh | Sharm El‑Sheikh | SHARM EL-SHEIKH ! Sharm Sheikh | el-Sheikh
U.N.: [U.N]. | U N ! UN | Un
stabilisation: stabilisation | Stabilisation ! stabilization | destabilisation
hostages' families: hostages' families | hostages’ families | hostages families ! hostage families
Netanyahu: Netanyahu | Netanyahu's | NETANYAHU’S | anti-[Netanyahu] ! Netanyahus | Netanya
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
Hamas: d'Hamas | l’Hamas
prisonnier*: prisonnier | prisonniers | prisonnières ! prison | emprisonnier
négociation: négociation | Négociation | NEGOCIATION | la [négociation] ! négociations | renégociation
Égypte: Égypte | Egypte | l'Égypte | d’Egypte | ÉGYPTE | l'EGYPTE ! Égyptien | gypse
Tel-Aviv: Tel-Aviv | Tel Aviv | TEL-AVIV | telaviv ! Aviv Tel | Tel
y a-t-il: y a-t-il | y a t il ! y a il
"""
SPANISH = """
Hamás: Hamás | Hamas | HAMÁS | «[Hamás]» | [Hamás], ! Bahamas | hamaca | jamás
túnel*: túnel | túneles | TÚNEL | tunelero | Tuneles ! tune | atúnel
alto el fuego: alto el fuego | Alto el Fuego | alto-el-fuego ! alto al fuego | altos el fuego | el alto fuego
rehén: rehén | Rehén | rehen | REHÉN ! rehenes | rehecho
España: España | Espana | ESPAÑA ! español | Españas
año: año | AÑO | ano ! años | paño
Rafá: Rafá | Rafa | RAFÁ ! Rafah | Rafael
tregua*: tregua | treguas | TREGUA ! tregu | entregua
Jan Yunis: Jan Yunis | JAN YUNIS | Jan-Yunis ! Yunis Jan | Janyunis
EE. UU.: [EE. UU]. | EE UU | [EE.UU]. ! EEUU | UU EE
combatiente*: combatiente | combatientes | Combatientes ! combate | combatir
Gaza: ¿[Gaza]? | GAZA | [Gaza]-Egipto ! Gazatí | Gazapo
vía: vía | via | VÍA ! vías | viaje
pingüino: pingüino | pinguino ! pingüinos
"""
GERMAN = """
Waffenruhe*: Waffenruhe | Waffenruhen | WAFFENRUHE | Waffenruhevertrag ! Waffen | Feuerwaffenruhe
Hamas*: Hamas | [Hamas]-Kämpfer | Hamaskämpfer | [Hamas]' | HAMAS ! Bahamas | Hama
Kämpfer: Kämpfer | Kampfer | KÄMPFER | Hamas-[Kämpfer] ! Kämpfern | Kämpferin | Kaempfer
Straße: Straße | Strasse | STRASSE | STRAẞE ! Straßen | Stra
Gaza-Streifen: Gaza-Streifen | Gazastreifen | Gaza Streifen | GAZA-STREIFEN | Gaza‑Streifen ! Gaza | Gazastreifens
Gazastreifen: Gazastreifen | Gaza-Streifen | GAZASTREIFEN ! Gaza Streifen | Gazastreifens | Streifen
Geisel*: Geisel | Geiseln | Geiselnahme | GEISELN ! Geist | Exgeisel
Ex-Geisel: Ex-Geisel | Exgeisel | Ex Geisel ! Geisel | Ex-Geiseln
Rafah: Rafah | [Rafah]-Tunnel ! Rafahs
=Die: Die ! die | DIE
20-Punkte-Plan: 20-Punkte-Plan | 20 Punkte Plan | 20-Punkte Plan ! 20 Punkte | 120-Punkte-Plan
Jenin: Jenin | JENIN | Jenin's ! Jenins | Jeni
Übergabe: Übergabe | Ubergabe | ÜBERGABE | U\u0308bergabe ! Übergaben | Uebergabe
"""
RUSSIAN = """
туннель*: туннель | Туннельный | ТУННЕЛЬ ! туннели | тоннель | тунель
тоннел*: тоннели | тоннель | тоннелях | ТОННЕЛЕЙ | Тоннелем ! туннели | тонна
ХАМАС*: ХАМАС | хамас | Хамас | ХАМАСа | ХАМАСом | [ХАМАС]-Израиль ! хама | Багамас
Газа: Газа | ГАЗА | газа ! Газе | Газы | газ
=Газа: Газа ! газа | ГАЗА
ещё: ещё | еще | ЕЩЕ | ЕЩЁ | е\u0308ще ! ежё | щё
йод: йод | Йод | ЙОД ! иод | йоды
перемири*: перемирие | перемирия | Перемирию | ПЕРЕМИРИЕМ ! мир | перемена
прекращение огня: прекращение огня | Прекращение Огня | прекращение-огня ! прекращения огня | огня прекращение
Рафах: Рафах | РАФАХ | в [Рафах], ! Рафаха | Арафах | Рафаэль
заложник*: заложник | заложники | заложников | Заложникам | заложницы-[заложник] ! залог | наложник
боевик*: боевик | боевики | боевиков | БОЕВИКИ ! боевой | бой
объезд: объезд | ОБЪЕЗД ! объезды | обьезд
Израиль: Израиль | ИЗРАИЛЬ | израиль ! Израиля | Израильский
Нью-Йорк: Нью-Йорк | Нью Йорк | Ньюйорк | НЬЮ-ЙОРК ! Йорк | Нью
«Хамас»: «[Хамас]» | "[Хамас]" | Хамас ! Хамасу
"""
PERSIAN = """
حماس: حماس | «[حماس]» | حَماس | [حماس]‌ها ! حماسی | حماسه | حماسی‌ها
تونل: تونل | [تونل]‌ها | [تونل]‌های | تُونِل ! تونلی | تونلها | توانل
تونلها: تونلها | تونل‌ها ! تونل
تونل‌ها: تونل‌ها | تونلها | تونل ها ! تونل
آتش‌بس: آتش‌بس | آتش بس | آتشبس | اتش‌بس ! آتش | بس
کمک: کمک | كمك ! کمکی | مک
غزه: غزه | غزة | غزۀ ! غزل | غزوه
قاهره: قاهره | قاهرة ! قاهر
گروگان*: گروگان | [گروگان]‌ها | گروگانها | گروگانی ! گرو | گروه
مذاکره: مذاکره | مذاكره | مذاکرۀ ! مذاکرات
رفح: رفح | [رفح]، ! رفحی | فرح
مسئول: مسئول ! مسئولان | سئوال
اسرائیل: اسرائیل | اسرائيل | إسرائیل ! اسرائیلی
می‌خواهد: می‌خواهد | میخواهد | می خواهد ! خواهد
۲۰۲۵: ۲۰۲۵ | 2025 | ٢٠٢٥ ! ۲۰۲۶
جنگ: جنگ | جَنگ ! جنگی | جنگل
خط زرد: خط زرد | خطّ زرد | خط‌زرد ! خطوط زرد | زرد خط
"""
URDU = """
غزہ: غزہ | غزه | غزة | غزّہ ! غزوہ | غزل
حماس: حماس | حَماس | «[حماس]» ! حماسہ
سرنگ: سرنگ | سُرنگ | [سرنگ]۔ ! سرنگیں | سرنگوں | رنگ
سرنگ*: سرنگ | سرنگیں | سرنگوں ! سرن
رفح: رفح | [رفح]، | [رفح]‌میں ! رفاہ | فرح
جنگ بندی: جنگ بندی | جنگ‌بندی ! جنگ | بندی جنگ | جنگبندی
معاہدہ: معاہدہ | معاهده | معاہدة ! معاہدے
اسرائیل: اسرائیل | اسرائيل | إسرائیل ! اسرائیلی
یرغمال*: یرغمال | یرغمالی | یرغمالیوں | يرغمال ! غمال
ثالث*: ثالث | ثالثی | ثالثوں ! ثلث
کابینہ: کابینہ | كابينہ | كابينه ! کابینے
مذاکرات: مذاکرات | مذاكرات | [مذاکرات]، ! مذاکرہ
مجاہدین: مجاہدین | مجاهدين ! مجاہد
۱۰ اکتوبر: ۱۰ اکتوبر | 10 اکتوبر | ١٠ اكتوبر ! ۱۱ اکتوبر
بھائی: بھائی | بهائی | بھائي ! بھا
پیلی لکیر: پیلی لکیر | پيلي لكير | پیلی۔لکیر ! پیلی لکیریں
"""
CHINESE = """
拉法: 拉法 | 在[拉法]地道 | 达[拉法]桥 | “[拉法]” | 拉 法 ! 法拉 | 拉丁法
加沙: 加沙 | [加沙]地带 | 桦[加沙] ! 加入沙 | 沙加
哈马斯: 哈马斯 | “[哈马斯]” | [哈马斯]称 ! 哈斯马 | 哈马 | 马斯
停火: 停火 | [停火]协议 | 永久[停火] | 停 火 ! 停止 | 火停
地道*: 地道 | [地道]战 | 旧[地道]内 ! 道地 | 地铁道
武装人员: 武装人员 | 200名[武装人员]被困 ! 武装 | 人员武装 | 武器装人员
第二阶段: 第二阶段 | 进入[第二阶段] | 第 二 阶段 ! 第二个阶段 | 第三阶段
20点计划: 20点计划 | “[20点计划]” | ２０点计划 ! 120点计划 | 20点的计划
安理会: 安理会 | 联合国[安理会]2日 ! 安会理
黄线: 黄线 | “[黄线]”以东 ! 黄色线 | 线黄
哈馬斯: 哈馬斯 ! 哈马斯 | 哈馬
汗尤尼斯: 汗尤尼斯 | 在[汗尤尼斯] ! 尤尼斯汗
Hamas: Hamas | [Hamas]武装 | 巴[Hamas]称 ! Bahamas岛
CNN: CNN | 美国[CNN]报道 | ＣＮＮ ! CNNN
以军: 以军 | [以军]称 ! 以色列军 | 军以
卡桑旅: 卡桑旅 | [卡桑旅]成员 ! 卡桑 | 旅卡桑
"""
THAI = """
ฉนวนกาซา: ฉนวนกาซา | ใน[ฉนวนกาซา]วันนี้ ! ฉนวนกาซ | กาซา
กาซา: กาซา | ฉนวน[กาซา] | ใน[กาซา] | "[กาซา]" ! กาสา | กซา
ฮามาส: ฮามาส | กลุ่ม[ฮามาส] | [ฮามาส]ปฏิเสธ ! บาฮามา | ฮามา | ฮาสาม
อุโมงค์: อุโมงค์ | ใน[อุโมงค์]ใต้ดิน ! อุโมง | โมงค์
หยุดยิง: หยุดยิง | ข้อตกลง[หยุดยิง] | การ[หยุดยิง]ใน ! หยุด | ยิงหยุด
ตัวประกัน: ตัวประกัน | ปล่อย[ตัวประกัน]แล้ว ! ประกัน | ตัวปะกัน
อิสราเอล: อิสราเอล | [อิสราเอล]โจมตี ! อิสราเอ | อิราเอล
ราฟาห์: ราฟาห์ | เมือง[ราฟาห์] ! ราฟา | ราฟาล
นักรบ: นักรบ | [นักรบ]ฮามาส ! นัก | รบนัก
เจรจา: เจรจา | การ[เจรจา] | โต๊ะ[เจรจา] ! เจร | จาเจร
เส้นสีเหลือง: เส้นสีเหลือง | "[เส้นสีเหลือง]" ! เส้นเหลือง
ทรัมป์: ทรัมป์ | แผน[ทรัมป์] ! ทรัม | ทรัมเป็ต
๒๐: ๒๐ | 20 | แผน [๒๐] ข้อ ! ๒๑
Hamas: Hamas | กลุ่ม [Hamas] | กลุ่ม[Hamas]ใน ! Bahamas
"""
VIETNAMESE = """
ngừng bắn: ngừng bắn | Ngừng bắn | NGỪNG BẮN | ngu\u031b\u0300ng ba\u0306\u0301n | lệnh [ngừng bắn] | ngưng bắn ! ngừng | bắn ngừng | ngừng bắt
đường hầm: đường hầm | Đường hầm | ĐƯỜNG HẦM | duong ham | đường-hầm ! đường | hầm đường | đường dài
Hamas: Hamas | HAMAS | [Hamas]-Israel ! Bahamas | Hamass
thỏa thuận: thỏa thuận | thoả thuận | Thỏa Thuận | tho\u0309a thua\u0323\u0302n ! thỏa | thuận thỏa
hòa bình: hòa bình | hoà bình | HÒA BÌNH ! hòa | bình hòa
con tin: con tin | Con tin | CON TIN ! con tim | tin con
giải giáp: giải giáp | Giải giáp | giải-giáp ! giải | giáp giải
tay súng: tay súng | Tay Súng | TAY SÚNG | các [tay súng] | tay sung ! súng tay | tay
=bắn: bắn ! bạn | Bắn | ban
địa đạo: địa đạo | ĐỊA ĐẠO | dia dao ! địa | đạo địa
Ai Cập: Ai Cập | AI CẬP | ai cap ! Cập Ai
Rafah: Rafah | ở [Rafah], | RAFAH ! Rafa | Arafah
đàm phán: đàm phán | Đàm phán | ĐÀM PHÁN ! đàm | phán đàm
mắc kẹt: mắc kẹt | Mắc Kẹt | bị [mắc kẹt] ! mắc | kẹt mắc
Thổ Nhĩ Kỳ: Thổ Nhĩ Kỳ | THỔ NHĨ KỲ ! Thổ Nhĩ | Nhĩ Kỳ
kế hoạch 20 điểm: kế hoạch 20 điểm | Kế hoạch 20 điểm ! kế hoạch 21 điểm
"""
INDONESIAN = """
gencatan senjata: gencatan senjata | Gencatan Senjata | GENCATAN SENJATA | gencatan-senjata ! gencatan | senjata gencatan
Hamas: Hamas | [Hamas]-Israel | HAMAS ! Bahamas | Hamasi
Rafah: Rafah | RAFAH | di [Rafah], ! Arafah | Rafa | Rafahs
terowongan: terowongan | Terowongan | TEROWONGAN ! terowongannya | terowong
terowongan*: terowongan | terowongannya | [terowongan], ! terowong
pejuang: pejuang | Pejuang | para [pejuang] ! pejuangnya | juang
pejuang-pejuang: pejuang-pejuang | pejuang pejuang ! pejuang
sandera: sandera | SANDERA ! penyanderaan | sanderanya | menyandera
perundingan: perundingan | Perundingan ! berunding | runding
lucuti: lucuti | Lucuti ! melucuti | pelucutan
menyerah: menyerah | MENYERAH ! menyerahkan | serah
menyerah*: menyerah | menyerahkan ! serahkan
jalur Gaza: jalur Gaza | Jalur Gaza | JALUR GAZA ! Gaza jalur | jalur gas
Al-Qassam: Al-Qassam | Al Qassam | al‑Qassam | AlQassam ! Qassam | Al
AS: AS | as ! asa | ASEAN
=AS: AS ! as | As
TNI: TNI | tni | [TNI]-Polri ! TNIs
ke-20: ke-20 | ke 20 | ke20 ! ke-21
Jum'at: Jum'at | Jumat | Jum’at ! Juma
Al-Qur'an: Al-Qur'an | Al Quran | AlQuran | al-Qur’an ! Quran
"""
GREEK = """
Χαμάς: Χαμάς | ΧΑΜΑΣ | χαμας | χαμάσ | Χαμὰς ! Χαμά | Μπαχάμας
Γάζα: Γάζα | ΓΑΖΑ | Γαζα | γάζα | «[Γάζα]» ! Γάζας | Γαζί
Ράφα: Ράφα | ΡΑΦΑ | στη [Ράφα], ! Ράφας | Αραφάτ
σήραγγα: σήραγγα | Σήραγγα | ΣΗΡΑΓΓΑ | σηραγγα ! σήραγγες | σήραγγας
σήραγγ*: σήραγγα | σήραγγες | σηράγγων | ΣΗΡΑΓΓΕΣ ! σύραγγα
εκεχειρία: εκεχειρία | Εκεχειρία | ΕΚΕΧΕΙΡΙΑ | ἐκεχειρία ! εκεχειρίας | χειρία
όμηρος: όμηρος | Όμηρος | ΟΜΗΡΟΣ | ομηρος ! όμηροι | ομήρου
όμηρ*: όμηρος | όμηροι | ομήρους | ΟΜΗΡΟΥΣ ! ομοίως
Ισραήλ: Ισραήλ | ΙΣΡΑΗΛ | Ισραηλ ! Ισραηλινός
μαχητ*: μαχητές | μαχητών | ΜΑΧΗΤΕΣ | μαχητικό ! μάχη
συμφωνία: συμφωνία | Συμφωνία | ΣΥΜΦΩΝΙΑ ! συμφωνίας | ασυμφωνία
κίτρινη γραμμή: κίτρινη γραμμή | Κίτρινη Γραμμή | ΚΙΤΡΙΝΗ ΓΡΑΜΜΗ | κίτρινη-γραμμή ! κίτρινης γραμμής
Αίγυπτος: Αίγυπτος | ΑΙΓΥΠΤΟΣ | [Αίγυπτος], ! Αιγύπτου
προϊόν: προϊόν | ΠΡΟΪΟΝ | προιον ! προϊόντα
=Γάζα: Γάζα ! ΓΑΖΑ | γάζα
ειρηνευτικό σχέδιο: ειρηνευτικό σχέδιο | Ειρηνευτικό Σχέδιο ! ειρηνευτικά σχέδια
"""
KOREAN = """
터널: 터널 | 터널이 | 터널을 | 터널은 | 터널의 | 터널에 | 터널에서 | 터널에서는 | 터널에서도 | 터널과 | 터널로 | 터널로부터 | 터널까지 | 터널만 | 터널도 | 터널들 \
 | 터널들이 | 터널들에서 | #[터널]
    ! 터널링 | 터널가 | 터널를 | 터널는 | 터널와 | 터 | 땅터널에서 | 터널식
하마스: 하마스 | 하마스가 | 하마스는 | 하마스를 | 하마스의 | 하마스와 | 하마스에 | 하마스에게 | 하마스로 | 하마스로부터 | 하마스도 | 하마스만이 | 하마스라는 \
    ! 하마 | 하마가 | 하마스이 | 하마스을 | 하마스과 | 하마스식 | 친하마스는
라파: 라파 | 라파에서 | 라파의 | 라파로 | 라파까지 | 라파는 | 라파와 ! 라파엘 | 라파엘은 | 라파으로 | 파에서
이스라엘: 이스라엘이 | 이스라엘은 | 이스라엘로 | 이스라엘에서 | 이스라엘과의 ! 이스라엘군 | 이스라 | 이스라엘가
전투원: 전투원 | 전투원들 | 전투원들은 | 전투원들에게 | 전투원으로 ! 전투 | 전투원로
전문: 전문은 | 전문을 ! 전문가 | 전문가는
휴전 협상: 휴전 협상 | 휴전 협상에 | 휴전 협상에서는 | 휴전의 협상 ! 협상 휴전 | 휴전선 협상
IDF: IDF | IDF는 | IDF가 ! IDFX는
=라파: 라파 | 라파에서 ! 라파엘
"""
OTHERS = """
ガザ: ガザ | ｶﾞｻﾞ | [ガザ]地区 ! カサ | ザガ
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


TABLES = {
    "ar": ARABIC,
    "he": HEBREW,
    "tr": TURKISH,
    "en": ENGLISH,
    "fr": FRENCH,
    "es": SPANISH,
    "de": GERMAN,
    "ru": RUSSIAN,
    "fa": PERSIAN,
    "ur": URDU,
    "zh": CHINESE,
    "th": THAI,
    "vi": VIETNAMESE,
    "id": INDONESIAN,
    "el": GREEK,
    "ko": KOREAN,
    "others": OTHERS,
}
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


@pytest.mark.parametrize("language", sorted(TABLES.keys() - {"others"}))
def test_every_table_has_at_least_sixty_forms_and_traps_among_them(language: str) -> None:
    spoken = [row for row in ROWS if row[0] == language]

    assert len(set(spoken)) == len(spoken) >= 60
    assert sum(not hit for *_, hit in spoken) >= 15


def test_a_persian_half_space_joins_as_well_as_separates() -> None:
    document = a_document("تونل\u200cها و میخواهد")
    lists = [a_list("terms", fa=("تونل", "تونلها", "می\u200cخواهد"))]
    assert cut(document, find("@terms", document, lists)) == ["تونل", "تونل\u200cها", "میخواهد"]

"""Words of the news from this region that are also something else, in their own language or in another.

Every term is looked for in every text, folded (case, accents and vowel signs do not count), so that a word meets its
doubles in all languages. A double does no harm where something else must stand beside it; alone it floods a watchlist.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Homograph:
    """A word that reads as two."""

    language: str
    """In whose texts the other meaning is met."""
    word: str
    meant: str
    other: str
    advice: str = ""
    """What helps, beyond asking for a second word."""


def _table(language: str, *rows: tuple[str, ...]) -> list[Homograph]:
    """Rows: the word, what is meant, what else it is, and perhaps what to write."""
    return [
        Homograph(language=language, word=word, meant=meant, other=other, advice="".join(advice))
        for word, meant, other, *advice in rows
    ]


HOMOGRAPHS: tuple[Homograph, ...] = (
    *_table(
        "ar",
        ("حماس", "Hamas", "enthusiasm (حماس الجماهير)", "write حركة حماس"),
        ("فتح", "Fatah", "opening, conquest (فتح المعبر)", "write حركة فتح"),
        ("نفق", "tunnel", "to perish; and any road tunnel", "write أنفاق"),
        ("انفاق", "tunnels, without its hamza", "spending", "write أنفاق: the hamza tells them apart"),
        ("إنفاق", "tunnels, with the wrong hamza", "spending", "write أنفاق"),
        ("جهاد", "Islamic Jihad", "struggle; a first name", "write الجهاد الإسلامي"),
        ("قسام", "the Qassam brigades", "a family name", "write كتائب القسام"),
        ("سرايا", "the Quds brigades", "brigades of any kind", "write سرايا القدس"),
        ("ضيف", "Deif", "guest", "write محمد الضيف"),
        ("معبر", "crossing", "expressive", "write معبر رفح"),
        ("أسرى", "prisoners", "travelled by night (the Prophet)"),
        ("صفقة", "the deal", "any bargain; a player's transfer", "write صفقة تبادل"),
        ("سلام", "peace", "greeting; a family name"),
        ("قطاع", "the Strip", "sector", "write قطاع غزة"),
    ),
    *_table(
        "de",
        ("Abzug", "withdrawal", "trigger; deduction", "write Truppenabzug"),
        ("Bruch", "breach of the truce", "fraction; fracture"),
        ("Streifen", "the Strip", "stripes; patrols", "write Gazastreifen"),
    ),
    *_table(
        "en",
        ("board", "the Board of Peace", "any board", "write Board of Peace"),
        ("crossing", "a border crossing", "any crossing", "write Rafah crossing"),
        ("deal", "the agreement", "to deal; any bargain", "write ceasefire deal"),
        ("exchange", "of prisoners", "the stock exchange", "write prisoner exchange"),
        ("Fatah", "the movement", "a first name (Abdel Fatah)"),
        ("Khan", "Khan Younis", "a family name", "write Khan Younis"),
        ("line", "the yellow line", "any line", "write yellow line"),
        ("passage", "a way out", "of a bill, of a book", "write safe passage"),
        ("phase", "of the deal", "any phase", "write second phase"),
        ("Rafa", "Rafah, in Spanish", "Rafael Nadal and others", "write =Rafá"),
        ("settlement", "agreement", "colony; payment of a bill"),
        ("strike", "from the air", "of workers", "write air strike"),
        ("strip", "the Strip", "to strip; a comic", "write Gaza Strip"),
    ),
    *_table(
        "es",
        ("franja", "the Strip", "stripe; time slot", "write =Franja, or Franja de Gaza"),
        ("paso", "crossing", "step; I pass", "write paso de Rafah"),
        ("restos", "remains", "leftovers"),
        ("tregua", "truce", "sin tregua: without letting up", 'exclude "sin tregua"'),
    ),
    *_table(
        "fr",
        ("accord", "the agreement", "d'accord; a chord"),
        ("bande", "the Strip", "band, gang", "write bande de Gaza"),
        ("corps", "a hostage's body", "any body; a corps"),
        ("restes", "remains", "leftovers; you stay"),
        ("trêve", "truce", "break (trêve hivernale, sans trêve)", 'exclude "trêve hivernale"'),
    ),
    *_table(
        "he",
        ("עזה", "Gaza", "strong, fierce (רוח עזה)", "write רצועת עזה"),
        ("חמס", "Hamas, misspelt", "violence, robbery", "write חמאס"),
        ("פתח", "Fatah", "opened; opening", 'write פת"ח'),
        ("חלל", "a fallen soldier", "outer space; void", 'write חלל צה"ל'),
        ("קו", "the line", "any line, of buses too", "write הקו הצהוב"),
        ("רצועה", "the Strip", "strap, stripe", "write רצועת עזה"),
    ),
    *_table("id", ("damai", "peace", "settlement out of court", "write kesepakatan damai")),
    *_table("it", ("striscia", "the Strip", "stripe; series", "write Striscia di Gaza")),
    *_table(
        "pl",
        ("gazie", "Gaza", "gas", "write Strefie Gazy"),
        ("gazy", "Gaza", "gases", "write Strefa Gazy"),
    ),
    *_table(
        "ru",
        ("газа", "Gaza", "of gas", "write =Газа, or сектор Газа"),
        ("газе", "in Gaza", "in gas", "write =Газе, or секторе Газа"),
        ("полоса", "the Strip", "stripe, lane"),
    ),
    *_table(
        "tr",
        ("refah", "Rafah", "welfare, and two parties", "write =Refah"),
        ("gazi", "of Gaza", "veteran; a university"),
        ("sina", "Sinai", "a first name", "write Sina Yarımadası"),
        ("tünel", "tunnel", "a quarter of Istanbul"),
    ),
    *_table(
        "vi",
        ("hầm", "tunnel", "cellar; to stew", "write đường hầm"),
        ("thả", "to release", "to drop", "write thả con tin"),
        ("trả", "to hand back", "to pay, to answer; folded, Italian tra", "write trao trả"),
    ),
    *_table("zh", ("加沙", "Gaza", "part of 桦加沙, the typhoon Ragasa", "exclude 桦加沙")),
)

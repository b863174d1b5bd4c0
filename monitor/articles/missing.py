"""Pages that say that what was asked for is not there, whatever their status: 404 with status 200."""

import re
from itertools import islice

_LONGEST = 100
"""Characters of a line that says so: a longer one reports it of something."""
_LINES = 2
"""From the top of a text: headings stand there."""
_PARTS = re.compile(r"\s+[|–—·•-]\s+|\s*\|\s*")
"""Between what a page's title says and the name of its site."""
_MOST_OF_A_NAME = 4
"""Words of that name: where more stand beside, the title is a headline."""

_SORRY = r"(?:(?:oops|whoops|sorry|désolé|oups|üzgünüz|عذر(?:ا|ً|اً|ًا)|אופס|מצטערים|סליחה)\W+(?:but )?)?"
_MISSING = re.compile(
    _SORRY + r"(?:"
    # English
    r"(?:(?:the|this|that|your) )?(?:requested )?(?:web ?)?(?:page|article|story|content|document|url)"
    r"(?: (?:that )?you(?:'re| are| were|'ve| have)? (?:requested|looking for|trying to reach|tried to reach))?"
    r"(?: (?:was|is|could|can|does|has))?"
    r"(?: (?:not|no|cannot|can't|couldn't|isn't|wasn't|doesn't) (?:(?:be|been|longer) )*(?:found|exists?|available)"
    r"(?: here| any ?more)?| unavailable|(?: (?:was|has been|may have been|is))(?: (?:moved|removed|deleted|or))+)"
    # French
    r"|(?:page|article|contenu) (?:introuvable|non trouvée?|indisponible)"
    r"|(?:cette|la) page (?:demandée |que vous \w+ )?(?:n'existe (?:pas|plus)|est introuvable"
    r"|n'est (?:pas|plus) disponible|n'a pas été trouvée)"
    # Turkish
    r"|(?:aradığınız |istediğiniz |bu )?(?:sayfa|haber|içerik)(?:ya|ye)?"
    r" (?:bulunamadı|bulunmuyor|mevcut değil|ulaşılamıyor|yayından kaldırıl\w+|kaldırıl\w+)"
    # Arabic and Hebrew
    r"|(?:هذه |هذا )?(?:الصفحة|المقال|المقالة|الخبر|المحتوى)(?: المطلوبة?| التي تبحث عنها| الذي تبحث عنه)?"
    r" (?:غير (?:موجودة?|متوفرة?|متاحة?)|لم تعد (?:موجودة|متاحة|متوفرة)|لم يعد (?:موجودا|متاحا|متوفرا)|لا توجد)"
    r"|لم (?:يتم العثور|نعثر|نتمكن من العثور) على (?:هذه )?(?:الصفحة|المقال|المحتوى)(?: المطلوبة?)?"
    r"|(?:הדף|העמוד|הכתבה|התוכן)(?: (?:המבוקש(?:ת)?|שחיפשתם?|שביקשתם?))?"
    r" (?:לא נמצאה?|אינ[וה] (?:קיים|קיימת|זמין|זמינה|נמצאת?)|לא קי(?:ים|ימת))"
    # German, Spanish, Italian, Russian
    r"|(?:die )?seite (?:wurde )?nicht gefunden|página no encontrada|pagina non trovata|страница не найдена"
    r")",
    re.IGNORECASE,
)
_BARE = re.compile(
    _SORRY + r"(?:(?:http |error |erreur |hata |fehler |ошибка |خطأ |שגיא[הת] )*404(?: error| hatası)?"
    r"(?:\W+(?:file )?not found)?|not found)",
    re.IGNORECASE,
)
"""What says so only where nothing else stands beside it: 404 may be a film, or the dead of a week."""
_MISSING_AT = re.compile(
    r"\w+://[^/?#]+/(?:[a-z]{2}(?:-[a-z]{2})?/)?"
    r"(?:(?:error[-_/]?)?404|(?:page[-_]?)?not[-_]?found)(?:\.\w{2,5})?/?(?:[?#]|\Z)",
    re.IGNORECASE,
)
"""Where sites send those who ask for what is not there."""


def says_missing(title: str, text: str) -> bool:
    """Whether a page says, in its title or at the top of its text and in nothing but these words, that what was asked
    for is not there. `text`: of a short page, or of one without a title; above an article such a line is of what was to
    stand there.
    """
    return any(_says(head) for head in (title, *islice(text.split("\n"), _LINES)) if len(head) <= _LONGEST)


def _says(head: str) -> bool:
    if _BARE.fullmatch(_plain(head)):
        return True
    parts = [_plain(part) for part in _PARTS.split(head)]
    others = [part for part in parts if not _is_missing(part)]
    return len(others) < len(parts) and all(len(part.split()) <= _MOST_OF_A_NAME for part in others)


def _is_missing(part: str) -> bool:
    """In words alone, or behind its number: "Error 404: Page not found"."""
    number, colon, words = part.partition(":")
    return bool(_MISSING.fullmatch(_plain(words) if colon and _BARE.fullmatch(number.strip()) else part))


def _plain(head: str) -> str:
    return head.replace("’", "'").strip(" \t.!…-–—?؟،,:")


def is_missing_at(url: str) -> bool:
    """Whether an address is called as one to which a site sends those who ask for what is not there."""
    return bool(_MISSING_AT.search(url))

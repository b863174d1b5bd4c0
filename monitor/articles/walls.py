"""What stands in front of an article: a bot check, a consent or login wall, a paywall, a border.

Told from an answer's status, headers, final address, markup and words. Who sells bot checks marks refusals clearly, but
also leaves traces in the pages it lets through; so what is found in markup and words only counts where there is no
article beside it.
"""

import re
from collections.abc import Mapping

from monitor.model import Shortfall

_HEADERS: Mapping[str, tuple[str, ...]] = {
    "cf-mitigated": ("challenge",),
    "x-amzn-waf-action": ("captcha", "challenge"),
    "x-vercel-mitigated": ("challenge", "deny"),
}
"""Header → the values by which it says, with whatever status, that this is no page."""
_GUARDS = ("x-datadome", "x-iinfo", "x-kpsdk-ct", "x-sucuri-block")
"""On every answer of a site that DataDome, Imperva, Kasada or Sucuri guards; of a refusal they tell why."""
_GUARD_SERVERS = ("akamaighost", "ddos-guard")
_REFUSALS = frozenset([403, 405, 406, 429, 503])
"""Statuses under which bot checks are shown."""
_LAW = re.compile(r"rel=\"?blocked-by", re.IGNORECASE)
"""RFC 7725: who had it withheld."""

_MARKUP_READ = 65_536
"""Bytes of a body in which marks are looked for: walls are short."""
_MARKUP = re.compile(
    # Cloudflare, DataDome, PerimeterX (HUMAN), Imperva
    rb"cf[-_]chl[-_]|/cdn-cgi/challenge-platform/h/|<title>(?:Just a moment\.\.\.|Attention Required! \| Cloudflare)"
    rb"|captcha-delivery\.com|px-captcha|_Incapsula_Resource|Incapsula incident ID"
    # Akamai, Sucuri, DDoS-Guard, Kasada, Vercel, AWS WAF
    rb"|errors\.edgesuite\.net|sucuri_cloudproxy_js|Sucuri Website Firewall|ddos-guard/(?:js-challenge|well-known)"
    rb"|\bKPSDK\b|Vercel Security Checkpoint|\bgokuProps\b|\.token\.awswaf\.com",
    re.IGNORECASE,
)
_MARKUP_OF_BORDERS = re.compile(
    rb"configured to block access from your country|error code: 1009\b|cf-error-code\">1009<", re.IGNORECASE
)

_LOGIN = "login|servicelogin|log-in|signin|sign-in|sign_in|logon|sso|auth|oauth2?|register"
_CONSENT = "consent|collectconsent|cookie-?consent|cookie-?wall|gdpr|privacy-?(?:gate|wall)|zustimmung"
_CHECK = "captcha|challenge|cdn-cgi|access-denied|verify"
_PAY = "subscribe|paywall"
_ADDRESSES = (
    (Shortfall.LOGIN, rf"//(?:login|signin|auth|sso)\.|/(?:{_LOGIN})(?:[/.?]|\Z)"),
    (Shortfall.CONSENT, rf"//(?:consent|guce)\.|/(?:{_CONSENT})(?:[/.?]|\Z)"),
    (Shortfall.CHALLENGE, rf"/(?:{_CHECK})(?:[/.?]|\Z)"),
    (Shortfall.PAYWALL, rf"/(?:{_PAY})(?:[/.?]|\Z)"),
)
_WALLS_AT = tuple((shortfall, re.compile(pattern, re.IGNORECASE)) for shortfall, pattern in _ADDRESSES)
_METERED = re.compile(r"[?&]gaa_[a-z]+=")
"""Google's parameters for readers whom a publisher lets in by the article."""

# In a text, only what no news says of its own subject: "access denied" and "security check" are everyday words there.
_CHALLENGE_WORDS = (
    r"are you (?:a )?(?:human|robot)|verify (?:that )?you are|unusual traffic|enable javascript and cookies"
    r"|checking your browser|captcha|pardon our interruption|press (?:&|and) hold to confirm"
    r"|vérifi(?:er|ez) que vous êtes (?:bien )?(?:un )?humain|vous n'êtes pas un robot"
    r"|insan olduğunuzu doğrula|robot olmadığınızı"
    r"|تحقق من أنك (?:إنسان|بشر|لست)|لست (?:روبوت|برنامج)|אני לא רובוט|שאתה לא רובוט|שאינך רובוט"
)
_GEO_WORDS = (
    r"(?:not|un)[ -]?available (?:in|from|to (?:users|readers|visitors) in) (?:your (?:country|region|location|area)"
    r"|most european)|blocked in your (?:country|region)|not accessible from your (?:country|region|location)"
    r"|access from your (?:country|region) (?:is|has been)|due to (?:the )?(?:gdpr|general data protection regulation)"
    r"|(?:n'est pas|non|in)[ -]?(?:disponible|accessible) (?:dans|depuis) votre (?:pays|région)"
    r"|(?:ülkenizde|bölgenizde) (?:kullanılam|erişilem|görüntülenem|mevcut değil)"
    r"|غير (?:متاح|متوفر)ة? (?:في|من) (?:بلدك|منطقتك|دولتك|موقعك)"
    r"|(?:אינו|לא|אינה) (?:זמין|זמינה) (?:במדינתך|באזורך|בארצך)"
)
_CONSENT_WORDS = (
    r"we value your privacy|before you continue to|accept (?:all )?(?:the )?cookies|we and our (?:[\d,.]+ )?partners"
    r"|nous et nos (?:[\d ]+)?partenaires|accepter (?:tous )?(?:les )?cookies|continuer sans accepter"
    r"|çerezleri kabul|tüm çerezlere izin|(?:قبول|الموافقة على) (?:جميع |كافة |كل )?ملفات تعريف الارتباط"
    r"|(?:אישור|קבל(?:ו|ת)?) (?:את )?(?:כל )?(?:העוגיות|קובצי ה)"
)
_LOGIN_WORDS = (
    r"(?:log|sign) ?in to (?:continue|read|view|access|your account)|(?:must|need to) (?:be logged in|log in|sign in)"
    r"|please (?:log|sign) in|create (?:a|your) free account|register to (?:continue|read)"
    r"|(?:connectez|identifiez|inscrivez)-vous (?:pour|afin)|(?:devam etmek|okumak) için (?:giriş yap|üye ol|oturum aç)"
    r"|(?:سج[ّ]?ل|قم بتسجيل|يرجى تسجيل|يجب تسجيل) (?:ال)?دخول|(?:התחבר(?:ו|י)?|יש להתחבר|היכנסו) כדי"
)
_PAY_WORDS = (
    r"subscribe (?:now )?to (?:continue|read|unlock|keep)|(?:for|only available to|exclusive to) (?:paid )?subscribers"
    r"|subscribers? only|already a subscriber\?|réservée? (?:aux|à nos) abonné|abonnez-vous pour"
    r"|abonelere özel|aboneler için|okumak için abone|للمشتركين فقط"
    r"|اشترك (?:الآن )?(?:ل|كي)|למנויים בלבד|תוכן (?:זה )?למנויים"
)
_WORDS = tuple(
    (shortfall, re.compile(pattern, re.IGNORECASE))
    for shortfall, pattern in (
        (Shortfall.CHALLENGE, _CHALLENGE_WORDS),
        (Shortfall.GEO, _GEO_WORDS),
        (Shortfall.CONSENT, _CONSENT_WORDS),
        (Shortfall.LOGIN, _LOGIN_WORDS),
        (Shortfall.PAYWALL, _PAY_WORDS),
    )
)
_BORDER = re.compile(_GEO_WORDS, re.IGNORECASE)
_CHALLENGE_TITLE = re.compile(
    rf"{_CHALLENGE_WORDS}|\A(?:just a moment|attention required|access denied|security check|un instant|bir dakika)",
    re.IGNORECASE,
)


def wall_in_answer(status: int, headers: Mapping[str, str], body: bytes) -> Shortfall | None:
    """What status, headers (names in lower case) and, of a refusal, the body say without doubt."""
    if any(headers.get(name, "").lower() in values for name, values in _HEADERS.items()):
        return Shortfall.CHALLENGE
    if 200 <= status < 300:
        return None
    if _LAW.search(headers.get("link", "")):
        return Shortfall.GEO
    if status not in _REFUSALS:
        return None
    if _BORDER.search(body[:_MARKUP_READ].decode("utf-8", "ignore").replace("’", "'")):
        return Shortfall.GEO
    return wall_in_markup(body) or (Shortfall.CHALLENGE if status == 403 and _is_guarded(headers) else None)


def _is_guarded(headers: Mapping[str, str]) -> bool:
    return any(name in headers for name in _GUARDS) or headers.get("server", "").lower() in _GUARD_SERVERS


def wall_in_markup(body: bytes) -> Shortfall | None:
    """What the source of a page without an article says."""
    if _MARKUP_OF_BORDERS.search(body, 0, _MARKUP_READ):
        return Shortfall.GEO
    return Shortfall.CHALLENGE if _MARKUP.search(body, 0, _MARKUP_READ) else None


def wall_in_words(title: str, text: str) -> Shortfall | None:
    """What the words of a page without an article say; English, French, Turkish, Arabic and Hebrew are read."""
    plain = text.replace("’", "'")
    found = next((shortfall for shortfall, words in _WORDS if words.search(plain)), None)
    return found or (Shortfall.CHALLENGE if _CHALLENGE_TITLE.search(title.replace("’", "'")) else None)


def wall_at(url: str, *, is_long: bool = False) -> Shortfall | None:
    """What the address of a page is called that stands in for an article: login, consent, bot check, offer.

    Sections of a site are called so, too (/verify/2026/…, of fact checks): of a page that `is_long` only the host and
    the end of the path count.
    """
    address = url.partition("?")[0]
    if is_long:
        host, _, path = address.partition("//")[2].partition("/")
        address = f"//{host}/{path.rstrip('/').rpartition('/')[2]}"
    return next((shortfall for shortfall, pattern in _WALLS_AT if pattern.search(address)), None)


def is_metered(url: str) -> bool:
    """Whether the publisher counts who reads here."""
    return bool(_METERED.search(url))

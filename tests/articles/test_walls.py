"""Bot checks, borders, consent and login walls are told from articles."""

import pytest

from monitor.articles.extract import extract
from monitor.articles.judge import judge
from monitor.articles.walls import wall_at, wall_in_answer, wall_in_markup, wall_in_words
from monitor.model import Shortfall
from tests.quality.extraction import EXTRACTION, benchmark, publishers

CHALLENGE, GEO, CONSENT, LOGIN, PAYWALL = (
    Shortfall.CHALLENGE,
    Shortfall.GEO,
    Shortfall.CONSENT,
    Shortfall.LOGIN,
    Shortfall.PAYWALL,
)


@pytest.mark.parametrize(
    ("status", "headers", "body", "wall"),
    [
        (403, {"cf-mitigated": "challenge"}, b"", CHALLENGE),
        (202, {"x-amzn-waf-action": "challenge"}, b"", CHALLENGE),
        (405, {"x-amzn-waf-action": "captcha"}, b"", CHALLENGE),
        (403, {"x-vercel-mitigated": "challenge"}, b"", CHALLENGE),
        (403, {"x-datadome": "protected"}, b"", CHALLENGE),
        (200, {"x-datadome": "protected"}, b"", None),
        (403, {"x-iinfo": "1-2-3 NNNN"}, b"", CHALLENGE),
        (403, {"x-kpsdk-ct": "x"}, b"", CHALLENGE),
        (429, {"x-kpsdk-ct": "x"}, b"<script>window.KPSDK={}</script>", CHALLENGE),
        (429, {}, b"Too many requests", None),
        (403, {"x-sucuri-block": "XSS01"}, b"", CHALLENGE),
        (403, {"server": "AkamaiGHost"}, b"", CHALLENGE),
        (403, {"server": "ddos-guard"}, b"", CHALLENGE),
        (403, {"server": "cloudflare"}, b"<title>Just a moment...</title>", CHALLENGE),
        (503, {"server": "cloudflare"}, b'<form id="challenge-form" action="/?__cf_chl_f_tk=x">', CHALLENGE),
        (503, {"server": "cloudflare"}, b"Service unavailable", None),
        (403, {"server": "cloudflare"}, b"error code: 1009", GEO),
        (403, {"server": "nginx"}, b"<h1>Forbidden</h1>", None),
        (403, {}, b"<p>Reference&#32;&#35;18.x https&#58;//errors.edgesuite.net/18.x</p>", CHALLENGE),
        (403, {}, b'<iframe src="/_Incapsula_Resource?x=1">Incapsula incident ID: 1</iframe>', CHALLENGE),
        (403, {}, b'<div id="px-captcha"></div>', CHALLENGE),
        (403, {}, b"The Amazon CloudFront distribution is configured to block access from your country.", GEO),
        (403, {}, "Ce contenu n’est pas disponible dans votre pays.".encode(), GEO),
        (403, {}, "هذا المحتوى غير متاح في بلدك".encode(), GEO),
        (403, {}, "Bu içerik ülkenizde görüntülenemiyor.".encode(), GEO),
        (403, {}, "התוכן אינו זמין במדינתך".encode(), GEO),
        (451, {"link": '<https://gov.example/>; rel="blocked-by"'}, b"", GEO),
        (404, {"x-datadome": "protected"}, b"captcha-delivery.com", None),
    ],
)
def test_an_answer_tells_what_stands_in_the_way(
    status: int, headers: dict[str, str], body: bytes, wall: Shortfall | None
) -> None:
    assert wall_in_answer(status, headers, body) is wall


@pytest.mark.parametrize(
    ("body", "wall"),
    [
        (b"<script>var sucuri_cloudproxy_js='';</script>", CHALLENGE),
        (b"<script src='/.well-known/ddos-guard/js-challenge/index.js'>", CHALLENGE),
        (b"<title>Vercel Security Checkpoint</title>", CHALLENGE),
        (b"<script>window.gokuProps = {}</script>", CHALLENGE),
        (b"<script src='/cdn-cgi/challenge-platform/h/b/orchestrate/x'>", CHALLENGE),
        (b"<script src='/cdn-cgi/challenge-platform/scripts/jsd/main.js'>", None),
        (b"<p>News</p>" + b" " * 70_000 + b"px-captcha", None),
    ],
)
def test_markup_tells_a_bot_check_where_there_is_no_article(body: bytes, wall: Shortfall | None) -> None:
    assert wall_in_markup(body) is wall


@pytest.mark.parametrize(
    ("text", "wall"),
    [
        ("Verify you are human by completing the action below.", CHALLENGE),
        ("Press & Hold to confirm you are a human (and not a bot).", CHALLENGE),
        ("Vérifiez que vous êtes humain", CHALLENGE),
        ("Devam etmeden önce insan olduğunuzu doğrulayın", CHALLENGE),
        ("تحقق من أنك إنسان", CHALLENGE),
        ("אני לא רובוט", CHALLENGE),
        ("This content is not available in your region.", GEO),
        ("We and our 842 partners store and access information on a device", CONSENT),
        ("Avec votre accord, nous et nos 134 partenaires utilisons des cookies", CONSENT),
        ("Tüm çerezleri kabul et: çerezleri kabul ediyorum", CONSENT),
        ("قبول جميع ملفات تعريف الارتباط", CONSENT),
        ("אישור כל העוגיות", CONSENT),
        ("Please log in to continue.", LOGIN),
        ("Connectez-vous pour lire la suite", LOGIN),
        ("Devam etmek için giriş yapın", LOGIN),
        ("يرجى تسجيل الدخول لقراءة المقال", LOGIN),
        ("יש להתחבר כדי להמשיך", LOGIN),
        ("Subscribe to continue reading", PAYWALL),
        ("Cet article est réservé aux abonnés.", PAYWALL),
        ("Bu haber abonelere özel", PAYWALL),
        ("هذا المقال للمشتركين فقط", PAYWALL),
        ("הכתבה למנויים בלבד", PAYWALL),
        ("Fighters in Rafah logged into a network; cookies and access to the region were the subject.", None),
        ("The army denied access to the country's border region.", None),
        ("Ordu bölgede arama yaptı, ülkede abone sayısı arttı.", None),
        ("L'armée a annoncé que l'accès à la région était fermé.", None),
        ("قال الجيش إن المنطقة مغلقة وإن الدخول إليها ممنوع", None),
        ("הצבא הודיע כי האזור סגור והכניסה אסורה", None),
    ],
)
def test_words_tell_a_wall_in_five_languages(text: str, wall: Shortfall | None) -> None:
    assert wall_in_words("", text) is wall


@pytest.mark.parametrize(("title", "wall"), [("Just a moment...", CHALLENGE), ("A moment in Rafah: just a day", None)])
def test_a_title_tells_a_bot_check(title: str, wall: Shortfall | None) -> None:
    assert wall_in_words(title, "") is wall


@pytest.mark.parametrize(
    ("url", "wall"),
    [
        ("https://login.gazette.example/x", LOGIN),
        ("https://gazette.example/user/signin?next=/1", LOGIN),
        ("https://consent.yahoo.example/v2/collectConsent?sessionId=1", CONSENT),
        ("https://gazette.example/consent/", CONSENT),
        ("https://gazette.example/cdn-cgi/l/chk", CHALLENGE),
        ("https://accounts.gazette.example/ServiceLogin?next=1", LOGIN),
        ("https://gazette.example/subscribe", PAYWALL),
        ("https://id.gazette.example/berita/1", None),
        ("https://gazette.example/news/consent-law-passed", None),
    ],
)
def test_walls_are_known_by_their_addresses(url: str, wall: Shortfall | None) -> None:
    assert wall_at(url) is wall


@pytest.mark.corpora
@pytest.mark.skipif(not EXTRACTION.exists(), reason="needs the pages of ../shared/corpora/extraction")
def test_no_real_page_is_taken_for_a_wall() -> None:
    known = [*benchmark()][::4] + [*publishers()][::4]
    wrong = {}
    for each in known:
        page = extract(each.html, content_type="text/html", url=each.url)
        found = judge(200, {}, page, feed_text="", body=each.html, asked=each.url, landed=each.url).shortfall
        if wall_in_markup(each.html) or wall_at(each.url) or found not in (None, PAYWALL, Shortfall.TOO_SHORT):
            wrong[each.name] = found
    assert len(known) > 80
    assert wrong == {}

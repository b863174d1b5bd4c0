"""The HTML of the demo site: articles among navigation, cookie banner and related links; stubs, bot checks, errors."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from html import escape

from monitor.demo.content import Manuscript
from monitor.demo.furniture import FURNITURE, NOTICE, Furniture
from monitor.demo.outlets import DemoOutlet

Links = Sequence[tuple[str, str]]
"""(address, words) of each link."""

_STYLE = "body{max-width:44em;margin:auto;font:1.1em/1.6 serif}nav a{margin-inline-end:1em}footer{color:#666}"


@dataclass(frozen=True, slots=True, kw_only=True)
class ArticlePage:
    """What an article's page is made of."""

    outlet: DemoOutlet
    manuscript: Manuscript
    url: str
    """Canonical."""
    home: str
    """The outlet's front page."""
    published_at: datetime
    modified_at: datetime
    related: Links


def article(page: ArticlePage) -> str:
    """The whole article."""
    return _article(page, paragraphs(page.manuscript), free=True)


def paywall(page: ArticlePage) -> str:
    """The first paragraph and an offer to subscribe; the page says in JSON-LD that it is not free."""
    furniture = FURNITURE[page.outlet.language]
    offer = f'<div class="paywall"><h2>{furniture.subscribe}</h2><a href="{page.home}">{furniture.sign_in}</a></div>'
    return _article(page, _paragraph(page.manuscript.paragraphs[0]) + offer, free=False)


def paragraphs(manuscript: Manuscript) -> str:
    """The article's text as HTML, for pages and for feeds that carry it whole."""
    return "\n".join(_paragraph(paragraph) for paragraph in manuscript.paragraphs)


def challenge() -> str:
    """A bot check."""
    return (
        '<!DOCTYPE html><html lang="en"><head><meta charset="utf-8"><title>Just a moment…</title>'
        '<meta name="robots" content="noindex"></head><body><div id="challenge">'
        "<h1>Checking that you are human</h1><p>Enable JavaScript and cookies to continue.</p>"
        '<form action="/challenge" method="post"><input type="hidden" name="ray" value="7f3a"></form>'
        "</div></body></html>"
    )


def error(status: int, words: str) -> str:
    """An error page."""
    return (
        f'<!DOCTYPE html><html lang="en"><head><meta charset="utf-8"><title>{status} {words}</title></head>'
        f"<body><h1>{words}</h1></body></html>"
    )


def front(title: str, *, language: str, direction: str, links: Links, feeds: Links = ()) -> str:
    """A page of links; feeds can be discovered on it."""
    alternates = "".join(
        f'<link rel="alternate" type="application/rss+xml" title="{escape(words)}" href="{escape(address)}">'
        for address, words in feeds
    )
    return (
        f'<!DOCTYPE html><html lang="{language}" dir="{direction}"><head><meta charset="utf-8">'
        f"<title>{escape(title)}</title>{alternates}<style>{_STYLE}</style></head>"
        f"<body><h1>{escape(title)}</h1>{_list(links)}<footer>{NOTICE}</footer></body></html>"
    )


def _article(page: ArticlePage, body: str, *, free: bool) -> str:
    outlet, manuscript, furniture = page.outlet, page.manuscript, FURNITURE[page.outlet.language]
    byline = escape(manuscript.author or outlet.name)
    return f"""<!DOCTYPE html>
<html lang="{outlet.language}" dir="{outlet.direction}">
{_head(page, free=free)}
<body>
{_top(page, furniture)}
<main><article>
<h1>{escape(manuscript.title)}</h1>
<p class="byline"><span class="author">{byline}</span>
<time datetime="{page.published_at.isoformat()}">{page.published_at:%d.%m.%Y}</time></p>
<div class="article-body">
{body}
</div>
</article></main>
<aside class="related"><h2>{furniture.related}</h2>{_list(page.related)}</aside>
<footer><p>© {escape(outlet.name)}. {furniture.rights}</p><p>{NOTICE}</p></footer>
</body>
</html>
"""


def _head(page: ArticlePage, *, free: bool) -> str:
    outlet, manuscript = page.outlet, page.manuscript
    title, summary = escape(manuscript.title), escape(manuscript.summary)
    return f"""<head>
<meta charset="{outlet.page_encoding}">
<title>{title} | {escape(outlet.name)}</title>
<link rel="canonical" href="{escape(page.url)}">
<meta name="description" content="{summary}">
<meta property="og:title" content="{title}">
<script type="application/ld+json">{_json_ld(page, free=free)}</script>
<style>{_STYLE}</style>
</head>"""


def _json_ld(page: ArticlePage, *, free: bool) -> str:
    content = {
        "@context": "https://schema.org",
        "@type": "NewsArticle",
        "headline": page.manuscript.title,
        "datePublished": page.published_at.isoformat(),
        "dateModified": page.modified_at.isoformat(),
        "inLanguage": page.outlet.language,
        "author": [{"@type": "Person", "name": page.manuscript.author or page.outlet.name}],
        "publisher": {"@type": "Organization", "name": page.outlet.name},
        "mainEntityOfPage": page.url,
        "isAccessibleForFree": free,
    }
    # ASCII, as a script knows no character references in which an old encoding could say the rest; and no headline may
    # close the script element.
    return json.dumps(content).replace("</", "<\\/")


def _top(page: ArticlePage, furniture: Furniture) -> str:
    sections = "".join(f'<a href="{page.home}">{words}</a>' for words in furniture.sections)
    return (
        f'<div id="cookie-banner" class="cookie-consent" role="dialog"><p>{furniture.cookies}</p>'
        f"<button>{furniture.accept}</button></div>\n"
        f'<header><a href="{page.home}">{escape(page.outlet.name)}</a><nav>{sections}</nav></header>'
    )


def _paragraph(text: str) -> str:
    return f"<p>{escape(text, quote=False)}</p>"


def _list(links: Links) -> str:
    items = "".join(f'<li><a href="{escape(address)}">{escape(words)}</a></li>' for address, words in links)
    return f"<ul>{items}</ul>"

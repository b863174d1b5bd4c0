"""What stands around and between the words of an article: parts that belong together are joined, lists of further
reading, notices and invitations taken out. In a tree before the text is extracted, and in the text afterwards.
"""

import re
from collections import defaultdict

from lxml import etree
from lxml.html import HtmlElement

MOST_GROUPS = 10
MOST_PARTS = 50
"""Bounds on what is looked at: an article in more parts is none, and a hostile page has thousands of each."""
_BODY_CLASS = re.compile(
    r"(?:article|story|post|entry|news|text)[-_]{0,2}(?:body|content|text)|body__container|body-text", re.IGNORECASE
)
_PARAGRAPH = 80
"""Characters of a paragraph that is surely one."""
_MOST_LINKED = 0.3
"""Share of an article's letters that may stand in links."""

_BLOCK_NAMES = "p li ul ol div table td dd dl section article h1 h2 h3 h4 h5 h6 blockquote figure aside"
_BLOCKS = frozenset(_BLOCK_NAMES.split())
_TEASERS = frozenset(["p", "li", "div", "td", "dd"])
_LISTS = frozenset(["ul", "ol"])
"""Not headings, for those of an article's own parts may be links too."""
_TEASER_LINKED = 0.75
_LIST_LINKED = 0.5
"""Of a list: dates, numbers and sections stand beside the links."""
_TEASER_LETTERS = 20
"""Of a shorter link a paragraph may well consist: a name, "PDF"."""

NOTICE = 200
"""Characters of the longest notice: what is longer says something, however it begins."""
_NOTICES = (
    # English
    r"read (?:more|next|also|the full)\b|(?:also )?read ?:|see (?:also|more)\b|related ?:"
    r"|related (?:articles|stories|topics|content|news)\b|more (?:on|from) .{1,40}\Z|most (?:read|popular|viewed)\b"
    r"|sign up (?:for|to)\b|subscribe (?:to|now|here)\b|follow (?:us|him|her|them)\b|thank you for signing up"
    r"|follow .{1,60} on (?:twitter|x|facebook|instagram|google|telegram|whatsapp)\b|click here\b"
    r"|share (?:this (?:article|story|page|post)|on|via)\b|copyright\b|all rights reserved|like this story\?"
    r"|get (?:the|our|all) .{1,80}(?:newsletter|inbox|alerts)|(?:trending|newsletter)\Z"
    r"|don.t miss\b|download (?:the|our) .{0,30}app\b|(?:have|got) a (?:tip|story)\?"
    r"|join (?:our|the) .{0,30}(?:whatsapp|telegram|channel|newsletter|conversation)"
    r"|you (?:may|might) also (?:like|be interested)|recommended .{0,30}\Z|end of article\Z"
    r"|(?:show )?key events(?: only)?\Z|please turn on javascript|updated? (?:at )?\d{1,2}[:.]\d\d.{0,20}\Z"
    r"|(?:this|our) (?:web ?)?site uses cookies|we (?:and our .{0,30}partners )?use cookies|accept (?:all )?cookies"
    # French
    r"|(?:à )?lire (?:aussi|également)|abonnez-vous|suivez-nous|inscrivez-vous (?:à|pour)|tous droits réservés"
    r"|cliquez ici|sur le même sujet|(?:nous|ce site) utilis(?:ons|e) des cookies"
    # Turkish
    r"|bizi takip|abone ol\b|tüm hakları saklıdır|ilginizi çekebilir|(?:ayrıca|bunu da) oku|çerez(?:ler)?i? kullan"
    r"|anadolu ajansı web sitesinde, aa haber|haberi paylaş|.{0,20}tümünü gör\Z"
    # Arabic and Hebrew
    r"|(?:اقرأ|إقرأ|اقرا|شاهد|طالع)(?:وا)? (?:أيضا|ايضا|أيضًا|أيضاً|المزيد)|تابعونا|جميع الحقوق محفوظة|قد يهمك"
    r"|(?:مواضيع|أخبار|مقالات) ذات صلة|(?:نستخدم|يستخدم (?:هذا )?الموقع) ملفات تعريف الارتباط"
    r"|(?:קראו?|ראו|צפו) (?:עוד|גם)|עוד בנושא|עקבו אחרינו|הירשמו|כל הזכויות שמורות"
    # German, Spanish, Portuguese, Italian, the Nordic languages, Dutch, Polish, Russian
    r"|lesen sie (?:auch|mehr)|mehr (?:zum thema|dazu)|auch interessant|das könnte sie|folgen sie uns|zum newsletter"
    r"|lee también|te puede interesar|síguenos|suscríbete|leia (?:também|mais)|siga-nos|leggi anche|seguici"
    r"|les også|læs også|läs (?:också|även)|lees ook|czytaj (?:też|także|więcej)|читайте также"
    # Japanese
    r"|関連(?:記事|キーワード|ニュース)|あわせて読みたい|おすすめ(?:情報|記事)|この記事は会員限定"
)
_CONTROLS = r"post comment|(?:advertisement|comments?)\Z|メモ入力|最大\d+文字|(?:完了|保存|コピー)しました\Z"
"""What a page is operated by: no wall says it."""
_CONTROL = re.compile(rf"[\W_]*(?:{_CONTROLS})", re.IGNORECASE)
_NOTICE = re.compile(rf"[\W_]*(?:{_CONTROLS}|{_NOTICES})", re.IGNORECASE)
_TIME = re.compile(
    r"\W*\d{1,2}[:.]\d\d(?:\s*(?:[ap]\.?m\.?|gmt|utc|bst|est|edt|et|cest|cet))?(?:\s*\(.{1,12}\))?\W*\Z"
    r"|\W*\d{1,3} ?(?:s|m|h|min|mins|minutes?|hours?) ago\W*\Z",
    re.IGNORECASE,
)


def join_bodies(root: HtmlElement) -> None:
    """Make one body of those of one article: extractors read the first, and where advertisements or pictures stand
    between the parts, the rest of the article would be lost.

    Parts have the same class; they are not of two articles if they stand in one <article>, or in none, under one <h1>.
    """
    groups = defaultdict(list)
    for element in root.iter("div", "section"):
        name = element.get("class", "")
        if _BODY_CLASS.search(name):
            groups[" ".join(name.split())].append(element)
    several = [group for group in groups.values() if 1 < len(group) <= MOST_PARTS]
    for group in several[:MOST_GROUPS]:
        members = set(group)
        outer = [part for part in group if members.isdisjoint(part.iterancestors()) and _has_paragraphs(part)]
        if len(outer) > 1 and _are_one_article(outer):
            for part in outer[1:]:
                outer[0].extend(list(part))


def _has_paragraphs(part: HtmlElement) -> bool:
    return any(len("".join(paragraph.itertext())) > _PARAGRAPH for paragraph in part.iter("p"))


def _are_one_article(parts: list[HtmlElement]) -> bool:
    if len({next(part.iterancestors("article"), None) for part in parts}) > 1:
        return False
    if any(sum(map(_letters, part.iter("a"))) > _MOST_LINKED * _letters(part) for part in parts):
        return False
    shared = set(parts[0].iterancestors()).intersection(*(part.iterancestors() for part in parts[1:]))
    nearest = next(ancestor for ancestor in parts[0].iterancestors() if ancestor in shared)
    return sum(1 for _ in nearest.iter("h1")) <= 1


def drop_teasers(root: HtmlElement) -> None:
    """Empty the blocks and lists that are nothing but links to elsewhere: "read also", related stories, tags. What is
    linked within a sentence stays, as words.
    """
    around = _Around()
    linked: dict[HtmlElement, int] = defaultdict(int)
    for link in root.iter("a"):
        if link.get("href", "#").startswith("#"):
            continue
        letters = _letters(link)
        for block in around[link.getparent()]:
            if block is not None:
                linked[block] += letters
    for block, letters in linked.items():
        if letters >= _TEASER_LETTERS and _is_teaser(block, letters):
            block.clear(keep_tail=True)
        elif block.tag == "p" and letters < _TEASER_LINKED * _letters(block):
            # The extractor takes a short one with links for furniture.
            etree.strip_tags(block, "a")


class _Around(dict[HtmlElement | None, tuple[HtmlElement | None, HtmlElement | None]]):
    """Element → the nearest block and the nearest list that it is or stands in. Remembered: a page has hundreds of
    links, and they stand close together.
    """

    def __missing__(self, element: HtmlElement | None) -> tuple[HtmlElement | None, HtmlElement | None]:
        path: list[HtmlElement] = []
        above = element
        while above is not None and above not in self:
            path.append(above)
            above = above.getparent()
        block, outer = (None, None) if above is None else self[above]
        for one in reversed(path):
            block, outer = (one if one.tag in _BLOCKS else block), (one if one.tag in _LISTS else outer)
            self[one] = block, outer
        return block, outer


def _is_teaser(block: HtmlElement, linked: int) -> bool:
    if block.tag in _LISTS:
        return linked >= _LIST_LINKED * _letters(block)
    is_leaf = block.tag in _TEASERS and next(block.iterdescendants(*_BLOCKS), None) is None
    return is_leaf and linked >= _TEASER_LINKED * _letters(block)


def without_notices(text: str) -> str:
    """The text without lines that invite the reader to something, say whose the rights are, or give but the time of
    a live blog's entry.
    """
    return "\n".join(line for line in text.split("\n") if len(line) > NOTICE or not is_notice(line))


def without_controls(text: str) -> str:
    """The text without what the page is operated by. For a short one, which may be a wall: that is told by notices."""
    return "\n".join(line for line in text.split("\n") if len(line) > NOTICE or not _CONTROL.match(line))


def is_notice(line: str) -> bool:
    """Whether a line says nothing of what the article is about, by how it begins, in the languages we know."""
    return bool(_NOTICE.match(line) or _TIME.match(line))


def _letters(element: HtmlElement) -> int:
    # Most links hold nothing but their text.
    text = "".join(element.itertext()) if len(element) else element.text or ""
    return len("".join(text.split()))

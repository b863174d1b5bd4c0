"""JSON-LD blocks of a page → what they declare of the article (https://schema.org/Article)."""

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

MOST_NODES = 5_000
"""Objects and lists looked at in a page: real ones have under a hundred."""
_ARTICLE_ENDINGS = ("Article", "Posting", "Report", "Review", "Story")
_FREE = ("isAccessibleForFree", "isAccessibleforFree")
_WEAK_TYPES = ("WebPage", "VideoObject", "ItemPage")


@dataclass(frozen=True, slots=True, kw_only=True)
class Declared:
    """What JSON-LD says of the article, as it is written; "" or empty where it does not."""

    headline: str = ""
    published: str = ""
    modified: str = ""
    authors: tuple[str, ...] = ()
    language: str = ""
    body: str = ""
    """The text of the article, perhaps its beginning alone, perhaps with tags."""
    paywalled: bool = False


def declared_in(blocks: Iterable[str]) -> Declared:
    """What the blocks declare: of the first article in them, else of the page. Broken blocks are passed over, for what
    they say is also in the page.
    """
    nodes = [node for document in _documents(blocks) for node in _nodes(document)]
    node = next((node for node in nodes if _is_article(node)), None)
    if node is None:
        node = next((node for node in nodes if _type(node).endswith(_WEAK_TYPES)), {})
    return Declared(
        headline=_text(node.get("headline")),
        published=_text(node.get("datePublished")),
        modified=_text(node.get("dateModified")),
        authors=tuple(filter(None, map(_name, _listed(node.get("author"))))),
        language=_text(node.get("inLanguage")) or _name(node.get("inLanguage")),
        body=_text(node.get("articleBody")),
        paywalled=_is_paywalled(node),
    )


def _is_paywalled(node: Mapping[str, Any]) -> bool:
    """What the article says, else whether any of its parts says so (https://schema.org/isAccessibleForFree)."""
    own = _free(node)
    return own is False or (own is None and any(_free(part) is False for part in _listed(node.get("hasPart"))))


def _free(node: Any) -> bool | None:
    """None where it says nothing; truth is written in many ways: false, "False", "http://schema.org/False"."""
    said = next((node[name] for name in _FREE if name in node), None) if isinstance(node, dict) else None
    word = str(said).strip().rpartition("/")[2].lower()
    return {"false": False, "true": True}.get(word)


def _documents(blocks: Iterable[str]) -> Iterator[Any]:
    for block in blocks:
        try:
            yield json.loads(block.strip().removesuffix(";"), strict=False)
        except (ValueError, RecursionError):
            continue


def _nodes(document: Any) -> Iterator[Mapping[str, Any]]:
    """All objects, breadth first: lists, @graph, mainEntity and whatever else is nested, up to a bound."""
    waiting: list[Any] = [document]
    for node in waiting:
        if isinstance(node, dict):
            yield node
        children = node.values() if isinstance(node, dict) else node
        waiting.extend(child for child in children if isinstance(child, dict | list))
        if len(waiting) > MOST_NODES:
            return


def _is_article(node: Mapping[str, Any]) -> bool:
    return _type(node).endswith(_ARTICLE_ENDINGS) and bool(node.get("headline") or node.get("datePublished"))


def _type(node: Mapping[str, Any]) -> str:
    """The type without its vocabulary; of several the last, which is mostly the most special."""
    types = _listed(node.get("@type"))
    return next((kind for kind in types if kind.endswith(_ARTICLE_ENDINGS)), types[-1]) if _all_texts(types) else ""


def _all_texts(values: list[Any]) -> bool:
    return bool(values) and all(isinstance(value, str) for value in values)


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [] if value is None else [value]


def _name(value: Any) -> str:
    """The name of a person or thing; a bare text is its name, unless it is an address."""
    text = _text(value.get("name")) if isinstance(value, dict) else _text(value)
    return "" if "://" in text else text


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""

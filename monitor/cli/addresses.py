"""An address as a person types it, and the articles that it may lead to."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from monitor.articles.variants import Variant
    from monitor.model import ArticleId


@dataclass(frozen=True, slots=True, kw_only=True)
class Address:
    """What becomes of an address."""

    typed: str
    """With its scheme."""
    target: str
    """Behind services that stand before addresses of others."""
    normal: str
    """Its normal form."""
    variant: "Variant | None"
    """Whose AMP, mobile or print page it is by its form."""

    def keys(self) -> "dict[ArticleId, str]":
        """The keys of the articles it may lead to, its own first, each with its address."""
        from monitor.model import article_key

        originals = self.variant.originals if self.variant else ()
        return {article_key(one): one for one in (self.normal, *originals)}


def address_of(given: str) -> Address | None:
    """What a person means by an address; None: it is none of http or https."""
    from monitor import urls
    from monitor.articles.variants import variant
    from monitor.feeds.redirects import target

    typed = urls.typed(given)
    if not typed:
        return None
    address = target(typed)
    normal = urls.normalise(address)
    return Address(typed=typed, target=address, normal=normal, variant=variant(normal))

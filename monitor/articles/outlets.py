"""Whose an article is: its own domain decides, else the feed that offered it."""

from collections.abc import Sequence

from monitor import urls
from monitor.model import Feed, Outlet


class Outlets:
    """All outlets, found by id and by domain."""

    def __init__(self, outlets: Sequence[Outlet]) -> None:
        self._by_id = {outlet.id: outlet for outlet in outlets}
        self._by_domain: dict[str, Outlet] = {}
        for outlet in outlets:
            for domain in outlet.domains:
                self._by_domain.setdefault(urls.bare_host(f"https://{domain}/"), outlet)

    def get(self, outlet_id: str) -> Outlet | None:
        """The outlet with this id; None where it is configured no more."""
        return self._by_id.get(outlet_id)

    def name(self, outlet_id: str) -> str:
        """An outlet's name; its id where it is configured no more."""
        outlet = self.get(outlet_id)
        return outlet.name if outlet else outlet_id

    def at(self, url: str) -> Outlet | None:
        """The outlet with the longest domain that the address is under; None where there is none."""
        labels = urls.host(url).split(".")
        domains = (".".join(labels[start:]) for start in range(len(labels)))
        return next((self._by_domain[domain] for domain in domains if domain in self._by_domain), None)

    def outlet_of(self, url: str, feed: Feed) -> Outlet:
        """The outlet that the address is under; the feed's where there is none."""
        return self.at(url) or feed.outlet

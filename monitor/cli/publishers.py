"""Who publishes and whose texts are printed: outlets and agencies of the configuration, as far as it can be read.

For commands that only show what is stored: what is wrong with the configuration does not keep them from it.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import click

from monitor.cli.records import Record

if TYPE_CHECKING:
    from monitor.config.settings import Settings
    from monitor.model import Outlet


@dataclass(frozen=True, slots=True, kw_only=True)
class Publishers:
    """What the configuration says now of those that stored articles name by their ids."""

    outlets: "Mapping[str, Outlet]"
    agencies: Mapping[str, str]
    """Id → name."""

    def name(self, agency: str) -> str:
        """An agency's name; its id where it is configured no more."""
        return self.agencies.get(agency, agency)

    def countries(self, outlets: Iterable[str]) -> dict[str, int]:
        """Country → how many of the outlets are based there; those with most first."""
        return _counted(self.outlets[one].country for one in outlets if one in self.outlets)

    def affiliations(self, outlets: Iterable[str]) -> dict[str, int]:
        """Affiliation → how many of the outlets have it; those with most first."""
        return _counted(str(self.outlets[one].affiliation) for one in outlets if one in self.outlets)

    def record(self, outlets: Iterable[str]) -> Record:
        """Countries and affiliations for a program."""
        known = tuple(outlets)
        return {"countries": self.countries(known), "affiliations": self.affiliations(known)}


def _counted(values: Iterable[str]) -> dict[str, int]:
    found: dict[str, int] = {}
    for value in values:
        found[value] = found.get(value, 0) + 1
    return dict(sorted(found.items(), key=lambda one: -one[1]))


def publishers(folder: Path, settings: "Settings") -> Publishers:
    """Those of the configuration in a folder; says so where feeds.yaml or agencies.yaml cannot be read."""
    from monitor.config.agencies import AGENCIES, read_agencies
    from monitor.config.feeds import FEEDS, read_feeds
    from monitor.config.files import read_single
    from monitor.config.source import Source, open_source
    from monitor.errors import ConfigError

    def opened(file: str) -> Source:
        try:
            found = read_single(folder, file)
        except ConfigError:
            found = {}
        return next((open_source(name, content) for name, content in found.items()), Source(file=file))

    feeds, agencies = opened(FEEDS), opened(AGENCIES)
    outlets = read_feeds(feeds, settings, {}, folder.parent, secrets=False)[0] if feeds.text else ()
    named = read_agencies(agencies) if agencies.text else ()
    if not outlets:
        click.echo(f"countries and affiliations are not known: {FEEDS} cannot be read (`monitor check`)", err=True)
    return Publishers(outlets={one.id: one for one in outlets}, agencies={one.id: one.name for one in named})

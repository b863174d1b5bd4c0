"""Who publishes and whose texts are printed: outlets and agencies of the configuration, as far as it can be read.

For commands that only show what is stored: what is wrong with the configuration does not keep them from it.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from monitor.cli.options import folder_of
from monitor.cli.records import Record

if TYPE_CHECKING:
    from monitor.config.settings import Settings
    from monitor.config.source import Source
    from monitor.model import Outlet
    from monitor.store.store import Transaction

UNKNOWN = "countries and affiliations are not known: feeds.yaml cannot be read (`monitor check`)"
_NAMED = 12
"""Outlets and countries that are named to somebody who names another."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Publishers:
    """What the configuration says now of those that stored articles name by their ids."""

    outlets: "Mapping[str, Outlet]"
    agencies: Mapping[str, str]
    """Id → name."""

    def name(self, agency: str) -> str:
        """An agency's name; its id where it is configured no more."""
        return self.agencies.get(agency, agency)

    def outlet(self, outlet: str) -> str:
        """An outlet's name; its id where it is configured no more."""
        return self.outlets[outlet].name if outlet in self.outlets else outlet

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

    agencies = _opened(folder, AGENCIES)
    outlets = outlets_of(folder, settings)
    named = read_agencies(agencies) if agencies.text else ()
    if not outlets:
        click.echo(UNKNOWN, err=True)
    return Publishers(outlets={one.id: one for one in outlets}, agencies={one.id: one.name for one in named})


def outlets_of(folder: Path, settings: "Settings") -> "tuple[Outlet, ...]":
    """The outlets of the configuration in a folder; none where feeds.yaml cannot be read."""
    from monitor.config.feeds import FEEDS, read_feeds

    feeds = _opened(folder, FEEDS)
    return read_feeds(feeds, settings, {}, folder.parent, secrets=False)[0] if feeds.text else ()


def outlets_meant(tx: "Transaction", settings: "Settings", given: Mapping[str, Any]) -> tuple[str, ...] | None:
    """The outlets that --outlet, --country and --affiliation leave together; None where none of them is given.

    The database knows outlets by their ids alone; the rest the configuration says, as it is now. It is read only where
    it is needed, for that costs as much as half of a listing.
    Raises: click.UsageError, where an outlet or a country is none, or the configuration cannot say.
    """
    from monitor.store import articles

    named, countries, affiliations = given["outlet"], given["country"], given["affiliation"]
    strangers = [outlet for outlet in named if not articles.has_outlet(tx, outlet)]
    if not (strangers or countries or affiliations):
        return tuple(named) or None
    known = {one.id: one for one in outlets_of(folder_of(given["config"]), settings)}
    for outlet in strangers:
        if outlet not in known:
            raise click.UsageError(f'there is no outlet "{outlet}" ({_nearest(outlet, known, "outlets")})')
    if (countries or affiliations) and not known:
        raise click.UsageError(UNKNOWN)
    bases = {one.country for one in known.values()}
    for country in countries:
        if country.upper() not in bases:
            raise click.UsageError(f'no outlet is of the country "{country}" ({_country_hint(country, bases)})')
    wanted = {country.upper() for country in countries}
    return tuple(
        outlet
        for outlet in named or known
        if (not wanted or (outlet in known and known[outlet].country in wanted))
        and (not affiliations or (outlet in known and known[outlet].affiliation in affiliations))
    )


def _country_hint(given: str, bases: Collection[str]) -> str:
    from monitor.config.codes import COUNTRY_MEANT

    meant = COUNTRY_MEANT.get(given.upper(), "")
    return f'did you mean "{meant}"?' if meant in bases else _nearest(given, bases, "countries")


def _nearest(given: str, known: Collection[str], noun: str) -> str:
    """The advice for a name that is not known."""
    from monitor.config.suggest import did_you_mean

    some = ", ".join(sorted(known)[:_NAMED])
    more = f" and {len(known) - _NAMED} more" if len(known) > _NAMED else ""
    return did_you_mean(given, known) or f"the {noun} in feeds.yaml are {some}{more}"


def _opened(folder: Path, file: str) -> "Source":
    """A file of the configuration; an empty one where it cannot be read."""
    from monitor.config.files import read_single
    from monitor.config.source import Source, open_source
    from monitor.errors import ConfigError

    try:
        found = read_single(folder, file)
    except ConfigError:
        found = {}
    return next((open_source(name, content) for name, content in found.items()), Source(file=file))

"""A small configuration without a problem, to be changed by tests, and what `load` says of it."""

from collections.abc import Mapping
from pathlib import Path

from monitor.config.load import load
from monitor.errors import ConfigError

HOME = Path("/srv/news")

FEEDS = """\
outlets:
  gazette:
    name: The Gazette
    country: EG
    language: en
    affiliation: independent
    feeds:
      gazette-en:
        url: https://gazette.example/rss.xml
      gazette-ar:
        url: https://gazette.example/ar/rss.xml
        language: ar
        every: 10m
        tags: [daily, كتاب]
  norsk:
    name: Norsk Nytt
    country: NO
    language: "no"
    affiliation: public
    domains: [norsk.example, nytt.example]
    feeds:
      norsk:
        url: https://feeds.norsk.example/all.xml
"""

LISTS = """\
rafah:
  en: [Rafah]
  ar:
    - رفح
tunnels:
  en: [tunnel*, underground]
  he:
    - מנהרה
"""

WATCHLIST = """\
title: Tunnels of Rafah
query: |
  @rafah AND
    @tunnels
score: {title: 3, body: 1.5, min: 2}
should_match:
  - "Tunnel found in Rafah"
  - {title: News, body: A tunnel under Rafah and a second tunnel, lang: en}
should_not_match:
  - "Firefighters rescue two from flooded tunnel"
"""

FILES = {
    "monitor.yaml": "contact: desk@news.example\n",
    "feeds.yaml": FEEDS,
    "lists/places.yaml": LISTS,
    "watchlists/rafah-tunnels.yaml": WATCHLIST,
}


def files(changed: Mapping[str, str | None] | None = None) -> dict[str, bytes]:
    """The files, some of them changed or, with None, left out."""
    texts = {**FILES, **(changed or {})}
    return {name: text.encode() for name, text in texts.items() if text is not None}


def problems(
    changed: Mapping[str, str | None] | None = None, environment: Mapping[str, str] | None = None
) -> list[str]:
    """What is wrong with the changed files, in the order in which it is reported."""
    return problems_of(files(changed), environment)


def problems_of(given: Mapping[str, bytes], environment: Mapping[str, str] | None = None) -> list[str]:
    try:
        load(given, environment=environment or {}, home=HOME)
    except ConfigError as error:
        return [str(problem) for problem in error.problems]
    return []

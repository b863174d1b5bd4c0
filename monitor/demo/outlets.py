"""Who publishes on the demo site, and in which form: outlets, their feeds, and the feeds.yaml that names them."""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from monitor.model import Affiliation


class Format(StrEnum):
    """How a feed is written down."""

    RSS_2_0 = "rss-2.0"
    RSS_0_91 = "rss-0.91"
    RSS_1_0 = "rss-1.0"
    ATOM = "atom"
    JSON_FEED = "json-feed"


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoFeed:
    """One feed of an outlet."""

    id: str
    title: str
    format: Format
    encoding: str = "utf-8"
    """What the XML declaration says and the bytes are."""
    tracking: str = ""
    """The query that the feed hangs on its links, e.g. "utm_source=rss"."""
    full_text: bool = False
    """Whether entries carry the whole article beside the summary."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoOutlet:
    """An invented outlet."""

    id: str
    name: str
    country: str
    language: str
    affiliation: Affiliation
    feeds: tuple[DemoFeed, ...]
    page_encoding: str = "utf-8"
    charset_in_header: bool = True
    """False: only the page's own <meta> tells its encoding."""

    @property
    def domain(self) -> str:
        """Where it would be at home; reserved for examples, so nobody's."""
        return f"{self.id}.example"

    @property
    def direction(self) -> str:
        """The writing direction of its language: "rtl" or "ltr"."""
        return "rtl" if self.language in {"ar", "he"} else "ltr"


OUTLETS = (
    DemoOutlet(
        id="harbour-courier",
        name="The Harbour Courier",
        country="GB",
        language="en",
        affiliation=Affiliation.INDEPENDENT,
        feeds=(
            DemoFeed(
                id="harbour-courier-world",
                title="The Harbour Courier – World",
                format=Format.RSS_2_0,
                tracking="utm_source=rss&utm_medium=feed&utm_campaign=world",
            ),
            DemoFeed(id="harbour-courier-mideast", title="The Harbour Courier – Middle East", format=Format.RSS_2_0),
        ),
    ),
    DemoOutlet(
        id="levant-wire",
        name="Levant Wire Service",
        country="CY",
        language="en",
        affiliation=Affiliation.AGENCY,
        feeds=(DemoFeed(id="levant-wire-en", title="Levant Wire Service", format=Format.ATOM),),
    ),
    DemoOutlet(
        id="two-rivers-radio",
        name="Two Rivers Public Radio",
        country="US",
        language="en",
        affiliation=Affiliation.PUBLIC,
        feeds=(DemoFeed(id="two-rivers-radio-news", title="Two Rivers Public Radio: News", format=Format.JSON_FEED),),
    ),
    DemoOutlet(
        id="morning-scan",
        name="The Morning Scan",
        country="INT",
        language="en",
        affiliation=Affiliation.AGGREGATOR,
        feeds=(
            DemoFeed(
                id="morning-scan-en",
                title="The Morning Scan",
                format=Format.RSS_0_91,
                tracking="utm_source=morning-scan&utm_content=headline",
            ),
        ),
    ),
    DemoOutlet(
        id="al-marsa",
        name="صحيفة المرسى",
        country="EG",
        language="ar",
        affiliation=Affiliation.INDEPENDENT,
        page_encoding="windows-1256",
        feeds=(DemoFeed(id="al-marsa-ar", title="صحيفة المرسى", format=Format.RSS_2_0, encoding="windows-1256"),),
    ),
    DemoOutlet(
        id="sawt-al-sahil",
        name="إذاعة صوت الساحل",
        country="QA",
        language="ar",
        affiliation=Affiliation.STATE,
        feeds=(DemoFeed(id="sawt-al-sahil-ar", title="إذاعة صوت الساحل", format=Format.ATOM),),
    ),
    DemoOutlet(
        id="difaf",
        name="وكالة ضفاف للأنباء",
        country="PS",
        language="ar",
        affiliation=Affiliation.AGENCY,
        feeds=(DemoFeed(id="difaf-ar", title="وكالة ضفاف للأنباء", format=Format.RSS_1_0),),
    ),
    DemoOutlet(
        id="kav-hahof",
        name="קו החוף",
        country="IL",
        language="he",
        affiliation=Affiliation.INDEPENDENT,
        charset_in_header=False,
        feeds=(DemoFeed(id="kav-hahof-he", title="קו החוף – חדשות", format=Format.RSS_2_0, tracking="utm_source=rss"),),
    ),
    DemoOutlet(
        id="kol-hanamal",
        name="קול הנמל",
        country="IL",
        language="he",
        affiliation=Affiliation.PUBLIC,
        feeds=(DemoFeed(id="kol-hanamal-he", title="קול הנמל", format=Format.RSS_1_0),),
    ),
    DemoOutlet(
        id="yeni-liman",
        name="Yeni Liman Gazetesi",
        country="TR",
        language="tr",
        affiliation=Affiliation.INDEPENDENT,
        page_encoding="iso-8859-9",
        charset_in_header=False,
        feeds=(
            DemoFeed(id="yeni-liman-tr", title="Yeni Liman Gazetesi", format=Format.RSS_2_0, encoding="iso-8859-9"),
        ),
    ),
    DemoOutlet(
        id="marti-haber",
        name="Martı Haber Ajansı",
        country="TR",
        language="tr",
        affiliation=Affiliation.AGENCY,
        feeds=(DemoFeed(id="marti-haber-tr", title="Martı Haber Ajansı", format=Format.ATOM),),
    ),
    DemoOutlet(
        id="le-fanal",
        name="Le Fanal",
        country="FR",
        language="fr",
        affiliation=Affiliation.INDEPENDENT,
        feeds=(DemoFeed(id="le-fanal-fr", title="Le Fanal", format=Format.RSS_2_0, full_text=True),),
    ),
    DemoOutlet(
        id="radio-estuaire",
        name="Radio Estuaire",
        country="FR",
        language="fr",
        affiliation=Affiliation.PUBLIC,
        feeds=(DemoFeed(id="radio-estuaire-fr", title="Radio Estuaire", format=Format.JSON_FEED),),
    ),
)

OUTLET_OF_FEED = {feed.id: outlet for outlet in OUTLETS for feed in outlet.feeds}


def feed_path(outlet: DemoOutlet, feed: DemoFeed) -> str:
    """Where the feed stands on the site, from the root: "/levant-wire/levant-wire-en.xml"."""
    return f"/{outlet.id}/{feed.id}.{'json' if feed.format is Format.JSON_FEED else 'xml'}"


def feeds_yaml(base_url: str) -> str:
    """The feeds.yaml that makes the monitor poll the site at this address.

    Each outlet names its invented domain: all are served from one host, which is therefore nobody's own.
    """
    return "\n".join(["outlets:", *(line for outlet in OUTLETS for line in _outlet_lines(outlet, base_url))]) + "\n"


def _outlet_lines(outlet: DemoOutlet, base_url: str) -> Iterator[str]:
    yield f"  {outlet.id}:"
    yield f'    name: "{outlet.name}"'
    yield f"    country: {outlet.country}"
    yield f"    language: {outlet.language}"
    yield f"    affiliation: {outlet.affiliation}"
    yield f"    domains: [{outlet.domain}]"
    yield "    feeds:"
    for feed in outlet.feeds:
        yield f"      {feed.id}:"
        yield f"        url: {base_url}{feed_path(outlet, feed)}"

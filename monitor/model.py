"""The values that travel between the stages, in order of appearance.

All are frozen: a stage takes one and gives the next. Durations are `timedelta`, moments aware UTC, closed sets
`StrEnum`.
Keys come from content (`article_key`, `match_key`), so that work repeated after a crash makes the same keys.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, time, timedelta, tzinfo
from enum import StrEnum
from hashlib import sha256
from typing import NewType, NoReturn

FeedId = NewType("FeedId", str)
"""A feed's slug in feeds.yaml; outlives its URL."""
WatchlistId = NewType("WatchlistId", str)
"""The name of a watchlist's file, without its ending."""
EARLIEST = datetime(1991, 8, 6, tzinfo=UTC)
"""The first page of the web; dates before it are nonsense (1970 and year 1 are empty dates)."""

ArticleId = NewType("ArticleId", str)
"""32 hexadecimal digits: see `article_key`."""
MatchId = NewType("MatchId", str)
"""32 hexadecimal digits: see `match_key`."""
StoryId = NewType("StoryId", str)
"""32 hexadecimal digits: see `monitor.stories.story`."""
ChannelId = NewType("ChannelId", str)
"""A channel's name in monitor.yaml."""
DeliveryKey = NewType("DeliveryKey", str)
"""32 hexadecimal digits: see `delivery_key`."""


def _key(*parts: str) -> str:
    """The first 128 bits of the SHA-256 of the parts, as 32 hexadecimal digits."""
    return sha256("\n".join(parts).encode("utf-8", "surrogatepass")).hexdigest()[:32]


def article_key(address: str) -> ArticleId:
    """The key of the article at a normalised address (`urls.normalise`)."""
    return ArticleId(_key(address))


def match_key(watchlist: WatchlistId, article: ArticleId) -> MatchId:
    """The key of the one match that a watchlist can have with an article."""
    return MatchId(_key(watchlist, article))


def delivery_key(
    channel: ChannelId, watchlist: WatchlistId, occasion: "Occasion", subject: str, event: str = ""
) -> DeliveryKey:
    """The key of the one delivery that a channel can have of an event: sent twice, it is known by it.

    `subject`: what it is about, e.g. a match's id; `event`: what of it, e.g. a moment.
    """
    return DeliveryKey(_key(channel, watchlist, occasion, subject, event))


# ── configuration ────────────────────────────────────────────────────────────────────────────────────────────────────


class Affiliation(StrEnum):
    """Who an outlet answers to."""

    AGENCY = "agency"
    """A news agency of whatever owner: others print its texts."""
    STATE = "state"
    PUBLIC = "public"
    """A public broadcaster with an independent newsroom."""
    PARTY = "party"
    """A party, movement or armed group."""
    INDEPENDENT = "independent"
    ORGANISATION = "organisation"
    """An international or humanitarian body."""
    AGGREGATOR = "aggregator"
    """Lists the articles of others."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Outlet:
    """Who publishes."""

    id: str
    name: str
    country: str
    """ISO 3166-1 alpha-2, or "INT"."""
    language: str
    """Its main language, BCP 47, e.g. "ar"."""
    affiliation: Affiliation
    domains: tuple[str, ...] = ()
    """Hosts whose articles are this outlet's, subdomains included, e.g. "aljazeera.net"."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Agency:
    """Whose texts others print, and how they say so."""

    id: str
    """That of the outlet that is its own site, where one is configured."""
    name: str
    credits: tuple[str, ...]
    """Its name as it stands in credit lines of any language: "Reuters", "رويترز"."""
    closings: tuple[str, ...] = ()
    """Ends of its articles that name it nowhere, "*" for any words: "Reporting by * Editing by *"."""


class Secret:
    """A text that is to be shown nowhere: whatever prints, logs or copies it shows `***`; only `reveal` gives it away.

    It can be neither pickled nor made JSON of.
    """

    __slots__ = ("_value",)

    def __init__(self, value: str) -> None:
        self._value = value

    def reveal(self) -> str:
        """The text itself: for the one who has to send it."""
        return self._value

    def __str__(self) -> str:
        return "***"

    __repr__ = __str__

    def __format__(self, spec: str) -> str:
        return format("***", spec)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Secret) and self._value == other._value

    def __hash__(self) -> int:
        return hash((Secret, self._value))

    def __deepcopy__(self, memo: object) -> "Secret":
        return self

    def __reduce__(self) -> NoReturn:
        raise TypeError("a secret is not written down")


@dataclass(frozen=True, slots=True, kw_only=True)
class Credentials:
    """What shows a server that we may read a feed: a header of the request."""

    url: str
    """Whose they are: they are for its scheme, host and port, and for no other."""
    header: str
    """Its name, e.g. "Authorization"."""
    value: Secret
    """All of it, e.g. "Bearer abc": printable ASCII."""
    file: str = ""
    """The file that it was read from, "" for none: when it changes, it is read again."""


class RobotsPolicy(StrEnum):
    """Whether the pages that a feed offers are read where their servers' robots.txt forbids it."""

    OBEY = "obey"
    IGNORE = "ignore"


@dataclass(frozen=True, slots=True, kw_only=True)
class Feed:
    """What to poll."""

    id: FeedId
    url: str
    outlet: Outlet
    language: str
    every: timedelta
    """The interval between polls to begin with."""
    fastest: timedelta
    """The bounds of the interval that is learned; both are `every` where the user fixed it."""
    slowest: timedelta
    tags: tuple[str, ...] = ()
    credentials: Credentials | None = None
    robots: RobotsPolicy = RobotsPolicy.OBEY


@dataclass(frozen=True, slots=True, kw_only=True)
class TermList:
    """A named multilingual list of terms, used in queries as @name."""

    id: str
    terms: Mapping[str, tuple[str, ...]]
    """Language → terms, as written: "tunnel*", "=Refah", "safe passage"."""
    includes: tuple[str, ...] = ()
    """Lists whose terms are this one's, too."""
    lemma: bool = False
    """Its terms also find other forms of their words, as far as the dictionaries know them."""
    file: str = ""
    """Where it stands, for problems; likewise `places`."""
    places: Mapping[tuple[str, int], tuple[int, int]] = field(default_factory=dict)
    """(language, index of the term) → (line, column), from 1; ("include", index) for included lists."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ScoreRule:
    """How a watchlist's hits add up: the sum over distinct matched terms of weight × the weight of its best field."""

    title: float = 3.0
    body: float = 1.0
    minimum: float = 0.0
    """A match that scores less is none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Example:
    """A text that a watchlist must, or must not, match."""

    title: str
    body: str = ""
    language: str = ""
    line: int = 0


class When(StrEnum):
    """What of a watchlist a channel is told."""

    MATCH = "match"
    """Every match, at once."""
    STORY = "story"
    """Every new story, and again when it gains an independent origin or a language, or when an article is changed so
    that it matches, or does no more.
    """
    DIGEST = "digest"
    """All matches of a while, together."""
    SPIKE = "spike"
    """That there are far more stories today than at this hour of the last days."""
    QUIET = "quiet"
    """That nothing matches, for strangely long."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Subscription:
    """That a channel is told of a watchlist, and of what of it."""

    channel: ChannelId
    when: When = When.STORY
    every: timedelta | None = None
    """Of a digest: how long it gathers; None where it is sent `at` times of the day."""
    at: tuple[time, ...] = ()
    zone: tzinfo = UTC
    """Of `at`."""
    even_if_empty: bool = False
    """A digest is sent also when there is nothing in it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Watchlist:
    """A subject and the query that finds it."""

    id: WatchlistId
    title: str
    query: str
    score: ScoreRule = ScoreRule()
    languages: tuple[str, ...] = ()
    """Only articles in these are matched, and those whose language nobody knows; () for all."""
    outlets: tuple[str, ...] = ()
    """Only articles of these, by their ids; () for all."""
    since: datetime | None = None
    """Only articles published then or later, and those without a date."""
    until: datetime | None = None
    """Only articles published before."""
    should_match: tuple[Example, ...] = ()
    should_not_match: tuple[Example, ...] = ()
    alerts: tuple[Subscription, ...] = ()
    """Who is told of it."""
    file: str = ""
    query_place: tuple[int, int] = (1, 1)
    """(line, column) of the query's first character in `file`, from 1."""
    query_indent: int = 0
    """Columns by which every further line of the query is indented in `file` (a YAML block)."""
    places: Mapping[tuple[str, int], tuple[int, int]] = field(default_factory=dict)
    """(key, index of the item) → (line, column), from 1: of the outlets and of the alerts."""


# ── poll ─────────────────────────────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True, kw_only=True)
class Validators:
    """What a server gave us to ask 'changed since?' with."""

    etag: str = ""
    last_modified: str = ""


class FailureKind(StrEnum):
    """What a failed poll says of the feed."""

    TEMPORARY = "temporary"
    """May pass by itself."""
    HARD = "hard"
    """Will not: the address, the document or the server's mind has to change."""
    GONE = "gone"
    """Taken down for good, says the server (410)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedState:
    """Where the polling of a feed stands."""

    feed_id: FeedId
    next_poll_at: datetime
    interval: timedelta | None = None
    """Between polls, as learned; None: nothing is learned yet."""
    ttl: timedelta | None = None
    """How long the feed says it may be kept."""
    window: int = 0
    """Entries of the last document that had any; 0: there was none yet."""
    validators: Validators = Validators()
    body_hash: str = ""
    """SHA-256 of the last body that was parsed: the same bytes need no second parse."""
    whole_at: datetime | None = None
    """When the server last sent the feed, not only that nothing changed."""
    distrusted_at: datetime | None = None
    """When it turned out that the server says 'nothing changed' although something did; None: it is believed."""
    moved_to: str = ""
    """Where permanent redirects lead; and how often in a row they led there."""
    moved_times: int = 0
    failures: int = 0
    """In a row."""
    failure: FailureKind | None = None
    """Of the last poll; None: it did not fail."""
    crashed_hash: str = ""
    """SHA-256 of the body that crashed or outlasted the parser; and how often in a row it did."""
    crashes: int = 0
    interruptions: int = 0
    """Polls in a row during which the daemon died."""
    unchanged_poll: int = 0
    """Number of the row that counts the polls of this hour that brought nothing; 0: the last poll was none."""
    last_polled_at: datetime | None = None
    last_success_at: datetime | None = None
    last_error: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One item as the feed describes it; its identity is (feed, key)."""

    key: str
    """The guid, else the normalised link, else a hash of the title."""
    link: str
    """Absolute http(s) address as given; "" where the feed gives none."""
    title: str
    """Plain text, one line."""
    text: str
    """What the feed says beside the title, plain text: its content, else its summary."""
    is_full: bool = False
    """The text is the item's content, as far as the feed says so, and not a summary."""
    published_at: datetime | None = None
    """None: the feed does not say, or says nonsense. Never later than the poll."""
    published_raw: str = ""
    authors: tuple[str, ...] = ()
    language: str = ""


class SkipReason(StrEnum):
    """Why an item that a feed offered gives no entry."""

    EMPTY = "empty"
    """Neither title, link nor text: nothing to read, nothing to know it again by."""
    UNREADABLE = "unreadable"
    """It is no item, or reading it fails, crashes the parser or outlasts it."""
    CUT_OFF = "cut-off"
    """The document ends within it, before it says what it is of and where that stands."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Skipped:
    """An item of a feed that gives no entry."""

    position: int
    """In the feed, from 0."""
    reason: SkipReason
    detail: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ParsedFeed:
    """The bytes of a feed, read. offered = entries + repeated + skipped."""

    offered: int
    entries: tuple[Entry, ...]
    repeated: int = 0
    """Items whose key the same document already had."""
    skipped: tuple[Skipped, ...] = ()
    title: str = ""
    language: str = ""
    format: str = ""
    """For a person, e.g. "Atom"."""
    ttl: timedelta | None = None
    """How long the feed says it may be kept before asking again."""
    damaged: str = ""
    """Why the document is not whole, for a person; "" where it is. Validators must not be saved with half a feed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Polled:
    """A poll that brought a feed."""

    parsed: ParsedFeed
    validators: Validators
    body_hash: str
    unconditional: bool = True
    """It was not asked whether anything changed."""
    max_age: timedelta | None = None
    """How long the server says the answer may be kept."""
    moved_to: str = ""
    """The address that permanent redirects led to, or that was asked because they always did."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Unchanged:
    """A poll that brought nothing new: 304, or the same bytes as before."""

    validators: Validators
    same_bytes: bool = False
    max_age: timedelta | None = None
    """As of `Polled`; likewise `moved_to`."""
    moved_to: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Failed:
    """A poll that brought no feed."""

    reason: str
    """For a person, with what to do where we know."""
    kind: FailureKind
    retry_after: timedelta | None = None
    reached: bool = True
    """False: no server answered; when most hosts fail so, it is our own network."""
    crashed_hash: str = ""
    """SHA-256 of the body that crashed or outlasted the parser."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Postponed:
    """A poll that was not made: the host rests, or our own network is down. It says nothing of the feed."""

    wait: timedelta


Outcome = Polled | Unchanged | Failed | Postponed


class OutageKind(StrEnum):
    """Why nothing was polled for a while."""

    MONITOR = "monitor"
    """It did not run."""
    NETWORK = "network"
    """It reached no host."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Outage:
    """A while in which nothing was polled."""

    kind: OutageKind
    began_at: datetime
    ended_at: datetime | None
    """None: it lasts."""


# ── read ─────────────────────────────────────────────────────────────────────────────────────────────────────────────


class TextSource(StrEnum):
    """The best text we have of an article; the best first."""

    PAGE = "page"
    FEED = "feed"
    """A feed carries the content."""
    SUMMARY = "summary"
    """A feed's summary or description."""
    TITLE = "title"

    def or_better(self, other: "TextSource") -> "TextSource":
        """The better of the two."""
        return min(self, other, key=list(TextSource).index)


class Shortfall(StrEnum):
    """Why an article's text is not its page's."""

    NO_LINK = "no-link"
    BAD_ADDRESS = "bad-address"
    UNREACHABLE = "unreachable"
    GONE = "gone"
    FORBIDDEN = "forbidden"
    PAYWALL = "paywall"
    LOGIN = "login"
    """It is shown to those who have an account."""
    CONSENT = "consent"
    """It is shown to those who agree to be tracked."""
    CHALLENGE = "challenge"
    """A bot check."""
    ROBOTS = "robots"
    """The site's robots.txt forbids it, or cannot be read for errors of the server."""
    GEO = "geo"
    """It is not shown in the country that we ask from, or withheld by law."""
    RATE_LIMITED = "rate-limited"
    SERVER_ERROR = "server-error"
    NOT_A_PAGE = "not-a-page"
    """A PDF, a video, an image."""
    TOO_SHORT = "too-short"
    TOO_LARGE = "too-large"
    PARSER_LIMIT = "parser-limit"
    """Reading the page crashed or outlasted its worker three times."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """What the rules read of an article."""

    title: str
    summary: str = ""
    """What feeds say of it beside the title; one paragraph a wording."""
    text: str = ""
    """The page's text; "" until it is read, or where it cannot be had."""
    language: str = ""
    outlet: str = ""
    """The outlet's id; likewise its country and affiliation."""
    country: str = ""
    affiliation: str = ""
    authors: tuple[str, ...] = ()
    url: str = ""
    feed_id: str = ""
    published_at: datetime | None = None
    """Where the feed does not say: when it was first seen."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Article:
    """What entries point to, with the best text we have of it."""

    id: ArticleId
    url: str
    """The address to read and to show; "" where no feed gave one."""
    feed_id: FeedId
    """The feed that offered it first."""
    outlet: str
    """The id of the outlet: the article's own domain decides, else the feed."""
    title: str
    """Its headlines, a line each, the first one first: every wording by any feed is matched as a title."""
    summary: str
    """What feeds say of it beside its headlines, every further wording as further lines."""
    text: str = ""
    text_source: TextSource
    shortfall: Shortfall | None = None
    language: str = ""
    authors: tuple[str, ...] = ()
    published_at: datetime | None = None
    """As a feed says, else the page; not later than when we were told."""
    modified_at: datetime | None = None
    """As the page says; None where it does not, or says what cannot be."""
    published_raw: str = ""
    """As the page writes it; what feeds write stands with their entries."""
    modified_raw: str = ""
    first_seen_at: datetime
    read_at: datetime | None = None
    removed_at: datetime | None = None
    """When its page was found to be gone; its text is kept. None: it is there, as far as we know."""
    removed_why: "Removal | None" = None

    @property
    def headline(self) -> str:
        """As the feed worded it that offered the article first: what is shown of it."""
        return self.title.partition("\n")[0]


class Removal(StrEnum):
    """How a site shows that it took an article down."""

    NOT_FOUND = "404"
    """By the status, or in words, whatever the status."""
    GONE = "410"
    FRONT_PAGE = "front-page"
    """Its address leads to the front page."""
    ELSEWHERE = "elsewhere"
    """Its address leads to a page that is of something else."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """The bytes of a page, read."""

    text: str
    """Plain text, a line a paragraph; "" where nothing in it is an article."""
    title: str = ""
    canonical: str = ""
    """Absolute, from rel=canonical; "" where there is none."""
    language: str = ""
    authors: tuple[str, ...] = ()
    published_at: datetime | None = None
    modified_at: datetime | None = None
    """Never before the publication; None where the page does not say, or says so."""
    published_raw: str = ""
    """The dates as the page writes them, nonsense included; "" where it does not say."""
    modified_raw: str = ""
    paywalled: bool = False
    """The page itself says so (JSON-LD isAccessibleForFree)."""
    degraded: bool = False
    """Too many elements for the extractor: the text is everything visible."""


class Evidence(StrEnum):
    """Of which articles the page is kept as it was sent."""

    MATCHED = "matched"
    ALL = "all"
    NONE = "none"


@dataclass(frozen=True, slots=True, kw_only=True)
class RawPage:
    """A page as its server sent it, kept as evidence of what it said."""

    url: str
    """As asked for."""
    final_url: str
    """Where the answer came from, after redirects."""
    status: int
    headers: tuple[tuple[str, str], ...]
    """In their order, names in lower case, as they were sent; those that may hold a secret are left out."""
    body: bytes
    """Decompressed: what Content-Encoding and Transfer-Encoding say of it holds no more."""
    sha256: str
    """Of `body`, when it came."""
    fetched_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """One article whose page is to be read."""

    article: Article
    attempts: int
    """Including the one that is about to be made; counted before it is made."""
    crashes: int
    """How often reading it killed or outlasted a worker."""


# ── match ────────────────────────────────────────────────────────────────────────────────────────────────────────────


class Field(StrEnum):
    """The parts of an article that rules read, in the order in which they are shown."""

    TITLE = "title"
    SUMMARY = "summary"
    TEXT = "text"
    AUTHORS = "authors"
    """A name a line."""
    URL = "url"
    """Without percent signs: what they encode stands in their place."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Hit:
    """Where a term stands in an article."""

    field: Field
    start: int
    """Offset in characters in the ORIGINAL field, from 0; `end` is exclusive."""
    end: int
    term: str
    """As written in the rule, e.g. "tunnel*"."""
    list_id: str = ""
    """The list it comes from; "" where it stands in the query itself."""
    language: str = ""
    """The language it is listed under; "" likewise."""
    surface: str = ""
    """The words themselves, as the article has them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Clause:
    """A part of a query and whether it held: the tree that explains a match."""

    query: str
    """The clause as written, e.g. "@fighters NEAR/12 @tunnels"."""
    held: bool
    hits: tuple[Hit, ...] = ()
    """The hits that made a leaf hold, in the order of the text."""
    parts: tuple["Clause", ...] = ()
    note: str = ""
    """What a person would want to know, e.g. "3 words apart"."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """A watchlist matched a document: the answer of the rules, not yet tied to a stored article."""

    watchlist_id: WatchlistId
    version: str
    """Hash of the watchlist and of the lists it uses."""
    score: float
    hits: tuple[Hit, ...]
    """All distinct places, ordered by field and start."""
    explanation: Clause


class Status(StrEnum):
    """A person's verdict on a match."""

    NEW = "new"
    RELEVANT = "relevant"
    IRRELEVANT = "irrelevant"
    LATER = "later"
    ESCALATED = "escalated"
    """To be decided by somebody else."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Match:
    """An article that a watchlist matched."""

    id: MatchId
    article: Article
    found: Found
    status: Status
    matched_at: datetime
    """When the watchlist first matched the article."""
    lost_at: datetime | None = None
    """When a better text stopped matching; the match is kept, with its reviews."""
    tags: tuple[str, ...] = ()
    """What people call it, in alphabetical order."""
    assignee: str = ""
    """Who is to look after it; "" where nobody is."""


class Manner(StrEnum):
    """How a decision about a match was made."""

    HAND = "hand"
    """About this match alone."""
    STORY = "story"
    """About all matches of its watchlist in its story."""
    BULK = "bulk"
    """About several at once."""
    UNDO = "undo"
    """An earlier one was taken back."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Review:
    """A decision of a person about a match: what it changed, and what it was about. Reviews are only ever added."""

    match_id: MatchId
    status: Status
    note: str
    reviewer: str
    reviewed_at: datetime
    before: Status = Status.NEW
    tags: tuple[str, ...] = ()
    tags_before: tuple[str, ...] = ()
    assignee: str = ""
    assignee_before: str = ""
    manner: Manner = Manner.HAND
    decision: int = 0
    """What was decided at once shares the number."""
    undoes: int | None = None
    """The decision that this one took back."""
    version: str = ""
    """Of the rules by which it was a match then; "" where that was not recorded yet, and likewise below."""
    score: float | None = None
    text_source: TextSource | None = None
    """The text that was there then, and how often it had been revised."""
    revision: int | None = None


# ── revisit ──────────────────────────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True, kw_only=True)
class Revisit:
    """A matched article whose page is to be asked again whether it has changed."""

    article: Article
    since: datetime
    """When it was matched: its visits are counted from then."""
    attempts: int
    """Since its page was last told, including the one that is about to be made; counted before it is made."""
    crashes: int
    """How often reading it killed or outlasted a worker."""
    validators: Validators = Validators()
    body_hash: str = ""
    """SHA-256 of the body that was read last."""
    whole_at: datetime | None = None
    """When the server last sent the page, not only that nothing changed."""
    headline: str = ""
    """The page's own, as it was read last."""


class RevisionSource(StrEnum):
    """Where a revision was seen."""

    PAGE = "page"
    FEED = "feed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Revision:
    """What an article said before it was changed. What did not change is left out."""

    article_id: ArticleId
    source: RevisionSource
    since: datetime
    """When the earlier words were first seen."""
    replaced_at: datetime
    """When the later ones were."""
    headline: str = ""
    """The earlier headline, and the one that replaced it; "" where it stayed."""
    new_headline: str = ""
    text: str | None = None
    """The page's earlier text; None where it stayed."""
    said: str = ""
    """What the feed newly said beside the headline."""
    words_added: int = 0
    words_removed: int = 0
    is_return: bool = False
    """The text became again what it was before."""
    number: int = 0
    """Among those of its article, from 1; 0 until it is stored."""


class Belonging(StrEnum):
    """Why an article belongs to its story."""

    FIRST = "first"
    """It founded it."""
    COPY = "copy"
    """Most of the shorter text stands in the other."""
    EVENT = "event"
    """It shares names, numbers and rare words with another report of the same days."""


class Turn(StrEnum):
    """What a revision did to a match."""

    STARTED = "started"
    STOPPED = "stopped"


# ── deliver ──────────────────────────────────────────────────────────────────────────────────────────────────────────


class Occasion(StrEnum):
    """What a delivery is about."""

    MATCH = "match"
    """A match."""
    STORY = "story"
    """A match, as news of its story."""
    CHANGE = "change"
    """That a revision started or stopped a match."""
    DIGEST = "digest"
    """What matched within a while."""
    REST = "rest"
    """What was kept back by quiet hours, or was more than the channel takes in an hour."""
    SPIKE = "spike"
    QUIET = "quiet"
    TEST = "test"
    """Nothing: somebody wants to see whether it arrives."""


class DeliveryState(StrEnum):
    """What became of a delivery."""

    WAITING = "waiting"
    SENT = "sent"
    FOLDED = "folded"
    """Not sent by itself: another one tells it, or it was no news any more."""
    GIVEN_UP = "given-up"
    """Never accepted, for a week or as the channel says."""


# ── what a stage hands to the store ──────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True, kw_only=True)
class Sighting:
    """An entry that the store did not know, or not in this wording, and the article it points to."""

    entry: Entry
    article_id: ArticleId


@dataclass(frozen=True, slots=True, kw_only=True)
class Matched:
    """The rules' answer for one article: replaces what they said of it before."""

    article_id: ArticleId
    found: tuple[Found, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class News:
    """What a poll adds, decided: saved in one transaction with the feed's state."""

    sightings: tuple[Sighting, ...] = ()
    new_articles: tuple[Article, ...] = ()
    reworded: tuple[Article, ...] = ()
    """Known articles whose summary has gained a wording."""
    matched: tuple[Matched, ...] = ()
    """For every new or reworded article."""
    revisions: tuple[Revision, ...] = ()
    """Of articles whose entry says other words than before."""
    read_again: tuple[ArticleId, ...] = ()
    """Reworded articles that match although their page's text was pruned: it has to tell whether they do."""
    known: int = 0
    """Entries whose key the store had already, in this wording or another."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Read:
    """What came of reading an article's page, decided: saved in one transaction."""

    article: Article
    matched: Matched
    addresses: tuple[str, ...] = ()
    """Further normalised addresses of the article: where a redirect ended, its canonical URL."""
    next_read_at: datetime | None = None
    """None: nothing more is to be had."""
    crashed: bool = False
    """Reading it killed or outlasted a worker."""
    quarantined: bool = False
    """Not tried again until a person asks for it."""
    error: str = ""

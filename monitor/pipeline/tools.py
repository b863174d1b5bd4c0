"""What the stages work with; made once by monitor.app and handed to each."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from monitor.alerts.send import Senders
from monitor.articles.outlets import Outlets
from monitor.config.load import Config
from monitor.fetch.fetcher import Fetcher
from monitor.model import Feed, FeedId
from monitor.pipeline.alerting import Subscriptions, subscriptions_of
from monitor.pipeline.database import Database
from monitor.pipeline.network import Network
from monitor.pipeline.tally import Tally
from monitor.stories.credits import Credits
from monitor.workers.pool import Workers


@dataclass(slots=True, kw_only=True)
class Tools:
    """The edges, and the configuration that is in force.

    Ask for what belongs to the configuration when it is needed, and never keep it: it is changed by `use`.
    """

    config: Config
    database: Database
    fetcher: Fetcher
    workers: Workers
    clock: Callable[[], datetime]
    """Now, as aware UTC."""
    tally: Tally
    network: Network = field(default_factory=Network)
    senders: Senders = field(default_factory=Senders)
    keep_lock: Callable[[], bool] = lambda: False
    """Makes sure that this process is still the database's daemon: see `store.lock.Keep`."""
    outlets: Outlets = field(init=False)
    """The configuration's; likewise `credits`, `feeds` and `subscriptions`."""
    credits: Credits = field(init=False)
    feeds: Mapping[FeedId, Feed] = field(init=False)
    subscriptions: Subscriptions = field(init=False)

    def __post_init__(self) -> None:
        self.use(self.config)

    def use(self, config: Config) -> None:
        """Put a configuration in force. Called where saves are made, between two of them: each save sees one only."""
        self.config = config
        self.outlets = Outlets(config.outlets)
        self.credits = Credits(config.agencies)
        self.feeds = {feed.id: feed for feed in config.feeds}
        self.subscriptions = subscriptions_of(config.watchlists)

"""What the stages work with; made once by monitor.app and handed to each."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from monitor.articles.outlets import Outlets
from monitor.config.load import Config
from monitor.fetch.fetcher import Fetcher
from monitor.pipeline.database import Database
from monitor.pipeline.tally import Tally
from monitor.workers.pool import Workers


@dataclass(frozen=True, slots=True, kw_only=True)
class Tools:
    """The edges and the configuration, as the stages need them."""

    config: Config
    outlets: Outlets
    database: Database
    fetcher: Fetcher
    workers: Workers
    clock: Callable[[], datetime]
    """Now, as aware UTC."""
    tally: Tally

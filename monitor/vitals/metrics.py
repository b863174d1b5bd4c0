"""Counts and figures → the text that Prometheus reads. The only home of prometheus-client.

No label's values grow with what is watched: neither feeds nor watchlists, words or addresses are told, and no secret.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from prometheus_client import CollectorRegistry, ProcessCollector
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, InfoMetricFamily, Metric
from prometheus_client.exposition import CONTENT_TYPE_LATEST as CONTENT_TYPE
from prometheus_client.exposition import generate_latest
from prometheus_client.registry import Collector

from monitor import __version__
from monitor.model import OutageKind
from monitor.pipeline.tally import Tally
from monitor.store.configurations import shown
from monitor.vitals.figures import Figures
from monitor.vitals.pulse import Pulse

__all__ = ["CONTENT_TYPE", "Counts", "Metrics"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Counts:
    """What the process counts itself, since it was started."""

    tally: Tally
    pulse: Pulse
    workers_lost: Callable[[], int]


class Metrics(Collector):
    """All metrics of one daemon."""

    def __init__(self, counts: Counts) -> None:
        self._counts = counts
        self._figures: Figures | None = None
        self._registry = CollectorRegistry(auto_describe=False)
        self._registry.register(self)
        ProcessCollector(registry=self._registry)

    def text(self, figures: Figures | None) -> bytes:
        """All of them; without `figures`, where the database does not answer, those of the process."""
        self._figures = figures
        return generate_latest(self._registry)

    def collect(self) -> Iterator[Metric]:
        """All but those of the operating system's; called by the registry."""
        yield _info("monitor_build", "The version that runs", version=__version__)
        yield from _of_life(self._counts.pulse, self._figures)
        yield from _of_tally(self._counts.tally)
        lost = "Worker processes that died or had to be ended over a feed or page"
        yield CounterMetricFamily("monitor_workers_lost", lost, value=self._counts.workers_lost())
        if self._figures:
            yield from _of_work(self._figures)
            yield from _of_outbox(self._figures)
            yield from _of_rules(self._figures)
            yield from _of_room(self._figures)


def _of_life(pulse: Pulse, figures: Figures | None) -> Iterator[Metric]:
    yield _gauge("monitor_alive", "Whether loop, database thread and clock give signs of life", not pulse.stuck())
    yield _gauge("monitor_ready", "Whether it works, and can write to its database", not pulse.unready())
    yield _gauge("monitor_database_answers", "Whether the database answered when it was asked now", bool(figures))


def _of_tally(tally: Tally) -> Iterator[Metric]:
    polls = {
        "polled": tally.polled,
        "unchanged": tally.unchanged,
        "failed": tally.failures,
        "postponed": tally.postponed,
    }
    yield _counter("monitor_polls", "Polls by what came of them", "outcome", polls)
    skipped = sum(number for _, number in list(tally.skipped.items()))
    entries = {"new": tally.new, "known": tally.known, "repeated": tally.repeated, "skipped": skipped}
    yield _counter("monitor_entries", "Entries that feeds offered", "kind", entries)
    yield CounterMetricFamily("monitor_articles", "New articles", value=tally.articles)
    yield CounterMetricFamily("monitor_pages_read", "Pages that were asked for", value=tally.read)
    yield CounterMetricFamily("monitor_pages_put_off", "Times that a host was left alone", value=tally.put_off)
    sources = "Readings by where the text is from"
    yield _counter("monitor_texts", sources, "text_source", dict(list(tally.text_sources.items())))
    shortfalls = "Readings that got less than the page, by why"
    yield _counter("monitor_shortfalls", shortfalls, "shortfall", dict(list(tally.shortfalls.items())))
    visits = {
        "revised": tally.revised,
        "removed": tally.removed,
        "unchanged": tally.revisited - tally.revised - tally.removed,
    }
    yield _counter("monitor_revisits", "Visits to matched articles by what they found", "found", visits)
    yield CounterMetricFamily("monitor_matches", "Matches that were not there before", value=tally.matches)


def _of_work(figures: Figures) -> Iterator[Metric]:
    queues, late, last = figures.status.queues, figures.lag, figures.latest
    yield _gauge("monitor_feeds", "Feeds in the configuration", queues.feeds)
    yield _gauge("monitor_feeds_failing", "Feeds whose last poll failed", queues.feeds_failing)
    yield _gauge("monitor_feeds_needing_person", "Feeds that need a person: monitor feeds health", queues.feeds_needing)
    due = {
        "poll": queues.feeds_due,
        "read": queues.pages_due,
        "revisit": queues.revisits_due,
        "index": queues.unsearched,
    }
    yield _gauges("monitor_due", "What is due and waits", "stage", due)
    spans = {"poll": late.polls, "read": late.pages, "revisit": late.revisits, "deliver": figures.outbox.late}
    seconds = {stage: span.total_seconds() for stage, span in spans.items()}
    yield _gauges("monitor_lag_seconds", "For how long what waits longest has been due", "stage", seconds)
    yield _gauge("monitor_pages_quarantined", "Pages that were given up", queues.pages_quarantined)
    yield _gauge("monitor_gaps", "Polls of 24 hours before which entries may be missed", figures.status.gaps)
    moments = {"poll": last.polled, "news": last.news, "read": last.read, "match": last.matched}
    moments |= {"deliver": figures.outbox.sent_at}
    known = {stage: moment.timestamp() for stage, moment in moments.items() if moment}
    yield _gauges("monitor_last_success_timestamp_seconds", "When work last bore fruit", "stage", known)
    yield _gauge("monitor_network_down", "Whether no host at all can be reached", _is_down(figures))


def _of_outbox(figures: Figures) -> Iterator[Metric]:
    outbox = figures.outbox
    yield _gauge("monitor_deliveries_waiting", "Deliveries that wait, also for their time", outbox.waiting)
    yield _gauge("monitor_deliveries_given_up", "Of the last 10,000 deliveries, those given up", outbox.given_up)
    yield _gauge(
        "monitor_channels_failing", "Channels that took nothing when they were sent it last", len(outbox.failing)
    )
    yield _gauge("monitor_channels_stopped", "Channels that want nothing any more", len(outbox.stopped))


def _is_down(figures: Figures) -> bool:
    outage = figures.status.outage
    return outage is not None and outage.kind is OutageKind.NETWORK and outage.ended_at is None


def _of_rules(figures: Figures) -> Iterator[Metric]:
    daemon = figures.status.daemon
    yield _gauge("monitor_watchlists", "Watchlists in force", len(figures.status.watchlists))
    yield _gauge("monitor_watchlists_quiet", "Watchlists that are strangely quiet", len(figures.status.silences))
    if daemon:
        yield _info("monitor_rules", "The configuration in force", configuration=shown(daemon.configuration))
        since = daemon.in_force_since.timestamp()
        yield _gauge("monitor_rules_in_force_timestamp_seconds", "Since when it is in force", since)
        yield _gauge("monitor_rules_refused", "Whether the files as they are are refused", bool(daemon.refused))


def _of_room(figures: Figures) -> Iterator[Metric]:
    sizes = {"file": figures.size.database, "log": figures.size.log, "free": figures.size.free}
    yield _gauges("monitor_database_bytes", "Room that the database takes; free is part of file", "part", sizes)
    if figures.disk_free is not None:
        yield _gauge("monitor_disk_free_bytes", "Room left on the disk of the database", figures.disk_free)


def _info(name: str, about: str, **labels: str) -> Metric:
    return InfoMetricFamily(name, about, value=labels)


def _gauge(name: str, about: str, value: float) -> Metric:
    return GaugeMetricFamily(name, about, value=value)


def _gauges(name: str, about: str, label: str, values: Mapping[str, float]) -> Metric:
    family = GaugeMetricFamily(name, about, labels=[label])
    for one, value in values.items():
        family.add_metric([one], value)
    return family


def _counter(name: str, about: str, label: str, values: Mapping[str, float]) -> Metric:
    family = CounterMetricFamily(name, about, labels=[label])
    for one, value in values.items():
        family.add_metric([one], value)
    return family

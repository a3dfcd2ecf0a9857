"""What the region counts, for Prometheus; no label holds anything that was said.

The counts are our own: nothing is decided by them, and the library reads them when the
page is scraped.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from voiceagent.errors import EngineMissing

__all__ = ["Metrics"]

SOON = (0.025, 0.05, 0.1, 0.2, 0.4, 0.8, 1.6, 3.2, 6.4)
"""Seconds: buckets of the time to the first words."""
COUNTERS: Mapping[str, tuple[str, str, str]] = {
    "opened": ("sessions_opened", "Sessions begun", ""),
    "refused": ("refused", "Connections refused", "reason"),
    "events": ("events", "Events by direction", "way"),
    "faults": ("faults", "Wrong events by code", "code"),
    "responses": ("responses", "Responses by outcome", "outcome"),
    "resumed": ("resumes", "Resumed sessions", "outcome"),
    "slow": ("slow_readers", "Clients that did not read", ""),
    "unkept": ("memory_failures", "Conversations not kept", ""),
    "lost": ("engines_lost", "Processes of engines that died or hung", "part"),
    "broken": ("broken", "Parts that broke in a way nobody expects", "part"),
}
"""Name on the page, words and label of each counter."""
LEVELS: Mapping[str, tuple[str, str]] = {
    "connected": ("sessions", "Sessions that are connected"),
    "detached": ("sessions_detached", "Cut sessions that can be gone on with"),
    "connections": ("connections", "Connections that are open"),
    "handshakes": ("handshakes_unfinished", "Connections that said nothing yet"),
    "files": ("open_files_limit", "Files that may be open, connections among them"),
    "running": ("responses_running", "Responses being made"),
    "ears": ("ears", "Recognisers that can hear"),
    "waiting": ("turns_waiting", "Turns that wait to be heard"),
    "kept": ("kept_bytes", "Bytes that sessions keep"),
    "sound": ("sound_waiting_seconds", "Sound that waits to be heard"),
    "spans_dropped": ("spans_dropped", "Spans that no collector took"),
}


class Metrics:
    """One page for each server."""

    def __init__(self, levels: Mapping[str, Callable[[], int]] | None = None) -> None:
        """`levels`: how to read what goes up and down, by its name in `LEVELS`."""
        try:
            import prometheus_client as client
            from prometheus_client import core
        except ImportError as error:
            raise EngineMissing(
                "prometheus-client",
                install="pip install 'voiceagent[region]'",
                cause=str(error),
            ) from error
        self.counts: Counter[tuple[str, str]] = Counter()
        """By the name in `COUNTERS` and the label."""
        self._client: Any = client
        self._core: Any = core
        self._levels = dict(levels or {})
        self._registry = client.CollectorRegistry()
        self._registry.register(self)
        self._first = client.Histogram(
            "voiceagent_first_output_seconds",
            "From the request to the first words",
            buckets=SOON,
            registry=self._registry,
        )

    def count(self, name: str, label: str = "", by: int = 1) -> None:
        """One more of a counter; with a label where it has one."""
        if bool(COUNTERS[name][2]) is not bool(label):
            raise ValueError(f"counter `{name}` with the label `{label}`")
        self.counts[name, label] += by

    def read(self, **levels: Callable[[], int]) -> None:
        """How to read more of what goes up and down."""
        self._levels.update(levels)

    def first_words(self, seconds: float) -> None:
        """A response began so long after it was asked for."""
        self._first.observe(seconds)

    def text(self) -> bytes:
        """The page that is scraped."""
        return bytes(self._client.generate_latest(self._registry))

    def collect(self) -> Iterator[Any]:
        """The counts as the library wants them."""
        for name, (shown, words, label) in COUNTERS.items():
            labels = [label] if label else []
            family = self._core.CounterMetricFamily(
                f"voiceagent_{shown}", words, labels=labels
            )
            if not label:
                family.add_metric([], self.counts[name, ""])
            for (counted, value), count in sorted(self.counts.items()):
                if label and counted == name:
                    family.add_metric([value], count)
            yield family
        for name, (shown, words) in LEVELS.items():
            level = self._levels.get(name, int)()
            yield self._core.GaugeMetricFamily(
                f"voiceagent_{shown}", words, value=level
            )

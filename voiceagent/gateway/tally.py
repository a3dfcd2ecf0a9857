"""Counters of a gateway, as Prometheus reads them: calls by server, class and end."""

from __future__ import annotations

from collections import Counter

from voiceagent.gateway.call_record import CallRecord

__all__ = ["CallTally"]


class CallTally:
    """Counts; names of servers and classes are ours, so nobody else makes new rows."""

    def __init__(self) -> None:
        self._calls: Counter[tuple[str, str, str, str]] = Counter()
        self._seconds: Counter[tuple[str, str]] = Counter()

    def count(self, record: CallRecord) -> None:
        """One call that ended, however."""
        server, klass = record.server or "none", record.klass or "none"
        self._calls[server, klass, record.end.value, record.refused_at] += 1
        self._seconds["all", server] += record.took  # type: ignore[assignment]
        self._seconds["upstream", server] += record.upstream_took  # type: ignore[assignment]

    def text(self) -> str:
        """All of them."""
        lines = ["# TYPE voiceagent_gateway_calls_total counter"]
        lines += (
            f'voiceagent_gateway_calls_total{{server="{server}",class="{klass}",'
            f'end="{end}",step="{step}"}} {count}'
            for (server, klass, end, step), count in sorted(self._calls.items())
        )
        lines.append("# TYPE voiceagent_gateway_seconds_total counter")
        lines += (
            f'voiceagent_gateway_seconds_total{{part="{part}",server="{server}"}} '
            f"{seconds:.6f}"
            for (part, server), seconds in sorted(self._seconds.items())
        )
        return "\n".join(lines) + "\n"

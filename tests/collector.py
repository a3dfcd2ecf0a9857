"""A collector of spans on a loopback port, as others have one, and what it was sent."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

__all__ = ["Collector", "SpanSeen", "collecting", "faults_of"]


@dataclass(frozen=True, slots=True)
class SpanSeen:
    """A span as it came over the wire; ids in hexadecimal digits, times in ns."""

    name: str
    trace: str
    id: str
    parent: str
    began: int
    ended: int
    text: str
    """All of its attributes."""


class Collector:
    """What came, and what is answered."""

    def __init__(self) -> None:
        self.spans: list[SpanSeen] = []
        self.paths: list[str] = []
        self.status = 200
        self.hangs = threading.Event()
        self.hangs.set()
        self.address = ""


@contextmanager
def collecting() -> Iterator[Collector]:
    """It serves while the block runs; clear `hangs` to have it answer nothing."""
    collector = Collector()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            collector.hangs.wait()
            collector.paths.append(self.path)
            if collector.status == 200:
                collector.spans += _decoded(body)
            self.send_response(collector.status)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *args: object) -> None:
            """Nothing is printed."""

    class Server(ThreadingHTTPServer):
        daemon_threads = True
        block_on_close = False

    with Server(("127.0.0.1", 0), Handler) as server:
        collector.address = f"http://127.0.0.1:{server.server_port}"
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        try:
            yield collector
        finally:
            collector.hangs.set()
            server.shutdown()
            thread.join()


def faults_of(spans: Sequence[Any]) -> list[str]:
    """Why these are no whole trees: nothing where one root stands over each trace, no
    parent is missing, and every child lies within its parent."""
    by_id = {span.id: span for span in spans}
    found = [f"{len(spans) - len(by_id)} ids twice"] if len(by_id) < len(spans) else []
    roots = Counter(span.trace for span in spans if not span.parent)
    traces = {span.trace for span in spans}
    found += [f"{one}: {roots[one]} roots" for one in traces if roots[one] != 1]
    for span in filter(lambda one: one.parent, spans):
        above = by_id.get(span.parent)
        if above is None or above.trace != span.trace:
            found.append(f"{span.name} of {span.trace}: no parent")
        elif not above.began <= span.began <= span.ended <= above.ended:
            late, early = span.ended - above.ended, above.began - span.began
            found.append(f"{span.name} outside {above.name}: {early}, {late} ns")
    return found


def _decoded(body: bytes) -> list[SpanSeen]:
    from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import (
        ExportTraceServiceRequest,
    )

    request = ExportTraceServiceRequest.FromString(body)
    return [
        SpanSeen(
            name=span.name,
            trace=span.trace_id.hex(),
            id=span.span_id.hex(),
            parent=span.parent_span_id.hex(),
            began=span.start_time_unix_nano,
            ended=span.end_time_unix_nano,
            text=str(list(span.attributes)),
        )
        for group in request.resource_spans
        for scope in group.scope_spans
        for span in scope.spans
    ]

"""`voiceagent gateway budget`: what calls one after the other make of a turn."""

from __future__ import annotations

from typing import Annotated

import typer

from voiceagent.cli.shared import (
    ConfigOption,
    JsonOption,
    configure,
    console,
    emit_json,
)
from voiceagent.errors import UsageError

__all__ = ["budget"]

LEAST = 20


def budget(
    hops: Annotated[str, typer.Option(help="Tools as they are listed, with commas.")],
    json: JsonOption = False,
    config: ConfigOption = None,
) -> None:
    """Print what n calls one after the other make of p95 and p99, from the record."""
    from voiceagent.app.gateway import gateway_folder
    from voiceagent.gateway.audit_report import read_audit
    from voiceagent.gateway.hops import MOST_HOPS
    from voiceagent.gateway.tool_times import p_of, serial

    names = [name.strip() for name in hops.split(",") if name.strip()]
    if not 1 <= len(names) <= MOST_HOPS:
        raise UsageError(f"1 to {MOST_HOPS} hops can be one after the other")
    times: dict[str, list[float]] = {name: [] for name in names}
    for entry in read_audit(gateway_folder(configure(config))).entries:
        if entry.get("tool") in times and entry.get("outcome") == "ok":
            times[entry["tool"]].append(entry.get("took_ms", 0.0))
    for name, found in times.items():
        if len(found) < LEAST:
            raise UsageError(
                f"`{name}` is on record with {len(found)} calls that were answered",
                cause=f"below {LEAST} a 95th percentile says nothing",
                hint="`voiceagent gateway audit` shows what is on record",
            )
    p95, p99, fine = serial(times, names)
    alone = [(name, p_of(sorted(times[name]), 0.95)) for name in names]
    if json:
        each = {name: round(one, 1) for name, one in alone}
        told = {"p95_ms": round(p95, 1), "p99_ms": round(p99, 1), "each_p95_ms": each}
        return emit_json({**told, "each_within_its_p95": round(fine, 3)})
    for name, one in alone:
        console().print(f"{name:40} p95 {one:8.1f} ms, {len(times[name])} calls")
    console().print(f"{'one after the other':40} p95 {p95:8.1f} ms, p99 {p99:.1f} ms")
    console().print(f"each within its own p95 in {fine:.0%} of turns", markup=False)

#!/usr/bin/env python3
"""What the walls of the gateway cost a call: arguments against the schema, policy and
record, and all of it off, interleaved call by call while records are written.

    .venv/bin/python scripts/bench_walls.py [--calls 3000] [--rules 61] [--json]

The record is written by its own thread meanwhile, as in a gateway; what it takes is
told apart. Then 10,000 records are checked, as written and with one byte flipped.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import sqlite3
import statistics
import sys
import tempfile
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

from voiceagent.clock import Compute, cpu_seconds, perf, run
from voiceagent.gateway.audit import AUDIT_FILE, AuditBook
from voiceagent.gateway.audit_entry import (
    AuditEntry,
    arguments_hash,
    declared_fields,
)
from voiceagent.gateway.audit_report import read_audit
from voiceagent.gateway.policy import PolicyQuestion, ToolPolicies
from voiceagent.gateway.policy_check import PolicyWorld
from voiceagent.gateway.schema import tool_schema
from voiceagent.gateway.tool import ToolClass, UpstreamTool

LOCK: dict[str, Any] = {
    "type": "object",
    "properties": {
        "door": {"type": "string", "enum": ["front", "back"]},
        "locked": {"type": "boolean"},
        "after": {"type": "number", "minimum": 0, "maximum": 3600},
        "note": {"type": "string", "maxLength": 200},
    },
    "required": ["door", "locked"],
    "additionalProperties": False,
}
ARGUMENTS = {"door": "front", "locked": True, "after": 12.5, "note": "as every day"}
TOOL = UpstreamTool("house", "set_lock", "Locks a door", LOCK, klass=ToolClass.EFFECT)
CHECKED = 10_000


def rules(count: int) -> str:
    """So many for others, and two for this caller."""
    action = 'action == Action::"house__set_lock"'
    others = [
        f'permit (principal == Caller::"other {n}", {action}, resource) '
        f'when {{ context.arguments.door == "back" }};'
        for n in range(max(0, count - 2))
    ]
    own = (
        f'permit (principal == Caller::"kiosk", {action}, resource) when '
        '{ context.arguments.door == "front" && context.remaining_ms > 300 };\n'
        f"forbid (principal, {action}, resource) when {{ context.offline }};"
    )
    return "\n".join([*others, own])


async def measured(folder: Path, calls: int, count: int) -> dict[str, Any]:
    """Microseconds of each step, and of nothing at all."""
    policies, schema, audit = ToolPolicies(), tool_schema(LOCK), AuditBook(folder)
    policies.load(rules(count), PolicyWorld((TOOL,), ("house",)))

    def fits() -> None:
        assert not schema.wrong(ARGUMENTS)

    def may() -> None:
        asked = PolicyQuestion("kiosk", TOOL, ARGUMENTS, 0.5)
        assert policies.decide(asked).allowed

    def booked() -> None:
        assert not audit.unbooked(TOOL.klass, leaves=False)
        audit.book(
            AuditEntry(
                principal="kiosk",
                server="house",
                tool="house__set_lock",
                decision="allowed",
                outcome="ok",
                arguments=arguments_hash(audit.key, ARGUMENTS),
                fields=declared_fields(ARGUMENTS, LOCK),
            )
        )

    def all_of_it() -> None:
        fits()
        may()
        booked()

    steps: dict[str, Callable[[], None]] = {
        "schema": fits,
        "policy": may,
        "record": booked,
        "all": all_of_it,
        "none": lambda: None,
    }
    took: dict[str, list[float]] = {name: [] for name in steps}
    async with Compute() as compute, asyncio.TaskGroup() as group:
        writing = group.create_task(audit.run(compute))
        for number in range(calls):
            for name, step in steps.items():
                began = perf()
                step()
                took[name].append((perf() - began) * 1e6)
            if number % 20 == 0:
                await asyncio.sleep(0.01)
        writing.cancel()
        spent = compute.spent.get("audit", 0.0)
    audit.close()
    us = {name: round(statistics.median(each), 1) for name, each in took.items()}
    p99 = {
        name: round(sorted(each)[len(each) * 99 // 100]) for name, each in took.items()
    }
    return {"p50_us": us, "p99_us": p99, "writing_us_a_record": spent / calls / 2 * 1e6}


def checked(folder: Path) -> dict[str, Any]:
    """Seconds to check 10,000 records, and where a flipped byte is found."""
    audit = AuditBook(folder, most=CHECKED)
    for number in range(CHECKED):
        audit.book(
            AuditEntry(
                principal="kiosk",
                tool="house__set_lock",
                decision="allowed",
                outcome="ok",
                arguments=f"{number:032x}",
            )
        )
    audit.close()
    flipped = CHECKED // 2
    with closing(sqlite3.connect(folder / AUDIT_FILE)) as db:
        where = (
            "UPDATE lines SET line = CAST(REPLACE(CAST(line AS TEXT), ?, ?) AS BLOB)"
        )
        db.execute(f"{where} WHERE id = ?", ("kiosk", "kiosj", flipped))
        db.commit()
    began, cpu = perf(), cpu_seconds()
    found = read_audit(folder).verdict.wrong
    return {
        "records": CHECKED,
        "seconds": round(perf() - began, 3),
        "cpu_seconds": round(cpu_seconds() - cpu, 3),
        "flipped": flipped,
        "found": found,
    }


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--calls", type=int, default=3000)
    parser.add_argument("--rules", type=int, default=61)
    parser.add_argument("--json", action="store_true")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as one, tempfile.TemporaryDirectory() as two:
        walls = run(measured(Path(one), given.calls, given.rules))
        told = {"rules": given.rules, **walls, "check": checked(Path(two))}
    if given.json:
        print(json.dumps(told, indent=2))
        return 0
    for name, us in told["p50_us"].items():
        print(f"{name:8} p50 {us:8.1f} us   p99 {told['p99_us'][name]:8d} us")
    print(f"writing  {told['writing_us_a_record']:.0f} us a record, in its own thread")
    check = told["check"]
    print(
        f"{check['records']:,} records checked in {check['seconds']} s "
        f"({check['cpu_seconds']} s of the processor), "
        f"flipped: {check['flipped']}, found: {check['found']}"
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())

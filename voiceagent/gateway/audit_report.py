"""Reading the record of a gateway: whether it is as it was written, and as others read
it (OCSF, class 6003, API Activity)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import msgspec

from voiceagent import __version__
from voiceagent.gateway.audit import AUDIT_FILE, AUDIT_KEY, AUDIT_NAME
from voiceagent.privacy.chain import ChainHead, ChainLine, SignedChain
from voiceagent.privacy.chain_check import (
    ChainFinding,
    ChainVerdict,
    Tampering,
    check_chain,
)
from voiceagent.privacy.chain_log import MemoryLog
from voiceagent.privacy.chain_sqlite import kept_lines
from voiceagent.store.keys import own_key

__all__ = ["AuditReading", "entries_for_export", "ocsf", "read_audit"]

ACTIVITIES = {"read": 2, "idempotent": 3, "effect": 1}
"""Read, update, create; 99 is anything else."""


@dataclass(frozen=True, slots=True)
class AuditReading:
    """What is on record."""

    entries: tuple[Mapping[str, Any], ...]
    """Oldest first; notes of the chain about itself among them."""
    verdict: ChainVerdict
    """Whether all of it is as it was written."""


def read_audit(folder: Path, seen: ChainHead | None = None) -> AuditReading:
    """Read a record without changing it; raises `StoreError` where nothing can be read.
    `seen`: a head that somebody elsewhere has signed."""
    kept = kept_lines(folder / AUDIT_FILE)
    key = folder / AUDIT_KEY
    there = key.exists()
    signed = b""
    if there:
        signed = own_key(key, whose="this gateway", setting="store.folder")
    chain = SignedChain(MemoryLog(), signed, name=AUDIT_NAME)
    lines = [chain.line(raw) for raw in kept.lines]
    entries = tuple(_entry(line) for line in lines)
    if not there and (lines or kept.head):
        what = f"the key `{AUDIT_KEY}`, by which records are checked, is gone"
        gone = ChainFinding(Tampering.KEY_GONE, 1, what)
        return AuditReading(entries, ChainVerdict(0, (gone,)))
    verdict = check_chain(
        lines,
        chain.head_of(kept.head) if kept.head else None,
        head_there=bool(kept.head),
        name=AUDIT_NAME,
        seen=seen,
    )
    if kept.damaged:
        what = "the file is damaged: some of it cannot be read at all"
        damage = ChainFinding(Tampering.CHANGED, verdict.wrong or 1, what)
        verdict = ChainVerdict(verdict.count, (*verdict.findings, damage))
    return AuditReading(entries, verdict)


def ocsf(entry: Mapping[str, Any]) -> dict[str, Any]:
    """A record as an event of API Activity; the rest of it is `unmapped`."""
    allowed = entry.get("decision") == "allowed"
    activity = ACTIVITIES.get(str(entry.get("klass")), 99)
    done = entry.get("outcome") == "ok"
    made: dict[str, Any] = {
        "category_uid": 6,
        "class_uid": 6003,
        "activity_id": activity,
        "type_uid": 600300 + activity,
        "time": _epoch_ms(str(entry.get("at", ""))),
        "severity_id": 1 if allowed else 3,
        "status_id": 1 if done else 2,
        "status_detail": entry.get("outcome"),
        "action_id": 1 if allowed else 2,
        "duration": round(float(entry.get("took_ms", 0.0))),
        "metadata": {
            "version": "1.6.0",
            "profiles": ["security_control"],
            "uid": entry.get("id"),
            "correlation_uid": entry.get("trace"),
            "product": {
                "name": "voiceagent gateway",
                "vendor_name": "voiceagent",
                "version": __version__,
            },
        },
        "actor": {
            "user": {"name": entry.get("principal"), "type": entry.get("caller")},
            "session": {"uid": entry.get("session")},
        },
        "src_endpoint": {"name": entry.get("principal")},
        "api": {
            "operation": entry.get("tool"),
            "service": {"name": entry.get("server"), "uid": entry.get("pin")},
            "request": {"uid": entry.get("key"), "flags": entry.get("fields")},
        },
        "policy": {"uid": entry.get("policy"), "desc": ", ".join(_lines(entry))},
        "unmapped": {key: entry[key] for key in UNMAPPED if key in entry},
    }
    filled: dict[str, Any] = _filled(made)
    return filled


UNMAPPED = (
    *("region", "turn", "step", "data_class", "arguments", "remaining_in_ms"),
    *("remaining_out_ms", "bytes_out", "bytes_back"),
)


def entries_for_export(reading: AuditReading) -> Iterator[dict[str, Any]]:
    """All records, without what the chain notes of itself."""
    return (ocsf(entry) for entry in reading.entries if "decision" in entry)


def _entry(line: ChainLine | None) -> Mapping[str, Any]:
    if line is None:
        return {"note": "unreadable"}
    try:
        told = msgspec.json.decode(line.body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return {"note": "unreadable"}
    made: Mapping[str, Any] = told if isinstance(told, dict) else {"note": "unreadable"}
    return made if line.signed else {**made, "note": "changed"}


def _lines(entry: Mapping[str, Any]) -> list[str]:
    found = entry.get("lines", [])
    return [str(one) for one in found] if isinstance(found, list) else []


def _epoch_ms(at: str) -> int:
    try:
        return round(datetime.fromisoformat(at).timestamp() * 1000)
    except ValueError:
        return 0


def _filled(value: Any) -> Any:
    """Without what is not there."""
    if not isinstance(value, dict):
        return value
    made = {key: _filled(of) for key, of in value.items()}
    return {key: of for key, of in made.items() if of not in (None, "", {}, [])}

"""The region of a scenario: simulated in a replay, a real one where there is one."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

__all__ = ["DOCUMENTS", "region_values"]

DOCUMENTS = Path(__file__).resolve().parents[2] / "samples" / "documents"
"""What the region of the samples knows."""
SIMULATED = {"ok": "ok", "dies": "cut", "hangs": "hang", "offline": "offline"}


def region_values(kind: str, addresses: Mapping[str, str]) -> dict[str, object]:
    """Configuration by dotted key for a scenario whose region behaves like `kind`;
    `addresses`: of real ones. Nothing where the device is alone."""
    if not kind:
        return {}
    folders = sorted(str(one) for one in DOCUMENTS.iterdir() if one.is_dir())
    return {
        "region.url": addresses.get(kind, f"sim://{SIMULATED[kind]}"),
        "privacy.leaves": "audio",
        "knowledge.folders": folders,
    }

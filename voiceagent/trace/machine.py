"""What a run ran on: for reports, benchmarks and `doctor`."""

from __future__ import annotations

import os
import platform
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from voiceagent import __version__
from voiceagent.clock import wall

__all__ = ["facts", "installed"]


def facts() -> dict[str, str]:
    """Software and machine, in a few short lines."""
    return {
        "voiceagent": __version__,
        "python": platform.python_version(),
        "system": f"{platform.system()} {platform.machine()}",
        "processor": _processor(),
        "load": f"{os.getloadavg()[0]:.2f}" if hasattr(os, "getloadavg") else "",
        "date": wall().strftime("%Y-%m-%d %H:%M UTC"),
    }


def _processor() -> str:
    """Its name, how many there are, and what decides how a network's digits round."""
    told = _cpuinfo()
    name = told.get("model name") or platform.processor() or platform.machine()
    flags = set(told.get("flags", "").split())
    wide = [
        flag for flag in ("avx2", "avx512f", "avx512_vnni", "avx_vnni") if flag in flags
    ]
    return f"{os.cpu_count()} x {' '.join([name, *wide])}"


def _cpuinfo() -> dict[str, str]:
    """What Linux says of the first processor; nothing elsewhere."""
    try:
        text = Path("/proc/cpuinfo").read_text("utf-8", errors="replace")
    except OSError:
        return {}
    lines = [line.partition(":") for line in text.split("\n\n")[0].splitlines()]
    return {name.strip(): value.strip() for name, _, value in lines}


def installed(package: str) -> str:
    """Version of an installed package; empty if it is not there."""
    try:
        return version(package)
    except PackageNotFoundError:
        return ""

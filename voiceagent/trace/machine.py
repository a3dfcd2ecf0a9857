"""What a run ran on: for reports, benchmarks and `doctor`."""

from __future__ import annotations

import os
import platform
from importlib.metadata import PackageNotFoundError, version

from voiceagent import __version__
from voiceagent.clock import wall

__all__ = ["facts", "installed"]


def facts() -> dict[str, str]:
    """Software and machine, in a few short lines."""
    return {
        "voiceagent": __version__,
        "python": platform.python_version(),
        "system": f"{platform.system()} {platform.machine()}",
        "processors": str(os.cpu_count()),
        "load": f"{os.getloadavg()[0]:.2f}" if hasattr(os, "getloadavg") else "",
        "date": wall().strftime("%Y-%m-%d %H:%M UTC"),
    }


def installed(package: str) -> str:
    """Version of an installed package; empty if it is not there."""
    try:
        return version(package)
    except PackageNotFoundError:
        return ""

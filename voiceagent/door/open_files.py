"""How many files this process may have open: every connection is one of them."""

from __future__ import annotations

import sys

__all__ = ["ENOUGH", "open_files_limit", "raise_open_files"]

ENOUGH = 65_536
"""Files for any number of sessions that one process can serve."""
UNKNOWN = 1 << 20
"""Where a system tells of no limit."""


def open_files_limit() -> int:
    """The limit that holds now."""
    if sys.platform == "win32":
        return UNKNOWN
    import resource

    soft, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    return UNKNOWN if soft == resource.RLIM_INFINITY else soft


def raise_open_files(wanted: int = ENOUGH) -> int:
    """Raise it as far as this user may, up to `wanted`; gives the limit that holds."""
    if sys.platform == "win32":
        return UNKNOWN
    import resource

    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    most = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
    if soft != resource.RLIM_INFINITY and soft < most:
        try:
            resource.setrlimit(resource.RLIMIT_NOFILE, (most, hard))
        except (OSError, ValueError):
            return soft  # some systems allow less than they say
    return open_files_limit()

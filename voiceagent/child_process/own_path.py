"""Processes of ours import nothing from the folder that one stands in.

For `-c` and `-m` Python looks there before anywhere else, and that is how processes are
spawned: a `multiprocessing.py` in a stranger's folder would run.
"""

from __future__ import annotations

import os
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

__all__ = ["from_no_folder", "module_line", "started"]

SAFE = "PYTHONSAFEPATH"
"""Any value tells Python not to look there."""
OURS = "voiceagent"
"""The value by which it is known as ours."""
_LOCK = threading.RLock()


@contextmanager
def from_no_folder() -> Iterator[None]:
    """What `multiprocessing` starts meanwhile looks for its modules elsewhere."""
    with _LOCK:
        given = os.environ.get(SAFE, "")
        os.environ[SAFE] = given or OURS
        try:
            yield
        finally:
            _give_back(given)


def started() -> None:
    """In such a process, once it runs: what it starts itself is none of ours."""
    if os.environ.get(SAFE) == OURS:
        _give_back("")


def module_line(module: str) -> list[str]:
    """The beginning of the line that runs a module of ours in a process."""
    sources = Path(__file__).resolve().parents[2]
    # Whoever stands in the sources runs these, installed or not.
    safe = [] if _here() == sources else ["-P"]
    return [sys.executable, *safe, "-m", module]


def _here() -> Path | None:
    try:
        return Path.cwd().resolve()
    except OSError:  # it is gone
        return None


def _give_back(value: str) -> None:
    if value:
        os.environ[SAFE] = value
    else:
        os.environ.pop(SAFE, None)

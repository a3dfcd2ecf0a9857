"""Shared settings: property tests have no time limit of their own on busy machines, and
what is kept between runs is kept for this one alone, not in the user's folder."""

import atexit
import gc
import os
import shutil
import tempfile
from pathlib import Path

import pytest
from hypothesis import settings

settings.register_profile("shared", deadline=None, print_blob=True)
settings.load_profile("shared")

# Programs that tests start are compiled once, as they are for a user.
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)

if "PYTEST_XDIST_WORKER" not in os.environ:  # the workers share what is kept
    os.environ["XDG_CACHE_HOME"] = tempfile.mkdtemp(prefix="voiceagent-cache-")
    atexit.register(shutil.rmtree, os.environ["XDG_CACHE_HOME"], ignore_errors=True)


def pytest_collection_finish() -> None:
    """What is there by now stays to the end, and most of what tests make goes without
    the collector: it looks less often, and never again at what was collected."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 20)


HERE = Path(__file__).parent
LONG = (HERE / "data" / "long_files.txt").read_text().split()
"""Files that take ten seconds and more, the longest first."""


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """They begin first: no worker is left alone with one of them at the end."""
    places = {HERE.parent / name: at for at, name in enumerate(LONG)}
    items.sort(key=lambda item: places.get(item.path, len(places)))

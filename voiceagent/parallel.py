"""Replaying many files on several cores: each process has engines of its own."""

from __future__ import annotations

import multiprocessing
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from pathlib import Path

from voiceagent.app import Workshop
from voiceagent.config import Config
from voiceagent.errors import UsageError
from voiceagent.replay import Replay, Settings, replay_path
from voiceagent.variants import Variants

__all__ = ["replay_files"]

_made: list[Variants] = []


def replay_files(
    config: Config, files: Sequence[Path], settings: Settings, *, jobs: int = 1
) -> Iterator[Replay | UsageError]:
    """Every file in order; one that cannot be read gives its error instead."""
    one = partial(_replay_one, config, settings)
    if jobs == 1 or len(files) < 2:
        yield from map(one, files)
        return
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(min(jobs, len(files)), mp_context=context) as pool:
        yield from pool.map(one, files)


def _replay_one(config: Config, settings: Settings, file: Path) -> Replay | UsageError:
    variants = _variants(config)
    try:
        return replay_path(variants.base, file, settings, configured=variants.workshop)
    except UsageError as error:
        # Built anew, because an error with keyword arguments does not travel.
        return UsageError(str(error))


def _variants(config: Config) -> Variants:
    """Engines are made once a process and configuration."""
    if not _made or _made[0].base.config != config:
        _made[:] = [Variants(config, Workshop(config))]
    return _made[0]

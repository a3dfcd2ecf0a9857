"""Replaying many files on several cores: each process has engines of its own."""

from __future__ import annotations

import multiprocessing
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from pathlib import Path

from voiceagent.app.config import Config
from voiceagent.app.workshop import Workshop
from voiceagent.child_process.own_path import from_no_folder, started
from voiceagent.errors import UsageError
from voiceagent.errors.uncaught import uncaught_as_text
from voiceagent.replay.replay import Replay, ReplaySettings, replay_path
from voiceagent.replay.variants import Variants
from voiceagent.trace.trace import TraceListener

__all__ = ["replay_files"]

_made: list[Variants] = []
"""What a child process has made; engines are made once in each."""


def replay_files(
    shop: Workshop,
    files: Sequence[Path],
    settings: ReplaySettings,
    *,
    jobs: int = 1,
    listener: TraceListener | None = None,
) -> Iterator[Replay | UsageError]:
    """Every file in order; one that cannot be read gives its error instead.

    `listener`: hears every event as it happens, so that all is done in this process.
    """
    if jobs == 1 or len(files) < 2 or listener is not None:
        one = partial(_replay_one, Variants(shop), settings, listener=listener)
        yield from map(one, files)
        return
    context = multiprocessing.get_context("spawn")
    with from_no_folder():
        pool = ProcessPoolExecutor(
            min(jobs, len(files)),
            mp_context=context,
            initializer=_begin,
            initargs=(shop.config,),
        )
        found = pool.map(partial(_replay_in_child, settings), files)  # all begin now
    with pool:
        yield from found


def _begin(config: Config) -> None:
    started()
    uncaught_as_text()
    _made[:] = [Variants(Workshop(config))]


def _replay_in_child(settings: ReplaySettings, file: Path) -> Replay | UsageError:
    return _replay_one(_made[0], settings, file)


def _replay_one(
    variants: Variants,
    settings: ReplaySettings,
    file: Path,
    *,
    listener: TraceListener | None = None,
) -> Replay | UsageError:
    made = variants.workshop
    try:
        return replay_path(
            variants.base, file, settings, configured=made, listener=listener
        )
    except UsageError as error:
        return error

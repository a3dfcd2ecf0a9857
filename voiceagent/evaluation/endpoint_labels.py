"""The labels of a corpus of turns: where the silences are, and where each turn ends."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import msgspec

from voiceagent.errors import UsageError

__all__ = ["LabelledTurn", "read_turns"]


@dataclass(frozen=True, slots=True)
class LabelledTurn:
    """A recording of one turn and the silences in it; times in seconds."""

    file: str
    start: float
    end: float
    """Where the last sound ends."""
    holds: tuple[tuple[float, float], ...] = ()
    """Silences after which the user goes on."""
    text: str = ""
    """What is said; empty where it is not known."""
    pack: str = ""
    """Pack that it is said to; empty for the one of the configuration."""
    kind: str = ""
    split: str = ""
    """Half of the corpus: settings are chosen on `tune`."""
    snr_db: float | None = None


def read_turns(folder: Path) -> list[LabelledTurn]:
    """The turns of a corpus; `UsageError` names the line that is wrong."""
    path = folder / "labels.jsonl"
    try:
        lines = path.read_bytes().splitlines()
    except OSError as error:
        raise UsageError(
            f"no corpus in `{folder}`",
            cause=str(error),
            hint="build one with `scripts/make_endpoint_corpus.py`",
        ) from error
    return [_turn(path, at, line) for at, line in enumerate(lines, 1) if line.strip()]


def _turn(path: Path, number: int, line: bytes) -> LabelledTurn:
    try:
        return msgspec.json.decode(line, type=LabelledTurn)
    except msgspec.DecodeError as error:
        raise UsageError(
            f"labels `{path}`, line {number} cannot be read",
            cause=str(error),
            hint='each line has at least "file", "start", "end" and "holds"',
        ) from error

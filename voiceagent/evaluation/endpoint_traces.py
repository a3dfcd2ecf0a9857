"""What the front end and the recogniser know at every frame of a labelled turn.

Each recording goes once through the real listener on the virtual loop, where a turn
never ends; what came when is kept, so that any way to end turns can be tried on it
without hearing it again.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import msgspec

from voiceagent.agent.open_turn import HearingPlan, OpenTurn
from voiceagent.agent.supervisor import Supervisor
from voiceagent.app.assemble import COSTS
from voiceagent.app.workshop import Workshop
from voiceagent.audio.arrays import Samples
from voiceagent.audio.file import read_audio
from voiceagent.audio.frames import FRAME_BYTES, RATE, AudioFrame, Reframer
from voiceagent.audio.source import paced
from voiceagent.clock import Compute, Pace, now, run
from voiceagent.errors import UsageError
from voiceagent.evaluation.endpoint_labels import LabelledTurn, read_turns
from voiceagent.frontend.endpoint import EndpointPolicy, Moment, WordsSoFar
from voiceagent.frontend.frontend import Frontend
from voiceagent.frontend.vad import Vad, VadSmoother
from voiceagent.frontend.wake import WakeGate
from voiceagent.trace.events import (
    Event,
    PartialTranscript,
)

__all__ = [
    "NotedWords",
    "TraceRow",
    "EndpointTrace",
    "load_traces",
    "record",
    "rows_of",
    "save_traces",
    "traces_of",
]

SPLITS = ("test", "tune", "all")
FOREVER = 1 << 60
"""A sample that never comes: no turn ends before it."""


@dataclass(frozen=True, slots=True)
class NotedWords:
    """What the recogniser told the front end."""

    at: float
    """Seconds at which it was known."""
    upto: int
    """Sample before which the audio was heard."""
    words: WordsSoFar
    text: str
    since: int = 0
    """Sample before which the audio was in which it first heard just this."""


@dataclass(frozen=True, slots=True)
class EndpointTrace:
    """All that is needed to decide on a turn again."""

    turn: LabelledTurn
    chances: tuple[float, ...]
    """Of speech, for each frame, by the voice activity of the agent."""
    silero: tuple[float, ...]
    """The same by Silero alone."""
    notes: tuple[NotedWords, ...]
    closed: bool
    """The words that are really said are a whole command that nothing can follow."""


@dataclass(frozen=True, slots=True)
class TraceRow:
    """One frame of silence in an open turn."""

    t: float
    words: WordsSoFar
    moment: Moment


def traces_of(
    folder: Path,
    *,
    shop_for: Callable[[str], Workshop],
    silero: Vad,
    split: str = "test",
    limit: int | None = None,
    kept: Path | None = None,
    progress: Callable[[int, int], None] = lambda done, total: None,
) -> list[EndpointTrace]:
    """Traces of one half of a corpus, heard now or taken from the file `kept`.

    `shop_for(pack)` gives the parts for a pack; raises `UsageError`.
    """
    if split not in SPLITS:
        raise UsageError(f"no split `{split}`", hint=f"choose {', '.join(SPLITS)}")
    turns = [turn for turn in read_turns(folder) if split in ("all", turn.split)]
    turns = turns[:limit]
    if not turns:
        raise UsageError(f"`{folder}` has no turns of split `{split}`")
    known = load_traces(kept) if kept is not None and kept.exists() else []
    by_turn = {trace.turn: trace for trace in known}
    shops: dict[str, Workshop] = {}
    found = []
    for number, turn in enumerate(turns, 1):
        if turn not in by_turn:
            shop = shops.get(turn.pack) or shops.setdefault(
                turn.pack, shop_for(turn.pack)
            )
            by_turn[turn] = record(shop, silero, folder, turn)
        found.append(by_turn[turn])
        progress(number, len(turns))
    if kept is not None:
        save_traces(kept, list(by_turn.values()))
    return found


def save_traces(path: Path, traces: Sequence[EndpointTrace]) -> None:
    """Keep traces, one JSON object a line."""
    path.write_bytes(b"\n".join(map(msgspec.json.encode, traces)) + b"\n")


def load_traces(path: Path) -> list[EndpointTrace]:
    """Kept traces; raises `UsageError`."""
    try:
        lines = path.read_bytes().splitlines()
        return [msgspec.json.decode(line, type=EndpointTrace) for line in lines]
    except (OSError, msgspec.DecodeError) as error:
        raise UsageError(
            f"traces `{path}` cannot be read",
            cause=str(error),
            hint="delete the file; it is made again",
        ) from error


def record(
    shop: Workshop, silero: Vad, folder: Path, turn: LabelledTurn
) -> EndpointTrace:
    """Hear one turn; the same audio gives the same trace."""
    frames = list(_frames(read_audio(folder / turn.file).samples))
    vad = _Remembering(shop.engines.vad())
    notes = run(_listen(shop, vad, frames), virtual=True)
    silero.reset()
    return EndpointTrace(
        turn,
        tuple(vad.chances),
        tuple(round(silero.push(frame.pcm), 3) for frame in frames),
        tuple(notes),
        closed=bool(turn.text)
        and shop.language.grammar.progress(turn.text.split()) == "complete",
    )


def _frames(samples: Samples) -> Iterator[AudioFrame]:
    pcm = samples.astype("<i2").tobytes()
    return Reframer().feed(pcm[: len(pcm) // FRAME_BYTES * FRAME_BYTES])


async def _listen(
    shop: Workshop, vad: Vad, frames: Sequence[AudioFrame]
) -> list[NotedWords]:
    notes: list[NotedWords] = []
    frontend = _frontend(vad, shop.config.vad.smoother(), shop.config.endpoint.policy())
    began = now()

    def emit(event: Event) -> None:
        if isinstance(event, PartialTranscript):
            upto, words = round(event.t * RATE), frontend.noted
            at, since = round(now() - began, 6), frontend.since
            notes.append(NotedWords(at, upto, words, event.pii_text, since))

    async with Supervisor(emit) as tasks:
        hearing = HearingPlan(
            stt=shop.engines.stt(),
            compute=Compute(Pace.VIRTUAL, COSTS),
            progress=shop.language.progress.of,
            expect=lambda text: None,
            emit=emit,
            lookback=0.0,
        )
        turn = OpenTurn(frontend, hearing)
        turn.open("open", 0, tasks)
        async for frame in paced(iter(frames), Pace.VIRTUAL):
            list(turn.push(frame))
        turn.drop("source ended")
    return notes


def rows_of(
    trace: EndpointTrace,
    folder: Path,
    *,
    smoother: Callable[[], VadSmoother],
    policy: EndpointPolicy,
) -> list[TraceRow]:
    """Every silent frame after enough was said, with what was known then."""
    frames = _frames(read_audio(folder / trace.turn.file).samples)
    frontend = _frontend(_Scripted(trace.chances), smoother(), policy)
    frontend.begin(1, 0)
    rows, waiting = [], list(reversed(trace.notes))
    for frame in frames:
        # What became known while the frame was spoken is known when it is heard.
        while waiting and waiting[-1].at <= frame.end / RATE:
            note = waiting.pop()
            frontend.note(note.words, note.upto, since=note.since)
        list(frontend.push(frame))
        moment = frontend.moment(frame.end)
        if frontend.heard and moment.silence > 0:
            rows.append(TraceRow(frame.end / RATE, frontend.words, moment))
    return rows


def _frontend(vad: Vad, smoother: VadSmoother, policy: EndpointPolicy) -> Frontend:
    frontend = Frontend(
        wake=None, gate=WakeGate({}), vad=vad, smoother=smoother, policy=policy
    )
    frontend.reset()
    frontend.hold_until = FOREVER
    return frontend


class _Remembering:
    """A detector whose opinions are kept."""

    def __init__(self, vad: Vad) -> None:
        self.name = vad.name
        self.chances: list[float] = []
        self._vad = vad

    def push(self, pcm: bytes) -> float:
        """What the detector says, rounded so that it can be written down."""
        self.chances.append(round(self._vad.push(pcm), 3))
        return self.chances[-1]

    def reset(self) -> None:
        """Forget all."""
        self.chances.clear()
        self._vad.reset()


class _Scripted:
    """A detector that says what another one said."""

    name = "scripted"

    def __init__(self, chances: Sequence[float]) -> None:
        self._chances, self._next = chances, 0

    def push(self, pcm: bytes) -> float:
        """The next opinion."""
        self._next += 1
        return self._chances[self._next - 1]

    def reset(self) -> None:
        """Begin again."""
        self._next = 0

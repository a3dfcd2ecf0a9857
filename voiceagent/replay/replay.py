"""Replay: recordings through the real pipeline, on a loop whose time jumps.

`virtual`: work costs what is declared, so that the same recording gives the same bytes
of events on every machine. `measured`: work costs what it took. `realtime`: as on a
microphone. With `wake=False` a file is taken as one command: the end of its speech is
looked for first, and no turn ends before it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from voiceagent.app.assemble import assemble
from voiceagent.app.options import AgentOptions
from voiceagent.app.workshop import Workshop
from voiceagent.audio.file import AudioFacts, Recording, read_audio
from voiceagent.audio.kinds import is_sound_name
from voiceagent.audio.offset import without_offset
from voiceagent.audio.player import Player, VirtualPlayer
from voiceagent.audio.streams import FileSource
from voiceagent.clock import Pace, run
from voiceagent.errors import ScenarioError, UsageError
from voiceagent.frontend.room import room_before
from voiceagent.replay.expectations import ABOUT, Check, check
from voiceagent.replay.miss import around
from voiceagent.replay.mixing import mix_noise
from voiceagent.replay.scenario import (
    SUFFIX,
    Scenario,
    is_scenario,
    noise_of,
    scenario_values,
)
from voiceagent.replay.scenario_file import load_scenario
from voiceagent.replay.wake_score import best_wake
from voiceagent.store import Store
from voiceagent.trace.trace import Record, Trace, TraceListener
from voiceagent.trace.turn_rows import TurnRow, turn_rows

__all__ = [
    "Replay",
    "ReplaySettings",
    "find_inputs",
    "passed_over",
    "replay",
    "replay_path",
]


@dataclass(frozen=True, slots=True)
class ReplaySettings:
    """How to replay."""

    pace: Pace = Pace.VIRTUAL
    wake: bool = True
    """False: every file is one command."""
    noise: Path | None = None
    snr: float | None = None
    """Signal-to-noise ratio in dB of the mixed-in noise."""
    seed: int = 0
    partial: bool = False
    """Take what is there of files that end early or are damaged."""
    regions: Mapping[str, str] = field(default_factory=dict)
    """Addresses for scenarios with a region, by what happens to it; a simulated one
    where none is given."""


@dataclass(frozen=True, slots=True)
class Replay:
    """What came of one recording."""

    file: str
    seconds: float
    rows: list[TurnRow]
    records: list[Record]
    recording: Recording
    checks: list[Check] = field(default_factory=list)
    """Expectations of its scenario; empty without one."""
    began: float = 0.0
    """Loop time of its first event: where its sound begins too."""
    woken: bool = True
    """Whether a wake word was needed."""
    scenario: str = ""
    """The file that says what is expected of it; empty without one."""

    @property
    def ok(self) -> bool:
        """Whether all expectations held."""
        return all(check.ok for check in self.checks)

    def told(self, failed: Sequence[Check]) -> str:
        """Expectations that did not hold, with the events around them."""
        lines = [str(check) for check in failed]
        return "\n".join([*lines, *around(failed, self.records)])


def replay(
    workshop: Workshop,
    recording: Recording,
    settings: ReplaySettings,
    *,
    player: Player | None = None,
    store: Store | None = None,
    listener: TraceListener | None = None,
) -> Replay:
    """Run one recording through a fresh agent."""
    trace = Trace()
    if listener is not None:
        trace.subscribe(listener)
    hold = 0 if settings.wake else end_of_speech(workshop, recording)
    agent = assemble(
        workshop,
        AgentOptions(
            player=player or VirtualPlayer(),
            pace=settings.pace,
            store=store,
            wake=settings.wake,
            hold_until=hold,
            room=room_before(recording.samples),
            trace=trace,
        ),
    )
    source = FileSource(recording, pace=settings.pace)
    run(agent.run(source), virtual=settings.pace is not Pace.REALTIME)
    records = list(trace)
    rows = turn_rows(records, file=recording.facts.name)
    name = recording.facts.name
    began = trace.began or 0.0
    return Replay(
        name,
        recording.seconds,
        rows,
        records,
        recording,
        began=began,
        woken=settings.wake,
    )


def replay_path(
    workshop: Workshop,
    path: Path,
    settings: ReplaySettings,
    *,
    player: Player | None = None,
    listener: TraceListener | None = None,
    configured: Callable[[dict[str, object]], Workshop] | None = None,
) -> Replay:
    """Replay a recording, or a scenario with its expectations.

    `configured(values)`: a workshop with these values on top, for scenarios that ask.
    """
    if path.suffix.lower() == ".toml" and not is_scenario(path):
        raise ScenarioError(
            f"`{path}` is not called like a scenario",
            hint=f"call it `{path.stem}{SUFFIX}`",
        )
    if not is_scenario(path):
        sound = heard_sound(workshop, path, partial=settings.partial)
        recording = mixed(sound, settings.noise, settings.snr, settings.seed)
        return replay(workshop, recording, settings, player=player, listener=listener)
    scenario = load_scenario(path)
    settings = replace(settings, wake=settings.wake and scenario.wake == "auto")
    try:
        values = scenario_values(scenario, path.parent, settings.regions)
        if values and configured is not None:
            workshop = configured(values)
        recording = _recording(workshop, scenario, path, settings)
        _ = workshop.language.outfit
    except UsageError as error:
        raise _of_scenario(path, error) from error
    done = replay(workshop, recording, settings, player=player, listener=listener)
    timed = settings.pace is not Pace.MEASURED
    checks = check(scenario, done.rows, done.records, timed=timed)
    if settings.wake:
        checks = [_with_score(one, workshop, recording) for one in checks]
    return replace(done, checks=checks, scenario=str(path))


def _recording(
    workshop: Workshop, scenario: Scenario, path: Path, settings: ReplaySettings
) -> Recording:
    """Its sound, with its noise or that of the settings."""
    noise, snr = settings.noise, settings.snr
    if found := noise_of(scenario.noise):
        noise, snr = path.parent / found[0], found[1]
    file = path.parent / scenario.audio
    sound = heard_sound(workshop, file, partial=settings.partial)
    late = [t.at for t in scenario.turn if t.at is not None and t.at > sound.seconds]
    if late:
        raise ScenarioError(
            f"a turn is expected at {late[0]:g} s",
            cause=f"`{scenario.audio}` ends at {sound.seconds:.1f} s",
            hint="`at` is where the turn begins, in seconds",
        )
    return mixed(sound, noise, snr, settings.seed)


def _of_scenario(path: Path, error: UsageError) -> ScenarioError:
    """The error with the scenario named."""
    what = f"scenario `{path}` is wrong"
    return ScenarioError(what, cause=error.brief, hint=error.hint)


def _with_score(one: Check, workshop: Workshop, recording: Recording) -> Check:
    """A turn that nothing began, with how near it came to being woken."""
    if one.ok or one.row or not one.turn:
        return one
    start, end = (
        (0.0, recording.seconds)
        if one.at is None
        else (
            max(0.0, one.at - ABOUT),
            one.at + ABOUT,
        )
    )
    best = best_wake(workshop.engines, recording.samples, start, end)
    return one if best is None else replace(one, note=str(best))


def end_of_speech(workshop: Workshop, recording: Recording) -> int:
    """The sample at which the last speech of a recording ends; 0 without speech."""
    spans = workshop.speech(recording.samples)
    return spans[-1][1] if spans else 0


def heard_sound(workshop: Workshop, path: Path, *, partial: bool) -> Recording:
    """A recording as the agent hears it: the channel with speech, without offset."""
    found = read_audio(
        path,
        partial=partial,
        channel=workshop.config.audio.channel,
        likeness=workshop.likeness,
    )
    return replace(found, samples=without_offset(found.samples))


def mixed(
    recording: Recording, noise: Path | None, snr: float | None, seed: int
) -> Recording:
    """The recording with noise under it, if any is wanted."""
    if noise is None:
        return recording
    level = 12.0 if snr is None else snr
    samples = mix_noise(recording.samples, read_audio(noise).samples, level, seed=seed)
    facts: AudioFacts = recording.facts
    return Recording(samples, facts)


def passed_over(paths: list[Path], files: list[Path]) -> list[Path]:
    """Recordings in folders of scenarios that no scenario plays: nobody tests them."""
    scenarios = [file for file in files if is_scenario(file)]
    played: set[Path] = set()
    for file in scenarios:
        try:
            one = load_scenario(file)
        except ScenarioError:
            continue  # it is told when it is replayed
        noise = noise_of(one.noise)
        names = [one.audio, *([noise[0]] if noise else [])]
        played |= {(file.parent / name).resolve() for name in names}
    folders = [path for path in paths if path.is_dir() and scenarios]
    sounds = find_inputs(folders, scenarios=False)
    return [file for file in sounds if file.resolve() not in played | set(files)]


def find_inputs(paths: list[Path], *, scenarios: bool = True) -> list[Path]:
    """Files to replay: folders are searched; a scenario stands for its recording."""
    found: list[Path] = []
    for path in paths:
        if not path.is_dir():
            found.append(path)
            continue
        files = sorted(path.rglob("*"))
        marked = [file for file in files if is_scenario(file)]
        sounds = [file for file in files if is_sound_name(file)]
        found += marked if scenarios and marked else sounds
    return found

"""`voiceagent ask` and `voiceagent say`: a turn from text, and the voice alone."""

from __future__ import annotations

import sys
from collections.abc import Container, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from voiceagent.cli.shared import (
    ConfigOption,
    JsonOption,
    PackOption,
    RegionOption,
    configure,
    emit_json,
    tell,
    tell_troubles,
    workshop,
    write,
)
from voiceagent.errors import UsageError

if TYPE_CHECKING:
    from voiceagent.audio.clip import Clip
    from voiceagent.audio.player import Player
    from voiceagent.trace.trace import Trace
    from voiceagent.trace.turn_rows import TurnRow

__all__ = ["ask", "say"]


def ask(
    text: Annotated[str, typer.Argument(help="A command in words; `-` reads stdin.")],
    pack: PackOption = None,
    speak: Annotated[bool, typer.Option(help="Say the reply aloud too.")] = False,
    region: RegionOption = None,
    yes: Annotated[
        bool, typer.Option("--yes", help="Do what would be asked about first.")
    ] = False,
    why: Annotated[bool, typer.Option("--why", help="Who answered, and why.")] = False,
    json: JsonOption = False,
    config: ConfigOption = None,
) -> None:
    """Run one turn from text and print the reply."""
    from voiceagent.app.assemble import assemble
    from voiceagent.app.options import AgentOptions
    from voiceagent.app.telemetry import telemetry_of
    from voiceagent.audio.player import VirtualPlayer
    from voiceagent.audio.source import Quiet
    from voiceagent.clock import Pace, clock_errors, run
    from voiceagent.trace.trace import Trace

    shop = workshop(config, pack, region__url=region)
    trace, store = Trace(), shop.store()
    telemetry = telemetry_of(shop.config.telemetry, shop.config.privacy)
    if telemetry is not None:
        trace.subscribe(telemetry.record)
    player = _loudspeaker() if speak else VirtualPlayer()
    pace = Pace.REALTIME if speak else Pace.MEASURED
    agent = assemble(
        shop,
        AgentOptions(
            player=player,
            pace=pace,
            store=store,
            trace=trace,
            silent=not speak,
            typed=True,
            agreed=yes,
        ),
    )
    words = _text(text)
    run(agent.run(Quiet(), typed=words), virtual=not speak, today=True)
    kept = store.close()
    told = agent.about.herald.told if agent.about.herald is not None else []
    tell_troubles(told)
    for error in clock_errors():
        tell(f"{error.what}: {error.cause} (hint: {error.hint})")
    rows = _rows(trace, kept=kept)
    for row in rows:
        # After a question the agent listened, to nobody.
        if json and (row.reply or row.unkept or row.failed):
            emit_json(row.as_dict())
        elif not json:
            _show(row, trace)
        if row.reply and not json and (why or row.tier == "none"):
            said = {trouble.what for trouble in told}
            for line in dict.fromkeys(_reasons(trace, said, asked=why)):
                tell(line)
    if telemetry is not None and (lost := telemetry.close()):
        tell(lost)
    if any(row.unkept or row.failed for row in rows):
        sys.exit(1)


def _rows(trace: Trace, *, kept: bool) -> list[TurnRow]:
    """The turns; what was out of reach may have been `kept` in the end."""
    from voiceagent.trace.turn_rows import turn_rows

    rows = turn_rows(trace, file="text")
    if kept and any(row.unkept for row in rows):
        tell("it is kept after all: the file could be written in the end")
        for row in rows:
            row.unkept = []
    return rows


def _show(row: TurnRow, trace: Trace) -> None:
    if not row.reply:
        if row.intent:
            tell("done, without a word")
        return
    write(row.reply)
    if _held_back(trace, row.turn):
        tell("nothing is done before you agree: say so with `--yes`")
    if _is_to_ring(trace, row.turn):
        tell("it rings where `voiceagent listen` runs, and only there")
    if "later.plan" in _done(trace, row.turn):
        tell("it is done where `voiceagent listen` runs, and only there")
    if row.unkept:
        tell("it was done, and is not kept: " + ", ".join(row.unkept))


def _held_back(trace: Trace, turn: int) -> bool:
    """Whether a command was understood and is asked about before it is done."""
    from voiceagent.trace.events import Asked, IntentMatched

    kinds = {type(event) for _, event in trace if event.turn == turn}
    return {Asked, IntentMatched} <= kinds


def _is_to_ring(trace: Trace, turn: int) -> bool:
    """Whether a timer or an alarm was set going: nothing rings after this command."""
    ringing = {"timer.set", "timer.resume", "timer.add", "alarm.set"}
    return bool(_done(trace, turn) & ringing)


def _done(trace: Trace, turn: int) -> set[str]:
    """Keys of the effects of a turn."""
    from voiceagent.trace.events import Committed

    return {
        event.key
        for _, event in trace
        if isinstance(event, Committed) and event.ok and event.turn == turn
    }


def _loudspeaker() -> Player:
    from voiceagent.audio.loudspeaker import SpeakerPlayer

    return SpeakerPlayer()


def _reasons(trace: Trace, told: Container[str], *, asked: bool) -> Iterator[str]:
    """Who answered and why; what is degraded, where nobody did. That a pack has no
    model is told only when `asked`: it is the same with every question. `told`: what
    was announced already."""
    from voiceagent.errors.lines import here
    from voiceagent.nlu.models.library import UNFIT
    from voiceagent.trace.events import (
        Degraded,
        Escalated,
        Failed,
        LegEnded,
        ModelAnswered,
        Planned,
        RemoteAnswered,
        RemoteToolRan,
        Routed,
        Withheld,
    )

    for _, event in trace:
        match event:
            case Degraded() if event.what in told:
                pass
            case Degraded() if asked or event.what != UNFIT:
                yield f"{event.what}: {event.why} (hint: {here(event.hint)})"
            case ModelAnswered() if asked:
                meant = event.name or event.reason or event.outcome
                sure = f"{meant} {event.probability:.2f}, {event.took_ms:.0f} ms"
                yield f"model {event.model} {event.version}: {sure}"
            case Routed() if asked:
                yield f"{event.tier}: {event.reason}"
            case Failed():
                cause = f": {event.why}" if event.why else ""
                hint = f" (hint: {here(event.hint)})" if event.hint else ""
                yield f"{event.what}{cause}{hint}"
            case Planned() if asked:
                yield f"plan: {event.reason}"
            case Escalated() if asked:
                yield f"left the device: {event.data_class}, {event.bytes} bytes"
            case Withheld():
                yield f"nothing left the device: {event.reason}"
            case LegEnded() if asked and event.outcome != "declined":
                told = ": ".join(filter(None, (event.why, event.pii_cause)))
                why = f" ({told})" if told else ""
                took = f"{event.took_ms:.0f} ms"
                yield f"{event.leg} {event.outcome} after {took}{why}"
            case RemoteToolRan() if asked:
                done = "done" if event.ok else f"refused: {event.why}"
                yield f"{event.leg} had {event.intent} {done}"
            case RemoteAnswered() if asked and event.sources:
                yield f"it stands in: {'; '.join(event.sources)}"


def say(
    text: Annotated[str, typer.Argument(help="What to say; `-` reads stdin.")],
    output: Annotated[
        Path | None, typer.Option("--output", "-o", help="Write a WAV file instead.")
    ] = None,
    voice: Annotated[str | None, typer.Option(help="Which voice.")] = None,
    json: JsonOption = False,
    config: ConfigOption = None,
) -> None:
    """Say a sentence with the configured voice."""
    from voiceagent.app.workshop import Workshop
    from voiceagent.audio.loudspeaker import SpeakerPlayer
    from voiceagent.audio.player import write_wav
    from voiceagent.clock import Pace, run

    shop = Workshop(configure(config, speak__voice=voice))
    chosen = shop.engines.voices(Pace.REALTIME)[0]
    clip = chosen.synthesize(_text(text))
    if json:
        file = None if output is None else str(output)
        emit_json({"voice": chosen.name, "seconds": clip.seconds, "file": file})
    if output is not None:
        write_wav(output, clip)
    else:
        run(_play(SpeakerPlayer(), clip))


async def _play(player: Player, clip: Clip) -> None:
    await player.play(clip)


def _text(text: str) -> str:
    words = sys.stdin.read() if text == "-" else text
    if not words.strip():
        raise UsageError("nothing to say", hint="give some words, or pipe them to `-`")
    return words.strip()

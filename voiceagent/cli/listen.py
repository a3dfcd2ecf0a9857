"""`voiceagent listen`: the agent on the microphone."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from voiceagent.cli.keys import KEYS, Keys
from voiceagent.cli.shared import (
    ConfigOption,
    JsonOption,
    PackOption,
    RegionOption,
    configure,
    console,
    emit_json,
    errors,
    loudspeaker,
)

if TYPE_CHECKING:
    from voiceagent.agent.agent import Agent
    from voiceagent.audio.source import Source
    from voiceagent.trace.config import TelemetryConfig
    from voiceagent.trace.opentelemetry import Telemetry
    from voiceagent.trace.trace import Record, Trace

__all__ = ["listen"]


def listen(
    device: Annotated[
        str | None, typer.Option(help="Microphone: number or part of its name.")
    ] = None,
    list_devices: Annotated[
        bool, typer.Option("--list-devices", help="Print the devices and stop.")
    ] = False,
    stdin: Annotated[
        bool, typer.Option("--stdin", help="Raw 16 kHz mono PCM from standard input.")
    ] = False,
    push_to_talk: Annotated[
        bool, typer.Option("--push-to-talk", help="No wake word: press space to talk.")
    ] = False,
    pack: PackOption = None,
    region: RegionOption = None,
    report: Annotated[
        Path | None, typer.Option(help="Write an HTML report at the end.")
    ] = None,
    json: JsonOption = False,
    config: ConfigOption = None,
) -> None:
    """Listen, understand, act and answer, until Ctrl-C."""
    if list_devices:
        _list_devices(json=json)
        return
    from voiceagent.app.assemble import assemble
    from voiceagent.app.options import AgentOptions
    from voiceagent.app.workshop import Workshop
    from voiceagent.audio.player import VirtualPlayer
    from voiceagent.clock import run
    from voiceagent.trace.trace import Trace

    engine = "none" if push_to_talk else None
    chosen = configure(
        config,
        pack,
        wake__engine=engine,
        audio__device=device,
        region__url=region,
    )
    shop = Workshop(chosen)
    source = _source(stdin, shop.config.audio.device)
    trace, output = Trace(), shop.config.audio.output
    agent = assemble(
        shop,
        AgentOptions(
            player=loudspeaker(output, without="replies are only shown")
            or VirtualPlayer(),
            store=shop.store(),
            trace=trace,
        ),
    )
    telemetry = _telemetry(shop.config.telemetry, trace)
    try:
        run(_session(agent, source, trace, json=json))
    except KeyboardInterrupt:
        errors().print("stopped")
    finally:
        if telemetry is not None:
            telemetry.close()
        if report is not None:
            _write_report(trace, report)


def _telemetry(config: TelemetryConfig, trace: Trace) -> Telemetry | None:
    """Spans for a collector; None where none is configured."""
    if not config.otlp:
        return None
    from voiceagent.trace.opentelemetry import Telemetry

    telemetry = Telemetry(config)
    trace.subscribe(telemetry.record)
    return telemetry


async def _session(agent: Agent, source: Source, trace: Trace, *, json: bool) -> None:
    if json:
        trace.subscribe(_print_json)
        await agent.run(source)
        return
    from voiceagent.cli.terminal import Display

    display = Display(
        console(),
        state=lambda: agent.state.value,
        level=lambda: _level(source),
        keys=KEYS,
    )
    trace.subscribe(display)
    keys = Keys(agent)
    with display, keys:
        listening = asyncio.ensure_future(agent.run(source))
        quitting = asyncio.ensure_future(keys.quit.wait())
        await asyncio.wait({listening, quitting}, return_when="FIRST_COMPLETED")
        quitting.cancel()
        if not listening.done():
            listening.cancel()
        await asyncio.gather(listening, quitting, return_exceptions=True)
        if not listening.cancelled() and (error := listening.exception()):
            raise _first(error)


def _level(source: Source) -> float | None:
    """Peak of the newest sound in dB below full scale, where it is known."""
    level = getattr(source, "level", None)
    return float(level.peak) if level is not None else None


def _first(error: BaseException) -> BaseException:
    """What went wrong, out of the groups it was wrapped in."""
    while isinstance(error, BaseExceptionGroup):
        error = error.exceptions[0]
    return error


def _print_json(record: Record) -> None:
    import msgspec

    emit_json({"at": round(record.at, 3), **msgspec.to_builtins(record.event)})


def _source(stdin: bool, device: str) -> Source:
    if stdin:
        from voiceagent.audio.source import StdinSource

        return StdinSource(sys.stdin.buffer)
    from voiceagent.audio.microphone import MicrophoneSource

    return MicrophoneSource(int(device) if device.isdigit() else device or None)


def _list_devices(*, json: bool) -> None:
    from voiceagent.audio.portaudio import list_devices

    for device in list_devices():
        if json:
            import msgspec

            emit_json(msgspec.to_builtins(device))
        else:
            console().print(str(device), markup=False)


def _write_report(trace: Trace, path: Path) -> None:
    from voiceagent.trace.report.write import write_report

    path.parent.mkdir(parents=True, exist_ok=True)
    write_report(list(trace), path, title="Listening", facts={})
    errors().print(f"report: {path}", markup=False)

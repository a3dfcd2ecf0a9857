"""`voiceagent listen`: the agent on the microphone."""

from __future__ import annotations

import asyncio
import signal
import sys
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NamedTuple

import typer

from voiceagent.cli.collector import loaded
from voiceagent.cli.keys import KEYS, Keys
from voiceagent.cli.shared import (
    ChannelOption,
    ConfigOption,
    JsonOption,
    PackOption,
    RegionOption,
    configure,
    console,
    emit_json,
    errors,
    loudspeaker,
    tell,
)
from voiceagent.errors import UsageError

if TYPE_CHECKING:
    from rich.table import Table

    from voiceagent.agent.agent import Agent
    from voiceagent.agent.port import AgentPort, DeviceDesk
    from voiceagent.app.config import Config
    from voiceagent.audio.config import AudioConfig
    from voiceagent.audio.player import Player
    from voiceagent.audio.portaudio import Microphone
    from voiceagent.audio.source import Source
    from voiceagent.port import Numbered
    from voiceagent.store import Store
    from voiceagent.trace.opentelemetry import Telemetry
    from voiceagent.trace.trace import Trace

__all__ = ["listen"]


def listen(
    device: Annotated[
        str | None, typer.Option(help="Microphone: number or part of its name.")
    ] = None,
    channel: ChannelOption = None,
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
    if stdin and channel:
        raise UsageError(
            "`--channel` is for microphones", hint="pipe the channel that you want"
        )
    engine = "none" if push_to_talk else None
    chosen = configure(
        config,
        pack,
        wake__engine=engine,
        audio__device=device,
        audio__channel=channel,
        region__url=region,
    )
    with _ended_at_once():
        _arming(json=json)
        source = _source(stdin, chosen.audio)
        made = _made(chosen, source)
    _listen(made, source, json=json, report=report)


@contextmanager
def _ended_at_once() -> Iterator[None]:
    """Ctrl-C ends the program while its parts are made: nothing has begun, and no
    library that is being loaded can swallow it. A session leaves in order instead."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGINT, signal.SIG_DFL)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


def _arming(*, json: bool) -> None:
    """Something is seen at once, long before everything is loaded."""
    if json:
        emit_json({"at": 0.0, "event": "StateChanged", "state": "arming"})
    elif sys.stdout.isatty():
        sys.stdout.write(" arming ...\r")
        sys.stdout.flush()


class _Session(NamedTuple):
    """A session that is about to begin."""

    agent: Agent
    port: AgentPort
    trace: Trace
    telemetry: Telemetry | None
    store: Store


def _made(chosen: Config, source: Source) -> _Session:
    """Everything that has to be there before the session begins."""
    from voiceagent.agent.mute import StoredMute
    from voiceagent.agent.port import AgentPort
    from voiceagent.app.assemble import assemble
    from voiceagent.app.options import AgentOptions
    from voiceagent.app.telemetry import telemetry_of
    from voiceagent.app.workshop import Workshop
    from voiceagent.audio.player import VirtualPlayer
    from voiceagent.audio.switch import SwitchedSource
    from voiceagent.clock import Compute
    from voiceagent.skills.volume.handler import StoredVolume
    from voiceagent.trace.trace import Trace

    shop, trace = Workshop(chosen), Trace()
    speaker = loudspeaker(chosen.audio.output, without="replies are only shown")
    player, store = speaker or VirtualPlayer(), shop.store()
    desk, mute = _desk(source, speaker), StoredMute(store)
    # What comes over a pipe has no key that would unmute it.
    muted = isinstance(source, SwitchedSource) and mute.muted()
    options = AgentOptions(player, store=store, trace=trace, muted=muted, at_once=True)
    agent = assemble(shop, options)
    volume = StoredVolume(store, start=chosen.speak.start_percent)
    port = AgentPort(agent, Compute(), volume=volume, mute=mute, desk=desk)
    telemetry = telemetry_of(chosen.telemetry, chosen.privacy)
    if telemetry is not None:
        trace.subscribe(telemetry.record)
    return _Session(agent, port, trace, telemetry, store)


def _listen(made: _Session, source: Source, *, json: bool, report: Path | None) -> None:
    from voiceagent.clock import run

    agent, port, trace, telemetry, store = made
    loaded()
    try:
        run(_session(agent, port, source, json=json))
    except KeyboardInterrupt:
        errors().print("stopped")
    finally:
        store.close()
        if telemetry is not None and (lost := telemetry.close()):
            tell(lost)
        if report is not None:
            _write_report(trace, report)


def _desk(source: Source, speaker: Player | None) -> DeviceDesk | None:
    from voiceagent.audio.loudspeaker import SpeakerPlayer
    from voiceagent.audio.switch import SwitchedSource

    heard = source if isinstance(source, SwitchedSource) else None
    spoken = speaker if isinstance(speaker, SpeakerPlayer) else None
    if heard is None and spoken is None:
        return None
    if heard is not None and spoken is not None:
        heard.playing = spoken.playing
    from voiceagent.audio.desk import AudioDesk

    return AudioDesk(heard, spoken)


async def _session(
    agent: Agent, port: AgentPort, source: Source, *, json: bool
) -> None:
    _leave_on_signals(agent)
    if json:
        port.subscribe(_print_json)
        await agent.run(source)
        return
    from voiceagent.cli.terminal import Display

    display = Display(
        console(), snapshot=port.snapshot, level=lambda: _level(source), keys=KEYS
    )
    port.subscribe(display)
    with display, Keys(port, display.say):
        await agent.run(source)


def _leave_on_signals(agent: Agent) -> None:
    """The first signal ends the session in order, the second one at once."""
    if sys.platform == "win32":
        return
    loop = asyncio.get_running_loop()

    def leave(number: int) -> None:
        for one in (signal.SIGINT, signal.SIGTERM):
            loop.remove_signal_handler(one)
            signal.signal(one, signal.SIG_DFL)
        agent.leave()

    for one in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(one, leave, one)


def _level(source: Source) -> float | None:
    """Peak of the newest sound in dB below full scale, where it is known."""
    level = getattr(source, "level", None)
    return float(level.peak) if level is not None else None


def _print_json(numbered: Numbered) -> None:
    import msgspec

    emit_json({"at": round(numbered.at, 3), **msgspec.to_builtins(numbered.event)})


def _source(stdin: bool, wanted: AudioConfig) -> Source:
    """What is listened to; raises `DeviceMissing` at once where there is nothing."""
    if stdin:
        from voiceagent.audio.streams import StdinSource

        return StdinSource(sys.stdin.buffer)
    from voiceagent.audio.portaudio import check_channel, find_device, list_devices
    from voiceagent.audio.switch import SwitchedSource

    check_channel(find_device(wanted.device or None, list_devices()), wanted.channel)
    return SwitchedSource(partial(_microphone, wanted.channel), wanted.device)


def _microphone(channel: int, device: str) -> Source:
    from voiceagent.audio.microphone import MicrophoneSource

    return MicrophoneSource(
        int(device) if device.isdigit() else device or None,
        channel=channel,
        give_up=float("inf"),
    )


def _list_devices(*, json: bool) -> None:
    from voiceagent.audio.portaudio import list_devices

    devices = list_devices()
    if json:
        import msgspec

        for device in devices:
            emit_json(msgspec.to_builtins(device))
    elif devices:
        console().print(_table(devices))
    else:
        errors().print("no microphone: `arecord -l` shows what the system sees")


def _table(devices: Sequence[Microphone]) -> Table:
    from rich import box
    from rich.table import Table
    from rich.text import Text

    table = Table("--device", "microphone", "channels", "rate", "", box=box.SIMPLE_HEAD)
    for one in devices:
        words = (str(one.index), one.name, str(one.channels), f"{one.rate:.0f} Hz")
        table.add_row(*map(Text, words), "usual" if one.default else "")
    return table


def _write_report(trace: Trace, path: Path) -> None:
    from voiceagent.trace.report.write import write_report

    write_report(list(trace), path, title="Listening", facts={})
    errors().print(f"report: {path}", markup=False)

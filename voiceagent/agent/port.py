"""The agent behind its port: commands in, one answer each, numbered events out."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from typing import Protocol

from voiceagent.agent.agent import Agent
from voiceagent.agent.screen import ScreenState
from voiceagent.agent.state import State
from voiceagent.clock import Compute
from voiceagent.errors import MissingError, VoiceAgentError
from voiceagent.port import (
    AskCommand,
    CancelCommand,
    Command,
    CommandAnswer,
    CommandDone,
    CommandRefused,
    DeviceList,
    DevicesCommand,
    MuteCommand,
    Numbered,
    PatienceCommand,
    QuitCommand,
    ReleaseCommand,
    RepeatCommand,
    SayCommand,
    Snapshot,
    StatusCommand,
    TalkCommand,
    ToggleCommand,
    UnmuteCommand,
    UseCommand,
    VolumeCommand,
)
from voiceagent.trace.events import Committed
from voiceagent.trace.trace import Record

__all__ = ["AgentPort", "DeviceDesk", "MuteSwitch", "VolumeKnob"]

KEPT = 2000
"""Events that whoever was away for a moment can still be given."""
VOLUME_KEYS = ("volume.set", "volume.mute")
"""Effects of the user's words that change the volume."""
MUTED = CommandRefused(code="muted", words="the microphone is muted; unmute it first")
DEAF = CommandRefused(code="deaf", words="this session has no microphone")
ENDED = CommandRefused(code="ended", words="the session has ended; start another one")


class VolumeKnob(Protocol):
    """How loud replies are, kept over sessions; blocking."""

    def percent(self) -> int:
        """0..100; 0 while muted."""
        ...

    def turn_to(self, percent: int) -> None:
        """Replies are that loud from the next clip on; raises `VoiceAgentError`."""
        ...


class MuteSwitch(Protocol):
    """Whether the microphone is muted, kept over sessions; blocking."""

    def keep(self, muted: bool) -> None:
        """Begin the next session like that; raises `VoiceAgentError`."""
        ...


class DeviceDesk(Protocol):
    """The microphones and loudspeakers of this machine."""

    async def devices(self) -> DeviceList:
        """All there are; raises `VoiceAgentError`."""
        ...

    async def use(self, *, input: str | None, output: str | None) -> None:
        """Change over; raises `VoiceAgentError`, and then nothing was changed."""
        ...


class AgentPort:
    """Answers commands for one agent and keeps what a screen needs."""

    def __init__(
        self,
        agent: Agent,
        compute: Compute,
        *,
        volume: VolumeKnob,
        mute: MuteSwitch | None = None,
        desk: DeviceDesk | None = None,
    ) -> None:
        """`mute`: None where it is forgotten at the end; `desk`: None where devices
        cannot be chosen (a pipe, a file, typed words)."""
        self._agent, self._compute = agent, compute
        self._volume, self._mute, self._desk = volume, mute, desk
        self._listeners: list[Callable[[Numbered], None]] = []
        self._kept: deque[Numbered] = deque(maxlen=KEPT)
        self._seen = ScreenState()
        self._percent = volume.percent()
        agent.trace.subscribe(self._took)

    async def do(self, command: Command) -> CommandAnswer:
        """Carry out a command: one answer each, never an exception."""
        if self._agent.life.ended and not isinstance(command, StatusCommand):
            return ENDED
        try:
            match command:
                case MuteCommand() | UnmuteCommand():
                    return await self._turn_microphone(isinstance(command, MuteCommand))
                case VolumeCommand():
                    return await self._turn_volume(command)
                case DevicesCommand():
                    return await self._list_devices()
                case UseCommand():
                    return await self._use(command)
                case _:
                    return self._at_once(command)
        except MissingError as error:
            return CommandRefused(code="no-device", words=_words(error))
        except VoiceAgentError as error:
            return CommandRefused(code="unavailable", words=_words(error))

    def snapshot(self) -> Snapshot:
        """What is going on now."""
        agent = self._agent
        return self._seen.snapshot(
            state=agent.state.value,
            muted=agent.muted,
            volume=self._percent,
            patience=agent.ears.turn.patience if agent.ears else 1.0,
        )

    def events(self, since: int | None = None) -> list[Numbered] | None:
        """Those after number `since` that are still kept; None where some of them are
        not kept any more: take a snapshot then."""
        oldest = self._kept[0].seq if self._kept else self._seen.seq + 1
        if since is None:
            return list(self._kept)
        if since + 1 < oldest or since > self._seen.seq:
            return None
        return [one for one in self._kept if one.seq > since]

    def subscribe(self, listener: Callable[[Numbered], None]) -> Callable[[], None]:
        """Call `listener` with every event from now on; gives what ends that."""
        self._listeners.append(listener)
        return lambda: self._unsubscribe(listener)

    def _unsubscribe(self, listener: Callable[[Numbered], None]) -> None:
        self._listeners = [one for one in self._listeners if one is not listener]

    def _took(self, record: Record) -> None:
        self._seen.take(record)
        if isinstance(record.event, Committed) and record.event.key in VOLUME_KEYS:
            self._percent = self._volume.percent()
        numbered = Numbered(self._seen.seq, record.at, record.event)
        self._kept.append(numbered)
        for listener in tuple(self._listeners):
            listener(numbered)

    def _at_once(self, command: Command) -> CommandAnswer:
        agent = self._agent
        match command:
            case TalkCommand():
                return self._talk()
            case ReleaseCommand():
                return CommandDone() if agent.release() else _nothing("no turn is open")
            case ToggleCommand():
                return self._toggle()
            case CancelCommand():
                done = agent.cancel()
                return CommandDone() if done else _nothing("nothing is going on")
            case AskCommand(text=text):
                return CommandDone(turn=agent.type(text))
            case SayCommand(text=text):
                agent.say(text)
                return CommandDone()
            case RepeatCommand():
                return self._repeat()
            case PatienceCommand(factor=factor):
                return self._wait_longer(factor)
            case QuitCommand():
                agent.leave()
                return CommandDone()
            case _:
                return CommandDone(snapshot=self.snapshot())

    def _wait_longer(self, factor: float) -> CommandAnswer:
        if self._agent.ears is None:
            return DEAF
        self._agent.ears.turn.patience = factor
        return CommandDone()

    def _talk(self) -> CommandAnswer:
        agent = self._agent
        if agent.ears is None:
            return DEAF
        if not agent.push_to_talk():
            return MUTED
        return CommandDone(turn=agent.ears.turn.number)

    def _toggle(self) -> CommandAnswer:
        match self._agent.state:
            case State.LISTENING if self._agent.release():
                return CommandDone()
            case State.SPEAKING | State.THINKING:
                self._agent.cancel()
                return CommandDone()
        return self._talk()

    def _repeat(self) -> CommandAnswer:
        said = self._agent.last_said
        if not said:
            return _nothing("nothing has been said yet")
        self._agent.say(said)
        return CommandDone()

    async def _turn_microphone(self, muted: bool) -> CommandAnswer:
        self._agent.mute(muted)  # at once, whatever becomes of the note
        if self._mute is not None:
            await self._compute("act", self._mute.keep, muted)
        return CommandDone()

    async def _turn_volume(self, command: VolumeCommand) -> CommandAnswer:
        before = await self._compute("act", self._volume.percent)
        step = command.step or 0
        wanted = before + step if command.percent is None else command.percent
        percent = max(0, min(100, wanted))
        await self._compute("act", self._volume.turn_to, percent)
        self._percent = percent
        return CommandDone(snapshot=self.snapshot())

    async def _list_devices(self) -> CommandAnswer:
        if self._desk is None:
            return _no_desk()
        return CommandDone(devices=await self._desk.devices())

    async def _use(self, command: UseCommand) -> CommandAnswer:
        if self._desk is None:
            return _no_desk()
        await self._desk.use(input=command.input, output=command.output)
        return CommandDone(devices=await self._desk.devices())


def _words(error: VoiceAgentError) -> str:
    parts = (error.what, error.cause, error.hint)
    return "; ".join(part for part in parts if part)


def _nothing(words: str) -> CommandRefused:
    return CommandRefused(code="nothing", words=words)


def _no_desk() -> CommandRefused:
    words = "the devices of this session cannot be changed"
    return CommandRefused(code="unavailable", words=words)

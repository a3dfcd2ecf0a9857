"""The agent's port: what anybody may ask a running agent to do, and what it answers.

Terminal, keys, page, hotkeys and other programs use these words and nothing else:
commands in, one answer each; events with sequence numbers and a snapshot out. The types
stand here, in the ground, so that whoever talks to an agent needs none of its code.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Any, Literal, NamedTuple, Protocol

import msgspec
from msgspec import Meta, Struct, field

from voiceagent.errors import UsageError

__all__ = [
    "AskCommand",
    "AudioDevice",
    "CancelCommand",
    "Captions",
    "Command",
    "CommandAnswer",
    "CommandDone",
    "CommandRefused",
    "DeviceList",
    "DevicesCommand",
    "MuteCommand",
    "Numbered",
    "PatienceCommand",
    "Port",
    "QuitCommand",
    "ReleaseCommand",
    "RepeatCommand",
    "SayCommand",
    "Snapshot",
    "StatusCommand",
    "TalkCommand",
    "ToggleCommand",
    "UnmuteCommand",
    "UseCommand",
    "VolumeCommand",
    "decode_command",
]

LONGEST = 2000
"""Letters of a text: more than anybody says in one turn."""
CommandText = Annotated[str, Meta(min_length=1, max_length=LONGEST, pattern=r"\S")]
DeviceName = Annotated[str, Meta(max_length=200)]
Percent = Annotated[int, Meta(ge=0, le=100)]
VolumeStep = Annotated[int, Meta(ge=-100, le=100)]
Factor = Annotated[float, Meta(ge=0.3, le=10.0)]


class _Asked(
    Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag_field="do"
):
    """Common shape of all commands."""


class TalkCommand(_Asked, frozen=True, tag="talk"):
    """Open a turn now, whatever is going on."""


class ReleaseCommand(_Asked, frozen=True, tag="release"):
    """The talk key was let go: the open turn ends here."""


class ToggleCommand(_Asked, frozen=True, tag="toggle"):
    """One key for all: talk; end the open turn; or silence what is being said."""


class MuteCommand(_Asked, frozen=True, tag="mute"):
    """Hear nothing any more; what is being said stops."""


class UnmuteCommand(_Asked, frozen=True, tag="unmute"):
    """Hear again."""


class CancelCommand(_Asked, frozen=True, tag="cancel"):
    """Give up the turn that is open, thought about or answered, and what rings."""


class AskCommand(_Asked, frozen=True, tag="ask"):
    """Answer these words as if they had been said."""

    text: CommandText


class SayCommand(_Asked, frozen=True, tag="say"):
    """Say these words aloud."""

    text: CommandText


class RepeatCommand(_Asked, frozen=True, tag="repeat"):
    """Say the last reply again."""


class VolumeCommand(_Asked, frozen=True, tag="volume"):
    """How loud replies are: a percentage, or a step up or down."""

    percent: Percent | None = None
    step: VolumeStep | None = None

    def __post_init__(self) -> None:
        if (self.percent is None) == (self.step is None):
            raise ValueError("give either `percent` or `step`")


class PatienceCommand(_Asked, frozen=True, tag="patience"):
    """Factor on all waits for the end of a turn, until the session ends."""

    factor: Factor


class DevicesCommand(_Asked, frozen=True, tag="devices"):
    """Which microphones and loudspeakers there are."""


class UseCommand(_Asked, frozen=True, tag="use"):
    """Another microphone or loudspeaker: by its number or part of its name; empty for
    the system's choice."""

    input: DeviceName | None = None
    output: DeviceName | None = None

    def __post_init__(self) -> None:
        if self.input is None and self.output is None:
            raise ValueError("give `input`, `output` or both")


class StatusCommand(_Asked, frozen=True, tag="status"):
    """What is going on."""


class QuitCommand(_Asked, frozen=True, tag="quit"):
    """End the session; what was begun is finished."""


Command = (
    TalkCommand
    | ReleaseCommand
    | ToggleCommand
    | MuteCommand
    | UnmuteCommand
    | CancelCommand
    | AskCommand
    | SayCommand
    | RepeatCommand
    | VolumeCommand
    | PatienceCommand
    | DevicesCommand
    | UseCommand
    | StatusCommand
    | QuitCommand
)


class AudioDevice(Struct, frozen=True, kw_only=True):
    """A microphone or loudspeaker."""

    number: int
    name: str
    input: bool = False
    output: bool = False
    used: bool = False


class DeviceList(Struct, frozen=True, kw_only=True):
    """All that are plugged in."""

    devices: list[AudioDevice] = field(default_factory=list)


class Captions(Struct, frozen=True, kw_only=True):
    """Words of the newest turn, as far as they are known."""

    turn: int = 0
    tentative: str = ""
    """Words while they are said; they may still change."""
    heard: str = ""
    said: str = ""
    """The reply, or as much of it as is known."""


class Snapshot(Struct, frozen=True, kw_only=True):
    """Everything that a screen shows when it is switched on."""

    seq: int
    """Number of the newest event that is in here."""
    state: str
    muted: bool
    captions: Captions
    engines: dict[str, str]
    volume: int
    """Percent."""
    patience: float
    source: str = ""
    version: str = ""
    degraded: list[str] = field(default_factory=list)
    """What does not work as it should, oldest first."""
    budget_ms: float = 0.0
    last_ms: float | None = None
    """What the newest turn took to its first sound."""
    last_met: bool | None = None


class CommandDone(Struct, frozen=True, kw_only=True, tag_field="answer", tag="ok"):
    """It was done, or has begun."""

    turn: int | None = None
    """Number of the turn that it began."""
    snapshot: Snapshot | None = None
    devices: DeviceList | None = None


class CommandRefused(
    Struct, frozen=True, kw_only=True, tag_field="answer", tag="error"
):
    """It was not done, and nothing else was."""

    code: Literal[
        "invalid", "muted", "deaf", "nothing", "no-device", "unavailable", "ended"
    ]
    words: str
    """Why, and what would help."""


CommandAnswer = CommandDone | CommandRefused


class Numbered(NamedTuple):
    """An event of the session and its number; numbers have no gaps."""

    seq: int
    at: float
    """Seconds on the session's clock."""
    event: Any


class Port(Protocol):
    """What a running agent answers to."""

    async def do(self, command: Command) -> CommandAnswer:
        """Carry out a command: one answer each, never an exception."""
        ...

    def snapshot(self) -> Snapshot:
        """What is going on now."""
        ...

    def events(self, since: int | None = None) -> list[Numbered] | None:
        """Those after number `since` that are still kept; None where some of them are
        not kept any more: take a snapshot then."""
        ...

    def subscribe(self, listener: Callable[[Numbered], None]) -> Callable[[], None]:
        """Call `listener` with every event from now on; gives what ends that."""
        ...


def decode_command(data: bytes) -> Command:
    """A command from JSON (`{"do": "ask", "text": "..."}`); raises `UsageError`."""
    if len(data) > 8 * LONGEST:
        raise UsageError(
            "the command is too long", hint=f"a text has up to {LONGEST} letters"
        )
    try:
        command: Command = msgspec.json.decode(data, type=Command)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise UsageError(
            "that is no command",
            cause=str(error),
            hint='such as `{"do": "ask", "text": "what time is it"}`',
        ) from error
    return command

"""The agent's port: one vocabulary, one answer each, numbered events."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

import msgspec
import pytest
from agents import Echo, Knob, Stage
from hypothesis import given
from hypothesis import strategies as st
from trouble import COMMAND

from voiceagent.agent.agent import Agent
from voiceagent.agent.port import AgentPort, MuteSwitch
from voiceagent.audio.source import Quiet
from voiceagent.clock import Compute, Pace, run
from voiceagent.errors import DeviceMissing, StoreError, UsageError
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
    StatusCommand,
    TalkCommand,
    ToggleCommand,
    UnmuteCommand,
    UseCommand,
    VolumeCommand,
    decode_command,
)
from voiceagent.trace.events import (
    SessionEnded,
    StateChanged,
    TurnCancelled,
    TurnFinished,
)

pytestmark = pytest.mark.unit
SIMPLE = (
    TalkCommand(),
    ReleaseCommand(),
    ToggleCommand(),
    MuteCommand(),
    UnmuteCommand(),
    CancelCommand(),
    AskCommand(text="hello"),
    SayCommand(text="hello"),
    RepeatCommand(),
    VolumeCommand(percent=30),
    VolumeCommand(step=-200 // 10),
    PatienceCommand(factor=2.0),
    DevicesCommand(),
    UseCommand(input="headset"),
    StatusCommand(),
)


class Desk:
    """Devices that are not there."""

    async def devices(self) -> DeviceList:
        """None."""
        return DeviceList()

    async def use(self, *, input: str | None, output: str | None) -> None:
        """There is no such thing."""
        raise DeviceMissing(f"there is no `{input}`")


Play = Callable[[AgentPort], Awaitable[None]]


def with_port(
    play: Play,
    stage: Stage | None = None,
    desk: Desk | None = None,
    mute: MuteSwitch | None = None,
) -> Stage:
    """Run a session over silence or a command, and `play` beside it."""
    stage = Stage(wakes=[])
    made = stage.make
    ports: list[AgentPort] = []

    def make() -> Agent:
        agent = made()
        compute = Compute(Pace.VIRTUAL)
        ports.append(AgentPort(agent, compute, volume=Knob(), mute=mute, desk=desk))
        asyncio.get_running_loop().call_later(0.5, start)
        return agent

    tasks: list[asyncio.Task[None]] = []

    def start() -> None:
        tasks.append(asyncio.ensure_future(play(ports[0])))  # type: ignore[arg-type]

    stage.make = make  # type: ignore[method-assign]
    stage.play((9.0, 0.0))
    assert tasks[0].done()
    tasks[0].result()
    return stage


def test_every_command_has_one_answer_and_raises_nothing() -> None:
    answers: list[CommandAnswer] = []

    async def play(port: AgentPort) -> None:
        answers.extend([await port.do(command) for command in SIMPLE])

    with_port(play)
    assert len(answers) == len(SIMPLE)
    for command, answer in zip(SIMPLE, answers, strict=True):
        assert isinstance(answer, CommandDone | CommandRefused), command


def test_what_cannot_be_done_is_refused_with_words() -> None:
    async def play(port: AgentPort) -> None:
        refused = {
            "nothing": (ReleaseCommand(), CancelCommand(), RepeatCommand()),
            "unavailable": (DevicesCommand(), UseCommand(output="")),
        }
        for code, commands in refused.items():
            for command in commands:
                answer = await port.do(command)
                assert isinstance(answer, CommandRefused), command
                assert answer.code == code and answer.words

    with_port(play)


def test_a_missing_device_is_named() -> None:
    async def play(port: AgentPort) -> None:
        answer = await port.do(UseCommand(input="headset"))
        assert isinstance(answer, CommandRefused)
        assert answer.code == "no-device" and "headset" in answer.words
        listed = await port.do(DevicesCommand())
        assert isinstance(listed, CommandDone) and listed.devices == DeviceList()

    with_port(play, desk=Desk())


def test_while_muted_nothing_is_heard_but_words_may_be_typed() -> None:
    async def play(port: AgentPort) -> None:
        await port.do(MuteCommand())
        talk = await port.do(TalkCommand())
        toggle = await port.do(ToggleCommand())
        for answer in (talk, toggle):
            assert isinstance(answer, CommandRefused) and answer.code == "muted"
        typed = await port.do(AskCommand(text="one"))
        assert isinstance(typed, CommandDone) and typed.turn == 1
        await asyncio.sleep(4)
        await port.do(UnmuteCommand())
        assert not port.snapshot().muted
        assert port.snapshot().captions.said == "You said one."

    with_port(play)


class Switch:
    """Remembers how the microphone was left; `broken`: it cannot."""

    def __init__(self, *, broken: bool = False) -> None:
        self.kept: list[bool] = []
        self._broken = broken

    def keep(self, muted: bool) -> None:
        """The last one counts."""
        if self._broken:
            raise StoreError("the disk is full")
        self.kept.append(muted)


def test_how_the_microphone_is_left_is_kept() -> None:
    switch = Switch()

    async def play(port: AgentPort) -> None:
        for command in (MuteCommand(), MuteCommand(), UnmuteCommand(), MuteCommand()):
            assert await port.do(command) == CommandDone()

    with_port(play, mute=switch)
    assert switch.kept == [True, True, False, True]


def test_what_cannot_be_kept_is_muted_all_the_same() -> None:
    async def play(port: AgentPort) -> None:
        answer = await port.do(MuteCommand())
        assert isinstance(answer, CommandRefused) and "full" in answer.words
        assert port.snapshot().muted

    with_port(play, mute=Switch(broken=True))


def test_toggle_opens_ends_and_silences() -> None:
    async def play(port: AgentPort) -> None:
        opened = await port.do(ToggleCommand())
        assert isinstance(opened, CommandDone) and opened.turn == 1
        assert port.snapshot().state == "listening"
        assert isinstance(await port.do(ToggleCommand()), CommandDone)
        assert port.snapshot().state != "listening"
        await port.do(AskCommand(text="one"))
        await asyncio.sleep(0.5)
        assert port.snapshot().state == "speaking"
        assert isinstance(await port.do(ToggleCommand()), CommandDone)
        await asyncio.sleep(0.1)
        assert port.snapshot().state == "idle"

    with_port(play)


def test_the_last_reply_is_said_again_outside_of_any_turn() -> None:
    async def play(port: AgentPort) -> None:
        await port.do(AskCommand(text="one"))
        await asyncio.sleep(3)
        before = port.snapshot().captions.turn
        assert isinstance(await port.do(RepeatCommand()), CommandDone)
        await asyncio.sleep(0.2)
        assert port.snapshot().state == "speaking"
        assert port.snapshot().captions.turn == before

    with_port(play)


def test_volume_and_patience_take_effect() -> None:
    async def play(port: AgentPort) -> None:
        for command, percent in (
            (VolumeCommand(percent=30), 30),
            (VolumeCommand(step=-50), 0),
            (VolumeCommand(step=25), 25),
            (VolumeCommand(step=100), 100),
        ):
            await port.do(command)
            assert port.snapshot().volume == percent
        await port.do(PatienceCommand(factor=2.5))
        assert port.snapshot().patience == 2.5

    with_port(play)


def test_quitting_ends_the_session_and_the_port_says_so() -> None:
    ports: list[AgentPort] = []

    async def play(port: AgentPort) -> None:
        ports.append(port)
        assert isinstance(await port.do(QuitCommand()), CommandDone)

    stage = with_port(play)
    assert len(stage.events(SessionEnded)) == 1

    async def afterwards() -> None:
        answer = await ports[0].do(TalkCommand())
        assert isinstance(answer, CommandRefused) and answer.code == "ended"
        status = await ports[0].do(StatusCommand())
        assert isinstance(status, CommandDone) and status.snapshot is not None

    run(afterwards(), virtual=True)


def test_cancelling_gives_up_what_is_thought_and_said() -> None:
    async def play(port: AgentPort) -> None:
        await port.do(AskCommand(text="one"))
        assert isinstance(await port.do(CancelCommand()), CommandDone)

    stage = with_port(play)
    (cancelled,) = stage.events(TurnCancelled)
    assert cancelled.reason == "cancelled"


def test_events_are_numbered_without_a_gap_and_can_be_caught_up() -> None:
    told: list[Numbered] = []

    async def play(port: AgentPort) -> None:
        stop = port.subscribe(told.append)
        seen = port.snapshot().seq
        await port.do(AskCommand(text="one"))
        await asyncio.sleep(2)
        assert port.events(seen) == told
        assert [one.seq for one in told] == list(range(seen + 1, seen + 1 + len(told)))
        assert port.events(port.snapshot().seq) == []
        assert port.events(port.snapshot().seq + 1) is None
        stop()
        count = len(told)
        await port.do(MuteCommand())
        assert len(told) == count

    with_port(play)
    assert any(isinstance(one.event, TurnFinished) for one in told)


def test_states_are_told_as_they_change() -> None:
    stage = Stage()
    stage.play(*COMMAND)
    states = [event.state for event in stage.events(StateChanged)]
    assert states == ["arming", "idle", "listening", "thinking", "speaking", "idle"]


def test_a_typed_session_has_no_ears() -> None:
    stage = Stage(skill=Echo())

    async def main() -> None:
        agent = stage.make()
        agent.ears = None
        port = AgentPort(agent, Compute(Pace.VIRTUAL), volume=Knob())
        answer = await port.do(TalkCommand())
        assert isinstance(answer, CommandRefused) and answer.code == "deaf"
        await agent.run(Quiet(), typed="one")
        assert port.snapshot().captions.said == "You said one."

    run(main(), virtual=True)


@given(
    st.sampled_from(SIMPLE).map(msgspec.json.encode),
    st.integers(0, 60),
    st.binary(min_size=1, max_size=3),
)
def test_damaged_commands_are_refused_never_guessed(
    good: bytes, at: int, noise: bytes
) -> None:
    assert decode_command(good) in SIMPLE
    damaged = good[:at] + noise + good[at + 1 :]
    try:
        command: Command = decode_command(damaged)
    except UsageError as error:
        assert error.hint
    else:
        assert type(command).__name__.endswith("Command")


@pytest.mark.parametrize(
    "bad",
    [
        b"",
        b"[]",
        b'{"do": "dance"}',
        b'{"do": "ask"}',
        b'{"do": "ask", "text": " "}',
        b'{"do": "ask", "text": 7}',
        b'{"do": "talk", "now": true}',
        b'{"do": "volume"}',
        b'{"do": "volume", "percent": 101}',
        b'{"do": "volume", "percent": 1, "step": 1}',
        b'{"do": "patience", "factor": 0}',
        b'{"do": "use"}',
        b'{"do": "ask", "text": "' + b"x" * 2001 + b'"}',
        b"[" * 100_000,
    ],
)
def test_commands_have_limits(bad: bytes) -> None:
    with pytest.raises(UsageError):
        decode_command(bad)

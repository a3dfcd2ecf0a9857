"""Tools of the device: what is offered and called, and that it is done once."""

import json
from collections.abc import AsyncGenerator, Mapping
from typing import Any

import pytest
from agents import Echo, Stage
from hypothesis import given
from hypothesis import strategies as st
from regions import envelope, question, region, words

from tests.packs import tools
from tests.realtime.test_remote import client
from voiceagent.app.assemble import assemble
from voiceagent.app.config import Config, load_config
from voiceagent.app.options import AgentOptions
from voiceagent.app.workshop import Workshop
from voiceagent.audio.player import VirtualPlayer
from voiceagent.clock import Pace, run
from voiceagent.deadline import Deadline
from voiceagent.errors import (
    ConfigError,
    RemoteFailed,
    ToolRefused,
    VoiceAgentError,
)
from voiceagent.nlu.intent import Intent
from voiceagent.nlu.slm.tools import CallableIntent, Signature
from voiceagent.privacy.gate import Policy
from voiceagent.privacy.payload import DataClass, Payload
from voiceagent.region.backend import AnswerText, Call, Output, Request
from voiceagent.routing.device_tools import canonical, device_tools
from voiceagent.routing.handover import Handover, RemoteLeg
from voiceagent.routing.remote import (
    Answered,
    AnswerWords,
    Envelope,
    LinkState,
    Piece,
    RemoteTool,
)
from voiceagent.routing.request import RemoteRequest
from voiceagent.routing.toolbox import Deeds, Toolbox, ToolRunner
from voiceagent.skills.skill import Answer, Effect, TurnContext
from voiceagent.skills.tool import ToolCall, ToolPolicy, ToolTurn
from voiceagent.stt.protocol import Recognition
from voiceagent.trace.events import Committed, Escalated, RemoteToolRan

pytestmark = pytest.mark.unit
COMMAND = ((0.5, 0.0), (0.4, 0.3), (0.2, 0.0), (1.2, 0.3), (16.0, 0.0))
HARD = "gibberish about a film"
LAMPS = CallableIntent(
    "light.set",
    (
        Signature({"name": ("Bed Light", "Anna Kowalski Lamp"), "level": (5, 50, 100)}),
        Signature({"area": ("Kitchen",), "state": ("on", "off")}),
    ),
)
NOTE = CallableIntent("note.add", (Signature({"text": None}),))
BOX = Toolbox(device_tools((LAMPS, NOTE), ["*"]))


def asked(box: Toolbox, name: str, arguments: str) -> Intent:
    """What a call of a tool has a skill do."""
    done = list[Intent]()

    async def act(intent: Intent) -> str:
        done.append(intent)
        return "done"

    async def main() -> None:
        await box.find(name).read(arguments, ToolTurn(act)).run()

    run(main())
    return done[0]


def home() -> tuple[CallableIntent, ...]:
    """The tools of the built-in home."""
    return tools("home")


def test_every_call_that_the_templates_allow_can_be_made() -> None:
    box = Toolbox(device_tools(home(), ["*"]))
    for tool, offered in zip(home(), box.offered, strict=False):
        for signature in tool.signatures[:20]:
            slots = {
                k: "milk" if v is None else v[-1] for k, v in signature.slots.items()
            }
            found = asked(box, offered["name"], json.dumps(slots))
            assert found.name == tool.name
            assert dict(found.slots) == slots


def test_functions_are_named_and_described_as_servers_want_them() -> None:
    said = {"light.color": "make it {color}"}
    box = Toolbox(device_tools(home(), ["light.*", "timer.*"], said))
    offered = box.offered
    assert offered and all(
        tool["type"] == "function"
        and tool["name"].replace("_", "").isalnum()
        and tool["parameters"]["type"] == "object"
        for tool in offered
    )
    assert {tool["name"].partition("_")[0] for tool in offered} == {"light", "timer"}
    (color,) = (tool for tool in offered if tool["name"] == "light_color")
    assert color["description"] == "Said like: make it {color}"


def test_nothing_is_offered_that_was_not_named() -> None:
    assert not Toolbox(device_tools(home(), []))
    assert not Toolbox(device_tools(home(), ["lamp"])).offered
    with pytest.raises(ToolRefused, match="no such tool"):
        asked(Toolbox(device_tools(home(), ["light.*"])), "lock_unlock", "{}")


@pytest.mark.parametrize(
    ("arguments", "slots"),
    [
        ('{"name": "bed light", "level": "50"}', {"name": "Bed Light", "level": 50}),
        ('{"name": "Bed Light", "level": 5.0}', {"name": "Bed Light", "level": 5}),
        ('{"state": "OFF"}', {"area": "Kitchen", "state": "off"}),
        ('{"state": "on", "name": null}', {"area": "Kitchen", "state": "on"}),
    ],
)
def test_a_call_is_read_as_it_is_meant(
    arguments: str, slots: Mapping[str, object]
) -> None:
    assert dict(asked(BOX, "light_set", arguments).slots) == slots


@pytest.mark.parametrize(
    ("arguments", "why"),
    [
        ("[1]", "no JSON object"),
        ("{", "no JSON"),
        ("[" * 3_000, "no JSON"),
        (json.dumps({"name": "x" * 5_000}), "letters"),
        ('{"name": "Bed Light"}', "do not go together"),
        ('{"name": "Bed Light", "level": 51}', "`level` has no such value"),
        ('{"name": "Bed Light", "level": true}', "`level` has no such value"),
        ('{"colour": "red"}', "no argument `colour`"),
        ('{"name": "Bed Light", "state": "on"}', "do not go together"),
    ],
)
def test_what_no_template_says_is_refused_with_a_reason(
    arguments: str, why: str
) -> None:
    with pytest.raises(ToolRefused, match=why):
        asked(BOX, "light_set", arguments)


@given(st.text(max_size=40), st.text(max_size=200))
def test_any_call_is_an_intent_or_refused(name: str, arguments: str) -> None:
    for called in (name, "light_set", "note_add"):
        try:
            found = asked(BOX, called, arguments)
        except ToolRefused as error:
            assert error.what
        else:
            assert found.name in ("light.set", "note.add")


def test_the_same_is_done_once_and_by_one_leg() -> None:
    deeds, done = Deeds(), list[str]()

    async def act() -> str:
        done.append("x")
        return f"number {len(done)}"

    async def main() -> None:
        on, off = (canonical(Intent("a", {"state": s})) for s in ("on", "off"))
        deeds.claim(1, "region")
        assert [await deeds.once(on, act), await deeds.once(on, act)] == [
            "number 1"
        ] * 2
        assert await deeds.once(off, act) == "number 2"
        assert deeds.taken(1, "backup") and not deeds.taken(1, "region")
        with pytest.raises(ToolRefused, match="somebody else"):
            deeds.claim(1, "backup")
        deeds.release(1, "region")
        deeds.claim(1, "backup")
        assert await deeds.once(on, act) == "number 1"
        deeds.claim(2, "region")
        assert await deeds.once(on, act) == "number 3"

    run(main())
    assert canonical(Intent("a", {"x": 1, "y": 2})) == canonical(
        Intent("a", {"y": 2, "x": 1})
    )


class Caller:
    """A remote that has tools run and then says what they gave."""

    def __init__(self, *calls: tuple[str, str], name: str = "region") -> None:
        self.name, self.region, self.link = name, "", LinkState.UP
        self.trouble = None
        self.calls, self.asked = calls, list[Payload]()
        self.told = list[str]()

    async def ask(
        self, payload: Payload, envelope: Envelope
    ) -> AsyncGenerator[Piece, None]:
        """All calls, one after the other, then all that was told."""
        self.asked.append(payload)
        for number, (tool, arguments) in enumerate(self.calls):
            yield RemoteTool(f"call_{number}", tool, arguments)
        yield AnswerWords("Done. ")
        yield Answered()

    def nudge(self) -> None:
        """There always is a way."""

    async def answer_tool(self, turn_id: str, call_id: str, output: str) -> None:
        """Kept."""
        self.told.append(output)

    async def heard(self, turn_id: str, text: str) -> None:
        """Not wanted here."""

    async def run(self) -> None:
        """The way is always open."""


class House(Echo):
    """Says what it was asked to do, and does it."""

    def answer(self, intent: Intent, context: TurnContext) -> Answer:
        """The same key for every effect, as skills have it."""
        said = canonical(intent)
        if intent.slots.get("level") == 100:
            raise VoiceAgentError("Anna Kowalski Lamp does not answer")
        effect = Effect("set", lambda: self.ran.append(said))
        return Answer("Anna Kowalski's lamp is on.", (effect,))


def play(caller: Caller, *, leaves: DataClass = DataClass.TEXT) -> tuple[Stage, House]:
    """A turn that the region answers."""
    house = House()
    stage = Stage(
        says=[HARD],
        remotes=[caller],
        skill=house,
        toolbox=BOX,
        policy=Policy(leaves),
        costs={"tts": 0.05, "stt": 0.002, "receipt": 0.001},
    )
    (row,) = stage.play(*COMMAND)
    assert row.reply.strip() == "Done." and row.tier == "region"
    return stage, house


BED = '{"name": "Bed Light", "level": 5}'
KITCHEN = '{"state": "off"}'


def test_a_region_has_tools_run_before_it_answers() -> None:
    caller = Caller(("light_set", BED), ("light_set", KITCHEN), ("light_set", BED))
    stage, house = play(caller)
    assert len(house.ran) == 2, "each once, though the keys of the effects are the same"
    assert [json.loads(told) for told in caller.told] == [
        {"result": "Anna Kowalski's lamp is on."}
    ] * 3
    ran = stage.events(RemoteToolRan)
    assert [e.ok for e in ran] == [True] * 3  # type: ignore[union-attr]
    keys = [e.key for e in stage.events(Committed)]  # type: ignore[union-attr]
    assert len(set(keys)) == 2 and all("Bed" not in key for key in keys)


def test_a_tool_that_fails_or_is_refused_is_told_and_the_answer_goes_on() -> None:
    caller = Caller(
        ("light_set", '{"name": "Bed Light", "level": 100}'),
        ("light_set", "{}"),
        ("door_open", "{}"),
    )
    stage, house = play(caller)
    errors = [json.loads(told)["error"] for told in caller.told]
    assert "does not answer" in errors[0] and "no such tool" in errors[2]
    assert not house.ran
    assert not any(e.ok for e in stage.events(RemoteToolRan))  # type: ignore[union-attr]


def test_a_skill_that_breaks_is_told_without_its_words_and_the_answer_goes_on() -> None:
    caller = Caller(("light_set", BED), ("light_set", KITCHEN))

    def broken(intent: Intent, context: TurnContext) -> Answer:
        raise ZeroDivisionError("Anna Kowalski")

    stage = Stage(
        says=[HARD], remotes=[caller], skill=Echo(answered=broken), toolbox=BOX
    )
    (row,) = stage.play(*COMMAND)
    assert row.reply.strip() == "Done." and row.tier == "region"
    errors = [json.loads(told)["error"] for told in caller.told]
    assert errors == ["this device could not do it"] * 2
    assert "Kowalski" not in str(stage.events(RemoteToolRan))


def test_names_do_not_leave_with_tools_and_come_back() -> None:
    caller = Caller(("light_set", '{"name": "[NAME_1] Lamp", "level": 5}'))
    stage, house = play(caller, leaves=DataClass.REDACTED)
    (payload,) = caller.asked
    assert "Kowalski" not in json.dumps(payload.tools) and payload.tools
    assert "Kowalski" not in "".join(caller.told)
    (done,) = house.ran
    assert "Anna Kowalski Lamp" in done
    (left,) = stage.events(Escalated)
    assert left.bytes > len(json.dumps(payload.tools))  # type: ignore[union-attr]


def test_a_summary_takes_no_tools_along() -> None:
    caller = Caller()
    house = House()
    stage = Stage(
        says=[f"{HARD} turn the kitchen light on"],
        remotes=[caller],
        skill=house,
        toolbox=BOX,
        policy=Policy(DataClass.SUMMARY),
    )
    stage.play(*COMMAND)
    assert all(not payload.tools for payload in caller.asked)


def test_of_two_regions_that_race_one_acts() -> None:
    deeds = [Caller(("light_set", BED), name=name) for name in ("region", "backup")]
    house = House()
    stage = Stage(says=[HARD], remotes=deeds, skill=house, toolbox=BOX)
    (row,) = stage.play(*COMMAND)
    assert row.reply.strip() == "Done." and len(house.ran) == 1


class Clock:
    """A tool that changes nothing."""

    name, policy = "clock", ToolPolicy.READS
    schema = {"type": "function", "name": "clock", "parameters": {"type": "object"}}

    def __init__(self) -> None:
        self.asked = 0

    def read(self, arguments: str, turn: ToolTurn) -> ToolCall:
        """Always the same question."""
        return ToolCall("clock", "clock", self._tell)

    async def _tell(self) -> str:
        self.asked += 1
        return f"asked {self.asked} times"


def test_a_tool_that_only_reads_may_be_called_again_and_beside_another_leg() -> None:
    clock = Clock()
    caller = Caller(("clock", "{}"), ("clock", "{}"))
    stage = Stage(says=[HARD], remotes=[caller], toolbox=Toolbox([clock]))
    (row,) = stage.play(*COMMAND)
    assert row.reply.strip() == "Done." and clock.asked == 2
    assert "2 times" in caller.told[1]

    async def main() -> None:
        runner = ToolRunner(Toolbox([clock, *device_tools((LAMPS,), ["*"])]))
        legs = [asking(Caller(name=name)) for name in ("region", "backup")]
        done = [await runner.run(leg, "light_set", BED, str) for leg in legs]
        assert [one.ok for one in done] == [True, False]
        told = [await runner.run(leg, "clock", "{}", str) for leg in legs]
        assert [one.ok for one in told] == [True, True]

    run(main())


def asking(caller: Caller) -> RemoteRequest:
    """A turn that is handed to that remote."""

    async def act(intent: Intent) -> str:
        return "done"

    handover = Handover(
        turn=1, recognition=Recognition("x", 1.0, True), deadline=Deadline(1.0), act=act
    )
    return RemoteRequest(RemoteLeg(caller), handover)


class Model:
    """A backend that calls tools once, two at a time, and then says what they gave."""

    name = "model"

    def __init__(self, rounds: int = 1) -> None:
        self.asked, self.rounds = list[Request](), rounds

    async def start(self) -> None:
        """Nothing to get ready."""

    async def answer(self, request: Request) -> AsyncGenerator[Output, None]:
        """Calls as long as there are rounds, then the results."""
        self.asked.append(request)
        results = [m.text for m in request.messages if m.role == "tool"]
        if request.tools and len(results) < 2 * self.rounds:
            for number in range(2):
                call = f"call_{len(self.asked)}_{number}"
                yield Call(call, request.tools[0]["name"], f'{{"n": {number}}}')
            return
        yield AnswerText(" ".join(results))

    async def close(self) -> None:
        """Nothing to let go."""


TOOLS: tuple[dict[str, Any], ...] = (
    {"type": "function", "name": "count", "parameters": {"type": "object"}},
)


def test_tools_over_a_real_socket_two_at_once_and_one_answer() -> None:
    async def main() -> None:
        model = Model()
        async with region(model) as (url, _), client(url) as remote:
            said, done = list[str](), None
            asked = question("count", tools=TOOLS)
            async for piece in remote.ask(asked, envelope(1)):
                if isinstance(piece, RemoteTool):
                    assert piece.name == "count"
                    output = f"got {piece.arguments}"
                    await remote.answer_tool("test-1", piece.call_id, output)
                elif isinstance(piece, AnswerWords):
                    said.append(piece.text)
                elif isinstance(piece, Answered):
                    done = piece
            assert "".join(said).strip() == 'got {"n": 0} got {"n": 1}'
            assert done is not None and len(model.asked) == 2
            assert all(request.tools == TOOLS for request in model.asked)
            # Without tools, the next question is answered at once.
            assert "got" in await words(remote, question("more"), envelope(2))

    run(main())


def test_a_region_that_calls_tools_without_end_is_given_up() -> None:
    async def main() -> None:
        async with region(Model(rounds=100)) as (url, _), client(url) as remote:
            with pytest.raises(RemoteFailed, match="without end"):
                async for piece in remote.ask(question("x", tools=TOOLS), envelope(1)):
                    if isinstance(piece, RemoteTool):
                        await remote.answer_tool("test-1", piece.call_id, "again")

    run(main())


def test_the_configuration_names_the_tools() -> None:
    assert Config().region.tools == []


def test_a_name_that_no_intent_has_is_an_error_with_those_there_are() -> None:
    flags = {"region.url": "sim://ok", "region.tools": ["light.*", "lihgt.*"]}
    shop = Workshop(load_config(environ={}, flags=flags).config)
    options = AgentOptions(player=VirtualPlayer(), pace=Pace.VIRTUAL)
    with pytest.raises(ConfigError, match="lihgt") as caught:
        assemble(shop, options)
    assert "light.brightness" in caught.value.cause and caught.value.hint

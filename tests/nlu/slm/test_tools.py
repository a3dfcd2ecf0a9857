"""What a pack lets a model call."""

import json

import pytest

from tests import packs
from tests.packs import shipped
from voiceagent.nlu.intent import IntentParser
from voiceagent.nlu.slm.tools import CallableIntent, Signature, schemas
from voiceagent.skills.packs.pack import Pack

pytestmark = pytest.mark.unit


@pytest.fixture(scope="module")
def pack() -> Pack:
    """The built-in home."""
    return shipped("home")


@pytest.fixture(scope="module")
def tools(pack: Pack) -> dict[str, CallableIntent]:
    """Its tools by name."""
    return {tool.name: tool for tool in packs.tools("home")}


def allows(tool: CallableIntent, slots: dict[str, object]) -> bool:
    """Whether one signature takes exactly these slots with these values."""
    return any(
        set(signature.slots) == set(slots)
        and all(
            values is None or slots[name] in values
            for name, values in signature.slots.items()
        )
        for signature in tool.signatures
    )


@pytest.mark.parametrize(
    "sentence",
    [
        "turn on the kitchen light",
        "turn off all the lights in the bedroom",
        "set a timer for twenty minutes",
        "set a pizza timer for an hour and a half",
        "set the kitchen light to forty percent",
        "make the lights in the kitchen blue",
        "add milk to the shopping list",
        "add red paint to the shopping list",
        "wake me up at half past seven",
        "what time is it",
        "mute",
        "dim the bedroom lamp",
        "whats the weather",
    ],
)
def test_what_templates_give_may_be_called(
    pack: Pack, tools: dict[str, CallableIntent], sentence: str
) -> None:
    intent = IntentParser(pack).parse(sentence)
    assert intent is not None
    assert allows(tools[intent.name], dict(intent.slots)), intent


def test_slots_that_never_go_together_may_not_be_called(
    tools: dict[str, CallableIntent],
) -> None:
    assert not allows(tools["clock.time"], {"name": "Kitchen Light"})
    assert not allows(tools["light.color"], {})
    assert not allows(tools["device.on"], {"name": "Nowhere Light"})


def test_every_intent_of_the_home_is_a_tool(
    pack: Pack, tools: dict[str, CallableIntent]
) -> None:
    assert set(tools) == set(pack.intents.intents)
    assert tools["light.color"].required == ("color",)
    assert tools["clock.time"].order == ()


def test_schemas_are_json_and_name_values_and_ranges(
    tools: dict[str, CallableIntent],
) -> None:
    by_name = {
        entry["function"]["name"]: entry["function"]["parameters"]  # type: ignore[index]
        for entry in json.loads(json.dumps(schemas(tools.values())))
    }
    assert by_name["timer.set"]["properties"]["minutes"]["minimum"] >= 0
    assert "Kitchen" in by_name["device.on"]["properties"]["area"]["enum"]
    assert by_name["light.color"]["required"] == ["color"]
    assert by_name["list.add"]["properties"]["item"] == {"type": "string"}


def test_values_of_several_signatures_are_joined() -> None:
    one = Signature({"a": (1, 2)})
    other = Signature({"a": (2, 3), "b": None})
    tool = CallableIntent("t", (one, other))
    assert tool.values("a") == (1, 2, 3) and tool.values("b") is None
    assert tool.required == ("a",) and tool.order == ("a", "b")

"""Home Assistant's own template files load unchanged and pass their own tests."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.packs import folder
from voiceagent.errors import PackError
from voiceagent.evaluation.templates import evaluate_templates, read_template_tests
from voiceagent.nlu.intent import IntentParser
from voiceagent.skills.packs.pack import load_pack
from voiceagent.stt.grammar import compile_grammar

pytestmark = pytest.mark.unit

SHARED = Path(__file__).resolve().parents[2].parent / "shared"
THEIRS = SHARED / "data" / "text" / "home_assistant"
COMMON = """\
language: en
lists:
  color: {values: [mauve, ochre]}
  level: {range: {from: 0, to: 100, type: percentage}}
expansion_rules:
  name: "[the] {name}"
  turn: "(turn|flip)"
skip_words: [kindly]
"""
FLAT = """\
language: en
intents:
  HassTurnOn:
    data:
      - sentences: ["<turn> on <name>"]
        excludes_context: {domain: [cover]}
      - sentences: ["<turn> on the lights"]
        slots: {domain: light}
        requires_context: {area: {slot: true}}
"""
COMBINED = """\
language: en
data:
  - sentences: ["open [<the>] {name}"]
    name_domains: [cover]
  - sentences: ["light it up"]
    inferred_domain: light
"""


@pytest.fixture
def sentences(tmp_path: Path) -> Path:
    """A small folder in Home Assistant's layout, in our own words."""
    made = folder(tmp_path / "sentences" / "en")
    common = COMMON.replace("  turn:", '  the: "(the|my)"\n  turn:')
    (made / "_common.yaml").write_text(common)
    (made / "light_HassTurnOn.yaml").write_text(FLAT)
    (made / "HassTurnOn").mkdir()
    (made / "HassTurnOn" / "any.yaml").write_text(COMBINED)
    return tmp_path


def test_both_kinds_of_file_are_read(sentences: Path) -> None:
    parser = IntentParser(load_pack(sentences))
    switched = parser.parse("kindly flip on the Bed Light")
    assert switched is not None and switched.slots == {"name": "Bed Light"}
    assert parser.parse("turn on the garage door") is None  # a cover
    opened = parser.parse("open my garage door")
    assert opened is not None and opened.name == "HassTurnOn"
    assert parser.parse("open the bed light") is None  # no cover


def test_the_room_of_the_device_fills_a_slot(sentences: Path) -> None:
    parser = IntentParser(load_pack(sentences))
    for text in ("turn on the lights", "light it up"):
        assert parser.parse(text) is None
        found = parser.parse(text, context={"area": "Office"})
        assert found is not None
        assert found.slots == {"domain": "light", "area": "Office"}


def test_beside_the_home_pack_their_names_stay_their_own(sentences: Path) -> None:
    pack = load_pack(None, skill_folders=[sentences])
    parser = IntentParser(pack)
    theirs = parser.parse("flip on the bed light")
    assert theirs is not None and theirs.name == "HassTurnOn"
    ours = parser.parse("set the bed light to blue")
    assert ours is not None and ours.slots["color"] == "blue"
    assert pack.skill_for("HassTurnOn").name == "home_assistant"


@pytest.mark.fault
def test_an_unknown_list_is_named_with_file_and_line(sentences: Path) -> None:
    file = sentences / "sentences" / "en" / "light_HassTurnOn.yaml"
    file.write_text(FLAT.replace("on the lights", "on the {lamp}"))
    with pytest.raises(PackError) as caught:
        load_pack(sentences)
    assert "light_HassTurnOn.yaml`, line 7" in str(caught.value)
    assert "there is no list `{lamp}`" in str(caught.value)


@pytest.mark.skipif(not THEIRS.exists(), reason=f"no templates at {THEIRS}")
def test_their_files_pass_their_tests_and_compile() -> None:
    pack = load_pack(THEIRS)
    report = evaluate_templates(pack, read_template_tests(THEIRS / "tests" / "en"))
    assert report.sentences > 800
    assert report.right >= 0.99, report.wrong
    grammar = compile_grammar(pack.intents, pack.slot_lists)
    assert {"lights", "thermostat"} <= grammar.vocabulary


@pytest.mark.skipif(not THEIRS.exists(), reason=f"no templates at {THEIRS}")
def test_their_files_join_the_home_pack() -> None:
    parser = IntentParser(load_pack(None, skill_folders=[THEIRS]))
    found = parser.parse("set a timer for ten minutes")
    assert found is not None and found.name == "timer.set"

"""Packs load, and whatever is wrong with one is named with file, line and remedy."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.packs import DRINKS, folder
from voiceagent.errors import PackError
from voiceagent.nlu.intent import Intent, IntentParser
from voiceagent.skills.host import SkillHost
from voiceagent.skills.house.house import LocalHouse
from voiceagent.skills.packs.pack import load_pack
from voiceagent.skills.skill import TurnContext
from voiceagent.store import Store

pytestmark = pytest.mark.unit

COFFEE = Path(__file__).resolve().parents[3].parent / "shared" / "eval" / "coffee"
CONTEXT = TurnContext(datetime(2026, 1, 5, 9, tzinfo=UTC))
HANDLER = """\
from voiceagent.skills.skill import Answer
class Bar:
    name = "bar"
    def answer(self, intent, context): return Answer(f"One {intent.slots['drink']}")
    def alarms(self): return ()
    def rang(self, alarm_id): pass
    def close(self): pass
def create(host): return Bar()
"""


def say(pack_folder: Path | None, text: str, *skills: Path) -> str:
    pack = load_pack(pack_folder, skill_folders=skills)
    intent = IntentParser(pack).parse(text)
    assert intent is not None
    store = Store()
    opened = pack.open(SkillHost(store, LocalHouse(pack.house, store)))
    answer = opened.answer(intent, CONTEXT)
    opened.close()
    store.close()
    return answer.text


def test_the_home_pack_answers_every_intent_it_understands() -> None:
    pack = load_pack(None)
    assert pack.name == "home"
    for name in pack.intents.intents:
        assert pack.skill_for(name).name
    with pytest.raises(PackError, match="no skill answers `dance`"):
        pack.skill_for("dance")


def test_a_pack_without_code_confirms_honestly(tmp_path: Path) -> None:
    text = say(folder(tmp_path, intents_yaml=DRINKS), "get me a large tea")
    assert text == "I understood order: large, tea. Nothing is connected to it"


def test_a_reply_leaves_out_what_was_not_said(tmp_path: Path) -> None:
    replies = "order: One [{size} ]{drink} coming up\n"
    pack = folder(tmp_path, intents_yaml=DRINKS, replies_yaml=replies)
    assert say(pack, "i want a large tea") == "One large tea coming up"
    assert say(pack, "i want a tea") == "One tea coming up"


def test_a_handler_answers_its_pack(tmp_path: Path) -> None:
    pack = folder(tmp_path, intents_yaml=DRINKS, handler_py=HANDLER)
    assert say(pack, "i want a coffee") == "One coffee"


def test_a_skill_of_the_user_joins_the_home_pack(tmp_path: Path) -> None:
    skill = folder(tmp_path / "bar", intents_yaml=DRINKS, handler_py=HANDLER)
    assert say(None, "i want a coffee", skill) == "One coffee"
    assert say(None, "what time is it", skill).startswith("It is nine")


def test_only_the_intents_of_a_pack_count(tmp_path: Path) -> None:
    pack = load_pack(folder(tmp_path, intents_yaml=DRINKS))
    assert IntentParser(pack).parse("turn on the lights") is None


def test_the_coffee_domain_loads_unchanged() -> None:
    if not COFFEE.exists():
        pytest.skip(f"no coffee domain at {COFFEE}")
    words = "i'd like a small dark roast latte with some milk and a bit of sugar"
    intent = IntentParser(load_pack(COFFEE)).parse(words)
    assert intent is not None
    assert intent.slots == {
        "size": "small",
        "roast": "dark roast",
        "coffeeDrink": "latte",
        "milkAmount": "some milk",
        "sugarAmount": "a bit of sugar",
    }


BROKEN = {
    "intents: [": ("line 2", "not valid YAML"),
    "- a\n- b\n": ("no mapping", "`intents:`"),
    "": ("no mapping", ""),
    "intents: {}\n": ("define no intent", ""),
    DRINKS.replace("sentences:", "sentence:"): ("line 5", "did you mean `sentences`?"),
    DRINKS.replace("lists:", "list:"): ("line 7", "did you mean `lists`?"),
    DRINKS.replace("{drink}", "{drnk}"): ("line 6", "did you mean `drink`?"),
    DRINKS.replace("<want>", "<wants>"): ("line 6", "did you mean `want`?"),
    DRINKS.replace("[{size}]", "[{size}"): ("line 6", "does not parse"),
    DRINKS.replace("tea, coffee", "tea, on"): ("line 9", "put it in quotes"),
    DRINKS.replace("  want:", "  size: x\n  size:"): ("line 12", "written twice"),
    DRINKS.replace("(get me|i want)", "get <want>"): ("line 11", "refers to itself"),
    DRINKS + "  want: give me\n": ("line 12", "written twice"),
    DRINKS.replace("{values: [small, large]}", "{range: {from: 5, to: 2}}"): (
        "line 8",
        "the range is empty",
    ),
    DRINKS.replace("values: [small, large]", "vales: [small]"): (
        "line 8",
        "did you mean `values`?",
    ),
}


@pytest.mark.parametrize("text", BROKEN)
@pytest.mark.fault
def test_a_broken_file_is_named_with_its_line(tmp_path: Path, text: str) -> None:
    with pytest.raises(PackError) as caught:
        load_pack(folder(tmp_path, intents_yaml=text))
    for part in BROKEN[text]:
        assert part in str(caught.value)
    assert str(tmp_path.name) in str(caught.value)


@pytest.mark.parametrize(
    ("files", "said"),
    [
        ({"handler_py": "import nonsense_package"}, "nonsense_package"),
        ({"handler_py": "x = 1"}, "create(host)"),
        ({"handler_py": "def create(:"}, "SyntaxError"),
        ({"replies_yaml": "oder: x\n"}, "did you mean `order`?"),
        ({"replies_yaml": "order: [1]\n"}, "must be a text"),
        ({"pronunciations_toml": "a = 1"}, "list of texts"),
        ({"pronunciations_toml": "a = "}, "cannot be read"),
        ({"house_toml": "nam = 'x'"}, "did you mean `name`?"),
    ],
)
@pytest.mark.fault
def test_other_broken_files_are_named(
    tmp_path: Path, files: dict[str, str], said: str
) -> None:
    with pytest.raises(PackError) as caught:
        load_pack(folder(tmp_path, intents_yaml=DRINKS, **files))
    assert said in str(caught.value)


@pytest.mark.fault
def test_a_missing_folder_or_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(PackError, match="intents.yaml"):
        load_pack(tmp_path)
    with pytest.raises(PackError, match="intents.yaml"):
        load_pack(tmp_path / "nowhere")


@pytest.mark.fault
def test_two_skills_may_not_claim_one_intent(tmp_path: Path) -> None:
    one = folder(tmp_path / "one", intents_yaml=DRINKS)
    two = folder(tmp_path / "two", intents_yaml=DRINKS)
    with pytest.raises(PackError, match="two"):
        load_pack(None, skill_folders=[one, two])


@settings(
    max_examples=100,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(at=st.integers(0, len(DRINKS)), junk=st.sampled_from("([{<>}]):|-\t\"'&*#\x00"))
@pytest.mark.property
def test_any_slip_of_the_keyboard_loads_or_is_named(
    tmp_path: Path, at: int, junk: str
) -> None:
    text = DRINKS[:at] + junk + DRINKS[at:]
    try:
        pack = load_pack(folder(tmp_path, intents_yaml=text))
    except PackError:
        return
    IntentParser(pack).parse("get me a large tea")


def test_no_skill_answers_an_unknown_intent() -> None:
    pack = load_pack(None)
    store = Store()
    opened = pack.open(SkillHost(store, LocalHouse(pack.house, store)))
    with pytest.raises(PackError):
        opened.answer(Intent("dance"), CONTEXT)
    store.close()

"""`check_pack` names everything that is wrong, at once and with its place."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.packs import DRINKS, SHIPPED, folder
from voiceagent.authoring.check import Finding, check_pack
from voiceagent.errors import PackError
from voiceagent.stt.dictionary import read_dictionary

pytestmark = pytest.mark.unit

REPLY = "order: One [{size} ]{drink}\n"


def check(pack: Path) -> list[Finding]:
    return check_pack(pack, lookup=read_dictionary().get)


def told(pack: Path) -> str:
    return "\n".join(f"{f.file.name}:{f.line}: {f.text}" for f in check(pack))


@pytest.mark.parametrize("name", SHIPPED)
def test_shipped_packs_are_sound(name: str) -> None:
    assert check(Path(name)) == []


def test_all_errors_are_named_at_once(tmp_path: Path) -> None:
    broken = (
        DRINKS.replace("{size}", "{sice}")
        .replace("tea, coffee", "tea, on")
        .replace("(get me|i want)", "(get me|<want>")
        + "  round: <again>\n  again: <round>\n  odd: <wnt>\n"
    )
    pack = folder(
        tmp_path,
        intents_yaml=broken,
        replies_yaml="oder: One {drink}\n",
        pronunciations_toml='tea = ["T IY", "TT IY"]\n',
    )
    text = told(pack)
    assert "intents.yaml:6: there is no list `{sice}`" in text
    assert "intents.yaml:9: a text was expected, not `True`" in text
    assert "intents.yaml:11: the template `(get me|<want>` does not parse" in text
    assert "refers to itself" in text
    assert "intents.yaml:14: there is no expansion rule `<wnt>`" in text
    assert "replies.yaml:1: there is no intent `oder`" in text
    assert "pronunciations.toml:1: `TT` is no phone" in text


def test_an_intent_without_an_answer_is_named(tmp_path: Path) -> None:
    text = told(folder(tmp_path, intents_yaml=DRINKS))
    assert text == "intents.yaml:3: the intent `order` has neither reply nor handler"


@pytest.mark.parametrize(
    ("reply", "said"),
    [
        ("order: One {size} {drink}\n", "needs `{size}`, which not every sentence"),
        ("order: One {drink}[ with {milk}]\n", "gives the slot `{milk}`"),
    ],
)
def test_slots_that_a_reply_lacks_are_named(
    tmp_path: Path, reply: str, said: str
) -> None:
    pack = folder(tmp_path, intents_yaml=DRINKS, replies_yaml=reply)
    assert said in told(pack)
    assert "replies.yaml:1" in told(pack)


def test_a_sentence_of_two_intents_is_named(tmp_path: Path) -> None:
    more = DRINKS.replace(
        "lists:", '  buy:\n    data:\n    - sentences: ["get me a {drink}"]\nlists:'
    )
    replies = REPLY + "buy: Bought {drink}\n"
    pack = folder(tmp_path, intents_yaml=more, replies_yaml=replies)
    assert "can mean `order` and `buy`" in told(pack)
    assert told(pack).startswith("intents.yaml:7: `get me a")


HANDLER = """\
from voiceagent.skills.skill import Answer
class Bar:
    name = "bar"
    def answer(self, intent, context):
        return Answer(intent.slots["drnk"])
    def alarms(self): return ()
    def rang(self, alarm_id): pass
    def close(self): pass
def create(host): return Bar()
"""


def test_a_handler_that_fails_is_named_with_its_line(tmp_path: Path) -> None:
    pack = folder(tmp_path, intents_yaml=DRINKS, handler_py=HANDLER)
    text = told(pack)
    assert "handler.py:5: no template gives the slot `drnk`" in text
    assert "handler.py:5: the handler fails: KeyError: 'drnk'" in text


def test_a_guessed_word_is_a_note(tmp_path: Path) -> None:
    words = DRINKS.replace("tea, coffee", "tea, zyzzoko")
    pack = folder(tmp_path, intents_yaml=words, replies_yaml=REPLY)
    (found,) = check(pack)
    assert found.note and "`zyzzoko` is in no dictionary" in found.text


def test_a_folder_that_is_none_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(PackError, match="intents.yaml"):
        check(tmp_path / "nowhere")


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(at=st.integers(0, len(DRINKS)), junk=st.sampled_from("([{<>}]):|-\t\"'&*#\x00"))
@pytest.mark.property
def test_any_slip_is_survived_and_agrees_with_loading(
    tmp_path: Path, at: int, junk: str
) -> None:
    from voiceagent.skills.packs.pack import load_pack

    text = DRINKS[:at] + junk + DRINKS[at:]
    pack = folder(tmp_path, intents_yaml=text, replies_yaml=REPLY)
    errors = [finding for finding in check(pack) if not finding.note]
    try:
        load_pack(pack)
    except PackError:
        assert errors


def test_a_handler_that_makes_no_whole_skill_is_named(tmp_path: Path) -> None:
    (tmp_path / "intents.yaml").write_text(
        'intents:\n  shop.price:\n    data:\n      - sentences: ["price"]\n'
    )
    (tmp_path / "handler.py").write_text(
        "class Half:\n"
        "    name = 'shop'\n"
        "    def answer(self, intent, context):\n"
        "        raise SystemError\n"
        "def create(host):\n"
        "    return Half()\n"
    )
    (found,) = [one for one in check(tmp_path) if not one.note]
    assert found.file.name == "handler.py" and "`alarms`" in found.text


def test_what_is_written_twice_is_noted_with_its_line(tmp_path: Path) -> None:
    (tmp_path / "intents.yaml").write_text(
        "language: en\n"
        "intents:\n"
        "  shop.price:\n"
        "    data:\n"
        '      - sentences: ["price of {thing}", "Price of {thing}"]\n'
        "lists:\n"
        "  thing:\n"
        "    values: [roll, bun, roll]\n"
    )
    (tmp_path / "replies.yaml").write_text('shop.price: "one"\n')
    noted = [one for one in check(tmp_path) if "twice" in one.text]
    assert [one.line for one in noted] == [5, 8] and all(one.note for one in noted)

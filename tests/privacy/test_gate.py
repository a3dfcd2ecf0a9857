"""What may leave: the policy, the redaction, the receipts and the way back."""

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voiceagent.message import Message
from voiceagent.privacy.gate import (
    OutgoingQuestion,
    Policy,
    PrivacyGate,
    Refused,
    Released,
    TaskClass,
    classify,
)
from voiceagent.privacy.payload import DataClass
from voiceagent.privacy.receipts import Receipt, Receipts
from voiceagent.privacy.redaction import Placeholders, Redactor, Restorer
from voiceagent.privacy.summary import TOPICS

pytestmark = pytest.mark.property
PACKAGE = Path(__file__).resolve().parents[2] / "voiceagent"


def released(policy: Policy, text: str, **more: object) -> Released:
    made = PrivacyGate(policy, ["Anna Kowalski"]).prepare(
        OutgoingQuestion(turn=1, text=text, **more)  # type: ignore[arg-type]
    )
    assert isinstance(made, Released)
    return made


def test_nobody_but_the_gate_makes_a_payload() -> None:
    makers = [
        path.name
        for path in PACKAGE.rglob("*.py")
        if re.search(r"\bPayload\(", path.read_text("utf-8"))
    ]
    assert makers == ["gate.py"]


@pytest.mark.parametrize("held_out", [False, True])
def test_none_of_five_hundred_planted_secrets_leaves(held_out: bool) -> None:
    from eval_redaction import redaction

    assert redaction(500, 7, held_out=held_out) == 0


@pytest.mark.parametrize(
    "text",
    [
        "what time is it in twenty minutes",
        "who won the world cup in nineteen eighty four",
        "set an alarm for seven thirty",
        "how much is two hundred and fifty grams of flour",
        "what is two thousand five hundred divided by three",
        "call the museum",
        "how far is mars",
        "my mother lives in two rooms",
        "is it open at ten fifteen",
    ],
)
def test_ordinary_questions_leave_as_they_are(text: str) -> None:
    assert released(Policy(), text).payload.text == text


def test_the_same_secret_is_the_same_placeholder_however_it_is_said() -> None:
    redactor = Redactor()
    text = "my pin is four one one one and again the pin is 4111"
    assert (
        redactor.redact(text).text == "my pin is [CODE_1] and again the pin is [CODE_1]"
    )


@given(st.text(max_size=200))
def test_any_text_is_redacted_and_what_is_restored_is_what_it_was(text: str) -> None:
    redactor = Redactor(["Anna Kowalski"])
    redacted = redactor.redact(text)
    if not re.search(r"(?i)(name|number|email|address|code|date|link)[ _-]?\d", text):
        assert redactor.placeholders.restore(redacted.text) == text


@given(st.lists(st.integers(1, 9), max_size=12))
def test_placeholders_come_back_however_the_answer_is_cut(cuts: list[int]) -> None:
    places = Placeholders()
    for kind, key in (("NAME", "anna"), ("NUMBER", "4111"), ("NAME", "bob")):
        places.of(kind, key, key)
    text = "Ask [NAME_1] for [NUMBER_1], name 2 or NAME_2. [NAME_9] stays."
    restorer, said, at = Restorer(places), "", 0
    for cut in cuts:
        said += restorer.push(text[at : at + cut])
        at += cut
    said += restorer.push(text[at:]) + restorer.end()
    assert said == "Ask anna for 4111, bob or bob. [NAME_9] stays."


@pytest.mark.parametrize("leaves", list(DataClass))
@given(text=st.text(min_size=1, max_size=80))
def test_no_more_leaves_than_the_policy_says(leaves: DataClass, text: str) -> None:
    gate = PrivacyGate(Policy(leaves))
    made = gate.prepare(
        OutgoingQuestion(turn=1, text=text, uncertain=True, audio=bytes(640))
    )
    order = list(DataClass)
    if isinstance(made, Released):
        assert order.index(made.payload.data_class) <= order.index(leaves)
        assert bool(made.payload.audio) == (made.payload.data_class is DataClass.AUDIO)
    if leaves is DataClass.NOTHING:
        assert isinstance(made, Refused)


@given(st.text(max_size=120))
def test_a_summary_holds_general_words_alone(text: str) -> None:
    made = PrivacyGate(Policy(DataClass.SUMMARY)).prepare(
        OutgoingQuestion(turn=1, text=text)
    )
    if isinstance(made, Released):
        _, _, words = made.payload.text.partition(": ")
        assert set(words.split()) <= TOPICS


def test_personal_turns_are_redacted_even_where_text_may_leave() -> None:
    assert classify("my pin is four one one one") is TaskClass.PERSONAL
    made = released(Policy(DataClass.TEXT), "my pin is four one one one")
    assert made.payload.text == "my pin is [CODE_1]"
    assert released(Policy(DataClass.TEXT), "who is anna").payload.text == "who is anna"


def test_a_class_can_be_kept_back() -> None:
    policy = Policy(DataClass.TEXT, {"personal": DataClass.NOTHING})
    made = PrivacyGate(policy).prepare(
        OutgoingQuestion(turn=1, text="my password is x y z")
    )
    assert isinstance(made, Refused) and made.task is TaskClass.PERSONAL


def test_earlier_turns_go_along_under_the_same_rules() -> None:
    context = (
        Message("user", "tell anna my pin is four one one one"),
        Message("assistant", "I told Anna."),
    )
    made = released(Policy(), "what did she say", context=context)
    texts = [m.text for m in made.payload.context]
    assert texts == ["tell [NAME_1] my pin is [CODE_1]", "I told [NAME_1]."]


def test_what_is_too_long_does_not_leave() -> None:
    made = PrivacyGate(Policy()).prepare(OutgoingQuestion(turn=1, text="word " * 3000))
    assert isinstance(made, Refused) and "cannot be redacted" in made.reason


def test_receipts_that_were_changed_show(tmp_path: Path) -> None:
    receipts = Receipts(tmp_path)
    for turn in range(1, 6):
        receipts.add(Receipt(turn=turn, to="region", left="redacted", bytes=10))
    again = Receipts(tmp_path)
    again.add(Receipt(turn=6, to="region"))
    assert again.verify().count == 6 and again.verify().wrong == 0
    assert (tmp_path / "device.key").stat().st_mode & 0o777 == 0o600
    file = tmp_path / "receipts.jsonl"
    lines = file.read_bytes().splitlines()
    file.write_bytes(b"\n".join([*lines[:2], *lines[3:]]) + b"\n")
    assert Receipts(tmp_path).verify().wrong == 3, "one is missing"
    changed = lines[1].replace(b'"bytes":10', b'"bytes":1')
    file.write_bytes(b"\n".join([lines[0], changed, *lines[2:]]) + b"\n")
    assert Receipts(tmp_path).verify().wrong == 2, "one was changed"

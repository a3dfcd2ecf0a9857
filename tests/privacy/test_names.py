"""Names of contacts leave in no form and nowhere, and ordinary words stay."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voiceagent.message import Message
from voiceagent.privacy.gate import OutgoingQuestion, Policy, PrivacyGate, Released
from voiceagent.privacy.payload import DataClass
from voiceagent.privacy.redaction import Redactor
from voiceagent.privacy.redaction.folding import atoms, folded
from voiceagent.privacy.redaction.names import Names
from voiceagent.privacy.redaction.tokens import tokens

pytestmark = pytest.mark.property
TEXT = Path(__file__).resolve().parents[2].parent / "shared" / "data" / "text"
CONTACTS = [
    "Rose Miller", "Will Smith", "May Chen", "Mark Jones", "Bill Baker", "Tim Cook",
    "Jürgen Müller", "Seán O'Brien", "Jean-Luc Benoît", "Łukasz Wójcik",
    "Nguyễn Văn An", "Ludwig van Beethoven", "J. R. MacDonald",
]  # fmt: skip


def sent(text: str, names: list[str] = CONTACTS) -> str:
    return Redactor(names).redact(text).text


@pytest.mark.parametrize("held_out", [False, True])
def test_no_mention_of_a_contact_leaves(held_out: bool) -> None:
    """A stratified part of what `scripts/eval_names.py` asks: every form and name."""
    from eval_names import leaks

    assert leaks(1200, 5 + held_out, held_out=held_out) == {}


def test_ordinary_sentences_leave_as_they_are() -> None:
    from eval_names import changed
    from lib.name_mentions import NAMES
    from lib.real_sentences import real_sentences

    if not TEXT.is_dir():
        pytest.skip(f"no sentences in {TEXT}")
    some = real_sentences(TEXT)[::43]
    with_names, _ = changed(some, NAMES)
    without, _ = changed(some, ())
    assert len(with_names) - len(without) <= 0.02 * len(some)


@pytest.mark.parametrize(
    "text",
    [
        "will it rain tomorrow", "what will the weather be like",
        "how long will it take",
        "may i ask something", "what happens in may", "is the fifth of may a holiday",
        "i need a room for may 6th", "from april to may it rains", "pay my phone bill",
        "when is my electricity bill due", "mark this as done", "a rose is a rose",
        "how do i cook rice", "an apple a day", "the miles are long", "you will see",
        "who will win the cup", "the bus will arrive at ten", "a van is a car",
        "how long will eggs keep", "what a man is he", "it is ten a m", "one u s d",
    ],
)  # fmt: skip
def test_ordinary_words_that_are_names_stay(text: str) -> None:
    assert sent(text) == text


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("what did will say", "what did [NAME_1] say"),
        (
            "will you tell will that it is late",
            "will you tell [NAME_1] that it is late",
        ),
        ("is may at home", "is [NAME_1] at home"),
        ("did bill pay the bill", "did [NAME_1] pay the bill"),
        ("my friend mark is here", "my friend [NAME_1] is here"),
        ("I saw Mark there", "I saw [NAME_1] there"),
        ("does cook know", "does [NAME_1] know"),
        ("lunch with cook", "lunch with [NAME_1]"),
        ("where is an", "where is [NAME_1]"),
        ("tell an that i am late", "tell [NAME_1] that i am late"),
        ("will smith is here", "[NAME_1] is here"),
        ("rose's house", "[NAME_1] house"),
    ],
)
def test_names_that_are_ordinary_words_leave_no_trace(text: str, left: str) -> None:
    assert sent(text) == left


def test_one_name_in_many_spellings_is_one_placeholder() -> None:
    redactor = Redactor(CONTACTS)
    forms = "Müller, müller, MUELLER, muller, Mu\u0308ller"
    found = {redactor.redact(form).text for form in forms.split(", ")}
    assert found == {"[NAME_1]"}


def test_words_that_never_leave_do_not_whatever_they_mean() -> None:
    kept = Redactor(kept=["Will", "Project Rose"])
    assert kept.redact("will it rain").text == "[NAME_1] it rain"
    assert "project" not in kept.redact("how is project rose going").text


@pytest.mark.parametrize(
    "name", ["", " ", "()", "Dr.", "<a@b.c>", "x" * 5000, "-", "'", "王", "42", "A"]
)
def test_odd_lines_of_a_list_hide_nothing(name: str) -> None:
    assert sent("what is the weather like", [name]) == "what is the weather like"


@given(st.text(max_size=60), st.text(max_size=120))
def test_any_list_and_any_text_can_be_read(name: str, text: str) -> None:
    for span in Names([name]).spans(text, tokens(text)):
        assert 0 <= span.start < span.end <= len(text)


@given(st.text(max_size=60))
def test_letters_stand_where_their_atoms_say(text: str) -> None:
    for atom in atoms(text):
        assert atom.text in folded(text[atom.start : atom.end])
        assert atom.text.isalpha()


SECRET = "siobhan o brien"


@pytest.mark.parametrize("leaves", [DataClass.REDACTED, DataClass.SUMMARY])
def test_a_planted_name_is_in_nothing_that_leaves(leaves: DataClass) -> None:
    gate = PrivacyGate(Policy(leaves), ["Siobhán O’Brien"])
    tool = {
        "type": "function",
        "name": "lamp",
        "description": f"the lamp of {SECRET}",
        "parameters": {
            "properties": {"who": {"enum": ["Siobhan", SECRET], "default": SECRET}}
        },
    }
    made = gate.prepare(
        OutgoingQuestion(
            turn=1,
            text=f"what does {SECRET} like about the weather",
            context=(
                Message("user", f"tell {SECRET} i am late"),
                Message("assistant", "I told Siobhán O'Brien."),
            ),
            tools=(tool,),
        )
    )
    assert isinstance(made, Released)
    payload = made.payload
    whole = json.dumps(
        [payload.text, [m.text for m in payload.context], payload.tools], default=str
    )
    assert "brien" not in folded(whole) and "siobhan" not in folded(whole)

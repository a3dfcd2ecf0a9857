"""Addresses of other countries, accounts, spoken mail and codes stay on the device."""

from __future__ import annotations

import pytest
from lib.foreign_secrets import FORMS, HELD_OUT, IBANS, planted_forms, what_left

from tests.lang.tables import ENGLISH, Check, failing
from voiceagent.privacy.redaction import Redactor

pytestmark = pytest.mark.unit


def left(text: str) -> str:
    """What is left, placeholders as their kind."""
    sent = Redactor().redact(text).text
    return " ".join(word.split("_")[0].strip("[") for word in sent.split())


@pytest.mark.parametrize("held_out", [False, True])
def test_nothing_of_them_leaves_in_any_form(held_out: bool) -> None:
    forms = HELD_OUT if held_out else FORMS
    for planted in planted_forms(4 * len(forms), 18, held_out=held_out):
        sent = Redactor().redact(planted.sentence).text
        assert what_left(planted, sent) == set(), (planted.sentence, sent)


@pytest.mark.parametrize("iban", IBANS)
@pytest.mark.parametrize("group", [1, 2, 3, 4, 5, 34])
def test_accounts_end_where_they_end(iban: str, group: int) -> None:
    said = " ".join(iban[at : at + group] for at in range(0, len(iban), group))
    for written in (said, said.lower()):
        if group > 1:
            sent = left(f"pay {written} by friday")
            assert sent.replace("ADDRESS", "CODE") == "pay CODE by friday"


@pytest.mark.parametrize(
    ("text", "sent"),
    [
        ("write to john@gmail dot com please", "write to EMAIL please"),
        ("ask anna.smith (at) example (dot) com now", "ask EMAIL now"),
        ("it is a n n a at web dot d e", "it is EMAIL"),
        ("the code on the back is four five six", "the code on the back is CODE"),
        ("go to Lindenweg 12, 80331 M\u00fcnchen today", "go to ADDRESS today"),
        ("she left 12 bis rue de la Paix", "she left ADDRESS"),
        ("she lives in via roma twenty one", "she lives in ADDRESS"),
    ],
)
def test_what_is_left_of_a_sentence(text: str, sent: str) -> None:
    assert left(text) == sent


@pytest.mark.parametrize(
    "text",
    [
        "meet me at three point five",
        "look at example dot",
        "send it via email 5 times",
        "lay five place settings",
        "it will be rainy nine weeks from now close to the park",
        "bring 5 apples during 3 days in spring 12",
        "put this on my miami 2017 playlist",
        "what is 34 times 80908",
        "how many dollars can I exchange for 5000 rubles",
        "a flight for 5/2 to 5/8 from here",
        "am I free between 9 and 10:30",
        "call nine one one",
        "the official history of the war of 1914\u20131918",
        "what is the contact information of this shop",
        "is there anything new in my email folder",
        "convert the time from g. m. t. to mine",
    ],
)
def test_ordinary_sentences_stay_as_they_are(text: str) -> None:
    assert Redactor(["Mai Tran"]).redact(text).text == text


@pytest.mark.parametrize("text", ["mine is 1984", "it was 2017", "pin was 1999 then"])
def test_a_year_may_be_a_code(text: str) -> None:
    assert "19" not in left(text) and "2017" not in left(text)


CHECKS: dict[str, Check] = {
    "private.abroad.endings": lambda end: left(f"go Linden{end} 12") == "go ADDRESS",
    "private.abroad.ring": lambda end: left(f"go am Alten{end} 12") == "go ADDRESS",
    "private.abroad.before_ring": lambda word: (
        left(f"go {word} Altenring 12") == "go ADDRESS"
    ),
    "private.abroad.before_names": lambda word: (
        left(f"go 12 {word} de Zorblax") == "go ADDRESS"
    ),
    "private.abroad.english": lambda word: (
        left(f"go 12 {word} zorblaxes") == f"go 12 {word} zorblaxes"
    ),
    "private.abroad.again": lambda word: (
        left(f"go 12 {word} rue Zorblax") == "go ADDRESS"
    ),
    "private.abroad.before_numbers": lambda word: (
        left(f"go {word} Zorblax 12") == "go ADDRESS"
    ),
    "private.abroad.particles": lambda word: (
        left(f"go calle {word} Zorblax 12") == "go ADDRESS"
    ),
    "private.amounts.money": lambda word: left(f"so 5000 {word}") == f"so 5000 {word}",
    "private.amounts.sums": lambda word: left(f"so 50001 {word}") == f"so 50001 {word}",
    "private.amounts.known": lambda digits: (
        left(f"so {' '.join(ENGLISH.numbers.ones[int(d)] for d in digits)}")
        == f"so {' '.join(ENGLISH.numbers.ones[int(d)] for d in digits)}"
    ),
    "private.secrets.told": lambda word: left(
        f"the code on the door {word} four five six"
    ).endswith("CODE"),
    "private.spelled.dots": lambda word: (
        left(f"so a at zorblax {word} com") == "so EMAIL"
    ),
    "private.spelled.dashes": lambda word: (
        left(f"so a at zor {word} blax dot com") == "so EMAIL"
    ),
    "private.names.nouns": lambda word: (
        left(f"so {word} zorblax") == f"so {word} NAME"
        and left(f"so my {word} zorblax") == f"so my {word} zorblax"
    ),
}


@pytest.mark.parametrize("name", sorted(CHECKS))
def test_every_entry_does_what_its_table_is_for(name: str) -> None:
    assert failing(name, CHECKS[name]) == []

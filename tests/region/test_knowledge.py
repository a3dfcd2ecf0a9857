"""Knowledge: what the documents tell is found, what they do not tell is not made up."""

import re
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from voiceagent.region.documents import passages, read_folders, speakable
from voiceagent.region.knowledge import NOTHING, Knowledge

pytestmark = pytest.mark.property
SAMPLES = Path(__file__).resolve().parents[2] / "samples" / "documents"
KNOWN = """
at what time do you open on saturdays|9 am
is the museum open on mondays|closed
when is the last entry|forty-five minutes
what does a ticket for an adult cost|twelve pounds
do students get a discount|eight pounds
is there a family ticket|twenty-nine
when is entry free|first Thursday
when do guided tours start|eleven
how do i get there by tram|Harbour Bridge
is there a car park|sixty spaces
where is the cloakroom|left of the entrance
what can i eat in the cafe|soup
can i borrow a wheelchair|information desk
where are the toilets|ground floor
can i use a tripod|permit
where are lost things kept|information desk
what does a workshop cost for a school class|three pounds
what is the name of the wireless network at the museum|Quayside
how heavy is the whale skeleton|two and a half tonnes
when did the lighthouse lamp shine|1868
who is the woman in the tidewatcher|Agnes
was the tidewatcher ever stolen|1952
how many ships are in the harbour model|sixty-four
how long could a diver stay down in the diving suit|forty minutes
may visitors touch the meteorite|may touch
who founded the museum|Josiah Crane
what was lost in the fire|butterflies
how wide is the dome of the planetarium|fourteen metres
how many employees does the museum have|thirty-eight
how do i switch on the boiler|left knob
what should the pressure of the boiler be|one and a half bar
what does the code f twenty eight mean|ignite
where is the thermostat|hall
how hot is the hot water|fifty-five
which programme is for cotton|programme three
the washing machine does not drain|lint filter
where is the salt for the dishwasher|under the sink
how long does the pyrolysis of the oven take|two hours
where is the fuse box|hall cupboard
what do i do if i smell gas|open the windows
when is the yellow bin collected|second Thursday
how do i stop the irrigation for rain|cloud
where do guests sleep|under the roof
where is the first aid box|bathroom cabinet
"""
UNKNOWN = """
who won the football match yesterday
what is the capital of australia
how tall is mount everest
how do i cook spaghetti
what is the weather like tomorrow
who is the president of france
translate good morning into spanish
what is seventeen times twenty three
how do i change a tyre
which film should i watch tonight
how far is the moon
when was mozart born
do you like me
how do i knit a scarf
where can i buy shoes in berlin
what are the symptoms of the flu
who invented the telephone
how long do elephants live
is there a pharmacy open near the station
what is the meaning of life
"""


@pytest.fixture(scope="module")
def samples() -> Knowledge:
    return Knowledge(sorted(p for p in SAMPLES.iterdir() if p.is_dir()))


def test_what_the_documents_tell_is_found_and_nothing_is_made_up(
    samples: Knowledge,
) -> None:
    rows = [row.split("|") for row in KNOWN.strip().splitlines()]
    wrong = [
        (question, samples.say(question).text)
        for question, fact in rows
        if fact.lower() not in samples.say(question).text.lower()
    ]
    asked = UNKNOWN.strip().splitlines()
    made_up = [(q, samples.say(q).text) for q in asked if samples.say(q).passage]
    assert len(wrong) <= 0.1 * len(rows), wrong
    assert len(made_up) <= 0.05 * len(asked), made_up


def test_a_question_goes_on_from_the_one_before(samples: Knowledge) -> None:
    found = samples.say("and on sundays", ["when does the museum open on monday"])
    assert "Sunday" in found.text


def test_a_name_that_was_heard_as_two_words_is_found(samples: Knowledge) -> None:
    assert "Edith Marlow" in samples.say("he painted the tide watcher").text


def test_slips_of_a_letter_are_forgiven(samples: Knowledge) -> None:
    assert "cellar" in samples.say("where is the stopcok").text


@given(st.text(max_size=200))
@settings(max_examples=60)
def test_any_question_is_answered_in_words_that_can_be_spoken(text: str) -> None:
    knowledge = Knowledge([SAMPLES / "house"])
    found = knowledge.say(text)
    assert found.text and not re.search(r"[*_#`|\[\]<>\x00-\x1f]", found.text)
    assert (found.passage is None) == (found.text == NOTHING)
    knowledge.close()


@pytest.mark.parametrize(
    "query", ['"', "NEAR(a b)", "a* OR b", "col:x", "'; DROP", "-"]
)
def test_no_question_is_a_query(samples: Knowledge, query: str) -> None:
    assert samples.say(f"{query} stopcock {query}").text


@given(st.text(max_size=400))
def test_any_text_is_a_document(text: str) -> None:
    for passage in passages(text, "x.md"):
        assert passage.text.strip() and "\n" not in passage.text


def test_markup_is_not_spoken() -> None:
    text = (
        "**Bold** and [a link](https://x.org/y) `code` <b>tag</b> ~~gone~~ https://z.de"
    )
    assert speakable(text) == "Bold and a link code tag gone"


def test_what_is_no_text_is_skipped_with_a_reason(tmp_path: Path) -> None:
    (tmp_path / "good.md").write_text("# Lions\r\n\r\nBruno is a lion.\r\n")
    (tmp_path / "bad.md").write_bytes(b"\xff\xfe\x00broken")
    (tmp_path / "null.txt").write_bytes(b"text\x00text")
    (tmp_path / "empty.txt").write_text("")
    (tmp_path / "huge.txt").write_bytes(b"x" * 2_000_001)
    (tmp_path / "image.png").write_bytes(b"\x89PNG")
    library = read_folders([tmp_path, tmp_path / "nowhere"])
    assert library.documents == 1 and len(library.passages) == 1
    reasons = {Path(name).name: why for name, why in library.skipped}
    assert reasons["bad.md"] == "not UTF-8 text" and reasons["null.txt"] == "not text"
    assert reasons["empty.txt"] == "empty" and "larger" in reasons["huge.txt"]
    assert reasons["nowhere"] == "there is no such folder"

from __future__ import annotations

from pathlib import Path

from voiceagent.engines.fake import ScriptedStt
from voiceagent.evaluation.remembered import HeardBook, RememberedStt
from voiceagent.stt.protocol import Recognition, Stt

PIECE = bytes(9600)
"""As long as a word of the scripted recogniser."""


class Counting:
    """Makes recognisers, and knows how many."""

    def __init__(self, *sentences: str) -> None:
        self.sentences, self.made = sentences, 0

    def __call__(self) -> Stt:
        self.made += 1
        return ScriptedStt(self.sentences)


def hear(stt: RememberedStt, pieces: int = 2) -> tuple[list[str], Recognition]:
    stt.start()
    return [stt.feed(PIECE) for _ in range(pieces)], stt.finish()


def test_the_same_sound_is_heard_once(tmp_path: Path) -> None:
    make = Counting("lights on")
    first = RememberedStt(make, HeardBook(tmp_path / "book.jsonl"), root="home")
    found = hear(first)
    assert found[0] == ["lights", "lights on"] and found[1].accepted
    first.close()
    second = RememberedStt(make, HeardBook(tmp_path / "book.jsonl"), root="home")
    assert hear(second) == found
    second.close()
    assert make.made == 1 and second.spent.sound == 0.0


def test_another_sound_another_root_or_other_answers_are_heard_anew() -> None:
    book = HeardBook()
    make = Counting("lights on")
    hear(RememberedStt(make, book, root="home"))
    hear(RememberedStt(make, book, root="coffee"))
    answering = RememberedStt(make, book, root="home")
    answering.expect(["yes"])
    hear(answering)
    hear(RememberedStt(make, book, root="home"), 1)
    assert make.made == 4


def test_what_follows_something_known_is_heard_with_all_that_came_before() -> None:
    book, make = HeardBook(), Counting("lights on now")
    hear(RememberedStt(make, book, root="home"), 2)
    words, found = hear(RememberedStt(make, book, root="home"), 3)
    assert words == ["lights", "lights on", "lights on now"]
    assert found.text == "lights on now"


def test_a_line_that_was_cut_off_is_heard_anew(tmp_path: Path) -> None:
    file, make = tmp_path / "book.jsonl", Counting("lights on")
    first = RememberedStt(make, HeardBook(file), root="home")
    found = hear(first)
    first.close()
    file.write_text(file.read_text()[:-9])
    second = RememberedStt(make, HeardBook(file), root="home")
    assert hear(second) == found
    second.close()
    assert make.made == 2

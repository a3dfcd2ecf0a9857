"""Words letter by letter."""

from __future__ import annotations

from voiceagent.nlu.intent import Intent
from voiceagent.skills.phrases import sentence
from voiceagent.skills.skill import Answer, TurnContext

__all__ = ["spell"]

LONGEST = 45
"""Letters; the longest word of the dictionaries."""
SIGNS = {"'": "apostrophe", "\u2019": "apostrophe", "-": "hyphen", " ": "space"}
POINTING = frozenset(("it", "that", "this", "them", "something", "a word", "the word"))


def spell(intent: Intent, context: TurnContext) -> Answer:
    """`Necessary: N, E, C, E, S, S, A, R, Y`."""
    word = str(intent.slots["word"]).strip("\"'?!.,;: ")
    if word.lower() in POINTING:
        return Answer("Say the word as well: how do you spell necessary")
    if len(word) > LONGEST:
        return Answer("That is too long to spell")
    letters = [SIGNS.get(letter, letter.upper()) for letter in word]
    if not word or not all(one.isalpha() or one in SIGNS.values() for one in letters):
        return Answer("I can spell words of letters only")
    return Answer(f"{sentence(word)}: {', '.join(letters)}")

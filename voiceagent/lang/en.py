"""English."""

from __future__ import annotations

from voiceagent.lang.en_choices import CHOICES
from voiceagent.lang.en_corrections import CORRECTIONS
from voiceagent.lang.en_documents import DOCUMENTS
from voiceagent.lang.en_guards import GUARDS
from voiceagent.lang.en_later import LATER
from voiceagent.lang.en_manners import MANNERS
from voiceagent.lang.en_numbers import CALENDAR, NUMBERS
from voiceagent.lang.en_parts import PARTS
from voiceagent.lang.en_private import PRIVATE
from voiceagent.lang.en_quantities import QUANTITIES
from voiceagent.lang.en_reasons import REASONS
from voiceagent.lang.en_signs import SIGNS
from voiceagent.lang.en_sounds import SOUNDS, SPEECH
from voiceagent.lang.en_sums import SUMS
from voiceagent.lang.en_telling import TELLING
from voiceagent.lang.en_things import THINGS
from voiceagent.lang.en_wonder import WONDER
from voiceagent.lang.language import CommandWords, Language, ShortAnswers

__all__ = ["ENGLISH"]

ANSWERS = ShortAnswers(
    heard=(
        "(yes|yeah|yep|okay|sure) [please]",
        "that's right",
        "no [thanks|thank you]",
        "nope",
        "[the] (first|second) one",
    ),
    yes=frozenset(
        (
            *("yes", "yeah", "yep", "yup", "sure", "ok", "okay", "right", "correct"),
            *("exactly", "indeed", "please do", "do it", "go ahead", "go on"),
            *("thats right", "of course", "definitely", "absolutely", "i do", "i did"),
            *("yes i do", "yes i did", "yes do it", "yes go ahead", "yes thats right"),
            "that one",
        )
    ),
    no=frozenset(
        (
            *("no", "nope", "nah", "no thanks", "no thank you", "dont", "do not"),
            *("please dont", "no dont", "wrong", "never", "never mind", "not at all"),
            *("no i dont", "no i didnt", "no thats wrong", "thats wrong", "forget it"),
            *("neither", "none", "none of them", "cancel", "stop", "no never mind"),
            *("neither of them", "none of those", "nothing", "leave it", "keep it"),
            *("not now", "leave them", "keep them", "cancel that", "no leave it"),
        )
    ),
    agreed=("yes", "yes please", "okay", "that's right"),
    declined=("no", "no thanks", "never mind"),
    one="one",
    fillers=frozenset("uh um er hmm please well oh so the a an i said mean".split()),
    at_once=frozenset("yes yeah yep no nope stop okay cancel".split()),
    hanging=frozenset(
        "a an and at by for from her his in into is my of on or our some that the "
        "their to um uh er with your".split()
    ),
)
COMMANDS = CommandWords(
    verbs=frozenset(
        "turn switch set start stop open close lock unlock play pause resume skip add "
        "remove tell show dim brighten make cancel raise lower increase decrease clear "
        "give get bring run activate wake remind repeat mute unmute change put take "
        "delete create extend order".split()
    ),
    no_verbs=frozenset("the my lights volume timer alarm all".split()),
    questions=frozenset(
        "what whats which who when where why how hows is are was were do does did has "
        "have".split()
    ),
    function=frozenset(
        "the a an to of in at for is it its my me i by and be are do does with".split()
    ),
    empty=("all the way", "at all", "all right", "all set", "all of a sudden"),
    small=frozenset("the a an my".split()),
    addressed={"my": "your", "me": "you", "i": "you", "mine": "yours"},
    closing=(("please",), ("now",)),
    unheard=frozenset(
        "uh um er erm hmm so well yes okay hi hello good morning thanks thank "
        "you".split()
    ),
)
ENGLISH = Language(
    name="en",
    numbers=NUMBERS,
    quantities=QUANTITIES,
    calendar=CALENDAR,
    speech=SPEECH,
    sounds=SOUNDS,
    answers=ANSWERS,
    choices=CHOICES,
    corrections=CORRECTIONS,
    commands=COMMANDS,
    guards=GUARDS,
    manners=MANNERS,
    parts=PARTS,
    reasons=REASONS,
    private=PRIVATE,
    documents=DOCUMENTS,
    signs=SIGNS,
    telling=TELLING,
    sums=SUMS,
    things=THINGS,
    later=LATER,
    wonder=WONDER,
)

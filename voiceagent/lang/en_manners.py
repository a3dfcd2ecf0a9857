"""English manners, fillers, and words that stand for others."""

from __future__ import annotations

from voiceagent.lang.manner_tables import MannerWords, StateWords

__all__ = ["MANNERS"]

STATES = StateWords(
    high=frozenset(
        "hot warm boiling roasting sweltering stuffy sweating melting baking bright "
        "blinding dazzling glaring loud noisy deafening shouting".split()
    ),
    low=frozenset(
        "cold chilly cool freezing frozen frosty shivering nippy dark gloomy dim "
        "quiet faint inaudible".split()
    ),
    making=frozenset("make making get turn turning go keep set let put have".split()),
    enough="enough",
    negations=frozenset("not isnt arent never".split()),
)
LIKE_TURN = frozenset(("turn", "switch"))
LIKE_SET = frozenset(("set", "change"))
LIKE_END = frozenset(("cancel", "stop", "delete", "remove"))
LIKE_OFF = frozenset(("off",))
LIKE_ADD = frozenset(("add", "put"))
MANNERS = MannerWords(
    fronts=(
        *("please", "hey", "hi", "hello", "okay", "ok", "alright", "all right", "so"),
        *("well", "now", "then", "just", "um", "uh", "er", "erm", "hmm", "oh", "ah"),
        *("listen", "excuse me", "sorry", "computer", "quick", "quickly", "kindly"),
        *("can you", "could you", "would you", "will you", "could you maybe"),
        *("can you just", "could you just", "you can", "you could", "you may"),
        *("i want you to", "i need you to", "i would like you to", "id like you to"),
        *("i want for you to", "go ahead and", "go and", "be a dear and"),
        *("do me a favor and", "do me a favour and", "be so kind as to"),
        *("would you be so kind as to", "would you be able to", "be so good as to"),
        *("if you dont mind", "if you would", "if you could", "if you can"),
        *("if its not too much trouble", "if possible", "when you can", "yes", "yeah"),
        *("lets", "somebody", "someone", "good morning", "good evening"),
        "good night",
        *("i think", "make sure to", "be sure to", "try to", "do", "actually"),
        *("while youre at it", "while you are at it", "real quick", "oh and"),
        *("when you get a chance", "when you have a second", "id like to"),
    ),
    backs=(
        *(
            "please",
            "pretty",
            "pretty please",
            "thanks",
            "thank you",
            "thank you very much",
        ),
        *("thanks a lot", "many thanks", "cheers", "now", "right now", "right away"),
        *("immediately", "at once", "straight away", "this minute", "quick"),
        *("quickly", "asap", "for me", "for us", "will you", "would you", "could you"),
        *("can you", "wont you", "if you would", "if you can", "if you could"),
        *("if you", "if you dont mind", "if possible", "if thats okay"),
        *("if thats ok", "if its okay", "okay", "ok", "then", "um", "uh", "again"),
        *("when you can", "would be great", "would be nice", "would be lovely"),
        *("real quick", "really quick", "while youre at it", "while you are at it"),
        *("when you get a chance", "when you have a second", "as quick as you can"),
        *("for the love of god", "already", "for a change", "if you like"),
    ),
    within=frozenset("um uh er erm hmm please kindly just".split()),
    gerunds=(
        *("would you mind", "do you mind", "mind", "how about", "what about"),
        *("could i ask you to start", "would you consider"),
    ),
    gerund="ing",
    fillers=frozenset(
        "a an the my our your some um uh er erm hmm hm oh ah ok okay please kindly "
        "thanks thank just now right away hey hi hello well so then really quite "
        "very rather pretty bit little i we us me you ill well would could can will "
        "may should shall need needs want wants like id wed lets let have had got get "
        "gets going go goes be is its are am im were do does did has maybe "
        "somebody someone anybody sorry listen "
        "completely fully totally properly still currently of mind here "
        "phew brr ugh wow hmm gosh man dear kind love lovely nice great good "
        "perfect fine".split()
    ),
    joining=frozenset(
        "to for in at of on with from by into onto about like as and or than".split()
    ),
    places=frozenset("in at of from near under behind inside outside beside".split()),
    pronouns=frozenset("it them they there he she one ones both these those".split()),
    pointing=frozenset(("that", "this")),
    likenesses={
        **dict.fromkeys("put flip flick pop power bring".split(), LIKE_TURN),
        **dict.fromkeys("kill cut douse extinguish shut".split(), LIKE_OFF),
        **dict.fromkeys("adjust bring take put move".split(), LIKE_SET),
        **dict.fromkeys("kill drop clear scrap abort end dismiss".split(), LIKE_END),
        **dict.fromkeys("stick chuck throw note jot write".split(), LIKE_ADD),
        "degree": frozenset(("degrees",)),
        "percent": frozenset(("percent",)),
        "begin": frozenset(("start",)),
        "launch": frozenset(("start", "run")),
        "halt": frozenset(("stop", "pause")),
        "raise": frozenset(("up", "increase", "open")),
        "reduce": frozenset(("down", "decrease", "lower")),
        "colour": frozenset(("color",)),
        "television": frozenset(("tv",)),
        "every": frozenset(("all",)),
        "each": frozenset(("all",)),
    },
    endings=("ing", "ed", "s", "ting", "ning", "ming"),
    hence=frozenset(("so",)),
    because=frozenset(("because", "cause", "since")),
    states=STATES,
)

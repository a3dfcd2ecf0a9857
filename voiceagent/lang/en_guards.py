"""English: what makes a sentence mean something else than the order it resembles."""

from __future__ import annotations

from voiceagent.lang.guard_tables import (
    DenialCues,
    DirectionWords,
    GuardTables,
    LooseWords,
    PastCues,
    QuestionCues,
    StepWords,
    StoryCues,
    SwitchWords,
)

__all__ = ["GUARDS"]

QUESTIONS = QuestionCues(
    openings=(
        *("hey", "hi", "hello", "okay", "ok", "please", "so", "now", "well", "um"),
        *("uh", "oh", "and", "just", "computer", "alright", "excuse me", "listen"),
        *("sorry", "actually"),
    ),
    questions=(
        *("what", "whats", "which", "who", "whos", "whose", "when", "whens", "where"),
        *("wheres", "why", "how", "hows", "is", "are", "was", "am", "did", "does"),
        *("has", "had", "isnt", "arent", "didnt", "doesnt", "should", "shall", "may"),
        *("might", "ever", "would it", "would that", "can it"),
        "were (you|we|they|there|the|those|any|all)",
        "do (i|we|you|they|people|the * *)",
        "have (i|we|you|they)",
        "will (it|there|the|he|she|they|i|we)",
        "(can|could|would) (people|anybody|anyone|somebody|he|she|they|one)",
    ),
    requests=(
        "(how|what) about",
        "why dont (you|we)",
        "why not",
        "shall we",
        "do me a (favor|favour)",
        "would it be (nice|good|great)",
        "(can|could) (it|the *|we) (be|have|get)",
        "may (i|we) have",
    ),
    wondered=(
        "is it possible",
        "is there (a|any) (way|chance)",
        "are you able",
        *("why is it", "why are (we|the)"),
        "(i|we|you|they|somebody|someone) (should|shall|ought)",
        "shall i",
        "(can|could|may) (i|we) !(have|get|see)",
    ),
    asides=(
        "do you (know|remember|think|recall)",
        "(tell me|check|wonder|ask) (if|whether|how|why|who|when|what|where)",
        "see (if|whether)",
        "or not",
        "how do i",
        "how to",
        "how (can|could) i",
        "what (happens|would happen)",
        "what if",
    ),
    looking=frozenset("check run go take let".split()),
)
PAST = PastCues(
    persons=(
        *("i", "we", "he", "she", "they", "you", "who", "somebody", "someone"),
        *("nobody", "everybody", "everyone"),
    ),
    glued=("ve",),
    between=(
        *("have", "had", "has", "already", "just", "never", "always", "usually"),
        *("once", "finally", "only"),
    ),
    deeds=(
        *("*ed", "told", "said", "left", "forgot", "made", "went", "thought", "saw"),
        *("was", "were", "did", "had", "put ... (yesterday|already)"),
    ),
    no_deeds=("need", "feed"),
)
STORIES = StoryCues(
    past=PAST,
    reported=(
        *("told", "said", "says", "asked", "asks", "tells", "heard", "saying"),
        *("telling", "wrote", "dreamt", "dreamed", "joked", "read that", "the word"),
        *("the phrase", "the song"),
    ),
    long_gone=(
        *("ago", "yesterday", "earlier", "used to", "back then", "in the past"),
        *("already", "this morning", "once upon"),
        "last (night|week|year|month|time|summer|winter)",
    ),
    conditions=(
        *("if", "unless", "whether", "suppose", "supposing", "imagine", "in case"),
        *("provided", "as long as", "would have", "could have", "should have"),
        *("might", "wish", "pretend", "hypothetically", "whenever", "every time"),
        *("each time", "always", "otherwise", "or else"),
    ),
    polite=(
        "if you (can|could|would|please|like|dont mind|do not mind|will|may)",
        *("if possible", "if i may", "if thats okay", "if its okay", "if necessary"),
    ),
    later_joints=(
        *("when", "until", "till", "before", "after", "as soon as", "once", "while"),
        "by the time",
    ),
    later_events=(
        *("i", "im", "ill", "we", "were", "he", "hes", "she", "shes", "they", "it"),
        *("its", "the", "my", "our", "everyone", "everybody", "somebody", "someone"),
        *("dinner", "lunch", "breakfast", "work", "school", "you", "youre", "*ing"),
    ),
    regularly=(
        "every (day|morning|evening|night|hour|week|weekday|other|*day)",
        "each (day|morning|evening|night)",
        *("daily", "weekly", "from now on"),
        "next (week|month|time)",
    ),
    others=("he", "she", "hes", "shes", "they say", "people"),
    forgotten=("(i|we) forgot to",),
    done=("changed my mind", "im done", "were done"),
)
DENIALS = DenialCues(
    negations=(
        *("dont", "do not", "never", "not", "no", "cant", "cannot", "can not", "wont"),
        *("will not", "shouldnt", "mustnt", "didnt", "did not", "doesnt", "isnt"),
        *("arent", "wasnt", "werent", "wouldnt", "couldnt", "havent", "hasnt", "nor"),
        *("neither", "aint", "nobody", "nothing", "none", "without"),
    ),
    mild=frozenset(("no", "nobody", "nothing", "none")),
    forbidding=(
        *("no need", "need not", "not to", "neednt", "forbid", "refuse to", "under no"),
        *("by no means", "not yet", "no longer", "do nothing", "leave ... alone"),
        *("anything but", "the opposite"),
    ),
    exceptions=(
        *("except", "apart from", "other than", "but not", "instead", "rather than"),
        *("besides", "excluding", "excepting", "aside from", "save for"),
        "with the exception of",
        "(all|every|everything|everywhere|everyone|any|anywhere) [*] [*] but",
    ),
    ceasing=(
        *("stop *ing", "quit *ing", "avoid *ing", "refrain from *ing"),
        *("keep from *ing", "hold off *ing", "no more *ing"),
    ),
    stop="stop",
    harmless=(
        "why dont (you|we)",
        *("why not", "dont let me", "dont forget to", "if not"),
        "(cant|cannot|can not|couldnt|could not) [*] "
        "(see|hear|sleep|read|breathe|find|catch|understand|concentrate|feel)",
        "(is|its|are|am|im|were|was|thats|isnt|not) [not] [really|very|quite] "
        "(bright|light|warm|hot|cool|cold|loud|quiet|dark) enough",
        "not (very|really|so|quite|that) (bright|warm|cool|loud|light|cold|quiet)",
        "(didnt|did not) [quite|really] (catch|hear|get|understand)",
        "(cant|cannot) stand (this|that)",
        "not this (one|song|tune|track) again",
        "dont like (this|that) (one|song|tune|track)",
        "(theres|there is) no * left",
        "dont (know|understand|hear|worry|bother|mind)",
        *("doesnt matter", "not important"),
        "dont (say|make) (a|another|any) (sound|word)",
        "(no|nothing) (thanks|really|thank you)",
        "no never mind",
        "(didnt|did not) mean (you|that|it)",
        "(wasnt|was not) (talking|meant)",
    ),
    unwanted=("(dont|do not|wont|will not|no longer) (need|want|like|have)",),
    ending=frozenset("cancel stop delete remove off next skip forget".split()),
)
SWITCH = SwitchWords(
    pair=frozenset(("on", "off")),
    verbs=frozenset("turn switch put flip power shut".split()),
    others=frozenset(
        "turn switch put flip power get bring leave keep have turned switched be is "
        "are come go stay light lights lamp lamps it them everything all".split()
    ),
    room="in",
    polite=frozenset(
        "please thanks thank you now again then for me us right away will would".split()
    ),
)
STEP = StepWords(
    neutral=frozenset(("dim", "brighten")),
    states=("to", "at", "of", "on", "is", "for", "be"),
    by="by",
    units=frozenset(("percent", "degrees")),
)
DIRECTIONS = DirectionWords(
    opposites=tuple(
        (frozenset(one.split()), frozenset(other.split()))
        for one, other in (
            ("on", "off"),
            ("up", "down"),
            ("open raise", "close closed shut lower"),
            ("lock", "unlock unlocked"),
            ("mute", "unmute"),
            ("start set create begin", "stop cancel delete"),
            ("pause", "resume unpause continue"),
            ("add put", "remove delete"),
            ("next", "previous"),
            ("increase extend", "decrease shorten"),
            ("enable activate", "disable deactivate"),
        )
    ),
    switch=SWITCH,
    particles={
        "down": (
            *("lie", "sit", "settle", "calm", "wind", "count", "counting", "write"),
            *("note", "jot", "lying"),
        ),
        "up": (
            *("wake", "woken", "get", "stand", "light", "lock", "sit", "hurry", "set"),
            *("coming", "(waking|wake) *"),
        ),
    },
    too=("too", "so", "rather", "pretty", "very", "less", "awfully", "really"),
    complaints=(
        *("dim", "dark", "bright", "loud", "quiet", "cold", "hot", "warm", "low"),
        "high",
    ),
    degrees=("more", "less"),
    manner=("quietly", "softly", "gently", "slowly"),
    upwards=frozenset(
        "up louder brighter warmer hotter higher more increase raise longer extend "
        "boost brighten later extra".split()
    ),
    downwards=frozenset(
        "down quieter softer darker dimmer colder cooler lower less decrease reduce "
        "shorter shorten dim fewer earlier".split()
    ),
    step=STEP,
)
LOOSE = LooseWords(
    units=frozenset(
        "second seconds minute minutes hour hours percent degree degrees am pm oclock "
        "day days week weeks month months year years times euros dollars euro dollar "
        "kilo kilos fahrenheit celsius".split()
    ),
    one="one",
    before_one=frozenset("the this that which no every any another last next".split()),
    after_one=("more time", "song", "track", "moment", "of"),
    determiners=frozenset(
        "the my our your his her their this that these those every each both".split()
    ),
    boundaries=frozenset(
        "in on at of to for from with by off up down out and or but so is are was were "
        "be will can could should would has have had i you we it he she they me us "
        "please now then when if until while because as like than too very not as "
        "about after before over under into go goes come comes takes take needs need "
        "gets get a an all any some another im ive id ill dont do does did doesnt want "
        "let wake okay tell say see if through yes no much many must how what which "
        "who let lets make made".split()
    ),
    everyday=frozenset(
        "thing things bit little lot while time times day night room house place home "
        "here there way favour one ones other rest same whole entire moment minute "
        "second hour air sun daylight back front right left top bottom first last next "
        "current please again more less thanks thank now just really so too very still "
        "right away already soon quick quickly kindly completely fully totally all "
        "today anyone somebody someone anybody everyone something anything nothing "
        "everything dark light bright cold hot warm closed shut open opened locked "
        "unlocked turned switched started running going ready done finished set yet "
        "currently properly really silenced muted glow shine mood colour color setting "
        "request word answer key maybe um uh hey".split()
    ),
    synonyms={
        **dict.fromkeys(("voice", "sound", "audio", "speaker"), "volume"),
        **dict.fromkeys(("film", "cinema"), "movie"),
        **dict.fromkeys(("tune", "music"), "song"),
        **dict.fromkeys(("lighting", "lamp", "bulb"), "lights"),
        **dict.fromkeys(("countdown", "clock"), "timer"),
        **dict.fromkeys(("thermometer", "temp"), "temperature"),
        **{"outlook": "forecast", "routine": "script", "reading": "value"},
    },
    plural="s",
    sorts=frozenset(
        "light lights lamp lamps bulb bulbs lighting fan fans switch switches blind "
        "blinds curtain curtains shutter shutters shade shades awning awnings window "
        "windows door doors gate gates lock locks heater heaters radiator radiators "
        "thermostat thermostats speaker speakers player players socket sockets plug "
        "plugs".split()
    ),
    choosing=frozenset(
        "other others rest same front back right left top bottom first second third "
        "last next more less extra night day new old big small little".split()
    ),
)
GUARDS = GuardTables(
    questions=QUESTIONS,
    stories=STORIES,
    joints=frozenset("and then but or also".split()),
    encouraging="go ahead and",
    denials=DENIALS,
    directions=DIRECTIONS,
    loose=LOOSE,
)

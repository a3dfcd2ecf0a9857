"""English: how letters sound, and how writing is spoken."""

from __future__ import annotations

from voiceagent.lang.en_signs import MONEY
from voiceagent.lang.language import SpeechWords, SpellingSounds

__all__ = ["SOUNDS", "SPEECH"]

SPEECH = SpeechWords(
    signs={
        "%": "percent",
        "\u00b0": "degrees",
        "\u00b0C": "degrees Celsius",
        "\u00b0F": "degrees Fahrenheit",
        "&": "and",
        "+": "plus",
        "=": "equals",
        "@": "at",
        "\u00bd": "and a half",
        "\u00bc": "and a quarter",
        "\u00d7": "times",
    },
    money=MONEY,
    apart={"nevermind": "never mind"},
    ordinal_endings=("st", "nd", "rd", "th"),
    oclock="oclock",
    full_hour="o'clock",
    military="hundred",
    oh="oh",
    up_to="to",
    abbreviations=frozenset(
        "mr mrs ms dr st prof no vs e.g i.e etc approx dept fig inc jr sr a.m "
        "p.m".split()
    ),
)
LETTERS = dict(
    a="EY", b="B IY", c="S IY", d="D IY", e="IY", f="EH F", g="JH IY", h="EY CH",
    i="AY", j="JH EY", k="K EY", l="EH L", m="EH M", n="EH N", o="OW", p="P IY",
    q="K Y UW", r="AA R", s="EH S", t="T IY", u="Y UW", v="V IY",
    w="D AH B AH L Y UW", x="EH K S", y="W AY", z="Z IY",
)  # fmt: skip
# Longest rule first at each place; enough for a name like "zigbee" or "aqara".
SOUNDS_WITHIN = dict(
    tion="SH AH N", sion="ZH AH N", ture="CH ER", igh="AY", eigh="EY", ough="OW",
    tch="CH", dge="JH", sch="SH", ee="IY", ea="IY", oo="UW", ou="AW", ow="OW",
    ai="EY", ay="EY", oi="OY", oy="OY", au="AO", aw="AO", ie="IY", ei="EY", ey="IY",
    ue="UW", ui="UW", oa="OW", er="ER", ir="ER", ur="ER", ar="AA R", ch="CH",
    sh="SH", th="TH", ph="F", wh="W", ck="K", ng="NG", qu="K W", kn="N", wr="R",
    a="AE", b="B", c="K", d="D", e="EH", f="F", g="G", h="HH", i="IH", j="JH", k="K",
    l="L", m="M", n="N", o="AA", p="P", q="K", r="R", s="S", t="T", u="AH", v="V",
    w="W", x="K S", y="IY", z="Z", ce="S EH", ci="S IH", cy="S IY",
)  # fmt: skip
VARIANTS = {
    # The vowels of "cot" and "caught" are one for many Americans; the dictionary has
    # both for "on", so that without these "off" is taken for "on".
    "off": ("AA F",),
    "all": ("AA L",),
    "office": ("AA F AH S", "AA F IH S"),
    "coffee": ("K AA F IY",),
    "orange": ("AA R AH N JH",),
    "small": ("S M AA L",),
    # Without the r at the end of a syllable, as in most of England and Australia.
    "timer": ("T AY M AH",),
    "door": ("D AO",),
    "color": ("K AH L AH",),
    "colour": ("K AH L AH",),
    "never": ("N EH V AH",),
    "weather": ("W EH DH AH",),
    "half": ("HH AA F",),
    "garage": ("G AE R AA ZH", "G AE R IH JH"),
    "kitchen": ("K IH CH IH N",),
    "minute": ("M IH N IH T",),
    "minutes": ("M IH N IH T S",),
}
SOUNDS = SpellingSounds(
    letters=LETTERS,
    sounds=SOUNDS_WITHIN,
    long_vowels=dict(a="EY", e="IY", i="AY", o="OW", u="UW"),
    silent=r"([aeiou])([bdfgklmnprstvz])e$",
    variants=VARIANTS,
)

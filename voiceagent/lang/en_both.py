"""English: ordinary words that are names too, and how a sentence tells which."""

from __future__ import annotations

from voiceagent.lang.name_tables import BothWords

__all__ = ["BOTH"]

PEOPLE = (
    "boss friend friends brother sister uncle aunt auntie cousin nephew niece man "
    "woman "
    "guy neighbour neighbor colleague doctor teacher plumber husband wife son daughter "
    "partner roommate landlord mister mr mrs ms miss dr professor captain sir lady"
).split()
FUNCTION = (
    "a an the this that these those some any no every each i me my mine you your "
    "he him "
    "his she her hers it its we us our ours they them their who whom whose which what "
    "when where why how there here am is are was were be been do does did done "
    "have has "
    "had would could can shall should might must not of to in on at by for from with "
    "about into over under up down out off and or but if as than so then now "
    "today tomorrow one all both yes ok okay never always more most very too"
).split()
BOTH = BothWords(
    either=frozenset(
        "will may april june august mark bill rose grace hope joy faith dawn art gene "
        "pat sue jack frank guy drew chase grant rob nick ray robin penny sandy summer "
        "autumn rich dean earl duke bob ruby pearl ivy lily daisy violet iris olive "
        "holly heather amber jade crystal ginger star angel max miles rock dale glen "
        "chip rusty charity harmony melody cherry candy carol eve peg dot bea".split()
    ),
    modals=frozenset(("will", "may")),
    months=frozenset(("may", "april", "june", "august")),
    before_months=frozenset(
        "in since until till last next this early late mid during through every".split()
    ),
    parts_of_months=frozenset(
        "end beginning start middle month week rest most all".split()
    ),
    function=frozenset(FUNCTION),
    articles=frozenset(("an",)),
    people=frozenset(PEOPLE),
    determiners=frozenset(
        "a an the my your his her its our their this that these those some any no "
        "every "
        "each what which whose two three four five several many few more other another "
        "next last first second new old all".split()
    ),
    objects=frozenset(
        "it this that these those them me us my the a an all everything as off down "
        "for out".split()
    ),
    wishes=frozenset(
        "want wants wanted need needs like love remember forget forgot going have try "
        "how reminder me able".split()
    ),
    begins=frozenset("please and then not don't can't i we they".split()),
    subjects=frozenset(
        "i you he she it we they there this that these those the a an my your his her "
        "our their who what when where how which anyone anybody someone somebody "
        "everyone not".split()
    ),
    finite=frozenset(
        "is was has does did had says said can could should would will might must "
        "isn't "
        "wasn't doesn't didn't hasn't can't won't lives likes wants needs knows works "
        "loves thinks goes comes called told asked came went".split()
    ),
    helpers=frozenset(
        "do does did is was are were has have had can could should would tell ask call "
        "text ring phone message email invite visit meet thank hi hello hey dear bye "
        "with from about for to of by like love and or give send show".split()
    ),
    goes_with={
        "bill": frozenset(
            "phone power electric electricity gas water credit card cell internet "
            "utility cable medical hospital current monthly light heating energy tax "
            "grocery restaurant visa amex insurance dollar "
            "payment payments due total".split()
        ),
    },
    told=frozenset(
        "told asked called texted emailed invited met thanked gave showed sent "
        "helped".split()
    ),
    persons=frozenset("i you he she it we they who".split()),
    asking=frozenset("what when where how which why who".split()),
    spans=frozenset("from to between and through".split()),
    greets=frozenset(
        "tell ask call text ring phone message email invite visit meet thank thanks hi "
        "hello hey dear bye goodbye named called name's".split()
    ),
    asks=frozenset("is does did has was can should could would do are will".split()),
    verbs=frozenset(
        "have like live work know say think want need come go eat drink do sleep play "
        "love get speak call ever still always already belong mean feel".split()
    ),
    ties=frozenset("with from about by of".split()),
    after_names=frozenset(
        "and or with at in on to from for about today tomorrow tonight now again "
        "please "
        "yet here there".split()
    ),
)

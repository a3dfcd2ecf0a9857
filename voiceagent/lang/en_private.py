"""English: what says who somebody is, and what says nothing about it."""

from __future__ import annotations

from voiceagent.lang.en_abroad import ABROAD
from voiceagent.lang.en_names import NAMES
from voiceagent.lang.en_numbers import CALENDAR, NUMBERS
from voiceagent.lang.private_tables import (
    AmountWords,
    PrivateTables,
    SecretWords,
    SpelledWords,
    TopicWords,
)

__all__ = ["PRIVATE"]

GENERAL = frozenset(
    """
    open opening hours close closed closing ticket tickets price prices cost free entry
    tour tours guided guide room rooms floor exhibition exhibitions exhibit collection
    museum gallery artist painting paintings sculpture history cafe restaurant shop
    cloakroom toilet toilets wheelchair accessible lift parking bus train way directions
    photo photography school visit visits children family group lost property wifi
    heating boiler error code radiator thermostat temperature hot water pressure washing
    machine programme wool cotton dishwasher salt filter oven fridge freezer fuse box
    electricity power stopcock leak alarm smoke detector waste recycling bin bins
    collection day garden irrigation lawn guests cleaning manual instructions reset
    light lights lamp blind blinds door window fan
    weather rain snow forecast temperature news sport music recipe cooking cook
    translate word meaning definition spell science planet star animal country capital
    city population language mathematics computer phone internet
    monday tuesday wednesday thursday friday saturday sunday today tomorrow weekend
    morning afternoon evening night summer winter holiday
    what when where who why how which much many long far old big fast
    """.split()
)

AMOUNTS = AmountWords(
    units=frozenset(
        "minute minutes hour hours second seconds day days week weeks month months "
        "year years percent degrees degree gram grams kilogram kilograms kilo kilos kg "
        "litre litres liter liters millilitre millilitres ml metre metres meter meters "
        "kilometre kilometres kilometer kilometers km mile miles feet foot inch inches "
        "yard yards dollar dollars pound pounds euro euros cent cents pence people "
        "times watts watt kelvin am pm o'clock oclock calories steps pages ounces "
        "ounce cups cup tablespoons teaspoons rpm bpm hertz volts amps square "
        "points".split()
    ),
    before_years=frozenset(
        "in since of year before after from until till by around about to and between "
        "during the late early".split()
    ),
    before_times=frozenset(
        "at is by until till from to before after around past".split()
    ),
    joints=frozenset("dash hyphen space and then slash point dot".split()),
    money=frozenset(
        "rubles yen rupees francs kronor kroner zloty pesos yuan lira bitcoins".split()
    ),
    sums=frozenset(
        "times plus minus percent divided multiplied root squared cubed".split()
    ),
    known=frozenset(("911", "999", "112", "123", "321")),
    articles=frozenset("a an the some any this that".split()),
    paired=frozenset(("and",)),
    zeros=frozenset(("oh", "o")),
    decade="s",
)
ENDS = "and please so can could then because or with in on".split()
SECRETS = SecretWords(
    codes=frozenset(
        "pin pincode code passcode passphrase password passwords combination cvv cvc "
        "otp account iban ssn security licence license plate registration passport "
        "postcode zip card membership customer reference booking confirmation policy "
        "serial username login id verification sort routing".split()
    ),
    told=frozenset(("is", "was", "are", "its", "it's", "equals")),
    between=frozenset("number numbers no is was its it's equals code again".split()),
    passwords=frozenset("password passwords passphrase username login".split()),
    ends=frozenset(ENDS),
    alphabet=frozenset(
        "alpha alfa bravo charlie delta echo foxtrot golf hotel india juliet juliett "
        "kilo lima mike november oscar papa quebec romeo sierra tango uniform victor "
        "whiskey whisky xray yankee zulu".split()
    ),
    marks=frozenset(("dash", "hyphen", "capital", "slash")),
    births=frozenset(("born", "birthday", "birth", "birthdate")),
    in_dates=frozenset(
        (*CALENDAR.months, *NUMBERS.ordinals, "the", "of", "in", "on", "is", "was")
    ),
    before_dates=frozenset(("is", "was", "on", "in", "the")),
    streets=frozenset(
        "street st road rd avenue ave lane drive court square boulevard terrace "
        "crescent close gardens row grove place mews hill".split()
    ),
    not_streets=frozenset(
        (*ENDS, *"for to the at a an of by is are it i near".split())
    ),
)
SPELLED = SpelledWords(
    dot="dot",
    dots=frozenset(("dot", "point")),
    dashes=frozenset(("dash", "hyphen", "minus")),
    at="at",
    sign="sign",
    domains=frozenset(
        "com org net io uk de fr eu edu gov info co app dev me us".split()
    ),
    joints=frozenset("dot underscore dash hyphen minus plus point".split()),
    before=frozenset(("to",)),
    like="as",
    likening=frozenset(("as", "for", "in", "like", "is")),
    fillers=frozenset(("then", "and")),
)
TOPICS = TopicWords(
    personal=frozenset(
        "pin password passcode passphrase account iban salary debt loan mortgage bank "
        "diagnosis medication medicine pills prescription symptom symptoms pregnant "
        "pregnancy depressed depression therapy therapist hiv cancer diabetes blood "
        "rash lawyer divorce police arrested religion sexual gay lesbian passport ssn "
        "address birthday born".split()
    ),
    asks=frozenset(
        "what what's when when's where where's who who's whose whom which why how "
        "how's is are was were do does did can could will would should has have tell "
        "explain".split()
    ),
    orders=frozenset(
        "turn switch set dim open close lock unlock start stop play pause add remove "
        "put make raise lower increase decrease brighten cancel mute".split()
    ),
    general=GENERAL,
)
PRIVATE = PrivateTables(
    amounts=AMOUNTS,
    secrets=SECRETS,
    spelled=SPELLED,
    abroad=ABROAD,
    names=NAMES,
    topics=TOPICS,
)

"""English: what says who somebody is, and what says nothing about it."""

from __future__ import annotations

from voiceagent.lang.en_numbers import CALENDAR, NUMBERS
from voiceagent.lang.private_tables import (
    AmountWords,
    NameWords,
    PrivateTables,
    SecretWords,
    SpelledWords,
    TopicWords,
)

__all__ = ["PRIVATE"]

CUES = (
    ("my", "name", "is"), ("name", "is"), ("i", "am", "called"), ("named",),
    ("mister",), ("mr",), ("mrs",), ("misses",), ("missus",), ("ms",), ("miss",),
    ("doctor",), ("dr",), ("professor",), ("aunt",), ("auntie",), ("uncle",),
    ("call",), ("ring",), ("phone",), ("text",), ("message",), ("email",),
    ("my", "wife"), ("my", "husband"), ("my", "son"), ("my", "daughter"),
    ("my", "friend"), ("my", "boss"), ("my", "brother"), ("my", "sister"),
    ("my", "colleague"), ("my", "neighbour"), ("my", "neighbor"), ("my", "partner"),
    ("this", "is"), ("dear",), ("contact",), ("girlfriend",), ("boyfriend",),
    ("called",), ("surname",), ("known", "as"),
)  # fmt: skip
ALIKE = (
    ("ph", "f"), ("ck", "k"), ("ch", "k"), ("gh", ""), ("th", "t"), ("wh", "w"),
    ("sh", "s"), ("c", "k"), ("q", "k"), ("z", "s"), ("x", "ks"),
    ("y", "i"), ("j", "g"), ("v", "f"), ("d", "t"), ("b", "p"),
)  # fmt: skip
COMMON = frozenset(
    """
    a an the this that these those some any no every each all both either neither one
    two three first second next last other another more most less few many much such
    i me my mine you your yours he him his she her hers it its we us our ours they them
    their theirs who whom whose which what when where why how there here
    am is are was were be been being do does did done have has had having will would
    can could shall should may might must ought let lets
    not never ever always often sometimes now then today tomorrow yesterday tonight
    soon later again already still just only even also too very quite really so maybe
    perhaps please thanks thank hello hi hey yes no okay ok right sure well
    and or but if because while until since before after as than though although
    of to in on at by for from with without about into onto over under up down out off
    through between among against during near around across along behind beside inside
    outside above below back away
    go going goes gone went come coming comes came get getting gets got give gives gave
    take takes took make makes made put puts set sets turn turns turned open opens
    opened close closes closed shut start starts started stop stops stopped begin play
    plays playing played show shows tell tells told say says said ask asks asked want
    wants wanted need needs needed like likes liked love know knows knew think thinks
    thought see sees saw seen look looks looking find finds found keep keeps kept use
    uses used using work works working worked help helps call calls called calling text
    message email mail phone ring write writes wrote read reads send sends sent bring
    buy buys bought pay pays paid cost costs book books booked order orders ordered
    reserve cancel change changes check checks remind remember forget wake sleep eat
    drink cook clean wash drive walk run sit stand wait leave leaves left arrive stay
    live move turnon switch dim mute pause skip add remove delete save search translate
    calculate convert spell repeat explain describe update upgrade install restart
    time times day days week weeks month months year years hour hours minute minutes
    second seconds morning afternoon evening night noon midnight weekend monday tuesday
    wednesday thursday friday saturday sunday january february march april june july
    august september october november december spring summer autumn winter
    home house flat room rooms kitchen bedroom bathroom office garage garden hall door
    doors window windows light lights lamp fan heater heating oven fridge television tv
    radio music song songs album playlist movie film show news weather rain snow sun
    wind temperature alarm alarms timer timers list lists note notes calendar meeting
    appointment event reminder message messages number numbers name names address street
    city town country world place places way road map car bus train plane taxi flight
    ticket tickets hotel restaurant shop store bank museum park school hospital doctor
    police ambulance fire emergency station airport
    mum mom mother dad father parents wife husband son daughter brother sister friend
    friends family baby child children boy girl man men woman women people person
    everyone everybody someone somebody anyone nobody boss neighbour neighbor landlord
    plumber electrician dentist teacher customer service support reception desk front
    manager team work
    good great nice bad best better big small large little long short new old young hot
    cold warm cool high low fast slow early late free busy ready full empty easy hard
    happy sad tired hungry sick ill fine lovely beautiful important different same
    red green blue yellow white black brown orange pink purple grey gray
    food water coffee tea milk bread lunch dinner breakfast pizza money price card pin
    code password account insurance tax bill bills question questions answer answers
    word words thing things stuff lot lots bit part half quarter end side top bottom
    it's what's that's i'm i'll i've don't doesn't didn't isn't can't won't let's
    how's where's who's there's not saying going called being from
    """.split()
)
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
    not_streets=frozenset((*ENDS, "for", "to", "the")),
)
SPELLED = SpelledWords(
    dot="dot",
    at="at",
    domains=frozenset(
        "com org net io uk de fr eu edu gov info co app dev me us".split()
    ),
    joints=frozenset("dot underscore dash hyphen minus plus point".split()),
    before=frozenset(("to",)),
    like="as",
    likening=frozenset(("as", "for", "in")),
)
NAMES = NameWords(
    cues=CUES,
    common=COMMON,
    alike=ALIKE,
    vowels="aeiou",
    silent="hw",
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
    amounts=AMOUNTS, secrets=SECRETS, spelled=SPELLED, names=NAMES, topics=TOPICS
)

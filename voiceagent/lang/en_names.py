"""English: names of people, how they are written, and the words that are both."""

from __future__ import annotations

from voiceagent.lang.en_both import BOTH
from voiceagent.lang.en_ordinary import HEARD_OFTEN, ORDINARY
from voiceagent.lang.en_same_names import SAME
from voiceagent.lang.name_tables import NameWords

__all__ = ["NAMES"]

PERSONS = (
    "i he she they me him her someone somebody friend man woman guy girl boy person"
)
CUES = (
    ("my", "name", "is"), ("name", "is"), ("i", "am", "called"), ("is", "called"),
    ("mister",), ("mr",), ("mrs",), ("misses",), ("missus",), ("ms",), ("miss",),
    ("doctor",), ("dr",), ("professor",), ("aunt",), ("auntie",), ("uncle",),
    ("call",), ("ring",), ("phone",), ("text",), ("message",), ("email",),
    ("my", "wife"), ("my", "husband"), ("my", "son"), ("my", "daughter"),
    ("my", "friend"), ("my", "boss"), ("my", "brother"), ("my", "sister"),
    ("my", "colleague"), ("my", "neighbour"), ("my", "neighbor"), ("my", "partner"),
    ("dear",), ("contact",), ("girlfriend",), ("boyfriend",),
    ("surname",), ("known", "as"),
    *((who, said) for who in PERSONS.split() for said in ("called", "named")),
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
    how's where's who's there's not saying going called being from via yourself
    myself himself herself yet once information received alert alerts recent recently
    subject subjects rated unimportant i'd he'd she'd we'd they'd you'd inbox
    attachment attachments
    """.split()
)
NAMES = NameWords(
    cues=CUES,
    nouns=frozenset("call ring phone text message email contact".split()),
    starts=(("this", "is"),),
    common=COMMON,
    ordinary=ORDINARY,
    often=HEARD_OFTEN,
    same=SAME,
    both=BOTH,
    titles=frozenset(
        "mr mrs ms miss mister dr doctor prof professor sir lady lord rev fr sr jr "
        "junior senior phd md esq herr frau monsieur madame signor signora don "
        "work home mobile office private".split()
    ),
    particles=frozenset(
        "van von der den de del della dela la le les du da das di do dos des al el bin "
        "ibn bint abu ben ter ten zu zum af av st san santa mac mc and y e i the of "
        "o d l".split()
    ),
    short_forms=frozenset(
        "tv pm am ok dj dr mr ms st kg km cm mm ml mb gb pc id uk us eu ac dc cd dvd "
        "usb hd nd rd th vs gps ai it bbc cnn nyc la fm hi oh uh um eh ah mph atm pto "
        "usd ibm gmt gbp inr bbq asap faq pdf sms led usa uae mtv bpm rpm ii iii iv "
        "vi etc".split()
    ),
    places=frozenset(
        "ak al ar az ca co ct dc de fl ga hi ia il in ks ky la ma md me mi mn mo ms mt "
        "nc ne nh nj nm nv ny oh or pa ri sc sd tn tx ut va vt wa wi wv wy uk us "
        "eu".split()
    ),
    before_places=frozenset("in near around".split()),
    letters={
        **{"bee": "b", "cee": "c", "dee": "d", "eff": "f", "gee": "g", "aitch": "h"},
        **{"haitch": "h", "jay": "j", "kay": "k", "ell": "l", "el": "l", "em": "m"},
        **{"en": "n", "pee": "p", "cue": "q", "ess": "s", "tee": "t", "vee": "v"},
        **{"ex": "x", "zee": "z", "zed": "z", "wye": "y", "ar": "r", "ee": "e"},
        **{"eye": "i", "oh": "o", "see": "c", "sea": "c", "tea": "t", "are": "r"},
        **{"you": "u", "why": "y", "queue": "q", "pea": "p", "ay": "a"},
    },
    homophones=frozenset("see sea tea are you why eye oh".split()),
    cases=frozenset("capital big small lowercase uppercase letter little".split()),
    sounds={
        **{"ph": "f", "ck": "k", "tch": "s", "tsch": "s", "sch": "s", "sh": "s"},
        **{"ch": "s", "gh": "", "th": "t", "wh": "f", "kn": "n", "ng": "n", "wr": "r"},
        **{
            "qu": "kf",
            "cc": "k",
            "dg": "s",
            "kh": "k",
            "zh": "s",
            "ts": "s",
            "tz": "s",
        },
        **{"dj": "s", "ce": "s", "ci": "s", "cy": "s", "ge": "s", "gi": "s"},
        **{
            "dt": "t",
            "mb": "m",
            "sce": "s",
            "sci": "s",
            "ow": "",
            "aw": "",
            "ew": "",
            "cz": "s",
            "sz": "s",
            "gn": "n",
        },
        **{"b": "p", "p": "p", "c": "k", "k": "k", "q": "k", "g": "k", "d": "t"},
        **{"t": "t", "f": "f", "v": "f", "w": "f", "s": "s", "z": "s", "x": "ks"},
        **{"j": "s", "l": "l", "m": "m", "n": "n", "r": "r"},
    },
    foreign={
        **{"ch": ("s", "k", ""), "rz": ("s", "rs"), "gh": ("", "k"), "th": ("t",)},
        **{"gn": ("n", "kn"), "kn": ("n", "kn"), "ng": ("n", "nk"), "bh": ("f",)},
        **{"mh": ("f", "m"), "ll": ("l", ""), "qu": ("k", "kf"), "cc": ("k", "s")},
        **{"mb": ("m", "mp"), "mp": ("mp", "m"), "dh": ("t", ""), "pf": ("f", "pf")},
        **{"sch": ("s", "sk"), "xi": ("s", "ks"), "nguy": ("f", "n"), "ce": ("s", "k")},
        **{"ci": ("s", "k"), "cy": ("s", "k"), "ti": ("t", "s"), "ge": ("s", "k", "")},
        **{"gi": ("s", "k", ""), "ph": ("f", "p"), "w": ("f", ""), "j": ("s", "")},
        **{
            "x": ("ks", "s", ""),
            "jc": ("s",),
            "ow": ("f", ""),
            "aw": ("f", ""),
            "ew": ("f", ""),
            "gt": ("kt", "t"),
            "kh": ("k", "s"),
            "c": ("k", "s"),
            "sti": ("st", "s"),
        },
    },
    vowel_sounds={
        "a": "aeo",
        "e": "eia",
        "i": "ie",
        "o": "oau",
        "u": "uoi",
        "y": "ieu",
    },
    silent_ends=frozenset("t d s x z e r".split()),
    vowels="aeiouy",
    glide="w",
)

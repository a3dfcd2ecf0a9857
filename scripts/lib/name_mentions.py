"""Mentions of contacts: 60 names of ten languages in every form that people type and
recognisers write, in sentences; which words of one leave is told without the gate.

Each form makes a mention of a name, or nothing where the name has no such form.
"""

from __future__ import annotations

import random
import re
import unicodedata
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from lib.name_hearing import HEARD, NATO, respelled

__all__ = [
    "FORMS",
    "HELD_OUT",
    "NAMES",
    "Mention",
    "beside_carrier",
    "left",
    "mentions",
]

NAMES = (
    "Rose Miller", "Will Baker", "May Thompson", "Mark Shepherd", "Bill Hughes",
    "Catherine Whitfield",
    "Jürgen Müller", "Anneliese Schröder", "Wolfgang Strauß", "Käthe Vogt",
    "Heinz-Peter Köhler", "Ludwig van Beethoven",
    "Zoë Lefèvre", "Jean-Luc Benoît", "François D'Aubigné", "Hélène Mercier",
    "Guillaume Béranger", "Chloé L'Hôpital",
    "José García Márquez", "Joaquín Núñez", "Begoña Ibáñez", "Jorge Castellanos",
    "Ximena Rodríguez", "Íñigo Echeverría",
    "Anna Kowalski", "Łukasz Wójcik", "Małgorzata Szczepańska", "Piotr Dąbrowski",
    "Żaneta Święcicka", "Krzysztof Nowak",
    "Søren Ørsted", "Åsa Lindqvist", "Björn Håkansson", "Þóra Guðmundsdóttir",
    "Freja Kjær", "Øyvind Bjørnstad",
    "Siobhán O'Brien", "Niamh O'Sullivan", "Seán McCarthy", "Aoife NíDhomhnaill",
    "Caoimhe Fitzgerald", "J. R. MacDonald",
    "Çağla Yıldız", "İbrahim Öztürk", "Şebnem Güneş", "Mehmet Aydoğan",
    "Gülşen Demirel", "Umut Çelik",
    "Nguyễn Văn An", "Trần Thị Hương", "Phạm Minh Đức", "Lê Quang Huy",
    "Đặng Thuỳ Trâm", "Võ Thanh Tùng",
    "Priya Venkataraman", "Rajesh Iyer", "Aishwarya Mukherjee", "Suresh Pillai",
    "Deepika Chatterjee", "Harpreet Dhaliwal",
)  # fmt: skip
Chance = random.Random
Form = Callable[[str, Chance], str | None]
TAKEN = "AM AS SO NO ME MY HI OK TV PC MS DC HD GB UK US EU LB".split()
"""Initials that mean something else."""
WORDS = frozenset(("seen", "marc", "bell", "sin", "fans"))
"""What a name becomes that is misspelled, and that is another word."""
PARTICLES = {"van", "de", "der"}
TYPED = (
    "tell {} that I am late", "is {} coming for dinner", "what does {} like to eat",
    "when is the birthday of {}", "Did you hear from {}?", "{} lives next door",
    "why is {} angry with me", "I met {} at the airport yesterday",
    "how do I say sorry to {}", "what should I cook for {} tonight",
    "remind me to write to {} about the boat", "Who is {}?", "thanks to {} it works",
    "my doctor is {}", "I had a fight with {} and now I cannot sleep",
    "could {} be allergic to nuts", "ask {} what time it is",
    "a poem about {} please", "where does {} work",
)  # fmt: skip
FRESH = (
    "so um {} said it is fine", "what do you think of {}", "{}",
    "explain to {} how tides work", "since {} moved out nobody cooks",
    "has {} ever been to Paris", "the letter came from {}", "does the cat belong to {}",
    "it was {} who broke it", "write a song for {} and play it",
    "between us, {} snores", "good night {}",
)  # fmt: skip
"""Sentences that nothing was adjusted on."""


@dataclass(frozen=True, slots=True)
class Mention:
    """One name in one sentence."""

    form: str
    name: str
    said: str
    """The name as it stands there."""
    sentence: str
    carrier: str


def plain(text: str) -> str:
    """Without accents, as many keyboards have it."""
    odd = str.maketrans("łŁøØđĐßıþÞðÐæÆ", "lLoOdDsitTdDaA")
    apart = unicodedata.normalize("NFD", text.translate(odd))
    return "".join(c for c in apart if not unicodedata.combining(c))


def digraphs(text: str) -> str | None:
    pairs = {"ä": "ae", "ö": "oe", "ü": "ue", "ø": "oe", "å": "aa", "ß": "ss"}
    pairs |= {k.upper(): v.capitalize() for k, v in pairs.items() if k != "ß"}
    made = "".join(pairs.get(c, c) for c in text)
    return plain(made) if made != text else None


def words(name: str) -> list[str]:
    return [w for w in name.split() if w not in PARTICLES and "." not in w]


def first(name: str, _: Chance | None = None) -> str:
    return words(name)[0]


def last(name: str, _: Chance | None = None) -> str:
    return words(name)[-1]


def either(name: str, chance: Chance) -> str:
    return chance.choice((first, last))(name)


def shown(name: str, chance: Chance) -> str:
    """A part or all of it, with accents or without."""
    part = chance.choice((first(name), last(name), name))
    return chance.choice((part, plain(part), plain(part).lower(), part.lower()))


def with_sign(sign: str) -> Form:
    def made(name: str, chance: Chance) -> str | None:
        return name.replace("'", sign) if "'" in name else None

    return made


def hyphen(sign: str) -> Form:
    def made(name: str, chance: Chance) -> str | None:
        return plain(name).replace("-", sign) if "-" in name else None

    return made


def ending(*ends: str) -> Form:
    return lambda name, chance: shown(name, chance) + chance.choice(ends)


def family(name: str, chance: Chance) -> str:
    bare = plain(last(name))
    sibilant = bare.endswith(("s", "z", "x", "ch", "sh"))
    end = chance.choice(("es", "es'") if sibilant else ("s", "s'"))
    return chance.choice((bare, bare.lower())) + end


def initials(name: str, chance: Chance) -> str:
    firsts = [w[0] for w in plain(name).split()[:-1]]
    dot = chance.choice((". ", " ", "."))
    return dot.join(firsts) + dot + plain(last(name))


def first_and_initial(name: str, chance: Chance) -> str:
    return f"{first(name)} {plain(last(name))[0]}" + chance.choice((".", ""))


def initials_alone(name: str, chance: Chance) -> str | None:
    """None where they are words or places: nobody could tell."""
    letters = [w[0].upper() for w in plain(name).split()]
    if "".join(letters) in TAKEN:
        return None
    return chance.choice((".".join(letters) + ".", "".join(letters)))


def letters_of(part: str) -> str:
    return re.sub(r"[^a-z]", "", plain(part).lower())


def spelled(joint: str, *, upper: bool = False) -> Form:
    def made(name: str, chance: Chance) -> str:
        letters = letters_of(either(name, chance))
        return joint.join(letters.upper() if upper else letters)

    return made


def nato(name: str, chance: Chance) -> str:
    return " ".join(NATO[c] for c in letters_of(either(name, chance)))


def as_in(link: str) -> Form:
    def made(name: str, chance: Chance) -> str:
        letters = letters_of(either(name, chance))
        return " ".join(f"{c} {link} {NATO[c]}" for c in letters)

    return made


def doubled(name: str, chance: Chance) -> str | None:
    letters = letters_of(either(name, chance))
    made = re.sub(r"(.)\1", r"double\1", letters)
    if made == letters:
        return None
    return " ".join(re.findall(r"double.|.", made)).replace("double", "double ")


def heard(name: str, chance: Chance) -> str | None:
    """What recognisers made of it, by hand."""
    said = [w for part in words(name) for w in HEARD.get(plain(part).lower(), ())]
    return chance.choice(said) if said else None


def misspelled(name: str, chance: Chance) -> str | None:
    made = respelled(plain(either(name, chance)).lower(), chance)
    return None if made in WORDS else made


def misspelled_whole(name: str, chance: Chance) -> str | None:
    made = [respelled(plain(word).lower(), chance) for word in words(name)]
    return None if WORDS.intersection(made) else " ".join(made)


def reversed_name(name: str, chance: Chance) -> str:
    return f"{last(name)}, {name.rpartition(' ')[0]}"


def joined(sign: str) -> Form:
    return lambda name, chance: sign.join(re.findall(r"\w+", plain(name).lower()))


def in_two(name: str, chance: Chance) -> str | None:
    part = letters_of(last(name))
    if len(part) < 7:
        return None
    cut = chance.randrange(3, len(part) - 2)
    return f"{part[:cut]} {part[cut:]}"


def marked(mark: str) -> Form:
    def made(name: str, chance: Chance) -> str:
        part = either(name, chance)
        return part[:2] + mark + part[2:]

    return made


def wide(name: str, chance: Chance) -> str:
    part = plain(either(name, chance))
    return "".join(chr(ord(c) + 0xFEE0) if "!" <= c <= "~" else c for c in part)


def titled(name: str, chance: Chance) -> str:
    title = chance.choice(("Mr", "Mrs.", "Dr", "Herr", "Señora", "aunt", "professor"))
    return f"{title} {chance.choice((last(name), plain(last(name)).lower()))}"


FORMS: dict[str, Form] = {
    "whole": lambda name, chance: name,
    "lower": lambda name, chance: name.lower(),
    "upper": lambda name, chance: name.upper(),
    "no accents": lambda name, chance: plain(name),
    "no accents, lower": lambda name, chance: plain(name).lower(),
    "digraphs": lambda name, chance: digraphs(either(name, chance)),
    "decomposed": lambda name, chance: unicodedata.normalize("NFD", name),
    "first name": lambda name, chance: chance.choice(
        (first(name), first(name).lower())
    ),
    "last name": lambda name, chance: chance.choice((last(name), last(name).lower())),
    "curly apostrophe": with_sign("’"),
    "no apostrophe": with_sign(""),
    "spaced apostrophe": with_sign(" "),
    "hyphen as space": hyphen(" "),
    "hyphen dropped": hyphen(""),
    "possessive": ending("'s", "’s"),
    "possessive, bare": ending("s"),
    "family": family,
    "initials": initials,
    "first name and initial": first_and_initial,
    "spelled": spelled(" "),
    "spelled, hyphens": spelled("-", upper=True),
    "radio alphabet": nato,
    "as in": as_in("as in"),
    "recogniser": heard,
    "misspelled": misspelled,
    "reversed": reversed_name,
    "one word": joined(""),
    "handle": lambda name, chance: "@" + str(joined("_")(name, chance)),
    "titled": titled,
    "in two": in_two,
}
HELD_OUT: dict[str, Form] = {
    "modifier apostrophe": with_sign("ʼ"),
    "grave apostrophe": with_sign("`"),
    "narrow hyphen": hyphen("\u2011"),
    "possessive, prime": ending("′s", "`s", " s"),
    "initials alone": initials_alone,
    "spelled, dots": spelled(".", upper=True),
    "spelled, commas": spelled(", "),
    "for": as_in("for"),
    "doubled letters": doubled,
    "zero width": marked("\u200b"),
    "soft hyphen": marked("\u00ad"),
    "full width": wide,
    "hashtag": lambda name, chance: "#" + plain(name).title().replace(" ", ""),
    "with digits": lambda name, chance: (
        f"{letters_of(first(name))}{chance.randrange(99)}"
    ),
    "no-break space": lambda name, chance: name.replace(" ", "\u00a0"),
    "misspelled whole": misspelled_whole,
    "quoted": lambda name, chance: f'"{shown(name, chance)}"',
}
"""Forms that nobody looked at while the rules were made."""
GLUE = {"s", "as", "in", "for", "mr", "mrs", "dr", "herr", "senora", "aunt", "es"}
GLUE |= {"professor", "double", "van", "señora"}


def mentions(count: int, seed: int, *, held_out: bool) -> Iterator[Mention]:
    """Names and forms in turn, the same for the same seed."""
    chance = random.Random(seed)
    forms = HELD_OUT if held_out else FORMS
    carriers = FRESH if held_out else TYPED
    pairs = [(name, form) for form in forms for name in NAMES]
    made = 0
    while made < count:
        chance.shuffle(pairs)
        before = made
        for name, form in pairs:
            said = forms[form](name, chance)
            if said is None or made >= count:
                continue
            carrier = chance.choice(carriers)
            if said.islower() and chance.random() < 0.6:
                carrier = carrier.lower().strip("?")
            made += 1
            yield Mention(form, name, said, carrier.format(said), carrier)
        assert made > before


def left(mention: Mention, sent: str) -> set[str]:
    """Words of the mention that are still in what was sent."""
    kept = beside_carrier(mention.carrier, sent, _words)
    return {word for word in kept if len(word) > 1 and word not in GLUE}


def beside_carrier(
    carrier: str, sent: str, words: Callable[[str], list[str]]
) -> Counter[str]:
    """Words of what was sent that neither the carrier nor the gate put there."""
    kept = Counter(words(re.sub(r"\[[A-Z]+_\d+\]", " ", sent)))
    return kept - Counter(words(carrier.format(" ")))


def _words(text: str) -> list[str]:
    return re.findall(r"[^\W\d_]+", plain(text).lower())

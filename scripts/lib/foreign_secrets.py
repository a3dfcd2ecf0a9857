"""Addresses of five countries, accounts, mail addresses and codes as people write and
say them: all forms were written down before any rule was made for them, and nothing was
adjusted on half of them and their sentences before the first look at these."""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from lib.name_mentions import beside_carrier

__all__ = ["PlantedForm", "planted_forms", "what_left"]

Chance = random.Random
Form = Callable[[Chance], str]
DIGITS = "zero one two three four five six seven eight nine".split()
STREETS = {
    "de": ("Haupt", "Linden", "Goethe", "Bahnhof", "Schiller", "Garten", "Mozart"),
    "fr": ("de la Paix", "Victor Hugo", "des Lilas", "de Rivoli", "Voltaire"),
    "es": ("Mayor", "de Alcalá", "Serrano", "del Sol", "San Juan", "de la Luna"),
    "nl": ("Dorps", "Kerk", "Molen", "Beatrix", "Prinsen", "Linden"),
    "it": ("Roma", "Garibaldi", "Dante", "Mazzini", "della Scala", "Verdi"),
}
PEOPLE = ("anna", "peter", "maria", "jonas", "lucia", "felix", "clara", "hugo")
FAMILY = ("smith", "mueller", "rossi", "garcia", "bakker", "dubois", "keller")
HOSTS = ("example", "gmail", "mailbox", "fastpost", "homenet", "webmail")
IBANS = (
    "DE89370400440532013000", "GB29NWBK60161331926819", "FR1420041010050500013M02606",
    "NL91ABNA0417164300", "ES9121000418450200051332", "IT60X0542811101000000123456",
    "CH9300762011623852957", "AT611904300234573201",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class PlantedForm:
    """A secret in a sentence."""

    form: str
    secret: str
    sentence: str
    carrier: str


def _street(country: str, before: str = "", behind: str = "") -> Form:
    """`Via Roma 12`, `Lindenweg 12`."""

    def made(chance: Chance) -> str:
        name = chance.choice(STREETS[country])
        return f"{before}{name}{behind} {chance.randrange(1, 180)}"

    return made


def _first(kind: str) -> Form:
    def made(chance: Chance) -> str:
        return f"{chance.randrange(1, 180)} {kind} {chance.choice(STREETS['fr'])}"

    return made


def _lower(form: Form) -> Form:
    return lambda chance: form(chance).lower()


def _with_town(form: Form, *towns: str) -> Form:
    return lambda chance: f"{form(chance)}, {chance.choice(towns)}"


def _in_words(form: Form) -> Form:
    def made(chance: Chance) -> str:
        said = re.sub(r"\d+", lambda found: _said(found[0]), form(chance))
        return said.lower()

    return made


def _said(digits: str) -> str:
    return " ".join(DIGITS[int(digit)] for digit in digits)


def _iban(make: Callable[[str, Chance], str]) -> Form:
    return lambda chance: make(chance.choice(IBANS), chance)


def _groups(text: str, size: int, sign: str = " ") -> str:
    return sign.join(text[at : at + size] for at in range(0, len(text), size))


def _mixed(text: str, chance: Chance) -> str:
    return "".join(chance.choice((c.lower(), c.upper())) for c in text)


def _uneven(text: str, chance: Chance) -> str:
    made = ""
    while text:
        size = chance.randint(2, 6)
        made, text = f"{made} {text[:size]}", text[size:]
    return made.strip()


def _spelled(text: str) -> str:
    return " ".join(DIGITS[int(c)] if c.isdigit() else c.lower() for c in text)


def _mail(shape: str) -> Form:
    def made(chance: Chance) -> str:
        first, last = chance.choice(PEOPLE), chance.choice(FAMILY)
        return shape.format(
            first=first,
            last=last,
            letters=" ".join(first),
            host=chance.choice(HOSTS),
            number=_said(f"{chance.randrange(10, 99)}"),
        )

    return made


def _code(size: int, *, words: bool = True) -> Form:
    def made(chance: Chance) -> str:
        digits = "".join(str(chance.randrange(10)) for _ in range(size))
        return _said(digits) if words else digits

    return made


ADDRESS_IN = (
    "I live at {}", "send the parcel to {}", "how do I get to {} by bus",
    "my grandmother moved to {} last year", "is {} far from the station",
)  # fmt: skip
ADDRESS_FRESH = (
    "we are having the party in {}", "{} is where she grew up",
    "what is a fair rent for {}", "the plumber should come to {} at nine",
)  # fmt: skip
IBAN_IN = ("transfer the rent to {}", "my account is {}", "is {} a valid number")
IBAN_FRESH = ("they asked me to pay {} by friday", "{} belongs to whom", "note down {}")
MAIL_IN = ("send it to {}", "my email is {}", "write to {} please")
MAIL_FRESH = (
    "you can reach her under {}", "is {} still in use", "what does {} want from me",
)  # fmt: skip
FORMS: dict[str, tuple[Form, tuple[str, ...]]] = {
    "de": (_street("de", behind="straße"), ADDRESS_IN),
    "de, lower": (_lower(_street("de", behind="strasse")), ADDRESS_IN),
    "de, town": (
        _with_town(_street("de", behind="weg"), "80331 München", "10115 Berlin"),
        ADDRESS_IN,
    ),
    "fr": (_first("rue"), ADDRESS_IN),
    "fr, avenue": (_first("avenue"), ADDRESS_IN),
    "es": (_street("es", before="Calle "), ADDRESS_IN),
    "nl": (_street("nl", behind="straat"), ADDRESS_IN),
    "it": (_street("it", before="Via "), ADDRESS_IN),
    "iban": (_iban(lambda text, _: _groups(text, 4)), IBAN_IN),
    "iban, lower": (_iban(lambda text, _: _groups(text, 4).lower()), IBAN_IN),
    "iban, one word": (_iban(lambda text, _: text.lower()), IBAN_IN),
    "mail": (_mail("{first} dot {last} at {host} dot com"), MAIL_IN),
    "mail, underscore": (_mail("{first} underscore {last} at {host} dot net"), MAIL_IN),
    "mail, spelled": (_mail("{letters} dot {last} at {host} dot de"), MAIL_IN),
    "code on": (
        _code(3),
        ("the code on the back is {}", "the code for the gate is {}"),
    ),
    "digits": (_code(4), ("it is {}", "just dial {} at the gate")),
}
HELD_OUT: dict[str, tuple[Form, tuple[str, ...]]] = {
    "de, short": (_street("de", behind="str."), ADDRESS_FRESH),
    "de, place": (_street("de", behind="platz"), ADDRESS_FRESH),
    "de, preposition": (_street("de", before="Am ", behind="ring"), ADDRESS_FRESH),
    "de, in words": (_in_words(_street("de", behind="strasse")), ADDRESS_FRESH),
    "fr, bis": (_first("bis boulevard"), ADDRESS_FRESH),
    "fr, place": (_with_town(_first("place"), "69002 Lyon"), ADDRESS_FRESH),
    "es, avenida": (_street("es", before="Avenida "), ADDRESS_FRESH),
    "es, plaza": (_lower(_street("es", before="Plaza ")), ADDRESS_FRESH),
    "es, short": (_street("es", before="C/ "), ADDRESS_FRESH),
    "nl, laan": (_street("nl", behind="laan"), ADDRESS_FRESH),
    "nl, gracht": (_lower(_street("nl", behind="gracht")), ADDRESS_FRESH),
    "it, corso": (_street("it", before="Corso "), ADDRESS_FRESH),
    "it, viale": (
        _with_town(_street("it", before="Viale "), "20125 Milano"),
        ADDRESS_FRESH,
    ),
    "it, in words": (_in_words(_street("it", before="via ")), ADDRESS_FRESH),
    "iban, dashes": (_iban(lambda text, _: _groups(text, 4, "-")), IBAN_FRESH),
    "iban, dots": (_iban(lambda text, _: _groups(text, 4, ".").lower()), IBAN_FRESH),
    "iban, pairs": (_iban(lambda text, _: _groups(text, 2).lower()), IBAN_FRESH),
    "iban, mixed": (_iban(lambda t, chance: _mixed(_groups(t, 4), chance)), IBAN_FRESH),
    "iban, uneven": (_iban(lambda t, chance: _uneven(t.lower(), chance)), IBAN_FRESH),
    "iban, spelled": (_iban(lambda text, _: _spelled(text)), IBAN_FRESH),
    "mail, dash": (_mail("{first} dash {last} at {host} dot org"), MAIL_FRESH),
    "mail, sign": (_mail("{first} {last} at sign {host} point com"), MAIL_FRESH),
    "mail, domain spelled": (_mail("{first} at {host} dot d e"), MAIL_FRESH),
    "mail, all spelled": (_mail("{letters} at {host} dot c o dot u k"), MAIL_FRESH),
    "mail, brackets": (_mail("{first}.{last} (at) {host} (dot) com"), MAIL_FRESH),
    "mail, half": (_mail("{first}.{last} at {host} dot it"), MAIL_FRESH),
    "mail, number": (_mail("{first} {number} at {host} dot nl"), MAIL_FRESH),
    "mail, plus": (_mail("{first} plus shop at {host} dot es"), MAIL_FRESH),
    "back": (_code(3), ("the three on the back are {}", "the last three are {}")),
    "door": (_code(4), ("you get in with {}", "punch in {} and then hash")),
    "door, digits": (_code(4, words=False), ("type {} at the door", "mine is {}")),
    "locker": (_code(3), ("my locker opens with {}", "turn the lock to {}")),
}
"""Forms that nobody looked at while the rules were made."""
GLUE = frozenset("at dot the and com org net underscore dash plus shop sign".split())


def planted_forms(count: int, seed: int, *, held_out: bool) -> Iterator[PlantedForm]:
    """Forms in turn, the same for the same seed."""
    chance = random.Random(seed)
    forms = list((HELD_OUT if held_out else FORMS).items())
    for at in range(count):
        name, (form, carriers) = forms[at % len(forms)]
        secret, carrier = form(chance), chance.choice(carriers)
        yield PlantedForm(name, secret, carrier.format(secret), carrier)


def what_left(planted: PlantedForm, sent: str) -> set[str]:
    """Words and numbers of the secret that are still in what was sent."""
    kept = beside_carrier(planted.carrier, sent, _words)
    secret = set(_words(planted.secret))
    return {
        word for word in kept if word in secret and word not in GLUE and _tells(word)
    }


def _tells(word: str) -> bool:
    """Single letters and particles of a street tell nothing."""
    return len(word) > 2 or word.isdecimal()


def _words(text: str) -> list[str]:
    return re.findall(r"[^\W\d_]+|\d+", text.lower())

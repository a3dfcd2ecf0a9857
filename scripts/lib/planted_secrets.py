"""Secrets of ten kinds in spoken sentences, and how a leak of one is told."""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Iterator

from voiceagent.lang.spoken import number_words
from voiceagent.privacy.redaction.tokens import DIGITS, tokens

__all__ = ["NAMES", "leaked", "planted"]

FIRST = "anna boris chiara dmitri elena farid greta hamid ingrid jorge katja liam mei"
LAST = "kowalski brandt okafor petersen castellano nakamura fitzgerald lindqvist moreau"
NAMES = [f"{a} {b}" for a in FIRST.split() for b in LAST.split()]
WORDS = {digit: word for word, digit in DIGITS.items() if word not in "oh o for to too"}
NATO = dict(zip("abcdefghijklm", "alpha bravo charlie delta echo foxtrot golf hotel "
                "india juliett kilo lima mike".split(), strict=True))  # fmt: skip
STREETS = "baker mill linden harbour church station garden castle".split()
Chance = random.Random


def spoken(digits: str, chance: Chance) -> str:
    """Digits as they are read out: one by one, doubled, or in pairs."""
    style, words, at = chance.randrange(4), [], 0
    while at < len(digits):
        pair = digits[at : at + 2]
        if style == 1 and len(pair) == 2 and pair[0] == pair[1]:
            words += ["double", WORDS[pair[0]]]
            at += 2
        elif style == 2 and len(pair) == 2 and pair[0] != "0":
            words.append(number_words(int(pair)))
            at += 2
        else:
            zero = digits[at] == "0" and style == 3
            words.append("oh" if zero else WORDS[digits[at]])
            at += 1
    return " ".join(words)


def digits(count: int, chance: Chance) -> str:
    return "".join(chance.choice("0123456789") for _ in range(count))


def number(count: int, chance: Chance) -> str:
    made = digits(count, chance)
    if chance.random() < 0.3:
        return made if chance.random() < 0.5 else f"{made[:4]} {made[4:]}".strip()
    return spoken(made, chance)


def card(chance: Chance) -> str:
    return number(16, chance)


def phone(chance: Chance) -> str:
    return number(chance.choice((7, 10, 11)), chance)


def pin(chance: Chance) -> str:
    return number(chance.choice((4, 4, 6)), chance)


def name(chance: Chance) -> str:
    whole = chance.choice(NAMES)
    return whole if chance.random() < 0.6 else whole.split()[0]


def email(chance: Chance) -> str:
    first, last = chance.choice(NAMES).split()
    if chance.random() < 0.3:
        return f"{first}.{last}@example.com"
    return f"{first} dot {last} at example dot com"


def address(chance: Chance) -> str:
    house = chance.randrange(2, 180)
    said = str(house) if chance.random() < 0.3 else number_words(house)
    kind = chance.choice(["street", "road", "avenue", "lane"])
    return f"{said} {chance.choice(STREETS)} {kind}"


def iban(chance: Chance) -> str:
    return f"d e {spoken(digits(20, chance), chance)}"


def plate(chance: Chance) -> str:
    letters = " ".join(NATO[chance.choice("abcdefghijklm")] for _ in range(3))
    return f"{letters} {spoken(digits(3, chance), chance)}"


def birthday(chance: Chance) -> str:
    months = "january february march april may june july august".split()
    days = "first second third fourth fifth twelfth thirteenth twentieth".split()
    year = f"nineteen {number_words(chance.randrange(40, 99))}"
    return f"the {chance.choice(days)} of {chance.choice(months)} {year}"


def password(chance: Chance) -> str:
    pool = "purple monkey dishwasher lantern copper velvet meadow thunder".split()
    return " ".join(chance.sample(pool, 3))


KINDS: dict[str, tuple[Callable[[Chance], str], list[str]]] = {
    "card": (card, ["my card is {}", "pay with card number {} please", "charge {}"]),
    "phone": (phone, ["my number is {}", "call me back on {}", "ring {} for me"]),
    "pin": (pin, ["my pin is {}", "the code is {} what is it for", "use code {}"]),
    "name": (
        name,
        ["what does {} think of it", "tell {} that i am late", "is {} at home"],
    ),
    "email": (email, ["send it to {}", "my email is {}", "does {} work"]),
    "address": (address, ["i live at {}", "how do i get to {}", "send it to {}"]),
    "iban": (iban, ["my iban is {}", "transfer it to {}", "the account is {}"]),
    "plate": (plate, ["my plate is {}", "the car {} is parked", "find {}"]),
    "birthday": (birthday, ["i was born on {}", "my birthday is {}"]),
    "password": (password, ["my password is {}", "the passphrase is {} ok"]),
}
HELD_OUT = [
    "could you please check whether {} is right",
    "so um i think it was {} or something",
    "{}",
    "note this down {} and read it back",
    "when i say {} what do you think of",
]
"""Sentences that nothing was adjusted on."""
NEEDS_CUE = ("pin", "password", "birthday")
"""What is no secret unless a word says so."""


def planted(count: int, chance: Chance, *, held_out: bool) -> Iterator[tuple[str, ...]]:
    """Kind, secret and sentence."""
    kinds = list(KINDS)
    for at in range(count):
        kind = kinds[at % len(kinds)]
        make, carriers = KINDS[kind]
        secret = make(chance)
        carrier = chance.choice(carriers)
        if held_out and kind not in NEEDS_CUE:
            carrier = chance.choice(HELD_OUT)
        elif held_out:
            carrier = chance.choice(HELD_OUT[:2]).format(carrier)
        yield kind, secret, carrier.format(secret)


def leaked(kind: str, secret: str, sent: str) -> bool:
    """Whether the secret, four digits of it or a name of it is still there."""
    sent = re.sub(r"\[[A-Z]+_\d+\]", " ", sent)
    if kind in ("name", "email", "password"):
        parts = [p for p in re.findall(r"[a-z]{3,}", secret) if p not in PUBLIC]
        return any(re.search(rf"\b{part}\b", sent.lower()) for part in parts)
    if kind == "address":
        return secret in sent
    inside = [t.digits for t in tokens(sent) if t.is_number]
    return len("".join(inside)) >= 4


PUBLIC = {"dot", "com", "example"}

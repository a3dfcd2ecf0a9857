"""English words that make a sentence into another one, beside what a pack supports."""

from __future__ import annotations

__all__ = ["NEIGHBOUR_WORDS"]


def _words(text: str) -> tuple[str, ...]:
    return tuple(text.split())


NEIGHBOUR_WORDS: dict[str, tuple[str, ...]] = {
    # What the sentences of a pack begin with where they tell somebody to do something.
    "verbs": _words(
        "turn switch set open close shut lock unlock play pause stop resume add put "
        "remove delete make get give brew start cancel dim brighten change raise lower "
        "mute unmute increase decrease skip show tell take read activate run wake "
        "lengthen extend shorten arm disarm"
    ),
    "places": (
        "attic",
        "cellar",
        "conservatory",
        "nursery",
        "pantry",
        "treehouse",
        "sauna",
        "stable",
        "annex",
        "crypt",
    ),
    "things": (
        "dishwasher",
        "aquarium",
        "jukebox",
        "sprinkler",
        "doorbell",
        "projector",
        "telescope",
        "forklift",
        "hoverboard",
        "samovar",
    ),
    "persons": (
        "peter's",
        "my sister's",
        "the neighbour's",
        "grandma's",
        "mister lee's",
    ),
    "adjectives": ("broken", "other", "leftmost", "neighbouring", "spare", "imaginary"),
    "exceptions": ("except", "except for", "but not", "apart from", "without"),
    "rare_exceptions": (
        "bar",
        "save for",
        "minus",
        "other than",
        "leaving out",
        "less",
    ),
    "negations": ("don't", "do not", "never", "please don't", "you must not"),
    "unwanted": (
        "i don't want you to",
        "there is no need to",
        "i would rather you did not",
        "nobody asked you to",
        "it would be wrong to",
    ),
    "past_questions": ("did you", "why did you", "when did you", "who told you to"),
    "questions": (
        "should i",
        "what happens if i",
        "how do i",
        "is it a good idea to",
        "would it cost much to",
        "who may",
    ),
    "reports": (
        "my friend said",
        "the man on tv says",
        "yesterday i said",
        "they always shout",
    ),
    "told_reports": ("she told me to", "he asked them to", "they wanted her to"),
    "quotations": (
        "how do you spell",
        "the sign says",
        "translate into french",
        "the song is called",
    ),
    "unreal": (
        "i wish somebody would",
        "i was going to",
        "i nearly forgot to",
        "one day i will",
        "i dreamed that i had to",
    ),
    "addressed": (
        "tell dad to",
        "tom you can",
        "ask the butler to",
        "remind nobody to",
    ),
    "instead": ("instead of what i said do not", "rather than", "as an alternative to"),
    "strange_commands": (
        "feed the cat",
        "water my bonsai",
        "call the plumber",
        "paint the fence",
        "book a flight",
    ),
    "conditions_before": (
        "if it rains",
        "when i get home",
        "as soon as the bus comes",
        "in case somebody rings",
    ),
    "conditions_after": (
        "if it rains",
        "when i get home",
        "unless somebody is asleep",
        "once the film is over",
    ),
    "delays": (
        "in ten minutes",
        "in an hour",
        "tomorrow",
        "at nine tonight",
        "next friday",
        "later",
    ),
    "repeats": ("every monday", "each morning", "twice a day", "every other week"),
    "limits": ("for ten minutes", "until midnight", "for the next hour"),
    "corrections": (
        "no wait",
        "no don't",
        "never mind",
        "on second thought no",
        "forget it",
    ),
    "pronouns": ("it", "them", "that one", "those", "this"),
    "quantifiers": ("half of", "every other", "most of", "nearly", "none of"),
    "absurd": ("five hundred thousand", "nine million", "three trillion"),
    "other_units": ("kilometres", "kilograms", "volts", "euros", "fathoms"),
    "units": _words(
        "percent degrees minutes minute hours hour seconds second celsius fahrenheit"
    ),
    "foreign": ("bitte", "s'il vous plaît", "por favor", "お願いします", "proszę"),
    "foreign_no": ("nicht", "不要", "ne pas", "nie", "non farlo"),
    "other_domains": (
        "what is the capital of peru",
        "book a table for two",
        "transfer twenty euros to my landlord",
        "how is the stock market",
        "write an email to the tax office",
        "when does my flight leave",
        "rate this book five stars",
        "find a cinema nearby",
        "what is the square root of nine",
        "send a message to the team",
        "order a large pizza with olives",
        "what did the president say",
    ),
    "homophones": _words(
        "two:to two:too to:two for:four four:for off:of of:off one:won "
        "won:one eight:ate ate:eight red:read blue:blew right:write sun:son "
        "son:sun by:buy know:no no:know hour:our our:hour week:weak "
        "wait:weight light:lite door:dore blind:blined whole:hole milk:silk "
        "medium:median latte:ladder tea:tee shop:chop room:rum map:nap "
        "ten:tin set:sit lamp:lamb lock:log"
    ),
}
"""By what they do: most stand in front of a sentence or behind it."""

"""Slots of a guessed intent: the values that templates would give, or none at all.

A model guesses what a sentence is for; which lamp, how long and how much is read from
the words themselves with the lists of the pack, so that a value is never invented. What
no template takes together, a number that nothing took, a thing nobody knows: refused.

    finder = SlotFinder(pack)
    finder.resolve("alarm.set", "wake me in twenty", [(11, 17, "minutes")])
    # {"minutes": 20}

Spans are the model's marks on `spoken(text)`: first letter, letter behind the last one,
and a slot, or `slot=value` on words that mean a value without naming it ("too dark").
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from voiceagent.lang.cues import somewhere
from voiceagent.lang.languages import language
from voiceagent.nlu.guards.leftovers import Leftovers
from voiceagent.nlu.guards.states import wanted_way
from voiceagent.nlu.intent import SlotValue, Understood, spoken
from voiceagent.nlu.slm.forms import FUNCTION_WORDS, TO, Atom, Form, Takes
from voiceagent.nlu.slm.hits import Hit, exact_hits
from voiceagent.nlu.slm.values import alike, named_value, read, torn
from voiceagent.templates.matching import WILDCARD_WORDS, Matching

__all__ = ["SlotFinding", "SlotFinder", "SlotSpan"]

SlotSpan = tuple[int, int, str]
"""First letter, letter behind the last one, slot or `slot=value`."""
EMPTY = somewhere(language().commands.empty)
"""Words of lists that mean nothing here."""
LEFTOVERS = Leftovers(language())
STATES, DIRECTIONS = language().manners.states, language().guards.directions
MOST_LETTERS = 400
"""Longer sentences are stories; nothing in them is looked for."""


@dataclass(frozen=True, slots=True)
class SlotFinding:
    """The slots of a sentence, or the reason why it has none that could be used."""

    slots: Mapping[str, SlotValue] | None
    reason: str = ""
    """Never the user's words."""
    places: tuple[SlotSpan, ...] = ()
    """Where the values stand."""


@dataclass(frozen=True, slots=True)
class _Choice:
    """One way to fill a form."""

    form: Form
    hits: tuple[Hit, ...]
    score: tuple[int, int, bool, int, int]
    """Letters of values and of evidence, a thing by its name, little that is kept as it
    was said, few values."""

    def rivals(self, best: _Choice) -> bool:
        """Whether it speaks of something else, and as much speaks for it."""
        mine, theirs = ({s for h in c.hits for s, _ in h.slots} for c in (self, best))
        return self.score == best.score and mine != theirs


class SlotFinder:
    """Reads the slots of a guessed intent from its words; no state, any thread."""

    def __init__(self, pack: Understood) -> None:
        from voiceagent.nlu.slm.template_forms import takes

        self.intents: Mapping[str, Takes] = takes(pack)
        """What every intent of the pack takes."""

    @classmethod
    def knowing(cls, intents: Mapping[str, Takes]) -> SlotFinder:
        """One that knows already what intents take."""
        finder = cls.__new__(cls)
        finder.intents = intents
        return finder

    def resolve(
        self, intent: str, text: str, spans: Sequence[SlotSpan] = ()
    ) -> dict[str, SlotValue] | None:
        """Slots as templates give them; None where one is missing or contradicted."""
        found = self.find(intent, text, spans).slots
        return None if found is None else dict(found)

    def find(
        self, intent: str, text: str, spans: Sequence[SlotSpan] = ()
    ) -> SlotFinding:
        """The slots with their places, or the reason why there are none."""
        known = self.intents.get(intent)
        if known is None:
            return SlotFinding(None, "unknown intent")
        words = spoken(text)
        if not words or len(words) > MOST_LETTERS:
            return SlotFinding(None, "no sentence")
        return _Search(known, words, spans).run()


class _Search:
    """One sentence, one intent."""

    def __init__(self, known: Takes, text: str, spans: Sequence[SlotSpan]) -> None:
        self._known, self._text = known, text
        self._words = frozenset(text.split())
        inside = [span for span in spans if 0 <= span[0] < span[1] <= len(text)]
        self._marks = [span for span in inside if "=" not in span[2]]
        self._given = [self._turned(span) for span in inside if "=" in span[2]]
        run = Matching(text)
        self._exact = {id(atom): list(exact_hits(atom, run)) for atom in known.atoms}
        self._told = {id(atom): list(self._marked(atom)) for atom in known.atoms}

    def _turned(self, span: SlotSpan) -> SlotSpan:
        """A mark on a state, in the direction that the words want: models learn what
        is complained of better than which way it is to go."""
        start, end, mark = span
        slot, _, value = mark.partition("=")
        wanted = wanted_way(self._text[start:end].split(), STATES, DIRECTIONS)
        numbers = [v for v in self._known.fixed.get(slot, ()) if isinstance(v, int)]
        if value.lstrip("-").isdigit() and int(value) * wanted < 0:
            if -int(value) in numbers:
                return start, end, f"{slot}={-int(value)}"
        return span

    def run(self) -> SlotFinding:
        every = list(self._choices())
        best = max(every, key=lambda choice: choice.score, default=None)
        if best is None or any(other.rivals(best) for other in every):
            return SlotFinding(None, "a slot is missing or contradicted")
        taken = [(hit.start, hit.end) for hit in best.hits]
        meant = [(start, end) for start, end, _ in self._given]
        problem = self._unused(best) or LEFTOVERS.problem(
            self._text, taken, self._known, meant=meant
        )
        if problem:
            return SlotFinding(None, problem)
        slots: dict[str, SlotValue] = dict(best.form.fixed)
        places = []
        for hit in best.hits:
            slots.update(hit.slots)
            places += [(hit.start, hit.end, slot) for slot, _ in hit.slots]
        return SlotFinding(slots, places=tuple(places))

    def _choices(self) -> Iterator[_Choice]:
        for form in self._known.forms:
            places = [self._places(form, atom) for atom in form.atoms]
            if form.moves or not all(places):
                continue
            evidence = self._evidence(form)
            if evidence is None:
                continue
            for hits in self._filled(places, ()):
                if not torn(self._text, hits) and not self._rivals_speak(form, hits):
                    letters = sum(hit.end - hit.start for hit in hits)
                    named = any(slot == "name" for hit in hits for slot, _ in hit.slots)
                    unread = sum(hit.unread(self._text) for hit in hits)
                    score = (letters, evidence, named, -unread, -len(hits))
                    yield _Choice(form, hits, score)

    def _places(self, form: Form, atom: Atom) -> list[Hit]:
        """Where it may stand: of two that take the same words, where a mark says so."""
        told = self._told[id(atom)]
        return told if atom in form.twins else [*self._exact[id(atom)], *told]

    def _filled(
        self, places: Sequence[Sequence[Hit]], taken: tuple[Hit, ...]
    ) -> Iterator[tuple[Hit, ...]]:
        """Every way to give each atom a place of its own."""
        if not places:
            yield taken
            return
        for hit in places[0]:
            if not any(hit.meets(other.start, other.end) for other in taken):
                yield from self._filled(places[1:], (*taken, hit))

    def _evidence(self, form: Form) -> int | None:
        """Letters that speak for what the form fixes; None where nothing does."""
        if not form.fixed:
            return 0
        letters = 0
        for slot, value in form.fixed.items():
            marks = [s for s in self._given if s[2] == f"{slot}={value}"]
            letters += sum(end - start for start, end, _ in marks)
        own = self._known.literals[form.block]
        others = self._rivals(form, ()) or [
            block for block in range(len(self._known.literals)) if block != form.block
        ]
        shared = frozenset[str]().union(*(self._known.literals[o] for o in others))
        said = self._words & (own - shared - FUNCTION_WORDS)
        letters += sum(len(word) for word in said)
        return letters if letters or not others else None

    def _rivals(self, form: Form, captured: Sequence[str]) -> list[int]:
        """Blocks of templates that fix one of the form's slots to something else."""
        slots = {*form.fixed, *captured}
        found = {
            other.block
            for other in self._known.forms
            if other.block != form.block
            and any(form.fixed.get(s) != other.fixed[s] for s in slots & {*other.fixed})
        }
        return sorted(found)

    def _rivals_speak(self, form: Form, hits: Sequence[Hit]) -> bool:
        """Whether words or marks of this sentence say the opposite of the form."""
        captured = [slot for hit in hits for slot, _ in hit.slots]
        own = self._known.literals[form.block]
        marked = " ".join(self._text[start:end] for start, end, _ in self._given)
        loose = self._words - {*marked.split()}
        for block in self._rivals(form, captured):
            theirs = self._known.literals[block] - own - FUNCTION_WORDS
            if loose & theirs:
                return True
        values = {**form.fixed, **dict(pair for hit in hits for pair in hit.slots)}
        given = (mark.partition("=")[::2] for _, _, mark in self._given)
        return any(str(values.get(slot, "")) != value for slot, value in given)

    def _marked(self, atom: Atom) -> Iterator[Hit]:
        """Values that a mark of the model shows, near misses included."""
        for start, end, slot in self._marks:
            if slot in atom.slots and frozenset([slot]) in atom.sets:
                for value in self._shown(atom, slot, self._text[start:end]):
                    yield Hit(atom, start, end, ((slot, value),))
        for start, end, mark in self._given:
            slot, _, name = mark.partition("=")
            if name in map(str, self._known.fixed.get(slot, ())):
                continue  # a form that fixes it takes it
            if slot in atom.slots and frozenset([slot]) in atom.sets:
                named = named_value(self._known.values[slot], name)
                if named is not None:
                    yield Hit(atom, start, end, ((slot, named),))

    def _shown(self, atom: Atom, slot: str, piece: str) -> Iterator[SlotValue]:
        if atom.wild:
            if len(piece.split()) <= WILDCARD_WORDS:
                yield piece
            return
        lists = (atom,) if atom.plain else self._known.values[slot]
        found = list(dict.fromkeys(read(lists, piece)))
        if len(found) == 1:
            yield found[0]
        elif not found and atom.plain:
            # Words that are all known were not misheard: they name something else.
            known = self._known.words >= {*piece.split()}
            yield from alike(atom, piece, letters=not known)

    def _unused(self, best: _Choice) -> str:
        """What the model or the lists see and the chosen form does not take."""
        for start, end, slot in self._marks:
            # What a thing is changed to is told by templates alone, see `Form.moves`.
            if slot.startswith(TO) or not any(h.meets(start, end) for h in best.hits):
                return "a marked word fits no slot"
        literals = self._known.literals[best.form.block]
        chosen = {pair for hit in best.hits for pair in hit.slots}
        fillers = [hit.span() for hit in EMPTY.finditer(self._text)]
        for atom in self._known.atoms:
            for hit in self._exact[id(atom)] if atom.plain else ():
                said = set(self._text[hit.start : hit.end].split())
                if said <= literals or said <= FUNCTION_WORDS or chosen >= {*hit.slots}:
                    continue
                if any(hit.meets(*place) for place in fillers):
                    continue
                if not any(hit.within(other) for other in best.hits):
                    return "a second value for what takes one"
        return ""

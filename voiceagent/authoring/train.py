"""Teaches the recogniser the words of a pack that it does not know.

Two things are learnt from synthetic voices: how unknown words are said (for the
grammar's recogniser), and how the second recogniser, which writes whatever it hears,
writes them. Then other voices say other sentences, to the recogniser as it was and as
it would be; what was learnt is kept only if more is understood, and no more done wrong
than that outweighs.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from itertools import zip_longest
from typing import Any

from voiceagent.authoring.sampler import Sampler
from voiceagent.authoring.spelt import behind, chosen, counted
from voiceagent.errors import EngineFailed
from voiceagent.evaluation.commands import RecogniseCommand
from voiceagent.nlu.intent import Intent
from voiceagent.skills.packs.learned import Learned
from voiceagent.skills.packs.pack import Pack, taught
from voiceagent.skills.packs.takes import Classroom, Sample, Take, takes_of, with_word
from voiceagent.tts.protocol import Tts

__all__ = ["TrainingPlan", "Trained", "Trial", "foreign_sentences", "train_pack"]

POOL = 4000
"""Sentences that are drawn to find some with each word."""
PLENTY = 4
"""Times that a word of the dictionary is written right before it is left alone."""
DEAR = 2
"""Sentences understood that one wrong action outweighs."""

OnProgress = Callable[[str, int, int], None]
"""What is done, how much of it, and of how much."""


@dataclass(frozen=True, slots=True)
class TrainingPlan:
    """How much is tried."""

    takes: int = 12
    """Sentences to learn each word from."""
    checks: int = 60
    """Sentences to check with, and half as many that are none of the pack's."""
    seed: int = 0


@dataclass(frozen=True, slots=True)
class Trial:
    """What became of sentences in voices that were not learnt from."""

    sentences: int = 0
    right: int = 0
    asked: int = 0
    """Understood, but not surely enough to act."""
    refused: int = 0
    wrong: int = 0
    """Something else was done."""
    foreign: int = 0
    """Sentences that are none of the pack's."""
    foreign_acted: int = 0
    missed: tuple[str, ...] = ()
    """What was said and not done."""

    @property
    def worth(self) -> int:
        """The more, the better."""
        return self.right - DEAR * (self.wrong + self.foreign_acted)

    def to_json(self) -> dict[str, Any]:
        """Fields by name."""
        return asdict(self)


@dataclass(frozen=True, slots=True)
class Trained:
    """The outcome."""

    learned: Learned
    """What is worth keeping; may be nothing."""
    words: tuple[str, ...]
    """That were studied."""
    before: Trial
    after: Trial
    """With what is kept; the same as `before` where that is nothing."""
    still_hard: tuple[str, ...]
    """Of `words`, those that were in more sentences missed than understood."""
    failed: tuple[str, ...] = ()
    """Voices that did not speak."""


def train_pack(
    pack: Pack,
    vocabulary: frozenset[str],
    classroom: Classroom,
    recognise: Callable[[Pack], RecogniseCommand],
    *,
    known: Callable[[str], bool],
    others: Sequence[Sample],
    plan: TrainingPlan = TrainingPlan(),
    progress: OnProgress = lambda what, done, total: None,
) -> Trained:
    """Learn, check, and choose what to keep.

    `pack`: with nothing learnt; `vocabulary`: of its grammar; `recognise`: makes the
    recogniser of a pack; `known`: whether the dictionary has a word; `others`:
    sentences of other packs. Raises `EngineFailed` where no voice speaks.
    """
    lesson = _Lesson(pack, vocabulary, classroom, known, plan)
    learned = lesson.learn(progress)
    checks = lesson.checks(others)
    if not checks:
        raise EngineFailed(
            "no voice says a sentence of the pack",
            cause=f"tried {', '.join(voice.name for voice in classroom.strangers)}",
            hint="try one by hand: `espeak-ng hello`",
        )
    trials = _Trials(checks, progress)
    before = after = trials.of(recognise(pack), "checking as it is")
    kept = Learned()
    for choice in _choices(learned):
        found = trials.of(recognise(taught(pack, choice)), "checking what was learnt")
        if found.worth > before.worth:
            kept, after = choice, found
            break
    words = tuple(lesson.words)
    hard, failed = _hard(words, checks, after), tuple(sorted(lesson.failed))
    return Trained(kept, words, before, after, hard, failed)


def _choices(learned: Learned) -> Iterator[Learned]:
    """All of it, or without the part that could make other speech a command."""
    if learned:
        yield learned
    if learned.spellings and learned.pronunciations:
        yield replace(learned, spellings={})


def _hard(
    words: Sequence[str], checks: Sequence[Take], trial: Trial
) -> tuple[str, ...]:
    """Words that were in more sentences missed than understood."""
    own = [take.sample for take in checks if take.sample.intent]
    said = Counter(word for sample in own for word in set(sample.text.split()))
    missed = Counter(w for text in trial.missed for w in set(text.split()))
    return tuple(word for word in words if missed[word] > said[word] / 2)


class _Lesson:
    """What is studied, and what comes of it."""

    def __init__(
        self,
        pack: Pack,
        vocabulary: frozenset[str],
        classroom: Classroom,
        known: Callable[[str], bool],
        plan: TrainingPlan,
    ) -> None:
        self._pack, self._vocabulary = pack, vocabulary
        self._room, self._known, self._plan = classroom, known, plan
        self._table = pack.pronunciations
        self.failed: set[str] = set()
        self._unknown = frozenset(
            word for word in vocabulary if not known(word) and word not in self._table
        )
        self._pool = list(Sampler(pack, seed=plan.seed).draw(POOL))
        spoken = {word for one in self._pool for word in one.text.split()} & vocabulary
        rare = {*self._unknown, *self._table, *filter(classroom.rare, spoken)}
        self.words = sorted(rare & spoken)

    def learn(self, progress: OnProgress) -> Learned:
        """Ways to say the unknown words, and to write all that are rare."""
        found = {
            word: tuple(self._room.said_like(word)) for word in sorted(self._unknown)
        }
        said = {word: ways for word, ways in found.items() if ways}
        if self._room.written is None:
            return Learned(said)
        heard = counted(self._written(progress))
        written = chosen(
            heard,
            vocabulary=self._vocabulary,
            known=self._known,
            unknown=self._unknown,
        )
        return Learned(said, written)

    def _written(self, progress: OnProgress) -> Iterator[tuple[str, str | None]]:
        assert self._room.written is not None
        for at, word in enumerate(self.words):
            progress("listening to rare words", at, len(self.words))
            samples = with_word(self._pool, word, self._plan.takes)
            right = 0
            for take in self._takes(samples, self._room.speakers, self._plan.seed + at):
                way = behind(take, word, self._room.written)
                yield word, way
                right += way == word
                if right == PLENTY and word not in self._unknown:
                    break
        progress("listening to rare words", len(self.words), len(self.words))

    def checks(self, others: Sequence[Sample]) -> list[Take]:
        """Other sentences in other voices: every second one with a word that was
        studied, and some that are none of the pack's."""
        sampler = Sampler(self._pack, seed=self._plan.seed + 1)
        pool, words = list(sampler.draw(POOL)), set(self.words)
        half = self._plan.checks // 2
        studied = [s for s in pool if not words.isdisjoint(s.text.split())][:half]
        every = [*studied, *pool[: self._plan.checks - len(studied)], *others[:half]]
        return list(self._takes(every, self._room.strangers, self._plan.seed))

    def _takes(
        self, samples: Sequence[Sample], voices: Sequence[Tts], seed: int
    ) -> Iterator[Take]:
        return takes_of(
            samples,
            voices,
            table=self._table,
            faithful=self._room.faithful,
            failed=self.failed,
            seed=seed,
        )


class _Trials:
    """The same sentences for one recogniser after the other."""

    def __init__(self, takes: Sequence[Take], progress: OnProgress) -> None:
        self._takes, self._progress = takes, progress

    def of(self, recognise: RecogniseCommand, what: str) -> Trial:
        """How one does."""
        counts, missed = Counter[str](), list[str]()
        for at, take in enumerate(self._takes):
            self._progress(what, at, len(self._takes))
            heard, intent = recognise(take.sound)
            acted = intent is not None
            if not take.sample.intent:
                counts["foreign"] += 1
                counts["foreign_acted"] += acted
                continue
            right = intent is not None and _same(intent, take.sample)
            counts["sentences"] += 1
            counts["right"] += right
            counts["wrong"] += acted and not right
            counts["asked"] += not acted and heard.accepted
            counts["refused"] += not acted and not heard.accepted
            if not right:
                missed.append(take.sample.text)
        self._progress(what, len(self._takes), len(self._takes))
        return Trial(**counts, missed=tuple(missed))


def _same(intent: Intent, sample: Sample) -> bool:
    return intent.name == sample.intent and dict(intent.slots) == dict(sample.slots)


def foreign_sentences(
    packs: Sequence[Pack], understood: Callable[[str], bool], count: int
) -> list[Sample]:
    """Sentences of other packs that this one does not understand, without an intent."""
    each = [
        [s.text for s in Sampler(pack, seed=9).draw(count) if not understood(s.text)]
        for pack in packs
    ]
    mixed = [text for row in zip_longest(*each) for text in row if text]
    return [Sample(text, "", {}, "") for text in dict.fromkeys(mixed)][:count]

"""Knowledge: search over the operator's documents, and short spoken answers.

SQLite's full-text index finds candidates; they are ranked by how much of the question
they cover, each word weighed by how rare it is. Where too little of it is covered, the
answer is that the documents do not tell: a wrong answer is worse than none.
"""

from __future__ import annotations

import math
import re
import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from threading import Lock

from voiceagent.lang.languages import language
from voiceagent.lang.spoken import spoken
from voiceagent.region.documents import SENTENCE, DocumentLibrary, Passage, read_folders
from voiceagent.region.wording import content, related, stem

__all__ = ["NOTHING", "Found", "Knowledge"]

NOTHING = "Sorry, I couldn't find that in the documents."
COVERED = 0.62
"""Share of a question's weight that an answer has to cover."""
KNOWN = 0.55
"""Share of it whose words are in the documents at all: else it is about something
else."""
CANDIDATES = 40
HEADINGS = 2.0
"""How much more a word counts in the heading than in the text, for the ranking."""
SHORT = 38
"""Words that an answer has at most, unless its first sentence is longer."""
DAYS = language().calendar.weekdays
FOLLOW_UPS = language().documents.follow_ups
"""Beginnings of questions that go on with the one before."""


@dataclass(frozen=True, slots=True)
class Found:
    """The answer to a question."""

    text: str
    """What is said."""
    passage: Passage | None
    """Where it stands; None: the documents do not tell."""
    covered: float = 0.0
    """Share of the question's weight that the passage covers."""


class Knowledge:
    """Documents that can be asked."""

    def __init__(self, folders: Sequence[Path]) -> None:
        """Read and index the folders; blocking."""
        self.library: DocumentLibrary = read_folders(folders)
        self._lock = Lock()
        self._db = sqlite3.connect(":memory:", check_same_thread=False)
        self._passages = self.library.passages
        self._stems = [_stems(p.text) for p in self._passages]
        self._heads = [
            _stems(f"{p.heading} {_title(p.source)}") for p in self._passages
        ]
        self._weights = _weights(self._stems, self._heads)
        self._db.execute(
            "CREATE VIRTUAL TABLE passages "
            "USING fts5(text, heading, tokenize='unicode61')"
        )
        self._db.executemany(
            "INSERT INTO passages (rowid, text, heading) VALUES (?, ?, ?)",
            [
                (number, " ".join(sorted(text)), " ".join(sorted(head)))
                for number, (text, head) in enumerate(
                    zip(self._stems, self._heads, strict=True), 1
                )
            ],
        )

    def search(self, question: str, limit: int = 4) -> list[Passage]:
        """The passages that fit best, the best first; their scores are the shares of
        the question that they cover."""
        words = self._words(question)
        ranked = self._ranked(words)[:limit]
        return [replace(self._passages[n], score=round(c, 3)) for n, c, _ in ranked]

    def say(self, question: str, earlier: Iterable[str] = ()) -> Found:
        """A short spoken answer; `earlier`: questions before, the latest last, which an
        elliptic one ("and on sundays?") goes on from."""
        words = self._words(question)
        before = list(earlier)
        if before and _elliptic(question, words):
            words = list(dict.fromkeys([*self._words(before[-1]), *words]))
        ranked = self._ranked(words)
        if not ranked or not self._about(words):
            return Found(NOTHING, None)
        number, covered, _ = ranked[0]
        if covered < COVERED:
            return Found(NOTHING, None, covered)
        passage = self._passages[number]
        return Found(self._answer(number, words), passage, covered)

    def sentences(self) -> list[str]:
        """Everything the documents say, sentence by sentence, headings too."""
        found = [s for p in self._passages for s in SENTENCE.split(p.text)]
        return found + sorted({p.heading for p in self._passages if p.heading})

    def close(self) -> None:
        """Free the index."""
        with self._lock:
            self._db.close()

    def _words(self, question: str) -> list[str]:
        words = self._compounds(content(question))
        known = [self._nearest(word) for word in words]
        return list(dict.fromkeys(known))

    def _compounds(self, words: Sequence[str]) -> list[str]:
        """Two words that the documents write as one become one: names are often heard
        as the words that they are made of ("tide watcher")."""
        found: list[str] = []
        for word in words:
            if found and stem(found[-1] + word) in self._weights:
                found[-1] += word
            else:
                found.append(word)
        return found

    def _nearest(self, word: str) -> str:
        """A word of the documents that differs in one letter, where this one is not in
        them: recognisers and fingers slip."""
        if len(word) < 5 or related(word) & self._weights.keys():
            return word
        near = {one for one in self._weights if _one_apart(one, stem(word))}
        return min(near, default=word)

    def _weight(self, word: str) -> float:
        """How rare it is, a word of no document being the rarest."""
        known = [self._weights[s] for s in related(word) if s in self._weights]
        return min(known) if known else self._weights.get("", 1.0)

    def _about(self, words: Sequence[str]) -> bool:
        whole = sum(map(self._weight, words))
        known = sum(self._weight(w) for w in words if related(w) & self._weights.keys())
        return whole > 0 and known >= KNOWN * whole

    def _ranked(self, words: Sequence[str]) -> list[tuple[int, float, float]]:
        """Passages by share covered and closeness, the best first."""
        stems = {s for word in words for s in related(word) if s in self._weights}
        if not stems:
            return []
        query = " OR ".join(f'"{s}"' for s in sorted(stems))
        sql = (
            "SELECT rowid FROM passages WHERE passages MATCH ? "
            f"ORDER BY bm25(passages, 1.0, {HEADINGS}) LIMIT {CANDIDATES}"
        )
        with self._lock:
            rows = [row[0] - 1 for row in self._db.execute(sql, (query,))]
        scored = [(n, *self._fit(n, words), -place) for place, n in enumerate(rows)]
        scored.sort(key=lambda one: one[1:], reverse=True)
        return [(n, covered, close) for n, covered, close, _ in scored]

    def _fit(self, number: int, words: Sequence[str]) -> tuple[float, float]:
        """Share of the question covered, and how directly: the word itself in the text
        counts more than a synonym or the heading."""
        text, head = self._stems[number], self._heads[number]
        whole = covered = close = 0.0
        for word in words:
            weight, root, alike = self._weight(word), stem(word), related(word)
            whole += weight
            if alike & (text | head):
                covered += weight
                exact = (root in text) + 0.8 * (root in head)
                near = 0.5 * bool(alike & text) + 0.4 * bool(alike & head)
                close += weight * max(exact, near)
        share = covered / whole if whole else 0.0
        # A share and its closeness decide together: two passages that cover the same.
        return round(share, 6), close / whole if whole else 0.0

    def _gain(self, word: str, sentence: frozenset[str], head: frozenset[str]) -> float:
        """What a word of the question says for a sentence: the word itself more than
        one like it, and little where the heading has it: that holds for all."""
        alike = related(word) & sentence
        share = 1.0 if stem(word) in sentence else 0.5 if alike else 0.0
        return share * self._weight(word) * (0.3 if stem(word) in head else 1.0)

    def _answer(self, number: int, words: Sequence[str]) -> str:
        """The sentence that covers most of the question, and the next one if short."""
        passage, head = self._passages[number], self._heads[number]
        sentences = SENTENCE.split(passage.text)
        gains = [sum(self._gain(w, _stems(s), head) for w in words) for s in sentences]
        best = gains.index(max(gains))
        said = sentences[best]
        for following in sentences[best + 1 : best + 2]:
            if len(f"{said} {following}".split()) <= SHORT:
                said = f"{said} {following}"
        return said


def _weights(*sets: Sequence[frozenset[str]]) -> Mapping[str, float]:
    """Rarity of every stem over the passages; that of an unknown one under ``."""
    counts: dict[str, int] = {}
    total = len(sets[0]) if sets else 0
    for text, head in zip(*sets, strict=True):
        for one in text | head:
            counts[one] = counts.get(one, 0) + 1
    weights = {s: math.log(1 + total / n) for s, n in counts.items()}
    weights[""] = math.log(1 + max(total, 1))
    return weights


def _stems(text: str) -> frozenset[str]:
    return frozenset(stem(word) for word in spoken(text).split())


def _title(source: str) -> str:
    return re.sub(r"[^a-zA-Z]+", " ", source.rpartition(".")[0])


def _elliptic(question: str, words: Sequence[str]) -> bool:
    begins = spoken(question).startswith(FOLLOW_UPS)
    return begins or len(words) <= 1


def _one_apart(one: str, other: str) -> bool:
    """Whether one letter was added, left out or changed; the first one holds."""
    if abs(len(one) - len(other)) > 1 or not one or one[0] != other[0] or len(one) < 4:
        return False
    start = 0
    while start < min(len(one), len(other)) and one[start] == other[start]:
        start += 1
    return one[start + 1 :] == other[start + 1 :] or (
        one[start + 1 :] == other[start:] or one[start:] == other[start + 1 :]
    )

"""The redactor: every finder's spans, joined where they touch, replaced."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from voiceagent.lang.languages import language
from voiceagent.privacy.redaction import cues
from voiceagent.privacy.redaction.abroad import addresses_abroad
from voiceagent.privacy.redaction.ibans import ibans
from voiceagent.privacy.redaction.mail import spoken_mail
from voiceagent.privacy.redaction.names import Names, cued_names
from voiceagent.privacy.redaction.numbers import number_spans
from voiceagent.privacy.redaction.placeholders import Placeholders
from voiceagent.privacy.redaction.tokens import Span, tokens

__all__ = ["LONGEST", "Redacted", "Redactor"]

LONGEST = 8_000
"""Letters of a text; a longer one is not redacted but refused."""
WRITTEN = (
    ("EMAIL", re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+")),
    ("LINK", re.compile(r"\b(?:https?://|www\.)\S+", re.IGNORECASE)),
    (
        "CODE",
        re.compile(r"\b[A-Z]{2}\d{2}(?: ?[A-Z0-9]{4}){2,7}(?: ?[A-Z0-9]{1,4})?\b"),
    ),
    ("NUMBER", re.compile(r"\+?\d(?:[\d\s()./-]{5,22})\d")),
    ("ADDRESS", re.compile(r"\b[A-Z]{1,2}\d[A-Z\d]? ?\d[A-Z]{2}\b", re.IGNORECASE)),
    ("CODE", re.compile(r"\b(?=\w*\d)(?=\w*[A-Za-z])[A-Za-z0-9]{6,}\b")),
)
"""What is recognised by its shape on paper."""
MONTHS = "|".join(month[:3] for month in language().calendar.months)
HOUR = r"(?:0?\d|1\d|2[0-4])(?::[0-5]\d)?"
DAY = r"(?:0?[1-9]|[12]\d|3[01])(?:st|nd|rd|th)?"
SHORT_DAY = r"(?:0?[1-9]|1[0-2])/(?:0?[1-9]|[12]\d|3[01])"
PUBLIC = re.compile(
    r"\b(?:[01]?\d|2[0-4]):[0-5]\d(?::[0-5]\d)?\b"
    r"|\b(?:0?[1-9]|[12]\d|3[01])/(?:0?[1-9]|[12]\d|3[01])/(?:(?:19|20)?\d\d)\b"
    r"|\b(?:1[5-9]|20)\d\d\s?[-\u2013]\s?(?:1[5-9]|20)\d\d\b"
    rf"|\b{SHORT_DAY}(?:\s?(?:-|\u2013|to|and)\s?{SHORT_DAY})?(?![/\d])"
    rf"|\b{HOUR} (?:and|to|or|until|till) {HOUR}\b"
    rf"|\b(?:{MONTHS})[a-z]*\.? {DAY}\s?(?:-|\u2013|to|until|through)\s?{DAY}\b"
    r"|\b(?:19|20)\d\d-(?:0\d|1[0-2])-(?:[0-2]\d|3[01])\b"
    r"|[$€£]\s?\d{1,3}(?:,?\d{3}){0,2}(?:\.\d\d)?\b(?![\d-])"
    rf"|\b(?:{MONTHS})[a-z]*\.? (?:the )?\d{{1,2}}(?:st|nd|rd|th)?,? (?:19|20)\d\d\b",
    re.IGNORECASE,
)
"""Numbers that are none of anybody: times, dates, prices."""
ORDER = ("EMAIL", "LINK", "ADDRESS", "DATE", "CODE", "NUMBER", "NAME")
"""Which kind a span has where several finders agree on a place."""


@dataclass(frozen=True, slots=True)
class Redacted:
    """A text that may leave."""

    text: str
    found: Mapping[str, int]
    """Secrets replaced, by kind."""


class Redactor:
    """Replaces what is private; the placeholders of a session stay the same."""

    def __init__(
        self,
        names: Iterable[str] = (),
        placeholders: Placeholders | None = None,
        *,
        kept: Iterable[str] = (),
    ) -> None:
        """`names`: of the contact list; `kept`: whatever else must not leave."""
        self.placeholders = placeholders or Placeholders()
        self._names = Names(names, kept)

    def redact(self, text: str) -> Redacted:
        """The text with placeholders; raises `ValueError` where it is too long."""
        if len(text) > LONGEST:
            raise ValueError(f"more than {LONGEST} letters")
        parts, at = [], 0
        found: Counter[str] = Counter()
        for span in _joined(self._spans(text)):
            said = text[span.start : span.end]
            parts += [text[at : span.start], self._placeholder(span, said)]
            found[span.kind] += 1
            at = span.end
        return Redacted("".join((*parts, text[at:])), dict(found))

    def _placeholder(self, span: Span, said: str) -> str:
        return self.placeholders.of(span.kind, span.key or _key(said), said)

    def _spans(self, text: str) -> Iterator[Span]:
        words = tokens(text)
        public = [match.span() for match in PUBLIC.finditer(text)]
        for span in (*_written(text), *number_spans(words)):
            if span.kind != "NUMBER" or not _within(span, public):
                yield span
        yield from cues.announced(words)
        yield from cues.birthdays(words)
        yield from cues.addresses(words)
        yield from addresses_abroad(words)
        yield from ibans(text)
        yield from spoken_mail(text, words)
        yield from cues.spelled(words)
        yield from cues.spoken_links(words)
        yield from self._names.spans(text, words)
        yield from cued_names(words)


def _written(text: str) -> Iterator[Span]:
    for kind, shape in WRITTEN:
        for match in shape.finditer(text):
            yield Span(match.start(), match.end(), kind, _key(match[0]))


def _within(span: Span, places: Iterable[tuple[int, int]]) -> bool:
    return any(start <= span.start and span.end <= end for start, end in places)


def _key(said: str) -> str:
    return re.sub(r"[\W_]+", "", said.lower())


def _joined(spans: Iterable[Span]) -> Iterator[Span]:
    """In order, overlapping ones made one that covers them all."""
    last: Span | None = None
    for span in sorted(spans, key=lambda s: (s.start, -s.end)):
        if last is None or span.start >= last.end:
            if last is not None:
                yield last
            last = span
            continue
        kind = min(last.kind, span.kind, key=ORDER.index)
        end = max(last.end, span.end)
        whole = (last.start, end) == (span.start, span.end)
        key = span.key if whole and kind == span.kind else last.key
        key = key if end == last.end or whole else ""
        last = Span(last.start, end, kind, key)
    if last is not None:
        yield last

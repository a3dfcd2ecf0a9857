"""One turn as a card: what was said, what was done, where the time went, and why."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from pathlib import PurePath

from voiceagent.trace.event_lines import event_line, without_echoes
from voiceagent.trace.events import SpeechStarted, SpeechStopped
from voiceagent.trace.outcomes import TurnOutcome, outcome_of
from voiceagent.trace.report.charts import milliseconds, waterfall
from voiceagent.trace.report.html import Html, join, tag
from voiceagent.trace.report.strip import LoudnessCurve, TimeSpan, sound_strip
from voiceagent.trace.report.words import (
    ENDED_BECAUSE,
    ENDED_BY,
    STAGES_IN_WORDS,
    UNWAITED,
    heard_in_words,
)
from voiceagent.trace.turn_rows import TimedEvent, TurnRow

__all__ = ["TurnNote", "card", "kinds", "speech_spans", "timeline"]

LOOKS = {
    TurnOutcome.IN_TIME: "good",
    TurnOutcome.LATE: "bad",
    TurnOutcome.APOLOGY: "note",
    TurnOutcome.ERROR: "bad",
    TurnOutcome.UNANSWERED: "note",
}
MOMENTS = {"woke": "woken", "end": "last word", "decided": "taken to be over"}
LOCAL = frozenset({"device", "none"})
"""Tiers whose turns send nothing anywhere."""


@dataclass(frozen=True, slots=True)
class TurnNote:
    """What is known about a turn besides its events."""

    envelope: LoudnessCurve | None = None
    expected: str | None = None
    """The words that were really said, if a scenario or label tells."""
    failures: Sequence[str] = ()
    """What a scenario asked for and did not get."""


def kinds(row: TurnRow, note: TurnNote) -> list[str]:
    """The filters a turn answers to."""
    found = [f"tier-{row.tier}"] if row.tier in LOCAL else ["tier-away"]
    late = outcome_of(row) is TurnOutcome.LATE or row.budget_met is False
    found += ["missed"] if late else []
    found += ["sorry"] if outcome_of(row) is TurnOutcome.APOLOGY else []
    found += ["trouble"] if row.failed or note.failures else []
    return found


def card(
    row: TurnRow,
    anchor: str,
    *,
    note: TurnNote,
    speech: Sequence[TimeSpan],
    events: Html,
) -> Html:
    """The whole card."""
    return tag(
        "article",
        _head(row, note, anchor),
        tag(
            "div",
            tag("div", _talk(row, note), _facts(row, note), class_="words"),
            tag("div", _times(row, note, speech), class_="times"),
            class_="cols",
        ),
        events,
        class_=" ".join(["turn", *kinds(row, note)]),
        id=anchor,
    )


def _head(row: TurnRow, note: TurnNote, anchor: str) -> Html:
    name = PurePath(row.file).name or "live"
    return tag(
        "header",
        tag("a", row.turn, href=f"#{anchor}", class_="number"),
        tag("h3", name),
        tag("span", *_badges(row), *_failed(note), class_="badges"),
    )


def _badges(row: TurnRow) -> list[Html]:
    outcome = outcome_of(row)
    badges = [_badge(row.tier, "tier")] if row.tier != "none" else []
    if not row.cancelled or row.response_ms is not None:
        badges.append(_badge(outcome.value, LOOKS[outcome]))
    if row.rescued_by == "wait":
        badges.append(_badge("said “one moment” first", "note"))
    elif row.rescued_by:
        badges.append(_badge(f"{row.rescued_by} instead", "note"))
    if row.cut or row.cancelled:
        badges.append(_badge(ENDED_BY.get(row.cut or row.cancelled, "cut off"), "note"))
    return badges


def _failed(note: TurnNote) -> list[Html]:
    count = len(note.failures)
    plural = "expectation" if count == 1 else "expectations"
    return [_badge(f"{count} {plural} failed", "bad")] if count else []


def _badge(label: str, look: str) -> Html:
    sign = {"good": "✓ ", "bad": "✕ ", "note": "◦ "}.get(look, "")
    return tag("span", sign, label, class_=f"badge {look}")


def _talk(row: TurnRow, note: TurnNote) -> Html:
    heard = row.transcript or "(no words)"
    look = "you" if row.accepted else "you unsure"
    said = _diff(note.expected, heard) if note.expected is not None else heard
    parts = [tag("p", said, class_=look)]
    if row.reply:
        parts.append(tag("p", row.reply, class_="agent"))
    return tag("div", *parts, class_="talk")


def _diff(expected: str, heard: str) -> Html:
    """The words heard, with those missed struck out and those made up marked."""
    want, got = expected.split(), heard.split()
    pieces: list[object] = []
    for kind, a, b, c, d in SequenceMatcher(None, want, got).get_opcodes():
        if kind != "insert" and kind != "equal":
            pieces += [tag("del", " ".join(want[a:b])), " "]
        if c < d:
            words = " ".join(got[c:d])
            pieces += [words if kind == "equal" else tag("ins", words), " "]
    return join(*pieces)


def _facts(row: TurnRow, note: TurnNote) -> Html:
    facts: list[tuple[str, object]] = [("meant", _intent(row)), ("why", _why(row))]
    facts.append(("woken", _woken(row)))
    if row.endpoint:
        facts.append(("ended", _ended(row)))
    facts.append(("asked", row.plan if row.plan != row.reason else ""))
    facts.append(("sent away", _away(row)))
    facts.append(("stands in", "; ".join(row.sources)))
    if row.failed:
        facts.append(("error", row.failed))
    if row.missed_by:
        facts.append(("late by", STAGES_IN_WORDS.get(row.missed_by, row.missed_by)))
    facts += [("failed", tag("b", failure)) for failure in note.failures]
    lines = [join(tag("dt", k), tag("dd", v)) for k, v in facts if v]
    return tag("dl", *lines)


def _intent(row: TurnRow) -> Html | str:
    if row.intent is None:
        away = row.tier not in LOCAL
        return f"no command: {row.tier} answered" if away else "no command"
    slots = [
        tag("span", tag("i", name), " ", value, class_="slot")
        for name, value in row.intent.slots.items()
    ]
    sure = f" at {row.intent.confidence:.2f}" if row.intent.confidence < 1 else ""
    return join(tag("b", row.intent.name), sure, " ", *slots)


def _why(row: TurnRow) -> str:
    reasons = [ENDED_BY.get(row.cancelled, row.cancelled)]
    reasons += [row.reason] if row.reason != row.cancelled else []
    if row.stt_confidence is not None:
        told = row.stt_reason and row.stt_reason in row.reason
        because = "" if told else heard_in_words(row.stt_reason)
        sure = f"{100 * row.stt_confidence:.0f} % sure of the words"
        reasons += [sure] if row.accepted else []
        reasons.append(because)
    return "; ".join(filter(None, reasons))


def _woken(row: TurnRow) -> str:
    if row.wake is None:
        return f"by {row.by}" if row.by else ""
    word = row.wake.word.replace("_", " ")
    return f"by “{word}” at {row.wake.t:.2f} s, score {row.wake.score:.2f}"


def _ended(row: TurnRow) -> str:
    end = row.endpoint
    assert end is not None
    why = ENDED_BECAUSE.get(end.reason, end.reason)
    if end.reason in UNWAITED:
        return why
    return f"after {end.silence:.2f} s of silence ({end.wait:.2f} s needed): {why}"


def _away(row: TurnRow) -> str:
    """What left the device, whoever answered in the end."""
    if not row.left_device:
        return "0 bytes"
    sums = ", ".join(f"{size} bytes to {leg}" for leg, size in row.left_device.items())
    return f"{row.left_as}: {sums}"


def _times(row: TurnRow, note: TurnNote, speech: Sequence[TimeSpan]) -> Html:
    parts: list[object] = []
    if row.response_ms is None:
        parts.append(tag("p", "no reply", tag("small", row.cancelled), class_="big"))
    else:
        parts += [_waited(row), waterfall(row)]
    strip = sound_strip(row, note.envelope, speech)
    return join(*parts, strip, _spoken(row) if strip else "")


SAME = 10.0
"""Milliseconds within which the first sound and the answer are one moment."""


def _waited(row: TurnRow) -> Html:
    """Time to the first sound, and to the answer itself where that is another."""
    first, real = row.response_ms or 0.0, row.answer_ms
    look = "big" if row.budget_met else "big late"
    if real is None or real - first < SAME:
        return tag("p", milliseconds(first), tag("small", _until), class_=look)
    what = "apology" if outcome_of(row) is TurnOutcome.APOLOGY else "answer"
    sound = tag("small", f" to the {what}; first sound after {milliseconds(first)}")
    late = outcome_of(row) is not TurnOutcome.IN_TIME
    return tag("p", milliseconds(real), sound, class_="big late" if late else "big")


_until = " from the last word to the answer"


def _spoken(row: TurnRow) -> Html:
    if row.speech_start is None or row.speech_end is None:
        return Html("")
    line = f"speech {row.speech_start:.2f}–{row.speech_end:.2f} s"
    keys = [
        tag("span", words, class_=f"key k-{name}") for name, words in MOMENTS.items()
    ]
    return tag("p", line, *keys, class_="under")


def speech_spans(records: Sequence[TimedEvent]) -> list[TimeSpan]:
    """What the VAD called speech, in seconds of audio."""
    spans: list[TimeSpan] = []
    start: float | None = None
    for _, event in records:
        if isinstance(event, SpeechStarted):
            start = event.t
        elif isinstance(event, SpeechStopped) and start is not None:
            spans.append((start, event.t))
            start = None
    return spans


def timeline(records: Sequence[TimedEvent]) -> Html:
    """Every event of a turn, folded away until asked for."""
    if not records:
        return Html("")
    zero = records[0][0]
    lines = [event_line(at - zero, event) for at, event in without_echoes(records)]
    summary = tag("summary", f"{len(records)} events")
    return tag("details", summary, tag("pre", "\n".join(lines)))

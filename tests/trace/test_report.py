"""The report: small, offline, safe with whatever was said, and it shows every fact."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from html.parser import HTMLParser
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from voiceagent.trace.events import (
    AlarmRang,
    Committed,
    Degraded,
    Event,
    Failed,
    IntentMatched,
    IntentMissed,
    PartialTranscript,
    ReplyReady,
    Routed,
    SessionEnded,
    SessionStarted,
    SpeakingStarted,
    SpeakingStopped,
    SpeechStarted,
    SpeechStopped,
    Transcript,
    TurnCancelled,
    TurnEnded,
    TurnFinished,
    TurnStarted,
    WakeDetected,
)
from voiceagent.trace.outcomes import TurnOutcome, outcome_of
from voiceagent.trace.report.write import (
    LIMIT_BYTES,
    LoudnessCurve,
    SessionNote,
    TurnNote,
    page,
    write_report,
)
from voiceagent.trace.turn_rows import TimedEvent, percentile, turn_rows

pytestmark = pytest.mark.unit

FACTS = {"machine": "2 cores, x86_64", "date": "2026-01-05", "pace": "measured"}


def split(response: float) -> dict[str, float]:
    """A ledger whose stages add up to `response` ms."""
    shares = {"endpoint": 0.5, "stt": 0.3, "intent": 0.002, "route": 0.0, "act": 0.008}
    parts = {stage: response * share for stage, share in shares.items()}
    parts["tts"] = response - sum(parts.values())
    return {**parts, "response": response}


def session(source: str, *turns: list[Event]) -> list[TimedEvent]:
    """One recording with those turns."""
    events: list[Event] = [SessionStarted(source=source, budget_ms=800.0)]
    for turn in turns:
        events += turn
    events.append(SessionEnded(t=60.0))
    return [(index * 0.05, event) for index, event in enumerate(events)]


def answered(
    turn: int,
    words: str = "turn on the kitchen light",
    reply: str = "Kitchen light is on.",
    response: float = 240.0,
    start: float = 1.0,
) -> list[Event]:
    """A turn that went through all stages."""
    end = start + 2.2
    met = response <= 800
    return [
        SpeechStarted(t=start),
        WakeDetected(t=start + 0.7, word="hey_jarvis", score=0.991),
        TurnStarted(turn=turn, t=start + 0.75),
        PartialTranscript(turn=turn, t=start + 1.5, pii_text=words[:9]),
        PartialTranscript(turn=turn, t=start + 1.6, pii_text=words[:9]),
        SpeechStopped(t=end),
        TurnEnded(
            turn=turn,
            t=end + 0.24,
            speech_start=start + 0.8,
            speech_end=end,
            reason="complete",
            silence=0.24,
            wait=0.24,
            completeness="complete",
        ),
        Transcript(turn=turn, pii_text=words, confidence=0.93, accepted=True),
        IntentMatched(
            turn=turn,
            name="device.on",
            pii_slots={"name": "Kitchen Light", "brightness": 30},
        ),
        Routed(turn=turn, tier="device", reason="skill"),
        Committed(turn=turn, key="device.on"),
        ReplyReady(turn=turn, pii_text=reply),
        SpeakingStarted(turn=turn, clip_seconds=1.2),
        SpeakingStopped(turn=turn, heard_seconds=1.2),
        TurnFinished(
            turn=turn,
            speech_end=end,
            tier="device",
            reason="skill",
            latency_ms=split(response),
            budget_ms=800.0,
            budget_met=met,
            missed_by="" if met else "endpoint",
            rescued_by="" if met else "wait",
            effects=["device.on"],
        ),
    ]


def rejected(turn: int, words: str = "who painted the ceiling") -> list[Event]:
    """Speech outside the domain: an honest answer, no action."""
    fine: list[Event] = answered(turn, words, "Sorry, I didn't catch that.", start=9.0)
    kept = [
        e for e in fine if not isinstance(e, IntentMatched | Committed | Transcript)
    ]
    missed = IntentMissed(turn=turn, reason="outside the grammar")
    heard = Transcript(
        turn=turn, pii_text=words, confidence=0.2, accepted=False, reason="filler won"
    )
    return [*kept[:6], heard, missed, *_without_tier(kept[6:])]


def _without_tier(events: Sequence[Event]) -> list[Event]:
    out: list[Event] = []
    for event in events:
        if isinstance(event, Routed):
            event = Routed(turn=event.turn, tier="none", reason="outside the grammar")
        if isinstance(event, TurnFinished):
            event = TurnFinished(
                turn=event.turn,
                speech_end=event.speech_end,
                tier="none",
                reason="outside the grammar",
                latency_ms=event.latency_ms,
                budget_ms=event.budget_ms,
                budget_met=event.budget_met,
            )
        out.append(event)
    return out


def trace() -> list[TimedEvent]:
    """Several recordings: fine, late, rejected, cancelled, broken, silent."""
    late = answered(2, "set a timer for ten minutes", response=1130.0, start=6.0)
    cut: list[Event] = [
        TurnStarted(turn=1, t=2.0, by="follow-up"),
        TurnCancelled(turn=1, reason="no speech"),
    ]
    broken = answered(2, "lock the front door", "Sorry, something went wrong.")
    broken.insert(8, Failed(turn=2, code="store", what="timers.db is read-only"))
    timers: list[Event] = [AlarmRang(id="1", pii_text="Your tea timer is done.")]
    timers.append(Degraded(what="speaker", why="no PortAudio", hint="apt install x"))
    return [
        *session("in/01-light.flac", answered(1), late, rejected(3)),
        *session("in/02-cut.flac", cut, broken, timers),
        *session("in/03-silence.flac"),
    ]


def wave(start: float, seconds: float) -> LoudnessCurve:
    """A made-up waveform."""
    peaks = [
        abs(math.sin(i / 7) * math.sin(i / 31)) * (0.8 if 40 < i < 220 else 0.05)
        for i in range(300)
    ]
    return LoudnessCurve(start, seconds / 300, peaks)


def notes() -> dict[tuple[int, int], TurnNote]:
    """Waveforms and an expectation."""
    told = "set the timer for ten minutes"
    return {
        (0, 1): TurnNote(wave(0.5, 4.0)),
        (0, 2): TurnNote(wave(5.5, 4.0), told, ["within 700 ms"]),
    }


class Outside(HTMLParser):
    """Collects tags, and attributes that could load something."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.links: list[str] = []
        self.handlers: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note what a browser would fetch or run."""
        self.tags.append(tag)
        for name, value in attrs:
            if name in ("src", "href", "action", "data", "poster"):
                self.links.append(value or "")
            if name.startswith("on"):
                self.handlers.append(name)


def parsed(html: str) -> Outside:
    """`html`, read as a browser would."""
    reader = Outside()
    reader.feed(html)
    return reader


def test_rows_tell_the_whole_turn() -> None:
    rows = turn_rows(trace())
    assert [(row.file[3:5], row.turn) for row in rows] == [
        ("01", 1),
        ("01", 2),
        ("01", 3),
        ("02", 1),
        ("02", 2),
    ]
    first = rows[0]
    assert first.wake is not None and first.wake.score == 0.991
    assert first.intent is not None and first.intent.slots["brightness"] == 30
    assert (first.speech_start, first.speech_end) == (1.8, 3.2)
    assert first.endpoint is not None and first.endpoint.reason == "complete"
    assert first.effects == ["device.on"]
    assert (rows[1].missed_by, rows[1].rescued_by) == ("endpoint", "wait")
    assert rows[2].intent is None and rows[2].tier == "none"
    assert rows[3].cancelled == "no speech" and rows[3].response_ms is None
    assert rows[3].by == "follow-up" and rows[3].wake is None
    assert rows[4].failed == "store"


def test_row_as_json_keeps_the_contract_of_replay() -> None:
    row = turn_rows(trace())[0].as_dict()
    contract = (
        "file turn wake speech_start speech_end transcript intent tier reason reply "
        "latency_ms budget_ms budget_met"
    ).split()
    assert list(row)[: len(contract)] == contract
    assert set(row["wake"]) == {"word", "t", "score"}
    assert set(row["intent"]) == {"name", "slots", "confidence"}
    stages = {"endpoint", "stt", "intent", "route", "tts", "response"}
    assert stages <= set(row["latency_ms"])


def test_a_turn_without_a_reply_has_null_latencies() -> None:
    row = turn_rows(trace())[3].as_dict()
    assert set(row["latency_ms"].values()) == {None} and row["budget_met"] is None
    assert row["budget_ms"] == 800.0


def test_the_announcement_and_the_late_answer_are_both_the_reply() -> None:
    events: list[Event] = [ReplyReady(turn=1, pii_text="One moment.", rung="wait")]
    events.append(ReplyReady(turn=1, pii_text="Done."))
    row = turn_rows([(0.0, event) for event in events])[0]
    assert row.reply == "One moment. Done."


@given(st.lists(st.floats(0, 1e6), min_size=1), st.floats(0, 1))
def test_percentile_is_a_value_that_the_share_does_not_exceed(
    values: list[float], share: float
) -> None:
    found = percentile(values, share)
    assert found in values
    assert sum(value <= found for value in values) >= share * len(values) - 1e-9


def test_percentile_of_nothing_is_not_a_number() -> None:
    assert math.isnan(percentile([], 0.5))


def test_the_page_shows_every_fact() -> None:
    html = page(trace(), title="Replay", facts=FACTS, notes=notes())
    for fact in (
        "turn on the kitchen light",
        "Kitchen light is on.",
        "device.on",
        "“hey jarvis” at 1.70 s, score 0.99",
        "after 0.24 s of silence (0.24 s needed): the sentence was complete",
        "0 bytes",
        "said “one moment” first",
        "within 700 ms",
        "<del>the</del> <ins>a</ins>",
        "filler won",
        "Your tea timer is done.",
        "03-silence.flac",
        "2 cores, x86_64",
        "1 of 5 turns answered within 800\u00a0ms.",
    ):
        assert fact in html, fact


def test_the_page_counts_what_a_person_counts() -> None:
    about = [
        SessionNote(name="01.turn.toml", expected=9, missed=1, failures=["turn 4: x"]),
        SessionNote(name="02.turn.toml", expected=3),
        SessionNote(),
    ]
    html = page(trace(), title="Replay", facts=FACTS, notes=notes(), about=about)
    for told in (
        "1 of 12 expectations failed. 1 of 5 turns answered within 800\u00a0ms.",
        "1 answered later, the last after 1.1 s, 1 got an apology, 1 met an error, "
        "1 got no answer.",
        "1 expectation failed",
        "8 of 9",
        "3 of 3",
        "turn 4: x",
        "03-silence.flac",
        "<footer>",
    ):
        assert told in html, told
    held = page(trace(), title="Replay", facts={}, about=[SessionNote(expected=3)])
    assert "all 3 expectations held" in held and "<footer>" not in held


def test_failures_stand_with_their_own_turn() -> None:
    html = page(trace(), title="Replay", facts=FACTS, notes=notes())
    cards = html.split("<article")[1:]
    assert ["within 700 ms" in card for card in cards] == [False, True, *[False] * 3]


def test_two_scenarios_of_one_recording_keep_their_notes_apart() -> None:
    parts = [*session("a.flac", answered(1)), *session("a.flac", answered(1))]
    note = {(1, 1): TurnNote(failures=["only here"])}
    first, second = page(parts, title="t", facts={}, notes=note).split("<article")[1:]
    assert "only here" in second and "only here" not in first


def test_the_real_answer_is_not_the_first_sound() -> None:
    """ "One moment." in time is no answer in time."""
    events = answered(1, response=700.0)
    at = next(i for i, e in enumerate(events) if isinstance(e, ReplyReady))
    events[at:at] = [
        ReplyReady(turn=1, pii_text="One moment.", rung="wait"),
        SpeakingStarted(turn=1),
    ]
    records = [
        (t if i <= at + 2 else t + 4.0, event)
        for i, (t, event) in enumerate(session("a.flac", events))
    ]
    (row,) = turn_rows(records)
    assert row.response_ms == 700.0 and row.budget_met
    assert row.answer_ms is not None and 4700 <= row.answer_ms < 4900
    assert outcome_of(row) is TurnOutcome.LATE
    html = page(records, title="t", facts={})
    assert "to the answer; first sound after 700 ms" in html
    assert "0 of 1 turn answered" in html and "answered later" in html


def test_no_words_of_ours_are_left_for_a_person_to_read() -> None:
    turn = answered(1)
    turn[7] = Transcript(
        turn=1,
        pii_text="turn it on",
        confidence=0.93,
        accepted=True,
        reason="they differ, lead +1.4, gap +0.0",
    )
    shown = page(session("a.flac", turn), title="t", facts={}).partition("<details")[0]
    for word in ("rescued", "lead +", "gap +", "extensible", "did</dt>"):
        assert word not in shown
    assert "the recognisers differ" in shown and "93 % sure of the words" in shown


def test_the_sound_has_a_time_axis() -> None:
    html = page(trace(), title="Replay", facts=FACTS, notes=notes())
    axes = re.findall(r'<svg class="seconds"[^>]*>(.*?)</svg>', html)
    assert axes and all(" s</text>" in axis for axis in axes)


def test_the_page_loads_and_runs_nothing() -> None:
    html = page(trace(), title="Replay", facts=FACTS, notes=notes())
    seen = parsed(html)
    assert not {"script", "link", "img", "iframe", "object"} & set(seen.tags)
    assert all(link.startswith("#t") for link in seen.links)
    assert not seen.handlers
    assert not re.search(r"https?://|@import|url\((?!#p-)", html)
    assert "default-src &#x27;none&#x27;" in html


def test_every_link_and_pattern_leads_somewhere() -> None:
    html = page(trace(), title="Replay", facts=FACTS, notes=notes())
    ids = re.findall(r'id="([^"]+)"', html)
    assert len(ids) == len(set(ids))
    wanted = re.findall(r'href="#([^"]+)"|url\(#([^)]+)\)', html)
    assert {a or b for a, b in wanted} <= set(ids)


EVIL = "<script>alert(1)</script>\"'><img src=x onerror=alert(2)>&"


def test_what_was_said_cannot_become_markup() -> None:
    turn = answered(1, EVIL, EVIL)
    turn.insert(9, IntentMatched(turn=1, name=EVIL, pii_slots={EVIL: EVIL}))
    turn.append(Failed(code=EVIL, what=EVIL))
    note = {(0, 1): TurnNote(expected=EVIL + " x", failures=[EVIL])}
    about = [SessionNote(name=EVIL, expected=2, missed=1, failures=[EVIL])]
    html = page(
        session(EVIL, turn), title=EVIL, facts={EVIL: EVIL}, notes=note, about=about
    )
    seen = parsed(html)
    assert "script" not in seen.tags and "img" not in seen.tags
    assert not seen.handlers


@settings(max_examples=40, deadline=None)
@given(st.text(), st.text(), st.floats(0, 1e5))
def test_any_text_gives_the_same_elements(
    words: str, reply: str, response: float
) -> None:
    plain = parsed(page(session("a", answered(1)), title="t", facts={}))
    html = page(
        session("a", answered(1, words, reply or "x", response)), title="t", facts={}
    )
    assert set(parsed(html).tags) <= set(plain.tags) | {"small"}
    assert html.encode()


def test_a_long_trace_stays_small_and_says_what_is_left_out() -> None:
    many = [answered(n, f"turn number {n}", start=n * 8.0) for n in range(1, 401)]
    html = page(session("day.flac", *many), title="A day", facts={})
    assert len(html.encode()) <= LIMIT_BYTES
    assert "oldest turns are counted above but not shown" in html
    assert "turn number 400" in html and "All 400 turns" in html


def test_forty_five_turns_fit_with_all_their_events() -> None:
    parts = [session(f"{n}.flac", answered(1, start=n)) for n in range(45)]
    envelopes = {(n, 1): TurnNote(wave(n, 4.0)) for n in range(45)}
    html = page(sum(parts, []), title="Demo", facts=FACTS, notes=envelopes)
    assert len(html.encode()) <= LIMIT_BYTES
    assert html.count("<details>") == 45 and html.count('class="wave"') == 45


def test_an_empty_trace_is_a_page_too() -> None:
    assert "No turn was answered" in page([], title="Nothing", facts={})


def test_the_file_is_what_the_page_is(tmp_path: Path) -> None:
    path = tmp_path / "report.html"
    write_report(trace(), path, title="Replay", facts=FACTS)
    assert path.read_text("utf-8") == page(trace(), title="Replay", facts=FACTS)

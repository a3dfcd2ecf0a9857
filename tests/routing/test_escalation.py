"""The answer ladder: whatever the region does, there is a sound in time."""

from collections.abc import AsyncGenerator

import pytest
from agents import Stage, without_content
from model_folders import Source

from voiceagent.errors.refusals import RemoteBusy
from voiceagent.nlu.intent import Intent
from voiceagent.nlu.reading import Doubts
from voiceagent.nlu.slm.protocol import Guess
from voiceagent.privacy.gate import Policy
from voiceagent.privacy.payload import DataClass, Payload
from voiceagent.routing.breaker import Breaker
from voiceagent.routing.latency import LatencyBook, Prior
from voiceagent.routing.remote import AnswerWords, Envelope, Piece
from voiceagent.routing.simulated_remote import Profile, SimulatedRemote
from voiceagent.stt.protocol import Recognition
from voiceagent.trace.events import (
    Escalated,
    Failed,
    HeardRemotely,
    LegEnded,
    Planned,
    RemoteAnswered,
    ReplyReady,
    Routed,
    SpeakingStarted,
    SpeakingStopped,
    Withheld,
)

pytestmark = pytest.mark.unit
COMMAND = ((0.5, 0.0), (0.4, 0.3), (0.2, 0.0), (1.2, 0.3), (16.0, 0.0))
HARD = "gibberish about the whale"


def remote(kind: str = "ok", name: str = "region", **more: object) -> SimulatedRemote:
    profile = Profile(kind=kind, **more)  # type: ignore[arg-type]
    said = {
        HARD: "The whale is long. It hangs in the hall.",
        "": "I did not hear you.",
    }
    return SimulatedRemote(
        profile, name=name, answer=lambda question: said.get(question, "Yes, it is.")
    )


def stage(*remotes: SimulatedRemote, says: str = HARD, **more: object) -> Stage:
    costs = {"tts": 0.05, "stt": 0.002, "receipt": 0.001}
    return Stage(says=[says], remotes=remotes, costs=costs, **more)  # type: ignore[arg-type]


def test_a_hard_question_is_answered_by_the_region_clause_by_clause() -> None:
    play = stage(remote())
    (row,) = play.play(*COMMAND)
    assert row.tier == "region" and row.budget_met and not row.rescued_by
    assert row.reply == "The whale is long. It hangs in the hall."
    assert row.reason.startswith("region in time")
    clauses = [e.pii_text for e in play.events(ReplyReady)]  # type: ignore[union-attr]
    assert clauses == ["The whale is long. ", "It hangs in the hall. "]
    (stopped,) = play.events(SpeakingStopped)
    assert stopped.pii_heard.strip() == row.reply  # type: ignore[union-attr]
    (answered,) = play.events(RemoteAnswered)
    assert answered.price is None and answered.region == "simulated"  # type: ignore[union-attr]


def test_what_the_device_knows_never_leaves_it() -> None:
    far = remote()
    play = stage(far, says="turn it on")
    (row,) = play.play(*COMMAND)
    assert row.tier == "device" and far.calls == 0
    assert not play.events(Escalated) and not play.events(Planned)


def test_the_ledger_tells_what_the_region_took() -> None:
    play = stage(remote(first=0.3))
    (row,) = play.play(*COMMAND)
    assert 270 <= row.latency_ms["remote"] <= 340


@pytest.mark.parametrize(
    ("kind", "reply"),
    [
        ("dead", "Sorry, my region did not answer."),
        ("garbage", "Sorry, my region did not answer."),
        (
            "offline",
            "Sorry, I can't reach my region, so I can't answer that now.",
        ),
    ],
)
def test_a_region_that_fails_is_said_in_time(kind: str, reply: str) -> None:
    play = stage(remote(kind))
    (row,) = play.play(*COMMAND)
    assert row.reply == reply and row.tier == "none" and row.budget_met


@pytest.mark.parametrize("kind", ["hang", "drip"])
def test_a_region_that_stalls_counts_as_late(kind: str) -> None:
    play = stage(remote(kind))
    (row,) = play.play(*COMMAND)
    assert row.budget_met and row.rescued_by == "wait"
    assert row.reply.startswith("One moment.")
    assert row.response_ms is not None and row.response_ms <= 800


def test_an_answer_after_the_deadline_is_announced_and_given() -> None:
    play = stage(remote(first=2.0))
    (row,) = play.play(*COMMAND)
    assert row.reply == (
        "One moment. I have it now. The whale is long. It hangs in the hall."
    )
    assert row.tier == "region" and row.budget_met


def test_never_mind_takes_the_late_answer_back() -> None:
    far = remote(first=4.0)
    play = stage(far)
    (row,) = play.play(*COMMAND, at={5.0: lambda agent: agent.interrupt("stop")})
    assert row.cancelled == "stop" and far.cancelled == 1
    assert "whale" not in row.reply


def test_an_answer_that_breaks_off_is_said_to_be_incomplete() -> None:
    play = stage(remote("cut"))
    (row,) = play.play(*COMMAND)
    assert row.reply.endswith("Sorry, the rest of the answer was lost.")
    assert row.reply.startswith("The whale is long.") and row.budget_met
    assert [e.what for e in play.events(Failed)] == ["region: broken off"]  # type: ignore[union-attr]


def test_another_region_answers_where_the_first_one_fails() -> None:
    first, second = remote("dead"), remote(name="backup", first=0.2)
    play = stage(first, second)
    (row,) = play.play(*COMMAND)
    assert row.tier == "backup" and row.budget_met and not row.rescued_by
    ended = [(e.leg, e.outcome) for e in play.events(LegEnded)]  # type: ignore[union-attr]
    assert ended == [("region", "failed"), ("backup", "won")]


class Away(SimulatedRemote):
    """A remote to which there is no way."""

    nudged = 0

    def nudge(self) -> None:
        """Somebody would have gone it."""
        self.nudged += 1


def test_a_way_that_is_wanted_is_looked_for_again() -> None:
    far, near = Away(Profile(kind="offline")), Away(Profile(first=0.2))
    stage(far, near).play(*COMMAND)
    assert (far.nudged, near.nudged) == (1, 0)


class Busy(SimulatedRemote):
    """A remote that says why it does not answer, with a secret in its words."""

    async def ask(
        self, payload: Payload, envelope: Envelope
    ) -> AsyncGenerator[Piece, None]:
        """Never."""
        self.asked.append((payload, envelope))
        cause = "refused with status 429: come at 9, Bearer sk-abc123456789"
        raise RemoteBusy("the region is too busy", cause=cause)
        yield AnswerWords("")


def test_what_a_remote_says_of_its_refusal_is_in_the_trace() -> None:
    play = stage(Busy(Profile()))
    play.play(*COMMAND)
    (ended,) = play.events(LegEnded)
    assert ended.why == "the region is too busy"  # type: ignore[union-attr]
    assert "status 429: come at 9" in ended.pii_cause  # type: ignore[union-attr]
    assert "sk-abc" not in ended.pii_cause  # type: ignore[union-attr]


class Broken(SimulatedRemote):
    """A remote with a bug, which shows after some sentences."""

    def __init__(self, after: int = 0) -> None:
        super().__init__(Profile())
        self.after = after

    async def ask(
        self, payload: Payload, envelope: Envelope
    ) -> AsyncGenerator[Piece, None]:
        """Some sentences, then the bug."""
        self.asked.append((payload, envelope))
        for number in range(self.after):
            yield AnswerWords(f"Sentence {number} is here. ")
        raise KeyError(payload.text)


def test_a_bug_in_a_remote_is_a_failure_of_that_remote() -> None:
    play = stage(Broken(), remote(name="backup", first=0.2))
    (row,) = play.play(*COMMAND)
    assert row.tier == "backup" and row.budget_met
    ended = [(e.leg, e.outcome, e.why) for e in play.events(LegEnded)]
    assert ended[0] == ("region", "failed", "region broke")
    (row,) = stage(Broken()).play(*COMMAND)
    assert row.reply == "Sorry, my region did not answer."


def test_a_bug_in_the_middle_of_an_answer_is_no_end_of_it() -> None:
    play = stage(Broken(after=2))
    (row,) = play.play(*COMMAND)
    assert row.reply == (
        "Sentence 0 is here. Sentence 1 is here. "
        "Sorry, the rest of the answer was lost."
    )
    assert "whale" not in str(play.events(Failed))


def test_a_slow_region_is_hedged_and_the_loser_is_cancelled() -> None:
    book = LatencyBook({"region": Prior(0.15, 0.2), "backup": Prior(0.15, 0.2)})
    first, second = remote("hang"), remote(name="backup", first=0.15)
    play = stage(first, second, book=book)
    (row,) = play.play(*COMMAND)
    assert row.tier == "backup" and not row.rescued_by
    assert first.cancelled == 1
    (planned,) = play.events(Planned)
    assert planned.after_ms == pytest.approx(165.0)  # type: ignore[union-attr]


def test_after_failures_in_a_row_the_region_rests() -> None:
    far = remote("dead")
    play = Stage(
        says=[HARD] * 5,
        wakes=[0.9 + 6 * i for i in range(5)],
        remotes=[far],
        costs={"tts": 0.05, "stt": 0.002},
        breakers=[Breaker(rest=60.0)],
    )
    turn = ((0.5, 0.0), (0.4, 0.3), (0.2, 0.0), (1.2, 0.3), (3.7, 0.0))
    rows = play.play(*(turn * 5))
    assert len(rows) == 5 and all(row.budget_met for row in rows)
    assert far.calls == 3
    assert (
        rows[-1].reply == "Sorry, I can't reach my region, so I can't answer that now."
    )


def test_nothing_leaves_where_nothing_may() -> None:
    far = remote()
    play = stage(far, policy=Policy(DataClass.NOTHING))
    (row,) = play.play(*COMMAND)
    assert row.reply == "Sorry, that question may not leave this device."
    assert far.calls == 0 and "nothing may leave" in row.reason


def test_what_is_private_is_replaced_and_put_back() -> None:
    asked = "gibberish what does anna say about pin four one one one"
    far = SimulatedRemote(Profile(), answer=lambda q: f"I heard {q.split()[3]}. Fine.")
    play = stage(far, says=asked)
    (row,) = play.play(*COMMAND)
    sent = far.asked[0][0].text
    assert sent == "gibberish what does [NAME_1] say about pin [CODE_1]"
    assert row.reply == "I heard anna. Fine."
    (receipt,) = play.receipts.all()
    assert receipt.replaced == {"NAME": 1, "CODE": 1} and receipt.left == "redacted"
    assert play.receipts.verify().wrong == 0


class Refusing:
    """A recogniser that never understands."""

    name = "refusing"

    def start(self) -> None:
        """Begin."""

    def feed(self, pcm: bytes) -> str:
        """Nothing."""
        return ""

    def preview(self) -> Recognition | None:
        """Nothing."""
        return None

    def finish(self) -> Recognition:
        """Refused."""
        return Recognition("", 0.0, False, "outside the grammar")


def test_speech_outside_the_grammar_leaves_as_audio_where_it_may() -> None:
    far = SimulatedRemote(
        Profile(), answer=lambda q: f"You asked {q}.", hears=lambda audio: "the time"
    )
    play = stage(far, stt=Refusing(), policy=Policy(DataClass.AUDIO))
    (row,) = play.play(*COMMAND)
    assert row.reply == "You asked the time."
    payload = far.asked[0][0]
    assert payload.uncertain and len(payload.audio) > 32_000 and not payload.text
    (heard,) = play.events(HeardRemotely)
    assert heard.pii_text == "the time"  # type: ignore[union-attr]


def test_speech_outside_the_grammar_leaves_as_uncertain_words_otherwise() -> None:
    far = remote()
    play = stage(far, stt=Refusing(), dictate=lambda pcm: "whale maybe")
    (row,) = play.play(*COMMAND)
    payload = far.asked[0][0]
    assert payload.text == "whale maybe" and payload.uncertain and not payload.audio
    assert row.reply == "Yes, it is."


def test_where_there_are_no_words_either_nothing_leaves() -> None:
    far = remote()
    play = stage(far, stt=Refusing())
    (row,) = play.play(*COMMAND)
    assert far.calls == 0 and row.reply.startswith("Sorry")
    (held,) = play.events(Withheld)
    assert "no words" in held.reason  # type: ignore[union-attr]


@pytest.mark.parametrize(
    "pin", ["eu-west", "cape-town", "no way there", "over the cap", "a price"]
)
def test_a_region_that_is_not_proved_is_not_asked(pin: str) -> None:
    far = remote()
    play = stage(far, pin=pin)
    (row,) = play.play(*COMMAND)
    assert far.calls == 0 and f"`{pin}` is not proved" in row.reason
    assert row.reply == "Sorry, that question may not leave this device."


def test_where_the_region_fails_the_model_s_best_guess_is_asked_about() -> None:
    source = Source(
        m={HARD: Guess(Intent("echo", {"text": "light"}, text="light"), 0.4)}
    )
    source.choice = "m"
    play = stage(
        remote("dead"),
        models=source,
        doubts=Doubts(0.0, lambda intent: "turn on the light"),
    )
    (row, *_) = play.play(*COMMAND)
    assert row.reply == "Do you want me to turn on the light?"
    assert row.rescued_by == "smaller answer"


def test_a_barge_in_tells_the_region_what_was_heard() -> None:
    far = remote()
    play = stage(far)
    play.play(*COMMAND, at={4.2: lambda agent: agent.interrupt("barge-in")})
    ((turn_id, heard),) = far.told
    assert turn_id == "stage-1" and "The whale is long. It hangs in".startswith(heard)


def test_a_trace_without_content_holds_no_words() -> None:
    play = stage(remote())
    play.play(*COMMAND)
    text = str(without_content(play.records))
    assert "whale" not in text and "gibberish" not in text


def test_routes_are_told_once_for_every_turn() -> None:
    play = stage(remote())
    play.play(*COMMAND)
    assert [e.tier for e in play.events(Routed)] == ["region"]  # type: ignore[union-attr]
    assert len(play.events(SpeakingStarted)) == 1

"""Whatever breaks or hangs, every response ends: in time, with a reason, alone."""

import asyncio
import json
import re
from collections.abc import AsyncGenerator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from live_session import Client, Notes, Play, echo, services, spoken, written
from regions import envelope

from voiceagent.clock import now, run
from voiceagent.errors import EngineDied, EngineFailed, LinkDown, RemoteFailed
from voiceagent.region.backend import AnswerStruck, AnswerText, Output, Request
from voiceagent.region.fair_desk import Whose
from voiceagent.region.patience import GRACE, LEFT, STRUCK, UNHURRIED
from voiceagent.region.session_ears import RECOGNITION
from voiceagent.region.session_shell import KEEPING
from voiceagent.routing.config import RegionConfig
from voiceagent.routing.remote import LATE, Envelope

pytestmark = [pytest.mark.fault, pytest.mark.property]
SECRET = "what somebody said"


class Odd(BaseException):
    """What no handler of errors catches."""


ERRORS: list[type[BaseException]] = [
    *(RuntimeError, ValueError, KeyError, OSError, MemoryError, TimeoutError),
    *(StopIteration, StopAsyncIteration, AssertionError, UnicodeError, Odd),
    *(SystemExit, GeneratorExit, asyncio.CancelledError, EOFError, RecursionError),
    *(BaseExceptionGroup, RemoteFailed, LinkDown, EngineFailed),
]


def made(kind: type[BaseException]) -> BaseException:
    if issubclass(kind, BaseExceptionGroup):
        return kind(SECRET, [Odd(SECRET)])
    return kind(
        "it failed" if issubclass(kind, RemoteFailed | EngineFailed) else SECRET
    )


def raising(kind: type[BaseException], after: int) -> Play:
    """A backend that raises behind so many words, where it is asked to."""

    async def play(request: Request) -> AsyncGenerator[Output, None]:
        count = 0
        async for output in echo(request):
            if count == after and "break" in request.messages[-1].text:
                raise made(kind)
            count += 1
            yield output

    return play


def hanging(stubborn_until: asyncio.Event | None = None) -> Play:
    """A backend that says nothing where it is asked to hang; a stubborn one goes on
    with that when it is cancelled."""

    async def play(request: Request) -> AsyncGenerator[Output, None]:
        if "hang" not in request.messages[-1].text:
            async for output in echo(request):
                yield output
            return
        gate = stubborn_until or asyncio.Event()
        while not gate.is_set():
            try:
                await gate.wait()
            except asyncio.CancelledError:
                if stubborn_until is None:
                    raise
        yield AnswerText("never")

    return play


def silent(client: Client) -> str:
    """All that a client was told, to look for what it should not be."""
    return json.dumps(client.events)


@pytest.mark.parametrize("kind", ERRORS)
@given(after=st.integers(0, 3), typed=st.booleans())
@settings(max_examples=5)
def test_a_backend_that_raises_anything_ends_that_response_alone(
    kind: type[BaseException], after: int, typed: bool
) -> None:
    async def main() -> None:
        shared = services(raising(kind, after))
        client = Client(shared, typed=typed)
        other = Client(shared, name="other", typed=typed)
        client.ask("break it")
        other.ask("hello")
        await asyncio.gather(client.over(), other.over())
        assert other.codes() == ["completed"]
        (code,) = client.codes()
        assert code not in ("completed", "cancelled") and SECRET not in silent(client)
        client.ask("hello again")
        await client.over(2)
        assert client.codes()[1] == "completed" and client.closed is None
        assert shared.slots.taken == 0
        counted = shared.metrics.counts
        assert counted["responses", "failed"] == 1
        assert counted["responses", "completed"] == 2
        await asyncio.gather(client.live.end(), other.live.end())

    run(main(), virtual=True)


@pytest.mark.parametrize("kind", ERRORS)
def test_a_voice_that_raises_anything_ends_that_response_alone(
    kind: type[BaseException],
) -> None:
    async def voice(text: str) -> bytes:
        if "break" in text:
            raise made(kind)
        return await spoken(text)

    async def main() -> None:
        client = Client(services(voice=voice), typed=False)
        client.ask("break it")
        await client.over()
        client.ask("hello")
        await client.over(2)
        broken, fine = client.codes()
        assert broken not in ("completed", "cancelled") and fine == "completed"
        assert SECRET not in silent(client)
        await client.live.end()

    run(main(), virtual=True)


def test_a_clause_of_signs_alone_is_told_and_not_said() -> None:
    asked = list[str]()

    async def play(request: Request) -> AsyncGenerator[Output, None]:
        for text in ("***\n\n", "It is late. ", "---", "\U0001f600"):
            yield AnswerText(text)

    async def voice(text: str) -> bytes:
        asked.append(text)
        return await spoken(text)

    async def main() -> None:
        client = Client(services(play, voice=voice), typed=False)
        client.ask("how late is it")
        await client.over()
        assert client.codes() == ["completed"]
        assert asked and all(any(map(str.isalnum, text)) for text in asked)
        assert "***" in silent(client)
        await client.live.end()

    run(main(), virtual=True)


@pytest.mark.parametrize("kind", ERRORS)
def test_a_recogniser_that_raises_anything_ends_that_response_alone(
    kind: type[BaseException],
) -> None:
    broken = [True]

    async def recogniser(pcm: bytes, whose: Whose) -> str:
        if broken:
            broken.clear()
            raise made(kind)
        return await written(pcm)

    async def main() -> None:
        client = Client(services(recogniser=recogniser))
        client.say()
        await client.over()
        client.say()
        await client.over(2)
        first, second = client.codes()
        assert first not in ("completed", "cancelled") and second == "completed"
        assert client.words() == "You said hello." and SECRET not in silent(client)
        await client.live.end()

    run(main(), virtual=True)


times = st.floats(-5.0, 30.0).map(lambda seconds: round(seconds, 3))


@given(remaining=times, wait=st.floats(0.0, 30.0).map(lambda s: round(s, 3)))
@settings(max_examples=30)
def test_a_backend_that_hangs_is_given_up_when_nobody_waits_any_more(
    remaining: float, wait: float
) -> None:
    async def main() -> None:
        shared = services(hanging())
        client = Client(shared)
        began = now()
        client.ask("hang", remaining=remaining, wait=wait)
        await client.over()
        assert client.codes() == ["deadline_passed"]
        limit = max(0.0, remaining + wait + GRACE)
        assert abs(client.times[-1] - began - limit) < 0.002  # of whole milliseconds
        assert shared.slots.taken == 0
        assert shared.metrics.counts["responses", "late"] == 1
        client.ask("hello")
        await client.over(2)
        assert client.codes()[1] == "completed"
        await client.live.end()

    run(main(), virtual=True)


def test_without_a_deadline_silence_has_a_limit_too() -> None:
    async def main() -> None:
        client = Client(services(hanging()))
        client.ask("hang")
        await client.over()
        assert client.codes() == ["deadline_passed"]
        assert abs(client.times[-1] - UNHURRIED) < 0.01
        await client.live.end()

    run(main(), virtual=True)


def test_a_backend_that_cannot_be_stopped_keeps_its_slot_and_nothing_else() -> None:
    async def main() -> None:
        gate = asyncio.Event()
        shared = services(hanging(gate))
        client = Client(shared)
        client.ask("hang", remaining=0.5, wait=1.0)
        await client.over()
        assert client.codes() == ["deadline_passed"] and shared.slots.taken == 1
        client.ask("hang")
        await asyncio.sleep(1)
        client.tell({"type": "response.cancel"})
        await client.over(2)
        client.ask("hello")
        await client.over(3)
        assert client.codes()[1:] == ["cancelled", "completed"]
        assert shared.slots.taken == 2 and client.words() == "You said hello."
        gate.set()
        await asyncio.sleep(0.1)
        assert shared.slots.taken == 0 and client.words() == "You said hello."
        await client.live.end()

    run(main(), virtual=True)


@pytest.mark.parametrize("after", [0.0, 3.0, 7.5, 40.0])
def test_an_answer_that_is_begun_once_more_has_little_time_left(after: float) -> None:
    async def play(request: Request) -> AsyncGenerator[Output, None]:
        await asyncio.sleep(after)
        yield AnswerStruck()
        if "hang" in request.messages[-1].text:
            await asyncio.Event().wait()
        yield AnswerText("well")

    async def main() -> None:
        client = Client(services(play))
        client.ask("hang")
        await client.over()
        assert client.codes()[0] not in ("completed", "deadline_passed")
        assert abs(client.times[-1] - max(STRUCK, after + LEFT)) < 0.01
        client.ask("hello")
        await client.over(2)
        assert client.codes()[1] == "completed" and client.words() == "well"
        await client.live.end()

    run(main(), virtual=True)


@pytest.mark.parametrize("times", [1, 2])
def test_a_voice_that_dies_is_asked_once_more(times: int) -> None:
    left = [EngineDied("gone")] * times

    async def voice(text: str) -> bytes:
        if left:
            raise left.pop()
        return await spoken(text)

    async def main() -> None:
        client = Client(services(voice=voice), typed=False)
        client.ask("hello")
        await client.over()
        assert (client.codes() == ["completed"]) == (times == 1)
        await client.live.end()

    run(main(), virtual=True)


@given(gaps=st.lists(st.integers(0, 120).map(lambda n: n / 10 + 0.05), min_size=1))
@settings(max_examples=40)
def test_an_answer_goes_on_as_long_as_its_pieces_come(gaps: list[float]) -> None:
    wait, remaining = 5.0, 2.0

    async def play(request: Request) -> AsyncGenerator[Output, None]:
        for gap in gaps:
            await asyncio.sleep(gap)
            yield AnswerText("word ")

    async def main() -> None:
        client = Client(services(play))
        client.ask(remaining=remaining, wait=wait)
        await client.over()
        at, until, late = 0.0, remaining + wait + GRACE, False
        for gap in gaps:
            at += gap
            late = late or at > until
            until = max(until, at + wait + GRACE)
        assert client.codes() == ["deadline_passed" if late else "completed"]
        await client.live.end()

    run(main(), virtual=True)


async def forever(*of: Any) -> str:
    await asyncio.Event().wait()
    return ""


def test_words_that_never_come_do_not_outlast_the_deadline() -> None:
    async def main() -> None:
        shared = services(recogniser=forever)
        client = Client(shared)
        client.say(remaining=0.5, wait=2.0)
        await client.over()
        assert client.codes() == ["deadline_passed"]
        assert abs(client.times[-1] - 3.0) < 0.01
        failed = "conversation.item.input_audio_transcription.failed"
        await asyncio.sleep(0.01)
        assert [e for e in client.events if e["type"] == failed]
        assert client.live.making == [], "nobody listens any more"
        client.ask("hello")
        await client.over(2)
        assert client.codes()[1] == "completed"
        await client.live.end()

    run(main(), virtual=True)


def test_words_that_no_response_waits_for_have_a_limit() -> None:
    async def main() -> None:
        client = Client(services(recogniser=forever))
        client.tell(
            {"type": "input_audio_buffer.append", "audio": "AAAA" * 2400},
            {"type": "input_audio_buffer.commit"},
        )
        await asyncio.sleep(RECOGNITION + 0.1)
        failed = client.events[-2]
        assert failed["error"]["code"] == "too_slow" and client.live.making == []
        client.ask("hello")
        await client.over()
        assert client.codes() == ["completed"]
        await client.live.end()

    run(main(), virtual=True)


def test_time_runs_from_when_an_answer_was_asked_for_not_from_its_words() -> None:
    asked: list[Request] = []

    async def slow(pcm: bytes, whose: Whose) -> str:
        await asyncio.sleep(0.3)
        return "hello"

    async def play(request: Request) -> AsyncGenerator[Output, None]:
        asked.append(request)
        async for output in echo(request):
            yield output

    async def main() -> None:
        client = Client(services(play, recogniser=slow))
        began = now()
        client.say(remaining=0.5, wait=2.0)
        await client.over()
        (request,) = asked
        assert request.deadline == pytest.approx(began + 0.5, abs=0.01)
        await client.live.end()

    run(main(), virtual=True)


def test_a_response_that_waits_for_words_can_be_cancelled_and_the_words_come() -> None:
    async def slow(pcm: bytes, whose: Whose) -> str:
        await asyncio.sleep(5.0)
        return "hello"

    async def main() -> None:
        shared = services(recogniser=slow)
        client = Client(shared)
        client.say(remaining=0.5, wait=1.0)
        await asyncio.sleep(0.1)
        client.tell({"type": "response.cancel"})
        await asyncio.sleep(10.0)
        assert client.codes() == ["cancelled"]
        kinds = [event["type"] for event in client.events]
        assert "conversation.item.input_audio_transcription.completed" in kinds
        assert shared.metrics.counts["responses", "late"] == 0
        assert shared.metrics.counts["responses", "cancelled"] == 1
        await client.live.end()

    run(main(), virtual=True)


def test_a_response_whose_words_are_taken_away_is_answered_without_them() -> None:
    async def main() -> None:
        client = Client(services(recogniser=forever))
        client.ask("hello")
        await client.over()
        client.say()
        await asyncio.sleep(0.1)
        item = next(
            e["item_id"] for e in client.events if e["type"].endswith("committed")
        )
        client.tell({"type": "conversation.item.delete", "item_id": item})
        await client.over(2)
        assert client.codes() == ["completed", "completed"]
        await client.live.end()

    run(main(), virtual=True)


def test_slots_are_had_by_no_more_than_there_are() -> None:
    gate = asyncio.Event()

    async def play(request: Request) -> AsyncGenerator[Output, None]:
        await gate.wait()
        yield AnswerText("word")

    async def main() -> None:
        shared = services(play)
        clients = [Client(shared, name=f"s{number}") for number in range(6)]
        for client in clients:
            client.ask()
        await asyncio.sleep(0.1)
        assert shared.slots.taken == 4 and not shared.slots.free()
        assert b"voiceagent_responses_running 4.0" in shared.metrics.text()
        gate.set()
        await asyncio.gather(*(client.over() for client in clients))
        codes = sorted(code for client in clients for code in client.codes())
        assert codes == ["completed"] * 4 + ["session_limit_reached"] * 2
        assert shared.slots.taken == 0
        await asyncio.gather(*(client.live.end() for client in clients))

    run(main(), virtual=True)


@pytest.mark.parametrize("kind", ERRORS)
def test_a_memory_that_raises_anything_keeps_no_answer_back(
    kind: type[BaseException],
) -> None:
    async def broken() -> None:
        raise made(kind)

    async def main() -> None:
        shared = services(memory=Notes(broken))
        client = Client(shared)
        client.ask("hello")
        await asyncio.sleep(1.0)
        ended = client.codes() == ["completed"] or client.closed is not None
        assert ended and SECRET not in silent(client)
        assert issubclass(kind, Exception) is (client.closed is None)
        await client.live.end()

    run(main(), virtual=True)


def test_a_memory_that_hangs_keeps_an_answer_back_for_a_moment() -> None:
    async def main() -> None:
        shared = services(memory=Notes(forever))
        client = Client(shared)
        client.ask("hello", remaining=0.5, wait=0.0)
        await client.over()
        assert client.codes() == ["completed"] and client.words() == "You said hello."
        assert client.times[-1] == pytest.approx(KEEPING, abs=0.01)
        assert shared.metrics.counts["unkept", ""] == 1
        await client.live.end()

    run(main(), virtual=True)


def test_the_envelope_is_documented_pair_by_pair() -> None:
    told = (Path(__file__).parents[2] / "docs" / "wire.md").read_text("utf-8")
    written = re.findall(r"^\| `(voiceagent\.\w+)` \|", told, re.MULTILINE)
    full = envelope(traceparent="t", region_policy="r", data_class="d")
    assert written == list(full.metadata())


@given(st.dictionaries(st.sampled_from(sorted(envelope().metadata())), st.text()))
def test_an_envelope_of_anything_is_read_as_something_sane(given_: Any) -> None:
    found = Envelope.from_metadata({**given_, "voiceagent.turn_id": "t"})
    assert found is not None and found.wait >= 0 and found.attempt >= 1
    assert Envelope.from_metadata(found.metadata()) == found


def test_where_nobody_says_how_long_edges_wait_as_they_do_by_default() -> None:
    pairs = envelope(wait=3.0).metadata()
    assert pairs["voiceagent.wait_ms"] == "3000"
    assert Envelope.from_metadata(pairs) == envelope(wait=3.0)
    for odd in ("soon", "", "1e3"):
        made = Envelope.from_metadata({**pairs, "voiceagent.wait_ms": odd})
        assert made is not None and made.wait == LATE == RegionConfig().wait_ms / 1000
    gone = Envelope.from_metadata({**pairs, "voiceagent.wait_ms": "-5"})
    assert gone is not None and gone.wait == 0

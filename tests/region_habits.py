"""Habits of regions that are not ours, and what must come of a question to each.

Real servers were seen to have most of them; a hostile one may have all.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from misbehaving_region import ANSWER, PIECES, Answers, Habit, Shakes, Talk
from websockets.datastructures import Headers
from websockets.http11 import Request, Response

__all__ = ["HABITS"]

HABITS: dict[str, Habit] = {}
LINK = "link-down"
FAILED = "remote-failed"


async def hello(talk: Talk) -> None:
    await talk.say("session.created", session={"id": "sess_1", "type": "realtime"})


def habit(name: str, **more: Any) -> Callable[[Answers], Answers]:
    def note(answers: Answers) -> Answers:
        greets = more.pop("greets", hello)
        HABITS[name] = Habit(name=name, answers=answers, greets=greets, **more)
        return answers

    return note


def handshake(name: str, shakes: Shakes, **more: Any) -> None:
    habit(name, shakes=shakes, **more)(Talk.whole)


def refuses(status: int, body: str = "", times: int = 10**9, **told: str) -> Shakes:
    def shakes(number: int, request: Request) -> Response | None:
        if number > times:
            return None
        head = Headers({k.replace("_", "-"): v for k, v in told.items()})
        head["Content-Length"] = str(len(body.encode()))
        return Response(status, "No", head, body.encode())

    return shakes


def moves(to: str) -> Shakes:
    def shakes(number: int, request: Request) -> Response | None:
        if request.path.startswith("/moved") and to != "/moved?again=1":
            return None
        head = Headers({"Location": to, "Content-Length": "0"})
        return Response(307, "Elsewhere", head, b"")

    return shakes


MODEL = '{"error": {"code": "model_not_found", "message": "no such model"}}'
QUOTA = '{"error": {"code": "insufficient_quota", "message": "pay"}}'
handshake("plain", lambda number, request: None)
handshake("401", refuses(401, "no"), says="", code="no-access")
handshake("403", refuses(403, "no"), says="", code="no-access")
handshake("429 for 30 s", refuses(429, Retry_After="30"), says="", code="busy")
handshake("429 with quota", refuses(429, QUOTA), says="", code="quota")
handshake("429 once", refuses(429, times=1))
handshake("503 once", refuses(503, times=1))
handshake("503", refuses(503, "later"), says="", code="busy")
handshake("404", refuses(404, "<html>not here</html>"), says="", code=LINK)
handshake("404 for the model", refuses(404, MODEL), says="", code="model-unknown")
handshake("200 with HTML", refuses(200, "<html>hi</html>"), says="", code=LINK)
handshake("redirect on the same host", moves("/moved"))
there = moves("http://example.org/v1/realtime")
handshake("redirect to another host", there, says="", code="sends-elsewhere")
handshake("redirect without end", moves("/moved?again=1"), says="", code=LINK)


def greeting(name: str, **more: Any) -> Callable[[Answers], Answers]:
    def note(greets: Answers) -> Answers:
        habit(name, greets=greets, **more)(Talk.whole)
        return greets

    return note


@greeting("session.created after 2 s")
async def habit_1(talk: Talk) -> None:
    await talk.wait(2.0)
    await hello(talk)


@greeting("other events before session.created")
async def habit_2(talk: Talk) -> None:
    await talk.say("rate_limits.updated", rate_limits=[])
    await talk.say("conversation.created", conversation={"id": "conv_1"})
    await hello(talk)


@greeting("a ping before session.created")
async def habit_3(talk: Talk) -> None:
    await talk.socket.ping()
    await hello(talk)


@greeting("an event that is none before session.created", says="", code=LINK, cuts=9)
async def habit_4(talk: Talk) -> None:
    await talk.socket.send("hello, who is there?")
    await hello(talk)


@greeting("silent", says="", code=LINK, cuts=9)
async def habit_5(talk: Talk) -> None:
    await talk.wait(3600.0)


@greeting("quota before session.created", says="", code="quota")
async def habit_6(talk: Talk) -> None:
    await talk.error("insufficient_quota")


@greeting("model unknown before session.created", says="", code="model-unknown")
async def habit_7(talk: Talk) -> None:
    await talk.error("model_not_found")
    await talk.socket.close(1008, "model_not_found")


async def refused_update(talk: Talk) -> None:
    await talk.error("unknown_parameter")


habit("session.update refused", updates=refused_update)(Talk.whole)


@habit("unknown events all over")
async def habit_8(talk: Talk) -> None:
    for kind in ("mcp_list_tools.completed", "response.thinking.delta", "x"):
        await talk.say(kind, response_id="resp_9", delta=[1, {"a": None}])
    await talk.whole()


@habit("sound and transcript")
async def habit_9(talk: Talk) -> None:
    await talk.created()
    for piece in PIECES:
        await talk.words(piece, kind="response.output_audio_transcript", done=False)
        await talk.say("response.output_audio.delta", response_id="resp_1", delta="AA")
    await talk.done(part="output_audio")


@habit("text and transcript of the same")
async def habit_10(talk: Talk) -> None:
    await talk.created()
    await talk.words()
    await talk.words(kind="response.output_audio_transcript")
    await talk.done()


@habit("sound without words", says="", code=FAILED)
async def habit_11(talk: Talk) -> None:
    await talk.created()
    await talk.say("response.output_audio.delta", response_id="resp_1", delta="AA")
    await talk.done("")


@habit("bare response objects")
async def habit_12(talk: Talk) -> None:
    await talk.say("response.created", response={"id": "resp_1"})
    await talk.words(done=False)
    await talk.say("response.done", response={"id": "resp_1"})


@habit("nulls")
async def habit_13(talk: Talk) -> None:
    nothing = {"metadata": None, "output": None, "usage": None, "status_details": None}
    await talk.created(**nothing)
    await talk.words(done=False)
    await talk.say("response.done", response={"id": "resp_1", "status": None} | nothing)


@habit("metadata not told back")
async def habit_14(talk: Talk) -> None:
    await talk.created(metadata=None)
    await talk.words()
    await talk.done()


@habit("response.created after 0.5 s")
async def habit_15(talk: Talk) -> None:
    await talk.wait(0.5)
    await talk.whole()


@habit("words after 2 s")
async def habit_16(talk: Talk) -> None:
    await talk.created()
    await talk.wait(2.0)
    await talk.words()
    await talk.done()


@habit("words before response.created")
async def habit_17(talk: Talk) -> None:
    await talk.words(PIECES[0], done=False)
    await talk.created()
    await talk.words(*PIECES[1:], done=False)
    await talk.done()


@habit("no response.created")
async def habit_18(talk: Talk) -> None:
    await talk.words()
    await talk.done()


@habit("words in output_text.done alone")
async def habit_19(talk: Talk) -> None:
    await talk.created()
    await talk.say("response.output_text.done", response_id="resp_1", text=ANSWER)
    await talk.done("")


@habit("words in content_part.done alone")
async def habit_20(talk: Talk) -> None:
    await talk.created()
    part = {"type": "output_text", "text": ANSWER}
    await talk.say("response.content_part.done", response_id="resp_1", part=part)
    await talk.done("")


@habit("words in output_item.done alone")
async def habit_21(talk: Talk) -> None:
    await talk.created()
    item = {"type": "message", "content": [{"type": "text", "text": ANSWER}]}
    await talk.say("response.output_item.done", response_id="resp_1", item=item)
    await talk.done("")


@habit("words in response.done alone")
async def habit_22(talk: Talk) -> None:
    await talk.created()
    await talk.done()


@habit("the last words in response.done alone")
async def habit_23(talk: Talk) -> None:
    await talk.created()
    await talk.words(*PIECES[:2], done=False)
    await talk.done()


@habit("beta names")
async def habit_24(talk: Talk) -> None:
    await talk.created()
    await talk.words(kind="response.text")
    await talk.done(part="text")


@habit("beta names of sound")
async def habit_25(talk: Talk) -> None:
    await talk.created()
    await talk.words(kind="response.audio_transcript")
    await talk.done(part="audio")


@habit("items without ids")
async def habit_26(talk: Talk) -> None:
    await talk.created()
    item = {"type": "message", "role": "assistant"}
    await talk.say("response.output_item.added", response_id="resp_1", item=item)
    await talk.words()
    await talk.done()


@habit("no ids of responses")
async def habit_27(talk: Talk) -> None:
    await talk.created("")
    await talk.words(id=None)
    await talk.done(id=None)


@habit("ids of responses that change")
async def habit_28(talk: Talk) -> None:
    await talk.created("resp_1")
    await talk.words(PIECES[0], id="resp_2", done=False)
    await talk.words(*PIECES[1:], id="resp_3", done=False)
    await talk.done(id="resp_4")


@habit("each event twice")
async def habit_29(talk: Talk) -> None:
    talk.twice = True
    await talk.whole()


@habit("answered twice")
async def habit_30(talk: Talk) -> None:
    await talk.whole()
    await talk.created("resp_2")
    await talk.words(id="resp_2")
    await talk.done(id="resp_2")


@habit("two answers at once")
async def habit_31(talk: Talk) -> None:
    await talk.created("resp_1")
    await talk.created("resp_2")
    for piece in PIECES:
        await talk.words(piece, id="resp_1", done=False)
        await talk.words(piece, id="resp_2", done=False)
    await talk.done(id="resp_1")
    await talk.done(id="resp_2")


SOME = "".join(PIECES[:2])


def breaks(name: str, says: str, code: str, status: str, **details: Any) -> None:
    @habit(name, says=says, code=code)
    async def answers(talk: Talk) -> None:
        await talk.created()
        if says:
            await talk.words(says, done=False)
        await talk.done(says, status=status, details=details)


breaks("incomplete: filtered", SOME, FAILED, "incomplete", reason="content_filter")
breaks("incomplete without words", "", FAILED, "incomplete", reason="max_output_tokens")
breaks("failed after all words", ANSWER, FAILED, "failed", error={"code": "oops"})
breaks("failed: quota", "", "quota", "failed", error={"code": "insufficient_quota"})
breaks("cancelled by itself", SOME, FAILED, "cancelled", reason="turn_detected")


@habit("never", says="", code="given-up", cuts=9)
async def habit_32(talk: Talk) -> None:
    """Nothing is said."""


@habit("begins and falls silent", says=SOME, code=FAILED)
async def habit_33(talk: Talk) -> None:
    await talk.created()
    await talk.words(SOME, done=False)


@habit("an error about another event")
async def habit_34(talk: Talk) -> None:
    await talk.created()
    await talk.error("item_unknown", about="event_of_nobody")
    await talk.error("rate_limits_near")
    await talk.wait(1.0)
    await talk.words()
    await talk.done()


@habit("an error in the middle, then nothing", says=SOME, code=FAILED)
async def habit_35(talk: Talk) -> None:
    await talk.created()
    await talk.words(SOME, done=False)
    await talk.error("server_error")


@habit("an error about the question", says="", code=FAILED)
async def habit_36(talk: Talk) -> None:
    await talk.error("invalid_value", about=str(talk.asked.get("event_id")))


@habit("an error about nobody knows what", says="", code=FAILED)
async def habit_37(talk: Talk) -> None:
    await talk.error("server_error")


@habit("quota as an error", says="", code="quota")
async def habit_38(talk: Talk) -> None:
    await talk.error("insufficient_quota")


@habit("too many requests as an error", says="", code="busy")
async def habit_39(talk: Talk) -> None:
    await talk.error("rate_limit_exceeded")


@habit("session_expired once", cuts=2)
async def habit_40(talk: Talk) -> None:
    if talk.region.connections > 1:
        await talk.whole()
    else:
        await talk.error("session_expired")


def closes(
    name: str, with_code: int, reason: str = "", *, once: bool, **more: Any
) -> None:
    @habit(name, **({"cuts": 2} | more))
    async def answers(talk: Talk) -> None:
        if once and talk.region.connections > 1:
            await talk.whole()
        elif with_code:
            await talk.socket.close(with_code, reason)
        else:
            talk.socket.transport.abort()


closes("closed with 1011 once", 1011, once=True)
closes("closed with 1001 once", 1001, once=True)
closes("aborted once", 0, once=True)
closes("closed with 1011", 1011, once=False, says="", code=LINK)
closes("closed with 4008", 4008, "no", once=False, says="", code=LINK)
closes("aborted", 0, once=False, says="", code=LINK)
spent = {"once": False, "says": "", "code": "quota", "cuts": 1}
closes("closed for its quota", 1008, "insufficient_quota", **spent)


@habit("aborted after words", says=SOME, code=LINK)
async def habit_41(talk: Talk) -> None:
    await talk.created()
    await talk.words(SOME, done=False)
    talk.socket.transport.abort()


def sends(name: str, *frames: str | bytes) -> None:
    @habit(name, says="", code=FAILED)
    async def answers(talk: Talk) -> None:
        for frame in frames:
            await talk.socket.send(frame)


sends("binary frames", b"\x00\xff\x00")
sends("nested a thousand deep", '{"type":' * 1000)
sends("no object", "[1, 2]")
sends("words of another type", '{"type": "response.text.delta", "delta": {"a": 1}}')
HUGE = '{"type": "response.done", "response": {"id": 1e999}}'
sends("numbers for names", HUGE)


@habit("an event of 5 MB", says="", code=LINK, cuts=2)
async def habit_42(talk: Talk) -> None:
    await talk.say("response.output_text.delta", delta="a" * 5_000_000)

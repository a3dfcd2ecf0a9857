"""A recogniser in a process of its own: same results, and it may die."""

from functools import partial

import pytest

from voiceagent.engines.fake import ScriptedStt
from voiceagent.errors import EngineFailed, EngineMissing
from voiceagent.stt.in_child import ProcessStt
from voiceagent.stt.protocol import Stt, begin

pytestmark = pytest.mark.fault


def broken() -> Stt:
    raise EngineFailed("no model")


def test_every_call_is_answered_by_the_child() -> None:
    stt = ProcessStt(partial(ScriptedStt, ["turn it on"]), name="scripted")
    stt.start()
    assert stt.feed(bytes(32_000)) == "turn it on"
    assert stt.preview() == stt.finish()
    stt.close()


def test_a_child_that_dies_fails_one_turn_and_is_replaced() -> None:
    stt = ProcessStt(partial(ScriptedStt, ["turn it on"]), name="scripted")
    stt.start()
    stt._child.process.kill()
    stt._child.process.join()
    with pytest.raises(EngineFailed, match="died"):
        stt.feed(bytes(640))
    stt.start()
    assert stt.finish().text == "turn it on"
    stt.close()


def test_expected_answers_reach_the_child_and_the_one_after_it() -> None:
    stt = ProcessStt(partial(ScriptedStt, ["triple"]), name="scripted")
    begin(stt, ["triple", "no"])
    assert stt._child.ask("expected") == [("triple", "no")]
    stt._child.process.kill()
    stt._child.process.join()
    stt._child.alive = False
    stt.start()
    assert stt._child.ask("expected") == [("triple", "no")]
    begin(stt)
    assert stt._child.ask("expected")[1:] == [()]
    stt.close()


class Plain:
    """A recogniser that cannot be told anything."""

    def start(self) -> None:
        """Nothing to do."""


def test_a_recogniser_that_expects_nothing_is_left_alone() -> None:
    stt = ProcessStt(Plain, name="plain")  # type: ignore[arg-type]
    begin(stt, ["yes"])
    stt.close()


def test_what_cannot_be_built_is_said_at_once() -> None:
    with pytest.raises(EngineFailed, match="no model"):
        ProcessStt(broken, name="broken")


def missing() -> Stt:
    raise EngineMissing("pocketsphinx", install="pip install it")


def test_errors_travel_whole() -> None:
    with pytest.raises(EngineMissing) as caught:
        ProcessStt(missing, name="missing")
    assert caught.value.exit_code == 3 and "pip install it" in str(caught.value)

"""A model in a process of its own: same guesses, and it may die."""

import os
import signal
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

import pytest

from voiceagent import child_process
from voiceagent.child_process import CAN_COPY, patience
from voiceagent.errors import EngineDied, EngineFailed, EngineHung, EngineMissing
from voiceagent.nlu.intent import Intent
from voiceagent.nlu.slm import in_child
from voiceagent.nlu.slm.in_child import ProcessSlm
from voiceagent.nlu.slm.protocol import Guess, Slm

pytestmark = pytest.mark.fault


@dataclass
class Parrot:
    """Answers with what it hears; dies of one word, fails at another."""

    name: str = "parrot"
    version: str = "2 abc"
    stop: Callable[[], bool] = field(default=lambda: False)

    def understand(self, text: str) -> Guess:
        """The text as an intent."""
        if text == "die":
            os._exit(9)
        if text == "fail":
            raise EngineFailed("no voice")
        if text == "hang":
            os.kill(os.getpid(), signal.SIGSTOP)
        while text in ("wait", "deaf"):
            if text == "wait" and self.stop():
                return Guess(None, reason="cancelled")
        return Guess(Intent(text, {"a": 1}), 0.5)

    def close(self) -> None:
        """Nothing."""


def missing() -> Slm:
    """A model that cannot be made."""
    raise EngineMissing("llama-cpp-python", install="pip install it")


def dies() -> Slm:
    """A model that ends its process."""
    os._exit(9)


def test_every_sentence_is_answered_by_the_child() -> None:
    slm = ProcessSlm(Parrot, name="x")
    assert (slm.name, slm.version) == ("parrot", "2 abc")
    assert slm.understand("hello") == Guess(Intent("hello", {"a": 1}), 0.5)
    with pytest.raises(EngineFailed, match="no voice"):
        slm.understand("fail")
    assert slm.understand("again").intent == Intent("again", {"a": 1})
    slm.close()
    slm.close()


def test_it_is_started_again_once_and_then_out_of_use() -> None:
    slm = ProcessSlm(Parrot, name="x")
    with pytest.raises(EngineFailed) as caught:
        slm.understand("die")
    assert "started again" in caught.value.hint and not slm.broken
    assert slm.understand("hello").intent is not None
    with pytest.raises(EngineFailed, match="died"):
        slm.understand("die")
    assert slm.broken
    with pytest.raises(EngineFailed, match="out of use"):
        slm.understand("hello")
    slm.close()


@pytest.mark.parametrize("copied", [False, CAN_COPY])
def test_a_sentence_can_be_given_up_from_another_thread(copied: bool) -> None:
    slm = ProcessSlm(Parrot, name="x", copied=copied)
    with ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(slm.understand, "wait")
        while not waiting.done():
            slm.cancel()
        assert waiting.result().reason == "cancelled"
    assert slm.understand("hello").intent is not None
    slm.close()


@pytest.mark.parametrize(
    ("make", "error"), [(missing, EngineMissing), (dies, EngineFailed)]
)
def test_what_cannot_be_made_is_said_at_once(
    make: Callable[[], Slm], error: type[Exception]
) -> None:
    with pytest.raises(error):
        ProcessSlm(make, name="x")


@pytest.fixture
def short(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is stopped, or does not stop, is found out soon."""
    monkeypatch.setattr(child_process, "STILL", 0.5)
    monkeypatch.setattr(patience, "HURRY", 0.3)


@pytest.mark.parametrize("copied", [False, CAN_COPY])
def test_one_that_hangs_counts_as_one_that_died(copied: bool, short: None) -> None:
    slm = ProcessSlm(Parrot, name="x", copied=copied)
    with pytest.raises(EngineHung) as caught:
        slm.understand("hang")
    assert caught.value.replaced and not slm.broken
    assert slm.understand("hello").intent is not None
    with pytest.raises(EngineHung) as caught:
        slm.understand("hang")
    assert not caught.value.replaced and slm.broken
    with pytest.raises(EngineFailed, match="out of use"):
        slm.understand("hello")
    slm.close()


def test_one_that_does_not_stop_when_told_is_killed(short: None) -> None:
    slm = ProcessSlm(Parrot, name="x", copied=CAN_COPY)
    with ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(slm.understand, "deaf")
        while not waiting.done():
            slm.cancel()
        assert isinstance(waiting.exception(), EngineHung)
    assert slm.understand("hello").intent is not None
    slm.close()


def test_many_good_sentences_forgive_a_loss() -> None:
    slm = ProcessSlm(Parrot, name="x", copied=CAN_COPY)
    for _ in range(3):
        with pytest.raises(EngineDied) as caught:
            slm.understand("die")
        assert caught.value.replaced and "again" in caught.value.hint
        for _ in range(in_child.GOOD):
            assert slm.understand("hello").intent is not None
    slm.close()


def test_one_that_was_killed_between_two_sentences_is_replaced_at_once() -> None:
    slm = ProcessSlm(Parrot, name="x")
    os.kill(slm.pid, signal.SIGKILL)
    slm._child.process.join()
    assert slm.understand("hello").intent is not None
    slm.close()

"""The routing as a library over any two objects: it keeps the deadline, whatever they
are and do."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator, Callable, Iterator
from typing import Any

import pytest

from voiceagent.clock import run
from voiceagent.errors import UsageError
from voiceagent.routing.edge_cloud import EdgeCloudRouter, Inference

pytestmark = pytest.mark.unit
LONG = 2000
"""Milliseconds: nobody comes near."""
NEVER = threading.Event()


class Model:
    """An edge model: loaded or not, and whatever it says."""

    def __init__(self, generate: Callable[[str], Any], loaded: Any = True) -> None:
        self.generate, self._loaded = generate, loaded

    def is_loaded(self) -> Any:
        return self._loaded() if callable(self._loaded) else self._loaded


class Client:
    def __init__(self, complete: Callable[[str], Any]) -> None:
        self.complete, self.asked = complete, 0


def near(prompt: str) -> str:
    return f"near {prompt}"


async def near_later(prompt: str) -> str:
    return near(prompt)


def near_words(prompt: str) -> Iterator[str]:
    yield from ("near ", "", prompt)


async def near_stream(prompt: str) -> AsyncIterator[str]:
    for words in ("near ", "", prompt):
        yield words


def far(prompt: str) -> str:
    return f"far {prompt}"


def broken(prompt: str) -> str:
    raise ValueError(prompt)


def hung(prompt: str) -> str:
    NEVER.wait(1.0)
    return "late"


async def hung_later(prompt: str) -> str:
    await asyncio.Event().wait()
    return "late"


async def stubborn(prompt: str) -> str:
    """Will not be cancelled."""
    for _ in range(3):
        try:
            await asyncio.sleep(0.2)
        except asyncio.CancelledError:
            continue
    return "late"


async def cancels_itself(prompt: str) -> str:
    raise asyncio.CancelledError


async def blocking(prompt: str) -> str:
    NEVER.wait(0.5)
    return "late"


def asked(
    generate: Callable[[str], Any],
    complete: Callable[[str], Any] = far,
    *,
    loaded: Any = True,
    ms: float = LONG,
    sync: bool = False,
    **options: Any,
) -> Inference:
    router = EdgeCloudRouter(Model(generate, loaded), Client(complete))
    try:
        if sync:
            return router.infer_sync("hello", ms, **options)

        async def main() -> Inference:
            return await router.infer("hello", max_latency_ms=ms, **options)

        return run(main())
    finally:
        router.close()


@pytest.mark.parametrize("sync", [False, True])
@pytest.mark.parametrize(
    "generate", [near, near_later, near_words, near_stream, lambda p: near_later(p)]
)
def test_plain_async_and_streams_are_one(
    generate: Callable[[str], Any], sync: bool
) -> None:
    found = asked(generate, sync=sync)
    assert (found.source, found.result) == ("edge", "near hello")
    assert found.deadline_met and found.reason and found["result"] == found.result
    assert found.ttft_ms is not None and found.ttft_ms <= found.latency_ms
    assert [one.outcome for one in found.attempts] == ["won"]
    with pytest.raises(KeyError):
        found["nothing"]


async def yes() -> bool:
    return True


async def no() -> bool:
    return False


def raises() -> bool:
    raise OSError


@pytest.mark.parametrize(
    ("loaded", "source"),
    [(True, "edge"), (yes, "edge"), (False, "cloud"), (no, "cloud"), (None, "cloud")]
    + [(raises, "cloud")],
)
def test_a_model_that_is_not_loaded_is_not_asked(loaded: Any, source: str) -> None:
    found = asked(near, loaded=loaded)
    assert found.source == source and found.deadline_met


@pytest.mark.parametrize("generate", [broken, cancels_itself, lambda p: iter([1])])
def test_what_breaks_is_covered_by_the_other(generate: Callable[[str], Any]) -> None:
    found = asked(generate)
    assert (found.source, found.result) == ("cloud", "far hello")
    assert [one.outcome for one in found.attempts] == ["failed", "won"]
    assert "hello" not in str(found.attempts[0].error), "no words of the prompt"
    alone = asked(generate, edge_only=True)
    assert alone.source == "none" and alone.result == "" and not alone.deadline_met


@pytest.mark.parametrize("empty", ["", None])
def test_an_empty_answer_is_none(empty: Any) -> None:
    assert asked(lambda p: empty).source == "cloud"
    none = asked(lambda p: empty, lambda p: empty)
    assert none.source == "none" and "nothing came" in none.reason


def test_what_is_no_text_is_handed_on_as_it_is() -> None:
    answer = {"choices": [1]}
    assert asked(lambda p: answer).result is answer


@pytest.mark.parametrize("sync", [False, True])
@pytest.mark.parametrize("generate", [hung, hung_later, stubborn])
def test_the_deadline_is_kept_by_the_other_one(
    generate: Callable[[str], Any], sync: bool
) -> None:
    found = asked(generate, ms=400, sync=sync)
    assert (found.source, found.result) == ("cloud", "far hello")
    assert found.deadline_met and found.latency_ms < 400


@pytest.mark.parametrize("sync", [False, True])
@pytest.mark.parametrize("generate", [hung, hung_later, stubborn])
def test_where_both_hang_nothing_is_waited_for(
    generate: Callable[[str], Any], sync: bool
) -> None:
    found = asked(generate, generate, ms=60, sync=sync)
    assert found.source == "none" and found.result == "" and not found.deadline_met
    assert found.ttft_ms is None and 60 <= found.latency_ms < 900


def test_a_coroutine_that_blocks_costs_its_own_loop_alone() -> None:
    router = EdgeCloudRouter(Model(blocking), Client(blocking))
    found = router.infer_sync("hello", 50)
    assert found.source == "none" and "blocks" in found.reason
    assert found.latency_ms < 450
    router.close()


def test_a_stream_is_cut_when_it_is_due() -> None:
    async def slow(prompt: str) -> AsyncIterator[str]:
        yield "one"
        await asyncio.Event().wait()
        yield "two"

    found = asked(slow, ms=150)
    assert (found.source, found.result, found.deadline_met) == ("edge", "one", False)
    assert found.ttft_ms is not None and "cut off" in found.reason


def test_it_works_within_a_running_loop() -> None:
    router = EdgeCloudRouter(Model(near), Client(far))

    async def main() -> None:
        assert router.infer_sync("hello", LONG).source == "edge"
        many = [router.infer("hello", LONG) for _ in range(20)]
        assert {one.source for one in await asyncio.gather(*many)} == {"edge"}

    run(main())
    router.close()


def test_a_model_that_is_always_late_is_learnt() -> None:
    router = EdgeCloudRouter(Model(hung_later), Client(far))

    async def main() -> list[Inference]:
        return [await router.infer("hello", 120) for _ in range(8)]

    found = run(main())
    assert {one.source for one in found} == {"cloud"}
    assert [one.leg for one in found[-1].attempts] == ["cloud"], "asked at once"
    router.close()


@pytest.mark.parametrize("ms", [0, -1, float("nan"), float("inf"), True, "soon", None])
def test_a_deadline_that_is_none_is_refused(ms: Any) -> None:
    router = EdgeCloudRouter(Model(near), Client(far))
    with pytest.raises(UsageError):
        router.infer_sync("hello", ms)
    with pytest.raises(UsageError):
        router.infer_sync(b"hello")  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "given",
    [(), (Model(near),), (object(), Client(far)), (Model(near), object())]
    + [(Model(near), Client("text"))],  # type: ignore[arg-type]
)
def test_objects_that_cannot_be_asked_are_refused(given: tuple[Any, ...]) -> None:
    with pytest.raises(UsageError) as caught:
        EdgeCloudRouter(*given)
    assert caught.value.hint
    with pytest.raises(UsageError):
        EdgeCloudRouter(Model(near), Client(far), edge=near_stream)

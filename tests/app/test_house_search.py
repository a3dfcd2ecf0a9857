"""A Home Assistant that is not there when a session begins, comes, goes and comes."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from hass_server import TOKEN, HassServer, hass_server

from voiceagent.agent import supervisor
from voiceagent.agent.agent import Agent
from voiceagent.app.assemble import assemble
from voiceagent.app.config import load_config
from voiceagent.app.engines import Engines
from voiceagent.app.house import kept_house
from voiceagent.app.house_search import HouseSearch, MovedLibrary
from voiceagent.app.meaning import Meaning
from voiceagent.app.options import AgentOptions
from voiceagent.app.workshop import Workshop
from voiceagent.audio.frames import AudioFrame
from voiceagent.audio.player import VirtualPlayer
from voiceagent.audio.source import OnEvent, ignore
from voiceagent.clock import Pace, run
from voiceagent.engines.fake import ScriptedStt
from voiceagent.errors import HouseFailed
from voiceagent.skills.house.house import LocalHouse
from voiceagent.skills.house.late_house import LateHouse
from voiceagent.store import Store
from voiceagent.trace.events import Degraded, Event, Failed, ReplyReady, TurnFinished

pytestmark = [pytest.mark.unit, pytest.mark.fault]
LAMP: dict[str, tuple[str, dict[str, Any]]] = {
    "light.reading": ("off", {"friendly_name": "Reading Lamp"})
}
FAULTS = {
    "503": "Home Assistant met an error",
    "401": "Home Assistant does not accept my token",
    "drop": "Home Assistant broke off",
    "html": "What answers there is not Home Assistant",
    "hang": "Home Assistant does not answer",
}


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """It is looked for at a pace for tests."""
    monkeypatch.setenv("HOME_ASSISTANT_TOKEN", TOKEN)
    monkeypatch.setattr(supervisor, "FIRST_WAIT", 0.02)


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("place")


@pytest.fixture
def tmp_path(place: Path) -> Path:
    """Always the same, and empty: what is made of the same house at the same place is
    made once, and kept between sessions as for a user."""
    shutil.rmtree(place)
    place.mkdir()
    return place


PORTS = [0]


@pytest.fixture
def server() -> Iterator[HassServer]:
    with hass_server(LAMP, PORTS[0]) as server:
        PORTS[0] = server.server_address[1]
        yield server


def shop_of(folder: Path, server: HassServer, **more: object) -> Workshop:
    flags: dict[str, object] = {
        "store.folder": str(folder),
        "home_assistant.url": server.url,
        "slm.model": "none",
        "speak.voice": "espeak",
        **more,
    }
    return Workshop(load_config(environ={}, folder=folder, flags=flags).config)


class Nothing:
    """A source that says nothing until it is over."""

    name = "nothing"
    on_event: OnEvent = staticmethod(ignore)

    def __init__(self) -> None:
        self.begun, self.over = asyncio.Event(), asyncio.Event()

    async def frames(self) -> AsyncIterator[AudioFrame]:
        self.begun.set()
        await self.over.wait()
        for frame in ():
            yield frame


class Session:
    """A live session to which is typed, and which is waited for."""

    def __init__(self, agent: Agent) -> None:
        self.agent, self.events = agent, list[Event]()
        self._more = asyncio.Event()
        agent.trace.subscribe(lambda record: self._note(record.event))

    def _note(self, event: Event) -> None:
        self.events.append(event)
        self._more.set()

    async def until(self, there: Callable[[], bool]) -> None:
        async with asyncio.timeout(30):
            while not there():
                self._more.clear()
                await self._more.wait()

    async def say(self, text: str) -> str:
        """The last words of the answer."""
        turn = self.agent.type(text)
        ended = (TurnFinished,)
        await self.until(
            lambda: any(isinstance(e, ended) and e.turn == turn for e in self.events)
        )
        said = [e for e in self.events if isinstance(e, ReplyReady) and e.turn == turn]
        return said[-1].pii_text

    async def known(self) -> str:
        """The notice that the house is there."""

        def told() -> list[str]:
            notices = [e for e in self.events if isinstance(e, Degraded)]
            return [e.why for e in notices if "has told what there is" in e.why]

        await self.until(lambda: bool(told()))
        return told()[-1]


def live(shop: Workshop, script: Callable[[Session], Any]) -> Session:
    options = AgentOptions(
        VirtualPlayer(), store=Store(None), wake=False, at_once=True, silent=True
    )
    agent = assemble(shop, options)
    held: list[Session] = []

    async def main() -> None:
        source, session = Nothing(), Session(agent)
        held.append(session)
        running = asyncio.ensure_future(agent.run(source))
        await source.begun.wait()
        try:
            await script(session)
        finally:
            source.over.set()
            await running

    run(main())
    return held[0]


@pytest.fixture
def made(monkeypatch: pytest.MonkeyPatch) -> list[object]:
    """The recognisers, by what they know."""
    made: list[object] = []

    def recogniser(self: Engines, pace: Pace) -> ScriptedStt:
        made.append(self._language.recipe.pack.house)
        return ScriptedStt([])

    monkeypatch.setattr(Engines, "recogniser", recogniser)
    return made


@pytest.mark.parametrize("fault", [*FAULTS])
def test_a_house_that_comes_late_is_taken_in_by_the_session(
    tmp_path: Path, server: HassServer, fault: str, made: list[object]
) -> None:
    server.fault = fault
    shop = shop_of(tmp_path, server, **{"budget.response_ms": 300.0})

    async def script(session: Session) -> None:
        refused = await session.say("turn on the reading lamp")
        assert refused == f"I don't know your house yet: {FAULTS[fault]}"
        assert await session.say("set a timer for five minutes")
        assert not server.calls
        server.over.set()  # what hangs is let go
        server.fault = ""
        told = await session.known()
        assert told.endswith("known from now on: 1 thing, 0 rooms")
        assert await session.say("turn on the reading lamp") == "Reading lamp is on"
        assert server.states["light.reading"]["state"] == "on"
        server.fault = "drop"
        assert "broke off" in await session.say("turn off the reading lamp")
        server.fault = ""
        assert await session.say("turn off the reading lamp") == "Reading lamp is off"

    session = live(shop, script)
    failures = [e for e in session.events if isinstance(e, Failed)]
    assert failures[0].what == "the house is not known yet" and failures[0].hint
    assert kept_house(server.url, tmp_path).is_file()
    assert made[-1] == str(kept_house(server.url, tmp_path)) != made[0]
    told = [e for e in session.events if isinstance(e, Degraded)]
    assert len(told) <= 4, "what fails again and again is told once"


@pytest.mark.parametrize(
    "text", ["turn off all the lights", "are any windows open", "lock the front door"]
)
def test_what_any_house_could_be_asked_is_refused_with_the_reason_too(
    tmp_path: Path, server: HassServer, text: str, made: list[object]
) -> None:
    server.fault = "503"

    async def script(session: Session) -> None:
        assert "I don't know your house yet" in await session.say(text)
        other = await session.say("how many people live in japan")
        assert other == "Sorry, I can't help with that."

    live(shop_of(tmp_path, server), script)
    assert not server.calls


def test_one_that_is_still_starting_is_waited_for(
    tmp_path: Path, server: HassServer, made: list[object]
) -> None:
    """Half a house is not kept for the whole."""
    server.config["state"] = "NOT_RUNNING"

    async def script(session: Session) -> None:
        said = await session.say("turn on the reading lamp")
        assert said.endswith("Home Assistant is still starting")
        server.config["state"] = "RUNNING"
        await session.known()

    assert shop_of(tmp_path, server).house_trouble
    live(shop_of(tmp_path, server), script)


def test_the_recogniser_and_the_model_are_made_anew(
    tmp_path: Path, server: HassServer, made: list[object]
) -> None:
    server.fault = "503"
    shop = shop_of(tmp_path, server, **{"slm.model": "intents-en"})
    found: list[object] = []

    async def script(session: Session) -> None:
        models = session.agent._responder._thinker._models
        assert models is not None and isinstance(models.source, MovedLibrary)
        await models.open()
        before = models.current
        server.fault = ""
        await session.known()
        await models.settled()
        assert models.current is not before and models.previous is before
        found.append(await session.say("the reading lamp should go on please"))

    live(shop, script)
    assert found == ["Reading lamp is on"]


def test_a_file_that_came_by_other_means_is_used(
    tmp_path: Path, server: HassServer
) -> None:
    server.fault = "503"
    shop = shop_of(tmp_path, server)
    late = shop.house(Store(None))
    assert isinstance(late, LateHouse) and late.missing() == ()
    with pytest.raises(HouseFailed, match="not known yet"):
        _ = late.model
    kept_house(server.url, tmp_path).write_text(
        '[[entity]]\nid = "light.torch"\nname = "Torch"\ndomain = "light"\n'
    )
    meaning = Meaning(shop.language, shop.language.outfit.open(_host(late)))
    search = HouseSearch(shop, late, meaning, None, None)
    server.fault = ""
    found = search.look()
    found.take_in()
    assert [e.name for e in late.model.entities] == ["Torch"]
    assert meaning.parse("turn on the torch") is not None
    assert any("does not know Torch" in notice.why for notice in found.notices)


def test_a_replay_looks_for_no_house(tmp_path: Path, server: HassServer) -> None:
    server.fault = "503"
    shop = shop_of(tmp_path, server)
    assert isinstance(shop.house(Store(None), kept=False), LocalHouse)


def _host(house: LateHouse) -> Any:
    from voiceagent.skills.host import SkillHost

    return SkillHost(Store(None), house)

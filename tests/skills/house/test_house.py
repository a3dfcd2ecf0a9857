"""The house file, its states, and a real Home Assistant's protocol on the loopback."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from voiceagent.errors import ConfigError, EngineFailed, PackError
from voiceagent.skills.house.home_assistant import HomeAssistant
from voiceagent.skills.house.house import Entity, HouseModel, LocalHouse
from voiceagent.skills.house.house_file import load_house
from voiceagent.skills.packs.places import HOME
from voiceagent.store import Store

pytestmark = pytest.mark.unit

LAMP = Entity("light.lamp", "Lamp", "light", state="off")
FAN = Entity("fan.fan", "Fan", "fan", state="off")
SHOPPING = Entity("todo.shopping", "Shopping", "todo", items=("apples",))
MODEL = HouseModel("test", (), (LAMP, FAN, SHOPPING))
TOKEN = "sesame-open"


def test_the_demo_house_is_whole() -> None:
    house = load_house(HOME / "house.toml")
    assert len(house.entities) <= 35
    assert house.find("Sliding Door") in house.select("cover", area="Office")
    assert house.find("Nothing") is None


def test_a_state_outlives_the_program(tmp_path: Path) -> None:
    file = tmp_path / "state.sqlite"
    store = Store(file)
    LocalHouse(MODEL, store).call([LAMP], "turn_on", {"brightness_pct": 40})
    store.close()
    store = Store(file)
    state = LocalHouse(MODEL, store).state(LAMP)
    assert (state.state, state.attributes) == ("on", {"brightness_pct": 40})
    assert LocalHouse(MODEL, store).state(FAN).state == "off"
    store.close()


def test_a_list_begins_with_its_file_and_then_is_its_own() -> None:
    store = Store()
    house = LocalHouse(MODEL, store)
    assert house.items(SHOPPING) == ["apples"]
    house.call([SHOPPING], "add_item", {"item": "milk"})
    house.call([SHOPPING], "add_item", {"item": "milk"})
    assert house.items(SHOPPING) == ["apples", "milk"]
    for item in ("apples", "milk"):
        house.call([SHOPPING], "remove_item", {"item": item})
    assert house.items(SHOPPING) == []
    store.close()


@pytest.mark.fault
@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("x = [", "not valid TOML"),
        ("[[entity]]\nname = 'A'\ndomain = 'ligth'", "did you mean `light`?"),
        ("[[entity]]\nname = 'A'\ndomian = 'light'", "did you mean `domain`?"),
        ("[[entity]]\ndomain = 'light'", "no `name`"),
        ("[[entity]]\nname = 'A'\ndomain = 'light'\narea = 'Moon'", "line 4"),
        ("[[area]]\nname = 'A'\n[[area]]\nname = 'a'", "two of kind `area`"),
        ("area = 3", "[[area]]"),
        ("[[area]]\nname = 'A'\naliases = 'B'", "list of texts"),
        ("[[entity]]\nname='A'\ndomain='light'\nfeatures=['colour']", "`color`"),
    ],
)
def test_a_broken_house_is_named(tmp_path: Path, text: str, said: str) -> None:
    file = tmp_path / "house.toml"
    file.write_text(text)
    with pytest.raises(PackError) as caught:
        load_house(file)
    assert said in str(caught.value)
    assert "house.toml" in str(caught.value)


class Server(ThreadingHTTPServer):
    """Answers as Home Assistant does, and remembers what it was asked."""

    status = 200
    answer: object = {}
    raw: bytes | None = None

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.asked: list[tuple[str, str, str, object]] = []


class Handler(BaseHTTPRequestHandler):
    server: Server

    def do_GET(self) -> None:
        self._reply(None)

    def do_POST(self) -> None:
        size = int(self.headers["Content-Length"])
        self._reply(json.loads(self.rfile.read(size)))

    def _reply(self, body: object) -> None:
        token = str(self.headers["Authorization"])
        self.server.asked.append((self.command, self.path, token, body))
        raw = self.server.raw or json.dumps(self.server.answer).encode()
        self.send_response(self.server.status)
        if self.server.status == 302:
            self.send_header("Location", "/elsewhere")
        self.send_header("Content-Length", str(len(raw)))
        self.end_headers()
        self.wfile.write(raw)

    def log_message(self, format: str, *args: object) -> None:
        pass


@contextmanager
def home_assistant() -> Iterator[tuple[Server, HomeAssistant]]:
    server = Server()
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    url = f"http://127.0.0.1:{server.server_address[1]}/"
    try:
        yield server, HomeAssistant(url, TOKEN, MODEL, timeout=2.0)
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def test_a_state_is_read_over_the_api() -> None:
    with home_assistant() as (server, house):
        server.answer = {"state": "on", "attributes": {"brightness": 128, "x": [1]}}
        state = house.state(LAMP)
        assert (state.state, state.attributes) == ("on", {"brightness": 128})
        asked = ("GET", "/api/states/light.lamp", f"Bearer {TOKEN}", None)
        assert server.asked == [asked]


def test_a_service_is_called_once_a_domain() -> None:
    with home_assistant() as (server, house):
        server.answer = []
        house.call([LAMP, FAN], "turn_on", {"x": 1})
        assert [(ask[1], ask[3]) for ask in server.asked] == [
            ("/api/services/light/turn_on", {"x": 1, "entity_id": ["light.lamp"]}),
            ("/api/services/fan/turn_on", {"x": 1, "entity_id": ["fan.fan"]}),
        ]


def test_a_list_is_read_over_the_api() -> None:
    with home_assistant() as (server, house):
        rows = {"items": [{"summary": "milk", "status": "needs_action"}]}
        server.answer = {"service_response": {"todo.shopping": rows}}
        assert house.items(SHOPPING) == ["milk"]


@pytest.mark.fault
@pytest.mark.parametrize("status", [302, 401, 404, 500])
def test_a_refusal_is_typed_and_keeps_the_token(status: int) -> None:
    with home_assistant() as (server, house):
        server.status = status
        with pytest.raises(EngineFailed) as caught:
            house.state(LAMP)
        assert str(status) in str(caught.value)
        assert TOKEN not in str(caught.value) + repr(caught.value) + repr(house)
        assert len(server.asked) == 1


@pytest.mark.fault
@pytest.mark.parametrize("raw", [b"<html>", b"[]", b'{"state": 3}', b"\xff\xfe", b"3"])
def test_nonsense_is_typed(raw: bytes) -> None:
    with home_assistant() as (server, house):
        server.raw = raw
        with pytest.raises(EngineFailed):
            house.state(LAMP)
        with pytest.raises(EngineFailed):
            house.items(SHOPPING)


@pytest.mark.fault
def test_a_server_that_is_gone_is_typed() -> None:
    with home_assistant() as (_, house):
        pass
    with pytest.raises(EngineFailed, match="does not answer"):
        house.call([LAMP], "turn_on", {})


@pytest.mark.fault
def test_address_and_token_are_checked(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(ConfigError, match="no address"):
        HomeAssistant("ftp://x", TOKEN, MODEL)
    with pytest.raises(ConfigError, match="token"):
        HomeAssistant("http://x", "a\nb", MODEL)
    monkeypatch.delenv("HA_TEST_TOKEN", raising=False)
    with pytest.raises(ConfigError, match="HA_TEST_TOKEN"):
        HomeAssistant.from_environment("http://x", "HA_TEST_TOKEN", MODEL)
    monkeypatch.setenv("HA_TEST_TOKEN", TOKEN)
    assert HomeAssistant.from_environment("http://x", "HA_TEST_TOKEN", MODEL)
